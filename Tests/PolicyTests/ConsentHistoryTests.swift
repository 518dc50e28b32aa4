// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Policy

@Suite("Consent over random histories")
struct ConsentHistoryTests {
    @Test("is what a slow reading of the rules says", arguments: [UInt64(1), 2, 3, 4])
    func agrees(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        var seen: [ConsentRuling.Outcome: Int] = [:]
        for _ in 0..<3000 {
            let history = RandomHistory.make(&random)
            let scope = ConsentScope(
                channel: [.email, .sms].randomElement(using: &random)!, brand: "acme",
                topic: ["news", "offers", nil].randomElement(using: &random)!)
            let level = ConsentLevel.allCases.randomElement(using: &random)!
            let unproven = Bool.random(using: &random)
            let now = RandomHistory.instant(Int.random(in: 300...1100, using: &random))
            let slow = SlowConsent(events: history, scope: scope, now: now)
            let state = ConsentState(history, of: scope, controllers: SlowConsent.controllers, at: now)
            let quick = ConsentGate.judge(
                state, ConsentNeed(level, allowUnproven: unproven), in: GateScene.places(["UTC"]), at: now)
            let expected = slow.outcome(level, unproven: unproven)
            seen[expected, default: 0] += 1
            guard quick.outcome == expected else {
                Issue.record("seed \(seed): \(quick.outcome), not \(expected), of \(scope) at \(now): \(history)")
                return
            }
        }
        #expect(seen.count == 6, "some outcome never came up: \(seen)")
    }
}

private enum RandomHistory {
    static func instant(_ day: Int) -> Instant { Instant(rfc3339: "2024-01-01T00:00:00Z")! + .seconds(day * 86_400) }

    static func make(_ random: inout SeededNumbers) -> [ConsentEvent] {
        let count = Int.random(in: 0...7, using: &random)
        let busy = Int.random(in: 5...900, using: &random)
        return (0..<count).map { index in
            let type: ConsentType = types.randomElement(using: &random)!
            let day = Int.random(in: 0...busy, using: &random)
            var event = ConsentEvent(
                number: Int64(index + 1), recordedAt: instant(day + Int.random(in: -3...10, using: &random)),
                occurredAt: instant(day), type: type)
            event.channel = type.isOptOut && chance(3, &random) ? nil : chance(4, &random) ? .sms : .email
            event.brand =
                type.isOptOut && chance(3, &random)
                ? nil : ["acme", "acme", "apex", "bolt"].randomElement(using: &random)!
            event.topics =
                type.isOptOut && chance(2, &random)
                ? nil : [["news"], ["news", "offers"], ["offers"]].randomElement(using: &random)!
            event.basis = chance(3, &random) ? nil : ConsentBasis.allCases.randomElement(using: &random)!
            if chance(4, &random) { event.basisDay = CalendarDay(year: 2024, month: 2, day: 29) }
            (event.hasWording, event.hasEvidence) = (chance(2, &random), chance(3, &random))
            event.isImport = type == .imported || chance(6, &random)
            if type == .corrected { event.corrects = Int64.random(in: 1...Int64(count), using: &random) }
            return event
        }.shuffled(using: &random)
    }

    private static let types: [ConsentType] = ConsentType.allCases + [.granted, .requested, .confirmed, .granted]

    private static func chance(_ one: Int, _ random: inout SeededNumbers) -> Bool {
        Int.random(in: 0..<one, using: &random) == 0
    }
}

/// The rules read out one by one, as slowly as they are written. Shares nothing with the real one but the events.
private struct SlowConsent {
    static let controllers = ["acme": "Acme Inc.", "apex": "Acme Inc.", "bolt": "Bolt Ltd."]
    var events: [ConsentEvent]
    var scope: ConsentScope
    var now: Instant

    func isImport(_ event: ConsentEvent) -> Bool { event.type == .imported || event.isImport }
    func isOut(_ event: ConsentEvent) -> Bool { [.withdrawn, .objected, .reassigned].contains(event.type) }
    func time(_ event: ConsentEvent) -> Instant {
        isOut(event) && event.occurredAt > event.recordedAt ? event.recordedAt : event.occurredAt
    }

    func isVoid(_ event: ConsentEvent) -> Bool {
        for other in events where other.type == .corrected && other.corrects == event.number {
            if other.number <= event.number || isVoid(other) { continue }
            if isImport(other) && (isOut(event) || event.type == .corrected) { continue }
            return true
        }
        return false
    }

