// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Synchronization
import Testing

@testable import Store

/// Gathers what the store tells, and lets a test wait for it.
final class Hearer: QueueListener {
    let orders = AsyncStream.makeStream(of: Void.self)
    let arrivals = AsyncStream.makeStream(of: [LaneArrival].self)
    let failures = Mutex<[StoreError]>([])
    let seqs = Mutex<[Int64]>([])
    func jobsArrived(_ arrivals: [LaneArrival]) { self.arrivals.continuation.yield(arrivals) }
    func ordersChanged() { orders.continuation.yield() }
    func journalGrew(to seq: Int64) { seqs.withLock { $0.append(seq) } }
    func storeFailed(_ error: StoreError) { failures.withLock { $0.append(error) } }
}

@Suite("Operators' orders, from another process too")
struct OrdersTests {
    static let ann = Signature(actor: "ann", systemUser: "root", why: "trial")

    private func hold(_ change: (inout StandingOrders.Hold) -> Void) -> StandingOrders.Hold {
        var hold = StandingOrders.Hold(
            id: 0, campaign: nil, brand: nil, template: nil, route: nil, messageClass: nil, why: "wait for legal")
        change(&hold)
        return hold
    }

    @Test("a hold given elsewhere is seen, marks what is in the air, and lets go what no other hold reaches")
    func holds() async throws {
        let fixture = try Fixture()
        let daemon = try fixture.open()
        let hearer = Hearer()
        daemon.setListener(hearer)
        let command = try fixture.open(.command)
        _ = try await daemon.take(
            fixture.chunk([
                Wish("a") { $0.campaign = "spring" }.entry,
                Wish("b") { ($0.campaign, $0.template) = ("spring", "tip") }.entry,
                Wish("c").entry,
            ]))
        let flying = try await daemon.launchAllDue(at: evening)
        let one = try await command.addHold(hold { $0.campaign = "spring" }, by: Self.ann)
        let two = try await command.addHold(hold { $0.template = "tip" }, by: Self.ann)
        var orders = hearer.orders.stream.makeAsyncIterator()
        await orders.next()
        #expect(try await daemon.standingOrders().holds.map(\.id) == [one, two])
        #expect(
            try await Set(daemon.attemptsToRecall())
                == Set(flying.filter { $0.facts.campaign == "spring" }.map(\.attempt)))
        #expect(try await command.inFlight(under: hold { $0.campaign = "spring" }) == 2)
        try await daemon.settle(flying, .recalled, at: evening)
        #expect(
            try await daemon.histories() == [
                "a": ["accepted", "postponed held"], "b": ["accepted", "postponed held"], "c": ["accepted"],
            ])
        #expect(try await command.removeHold(one, by: Self.ann) == 1)
        #expect(try await daemon.queue(matching: JobFilter()).map(\.state) == [.ready, .held, .ready])
        #expect(try await command.removeHold(two, by: Self.ann) == 1)
        #expect(try await command.removeHold(two, by: Self.ann) == nil)
        #expect(try await daemon.allDue(at: evening).count == 3)
        var arrivals = hearer.arrivals.stream.makeAsyncIterator()
        #expect(await arrivals.next()?.first?.lane.key.route == "relay")
        #expect(try await daemon.verifyJournal().fault == nil)
        await command.close()
        await daemon.close()
    }

    @Test("a job that a standing hold names is held at admission, once, and set free with the hold")
    func holdAtAdmission() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let number = try await store.addHold(hold { $0.brand = "acme" }, by: Self.ann)
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        let due = try await store.allDue(at: evening)
        // The engine may not have heard of the hold yet: what it says does not count.
        _ = try await store.exchange(settled: [], candidates: due + due, at: evening) {
            .launch(decision(.proceed, evening, $0), reserves: true)
        }
        #expect(try await store.histories() == ["a": ["accepted", "postponed held"]])
        #expect(try await store.queue(matching: JobFilter()).map(\.why) == ["wait for legal"])
        #expect(try await store.removeHold(number, by: Self.ann) == 1)
        #expect(try await store.allDue(at: evening) == due)
        await store.close()
    }

    @Test("a job of a paused route stays as it is, whatever the engine knows")
    func pausedAtAdmission() async throws {
        let fixture = try Fixture()
        let (daemon, command) = (try fixture.open(), try fixture.open(.command))
        _ = try await daemon.take(fixture.chunk([Wish("a").entry]))
        try await command.pauseRoute("relay", by: Self.ann)
        #expect(try await daemon.launchAllDue(at: evening).isEmpty)
        try await command.resumeRoute("relay", by: Self.ann)
        #expect(try await daemon.launchAllDue(at: evening).count == 1)
        await command.close()
        await daemon.close()
    }

    @Test("what a hold held goes free though who took it back was killed at once")
    func strays() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.addHold(hold { $0.brand = "acme" }, by: Self.ann)
        let stays = try await store.addHold(hold { $0.campaign = "spring" }, by: Self.ann)
        _ = try await store.take(fixture.chunk([Wish("a").entry, Wish("b") { $0.campaign = "spring" }.entry]))
        try await store.launchAllDue(at: evening)
        #expect(try await store.queue(matching: JobFilter()).map(\.state) == [.held, .held])
        try fixture.execute("DELETE FROM hold WHERE id <> \(stays)")
        #expect(try await store.tidy(at: evening) == false)
        #expect(try await store.queue(matching: JobFilter()).map(\.state) == [.ready, .held])
        #expect(try await store.removeHold(stays, by: Self.ann) == 1)
        await store.close()
    }

    @Test("routes are paused and resumed, the clock accepted; all of it stands in the journal without names")
    func routesAndClock() async throws {
        let fixture = try Fixture()
        let store = try fixture.open(.command)
        try await store.pauseRoute("relay", by: Self.ann)
        #expect(try await store.standingOrders().pausedRoutes == ["relay": "trial"])
        try await store.resumeRoute("relay", by: Self.ann)
        try await store.acceptClock(by: Self.ann)
        let orders = try await store.standingOrders()
        #expect(orders.pausedRoutes.isEmpty && orders.resumed == ["relay": 1] && orders.clockAccepted == 1)
        let rows = try await store.exportJournal(after: 0, limit: 10).map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(rows.count == 3 && rows.allSatisfy { $0.contains(#""event":"operator""#) && !$0.contains("ann") })
        #expect(try await store.outcomes(after: 0, limit: 10).isEmpty)
        await store.close()
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: QueueChange
        var before: JobState
        var changed = 1
        var state: JobState?
        var history: [String] = []
    }

    static let table = [
        Row(
            testDescription: "hold what is ready", change: .hold, before: .ready, state: .held,
            history: ["postponed held"]),
        Row(testDescription: "release what is held", change: .release, before: .held, state: .ready),
        Row(testDescription: "retry what is held", change: .retry, before: .held, state: .ready),
        Row(
            testDescription: "retry a doubt: sent again", change: .retry, before: .doubt, state: .ready,
            history: ["postponed retry"]),
        Row(testDescription: "cancel what is ready", change: .cancel, before: .ready, history: ["cancelled operator"]),
        Row(testDescription: "cancel what is held", change: .cancel, before: .held, history: ["cancelled operator"]),
        Row(testDescription: "cancel a doubt", change: .cancel, before: .doubt, history: ["cancelled operator"]),
        Row(testDescription: "cancel in the air: marked only", change: .cancel, before: .flying, state: .flying),
        Row(
            testDescription: "release what is ready: nothing", change: .release, before: .ready, changed: 0,
            state: .ready),
    ]

    @Test("what each change does to each state", arguments: table)
    func changes(_ row: Row) async throws {
        let fixture = try Fixture()
        let daemon = try fixture.open()
        _ = try await daemon.take(fixture.chunk([Wish("a").entry]))
        try await bring(daemon, to: row.before)
        let known = try await daemon.histories()["a"]?.count ?? 0
        let command = try fixture.open(.command)
        let step = try await command.change(row.change, matching: JobFilter(), by: Self.ann)
        #expect(step == QueueStep(changed: row.changed, next: nil))
        #expect(try await daemon.histories()["a"].map { Array($0.dropFirst(known)) } == row.history)
        #expect(try await daemon.queue(matching: JobFilter()).map(\.state) == [row.state].compactMap { $0 })
        #expect(try await daemon.queuedJobs() == (row.state == nil ? 0 : 1))
        await command.close()
        await daemon.close()
    }

    private func bring(_ store: Store, to state: JobState) async throws {
        switch state {
        case .ready: break
        case .held: _ = try await store.change(.hold, matching: JobFilter(), by: Self.ann)
        case .flying: try await store.launchAllDue(at: evening)
        case .doubt: try await store.settle(store.launchAllDue(at: evening), .unknown(.park), at: evening)
        }
    }

    @Test("what waits without a time is due when it is released")
    func releaseUntimed() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        let due = try await store.allDue(at: evening)
        _ = try await store.exchange(settled: [], candidates: due, at: evening) { facts in
            .postpone(until: nil, .unknownZone, decision(.postpone(until: nil, .unknownZone), evening, facts))
        }
        #expect(try await store.allDue(at: evening + .seconds(86_400)).isEmpty)
        #expect(try await store.change(.release, matching: JobFilter(), by: Self.ann).changed == 1)
        #expect(try await store.allDue(at: evening) == due)
        await store.close()
    }

    @Test(
        "filters find by every part, addresses in any spelling",
        arguments: [
            ("campaign", { @Sendable in $0.campaign = "spring" }, ["a"]), ("route", { $0.route = "second" }, ["b"]),
            ("template", { $0.template = "tip" }, ["b"]), ("person", { $0.person = "p1" }, ["a"]),
            ("address", { $0.recipient = "BO@Example.COM" }, ["b"]), ("id", { $0.id = "a" }, ["a"]),
            ("unknown word", { $0.campaign = "autumn" }, []), ("everything", { _ in }, ["a", "b"]),
        ] as [(String, @Sendable (inout JobFilter) -> Void, [String])])
    func filters(_ name: String, _ change: @Sendable (inout JobFilter) -> Void, _ found: [String]) async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(
            fixture.chunk([
                Wish("a") { ($0.campaign, $0.person) = ("spring", "p1") }.entry,
                Wish("b") { ($0.route, $0.template, $0.email) = ("second", "tip", "Bo@example.com") }.entry,
            ]))
        var filter = JobFilter()
        change(&filter)
        #expect(try await store.queue(matching: filter).map(\.id) == found)
        await store.close()
    }
}
