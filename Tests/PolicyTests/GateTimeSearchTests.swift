// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("The earliest allowed instant (CONTRACT 8.2)")
struct GateTimeSearchTests {
    @Test("without an end, an opening is looked for over a year ahead")
    func looksFar() throws {
        let start = Instant(rfc3339: "2026-03-06T00:00:00Z")!
        let paris = GateScene.table.clock("Europe/Paris")!
        let year = BlackoutSpan(from: LocalTime("2026-01-01T00:00")!, to: LocalTime("2027-03-01T00:00")!)
        var search = TimeSearch(
            now: start,
            hours: HoursInForce(
                blackout: try OpenHours(presets: [], zones: [paris], table: GateScene.table, blackouts: [year])),
            caps: CapRuling(free: start))
        #expect(search.verdict() == .postpone(until: Instant(rfc3339: "2027-02-28T23:00:00Z")!, .quietHours))
        search.now = Instant(rfc3339: "2026-01-01T00:00:00Z")!
        #expect(search.verdict() == .withhold(.noAllowedTime))
    }

    @Test("is what a scan in steps of five minutes finds", arguments: [UInt64(11), 12, 13])
    func agrees(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        var seen: Set<String> = []
        for _ in 0..<250 {
            let scene = try RandomTimes(&random)
            let expected = scene.scanned
            #expect(scene.search.verdict() == expected, "seed \(seed): \(scene)")
            seen.insert(Self.word(expected))
        }
        #expect(seen.count >= 6, "some verdict never came up: \(seen)")
    }

    private static func word(_ verdict: Verdict) -> String {
        switch verdict {
        case .proceed: "proceed"
        case .postpone(_, let reason): reason.rawValue
        case .withhold(let reason): "withheld " + reason.rawValue
        }
    }
}

private struct RandomTimes {
    var now: Instant
    var notBefore: Instant?
    var expiresAt: Instant
    var quiet: OpenHours
    var blackout: OpenHours
    var caps: [(rule: CapRule, sends: [Instant])]
    var firstCapped: Instant?

    init(_ random: inout SeededNumbers) throws {
        let start = Instant(rfc3339: "2026-03-06T00:00:00Z")!  // New York's clock goes forward on the 8th
        func minutes(_ range: ClosedRange<Int>) -> Duration {
            .seconds(300 * (Int.random(in: range, using: &random) / 5))
        }
        let chance = { (one: Int, random: inout SeededNumbers) in Int.random(in: 0..<one, using: &random) == 0 }
        now = start + minutes(0...2880)
        notBefore = chance(3, &random) ? now + minutes(-600...1500) : nil
        expiresAt = now + minutes(5...5000)
        firstCapped = chance(3, &random) ? now - minutes(0...2000) : nil
        let zones = ["America/New_York", "Europe/Paris", "Asia/Kolkata", "America/Los_Angeles"].shuffled(using: &random)
        let clocks = zones.prefix(Int.random(in: 1...2, using: &random)).map { GateScene.table.clock($0)! }
        var presets: [Preset] = []
        for number in 0..<Int.random(in: 0...2, using: &random) {
            let open = Int.random(in: 0...12, using: &random)
            presets.append(
                GateScene.preset("p\(number)", open, open + Int.random(in: 3...12, using: &random), covers: ["*"]))
        }
        let from = LocalTime(utc: start + minutes(0...4000))
        let spans =
            chance(3, &random) ? [BlackoutSpan(from: from, to: LocalTime(utc: from.asUTC + minutes(1...2000)))] : []
        let band: Duration = chance(2, &random) ? .seconds(300) : .zero
        quiet = try OpenHours(presets: presets, zones: clocks, table: GateScene.table, guardBand: band)
        blackout = try OpenHours(presets: [], zones: clocks, table: GateScene.table, guardBand: band, blackouts: spans)
        caps = []
        for number in 0..<Int.random(in: 0...2, using: &random) {
            var rule = CapRule(
                name: "c\(number)", limit: Int.random(in: chance(8, &random) ? 0...0 : 1...3, using: &random),
                window: .rolling(minutes(60...2000)))
            rule.over = chance(4, &random) ? .withhold : .postpone(minutes(0...4000))
            let sends = (0..<Int.random(in: 0...4, using: &random)).map { _ in now + minutes(-2000...60) }
            caps.append((rule, sends))
        }
    }

    var search: TimeSearch {
        var ruling = CapRuling(free: now)
        for (rule, sends) in caps {
            ruling.add(rule, CapCount(rule, sends: sends, clocks: [], at: now), firstCapped: firstCapped, at: now)
        }
        return TimeSearch(
            now: now, notBefore: notBefore, expiresAt: expiresAt,
            hours: HoursInForce(quiet: quiet, blackout: blackout), caps: ruling)
    }

    private func isOpen(_ instant: Instant) -> Bool {
        instant >= (notBefore ?? instant) && quiet.isOpen(at: instant) && blackout.isOpen(at: instant)
    }
    private func hasRoom(_ cap: (rule: CapRule, sends: [Instant]), _ instant: Instant) -> Bool {
        guard case .rolling(let length) = cap.rule.window else { return false }
        return cap.sends.filter { $0 > instant - length }.count < cap.rule.limit
    }

    /// The contract's sentences, step by step.
    var scanned: Verdict {
        let times = sequence(first: now) { $0 + .seconds(300) }.prefix { $0 < expiresAt }
        guard let firstOpen = times.first(where: isOpen) else { return .withhold(.noAllowedTime) }
        let postponing = caps.filter { $0.rule.over != .withhold }
        for cap in caps where cap.rule.over == .withhold && firstOpen == now && !hasRoom(cap, now) {
            return .withhold(.frequencyCap)
        }
        for cap in postponing where !hasRoom(cap, now) {
            guard case .postpone(let longest) = cap.rule.over else { continue }
            let free = sequence(first: now) { $0 + .seconds(300) }.prefix { $0 <= now + .seconds(4 * 86_400) }
                .first { hasRoom(cap, $0) }
            guard let free, free <= (firstCapped ?? now) + longest else { return .withhold(.frequencyCap) }
        }
        let found = times.first { time in isOpen(time) && postponing.allSatisfy { hasRoom($0, time) } }
        guard let found else { return .withhold(.frequencyCap) }
        if found == now { return .proceed }
        if caps.contains(where: { !hasRoom($0, now) }) { return .postpone(until: found, .frequencyCap) }
        return .postpone(until: found, found == max(now, notBefore ?? now) ? .notBefore : .quietHours)
    }
}