    func speaks(_ event: ConsentEvent) -> Bool {
        if isVoid(event) { return false }
        let channel = event.channel == nil || event.channel == scope.channel
        let brand = event.brand == nil || event.brand == scope.brand
        let controller =
            event.brand == nil || event.brand == scope.brand
            || Self.controllers[event.brand!] == Self.controllers[scope.brand]
        let topic = event.topics == nil || (scope.topic != nil && event.topics!.contains(scope.topic!))
        switch event.type {
        case .reassigned: return true
        case .objected: return channel && controller
        case .withdrawn: return channel && brand && topic
        case .corrected: return false
        default:
            if event.channel == nil || event.brand == nil || event.topics == nil { return false }
            if event.occurredAt > now && event.occurredAt > event.recordedAt { return false }
            return channel && brand && topic
        }
    }

    /// Whether `a` took effect before `b`.
    func isBefore(_ a: ConsentEvent, _ b: ConsentEvent) -> Bool {
        if time(a) != time(b) { return time(a) < time(b) }
        if isOut(a) != isOut(b) { return isOut(b) }
        return a.recordedAt == b.recordedAt ? a.number < b.number : a.recordedAt < b.recordedAt
    }
    func latest(_ list: [ConsentEvent]) -> ConsentEvent? {
        list.first { one in list.allSatisfy { $0.number == one.number || isBefore($0, one) } }
    }

    /// What an opt-in gave when it came, whatever happened afterwards.
    func gave(_ event: ConsentEvent) -> (basis: ConsentBasis, day: CalendarDay?, proof: Bool, confirmed: Bool)? {
        guard [.granted, .confirmed, .renewed, .imported].contains(event.type), speaks(event) else { return nil }
        let before = events.filter { speaks($0) && isBefore($0, event) }
        let outs = before.filter(isOut)
        if isImport(event) && !outs.isEmpty { return nil }
        let proof = event.hasWording || event.hasEvidence
        if event.type == .renewed && event.basis == nil {
            let earlier = latest(before.filter { one in gave(one) != nil && outs.allSatisfy { isBefore($0, one) } })
            return (earlier.map { gave($0)!.basis } ?? .express, event.basisDay, proof, false)
        }
        guard event.type == .confirmed else { return (event.basis ?? .express, event.basisDay, proof, false) }
        let asked = before.filter { $0.type == .requested || $0.type == .granted }
        if asked.isEmpty { return (event.basis ?? .express, event.basisDay, proof, true) }
        let valid = asked.filter { one in
            guard outs.allSatisfy({ isBefore($0, one) }) else { return false }
            if one.type == .granted { return !(isImport(one) && !outs.isEmpty) }
            return event.occurredAt.seconds - one.occurredAt.seconds <= 7 * 86_400
        }
        guard let anchor = latest(valid) else { return nil }
        return (
            event.basis ?? anchor.basis ?? .express,
            event.basis == nil ? event.basisDay ?? anchor.basisDay : event.basisDay,
            proof || anchor.hasWording || anchor.hasEvidence, true
        )
    }

    func isOver(_ basis: ConsentBasis, _ day: CalendarDay?, _ event: ConsentEvent) -> Bool {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "UTC")!
        let months = basis == .impliedPurchase ? 24 : basis == .impliedInquiry ? 6 : nil
        guard let months else { return false }
        let start =
            day.map { DateComponents(calendar: calendar, year: $0.year, month: $0.month, day: $0.day).date! }
            ?? calendar.startOfDay(for: Date(timeIntervalSince1970: Double(event.occurredAt.seconds)))
        let end = calendar.date(byAdding: .month, value: months, to: start)!
        return Date(timeIntervalSince1970: Double(now.seconds)) >= end
    }

    func outcome(_ level: ConsentLevel, unproven: Bool) -> ConsentRuling.Outcome {
        let outs = events.filter { speaks($0) && isOut($0) }
        let standing = events.filter { event in gave(event) != nil && outs.allSatisfy { isBefore($0, event) } }
        if standing.isEmpty && !outs.isEmpty { return .withheld(.consentWithdrawn) }
        if level == .none { return .notRequired }
        if standing.isEmpty { return .withheld(.noConsent) }
        let lasting = standing.filter { !isOver(gave($0)!.basis, gave($0)!.day, $0) }
        if lasting.isEmpty { return .withheld(.consentExpired) }
        let enough = lasting.contains { event in
            let (basis, _, proof, confirmed) = gave(event)!
            let isExpress = basis == .express || basis == .expressWritten
            guard proof || unproven else { return false }
            switch level {
            case .none, .any: return true
            case .express: return isExpress
            case .expressWritten: return basis == .expressWritten
            case .confirmed: return isExpress && confirmed
            }
        }
        return enough ? .given : .withheld(.consentTooWeak)
    }
}
