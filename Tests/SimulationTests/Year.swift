// SPDX-License-Identifier: Apache-2.0
//
// Year: the real store and the real gate under a clock moved by hand, in one thread, from event to event. Crashes leave
// the store as a killed process would; the next opening recovers it by its wire log.

import Cryptography
import Foundation
import GatewayModel
import Policy
import Store

import class TestSupport.ManualTimepiece

struct Year {
    /// 2026-01-01T00:00:00Z.
    static let start = Instant(seconds: 1_767_225_600)

    struct Plan: Sendable {
        var seed: UInt64
        var people: Int
        var days = 365
        var jobsEach = 18
        /// How often the clock stops where something falls due: not every microsecond.
        var grainSeconds: Int64 = 3600
    }

    /// In memory where the machine can: a simulated year has tens of thousands of commits, and no power fails in it.
    private static let folder =
        FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm/" : NSTemporaryDirectory()

    let plan: Plan
    let path: String
    let clock = ManualTimepiece(now: Year.start)
    let gate: Gate
    let witness: Witness
    var dice: Dice
    var store: Store
    /// Another process' store: what the command line writes through.
    let office: Store
    var flights: [Flight] = []
    /// Somebody changed something while they flew: some may be called back.
    var isStirred = false
    var lanes: [Lane] = []
    var files: Int64 = 0
    var records = 0
    var people: [Person] { witness.people }

    init(_ plan: Plan) throws {
        (self.plan, dice) = (plan, Dice(seed: plan.seed))
        path = Self.folder + "gatepost-year-" + SecureRandom.bytes(8).hex
        gate = try House.gate()
        var folk: [Person] = []
        for number in 0..<plan.people { folk.append(Person(number, &dice)) }
        witness = Witness(people: folk)
        try Store.initialise(stateDir: path)
        store = try Self.open(path, .daemon, clock)
        office = try Self.open(path, .command, clock)
    }

    var now: Instant { clock.now() }

    // MARK: A year

    /// Lives through it; gives the journal's digest.
    mutating func live() async throws -> String {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await greet()
        for day in 0..<plan.days { try await live(day: day) }
        try await finish()
        let digest = try await journalDigest()
        await store.close()
        await office.close()
        return digest
    }

    private mutating func live(day: Int) async throws {
        let begin = Self.start + .seconds(Int64(day) * 86_400)
        var doings: [(at: Int, what: Doing)] = [(3 * 3600, .tidy)]
        for campaign in Campaign.all.indices where dice.permille(500) {
            doings.append((dice.roll(0..<86_400), .wave(campaign)))
        }
        for _ in 0..<max(2, plan.people / 120) { doings.append((dice.roll(0..<86_400), .change)) }
        if dice.permille(150) { doings.append((dice.roll(0..<86_400), .crash)) }
        if dice.permille(60) { doings.append((dice.roll(0..<86_400), .setBack)) }
        doings.sort { $0.at < $1.at }
        for doing in doings {
            try await move(to: begin + .seconds(doing.at))
            try await act(doing.what)
        }
        try await move(to: begin + .seconds(86_400))
    }

    /// From one thing that falls due to the next.
    mutating func move(to end: Instant) async throws {
        while now < end {
            let next = try await pump()
            guard let next, next < end else { break }
            advance(to: max(next, now + .seconds(1)))
        }
        if now < end { advance(to: end) }
        _ = try await pump()
    }

    private func advance(to instant: Instant) { clock.advance(by: instant - now) }

    /// Nothing new comes in; all that waits ends.
    private mutating func finish() async throws {
        let end = Self.start + .seconds(Int64(plan.days + 45) * 86_400)
        try await move(to: end)
        // What waits for an unknown zone waits for good: an operator ends it.
        for change in [QueueChange.release, .cancel] {
            if change == .release {
                _ = try await office.changeAll(change)
                try await move(to: now + .seconds(10 * 86_400))
            } else {
                _ = try await office.changeAll(change, state: .ready)
                _ = try await office.changeAll(change, state: .held)
            }
        }
        advance(to: now + .seconds(8 * 86_400))
        while try await store.tidy(at: now) {}
        let left = try await store.queuedJobs()
        if left > 0 { witness.fault("\(left) jobs are left") }
        if let fault = try await store.verifyJournal().fault { witness.fault("the journal: \(fault)") }
    }

    // MARK: The journal

    /// Every job has one end; what reached people is on record; and a digest of all of it.
    private func journalDigest() async throws -> String {
        var digest = SHA256Digest()
        var ends: [String: [Outcome]] = [:]
        var settledLater: Set<Int64> = []
        var seq: Int64 = 0
        while true {
            let page = try await store.outcomes(after: seq, limit: 1000)
            guard let last = page.last else { break }
            seq = last.seq
            for outcome in page {
                digest.update(outcome.json.encoded)
                witness.count("outcome \(outcome.event.rawValue)")
                if let reason = outcome.reason { witness.count("outcome \(outcome.event.rawValue) \(reason)") }
                if [.postponed, .unknown].contains(outcome.event), let settled = outcome.settles {
                    settledLater.insert(settled)
                }
                if outcome.event.isTerminal, let job = outcome.job { ends[job, default: []].append(outcome) }
            }
        }
        witness.ended(ends, settledLater)
        return digest.finish().hex
    }
}

/// What may happen.
enum Doing { case tidy, wave(Int), change, crash, setBack }

extension Store {
    @discardableResult
    func changeAll(_ change: QueueChange, state: JobState? = nil) async throws -> Int {
        var filter = JobFilter()
        filter.state = state
        var (after, changed): (JobKey?, Int) = (nil, 0)
        repeat {
            let step = try await self.change(change, matching: filter, after: after, by: Year.clerk)
            (after, changed) = (step.next, changed + step.changed)
        } while after != nil
        return changed
    }
}

extension Witness {
    /// - Parameters:
    ///   - ends: terminal events by job, in order.
    ///   - settled: every `unknown` that a `postponed` or the next `unknown` has settled.
    func ended(_ ends: [String: [Outcome]], _ settled: Set<Int64>) {
        for (index, errand) in jobs.enumerated() {
            let events = ends[errand.id] ?? []
            let others = events.filter { $0.event != .unknown }
            let unknowns = events.filter { $0.event == .unknown }
            let open = unknowns.map(\.seq).filter { !settled.contains($0) }
            if open.count > 1 || open.last.map({ $0 != unknowns.last?.seq }) ?? false {
                fault("\(errand.id) has the doubts \(open) of \(unknowns.map(\.seq))")
            }
            if events.isEmpty { fault("\(errand.id) never ended") }
            if others.count > 1 || (others.count == 1 && events.last?.event == .unknown) {
                fault("\(errand.id) ended as \(events.map(\.event))")
            }
            if let other = others.first, other.settles != open.last {
                fault("\(errand.id): \(other.event) settles \(other.settles as Any)")
            }
            let isSaid = !open.isEmpty || others.first?.event == .sent
            if delivered[index + 1] != nil, !isSaid {
                fault("\(errand.id) went, and the journal says \(events.map(\.event))")
            }
            if others.first?.event == .sent, delivered[index + 1] == nil { fault("\(errand.id) was not sent") }
        }
    }
}
