// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Store

@Suite("What ends and goes by itself")
struct KeepingTests {
    @Test("expiry holds in every state but doubt")
    func expiry() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let soon = evening + .seconds(60)
        let expiring = { (wish: inout Wish) in wish.expiresAt = soon }
        _ = try await store.take(fixture.chunk([Wish("doubt", expiring).entry]))
        try await store.settle(store.launchAllDue(at: evening), .unknown(.park), at: evening)
        _ = try await store.take(fixture.chunk([Wish("held", expiring).entry]))
        _ = try await store.change(.hold, matching: JobFilter(), by: Signature(systemUser: "root"))
        _ = try await store.take(fixture.chunk([Wish("flying", expiring).entry]))
        let flying = try await store.launchAllDue(at: evening)
        _ = try await store.take(
            fixture.chunk([
                Wish("ready", expiring).entry,
                Wish("later") { ($0.expiresAt, $0.notBefore) = (soon, soon + .seconds(9)) }.entry,
                Wish("longer") { $0.expiresAt = soon + .seconds(3600) }.entry,
            ]))
        try await store.askSchedule(at: evening)
        #expect(try await store.tidy(at: soon) == false)
        try await store.settle(flying, .again(at: soon, .retry, counts: true), at: soon)
        #expect(
            try await store.histories() == [
                "doubt": ["accepted", "unknown in_doubt"], "held": ["accepted", "postponed held", "withheld expired"],
                "flying": ["accepted", "withheld expired"], "ready": ["accepted", "withheld expired"],
                "later": ["accepted", "postponed not_before", "withheld expired"], "longer": ["accepted"],
            ])
        await store.close()
    }

    @Test("a try that found its route closed counts as the first, and the job keeps its place")
    func routeDown() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        let place = try #require(try await store.queue(matching: JobFilter()).first?.due)
        let later = evening + .seconds(60)
        try await store.settle(
            store.launchAllDue(at: later), .again(at: later + .seconds(1), .routeDown, counts: false), at: later)
        let job = try #require(try await store.queue(matching: JobFilter()).first)
        #expect(job.due == place && job.facts.attempts == 0 && job.facts.firstAttemptAt == later)
        #expect(try await store.histories() == ["a": ["accepted", "postponed route_down"]])
        await store.close()
    }

    @Test("giving a closed route up ends what has been due so long, and nothing that an operator stops")
    func givesUp() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let (limit, now) = (evening + .seconds(100), evening + .seconds(72 * 3600))
        let me = Signature(systemUser: "root", why: "wait")
        let wishes = [
            Wish("old"), Wish("other") { $0.route = "second" },
            Wish("scheduled") { $0.notBefore = limit + .seconds(1) },
            Wish("expired") { $0.expiresAt = now }, Wish("campaign") { $0.campaign = "spring" },
            Wish("zeta") { $0.brand = "zeta" }, Wish("parked"),
        ]
        _ = try await store.take(fixture.chunk(wishes.map(\.entry)))
        var parked = JobFilter()
        parked.id = "parked"
        _ = try await store.change(.hold, matching: parked, by: me)
        for (campaign, brand) in [("spring", nil), (nil, "zeta")] as [(String?, String?)] {
            _ = try await store.addHold(
                .init(
                    id: 0, campaign: campaign, brand: brand, template: nil, route: nil, messageClass: nil, why: "w"),
                by: me)
        }
        fixture.clock.advance(by: .seconds(101))
        _ = try await store.take(fixture.chunk([Wish("young").entry]))
        try await store.pauseRoute("relay", by: me)
        let give = { try await store.giveUp(on: "relay", dueBefore: limit, because: "down: ada@example.com", at: now) }
        #expect(try await give() == false)
        #expect(try await store.queuedJobs() == 8)
        try await store.resumeRoute("relay", by: me)
        #expect(try await give() == false)
        let ended = try await store.histories().filter { $0.value.last?.hasPrefix("failed") == true }
        #expect(ended == ["old": ["accepted", "failed retries_exhausted"]])
        let outcome = try #require(try await store.outcomes(after: 0, limit: 100).last { $0.job == "old" })
        #expect(outcome.detail == "down: <recipient>" && outcome.attempt == nil)
        let states = Dictionary(
            uniqueKeysWithValues: try await store.queue(matching: JobFilter()).map { ($0.id, $0.state) })
        #expect(states["campaign"] == .held && states["zeta"] == .ready && states["scheduled"] == .ready)
        await store.close()
    }

    @Test("giving up goes by bounded steps, and says while there is more")
    func givesUpInSteps() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk((0..<450).map { Wish("j\($0)").entry }))
        var steps: [Bool] = []
        for _ in 0..<3 {
            steps.append(
                try await store.giveUp(
                    on: "relay", dueBefore: evening, because: "down", at: evening + .seconds(72 * 3600)))
        }
        #expect(steps == [true, true, false])
        #expect(try await store.queuedJobs() == 0)
        #expect(try await store.verifyJournal().fault == nil)
        await store.close()
    }

    @Test("a parked doubt leaves silently after seven days")
    func doubt() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        try await store.settle(store.launchAllDue(at: evening), .unknown(.park), at: evening)
        _ = try await store.tidy(at: evening + .seconds(7 * 86_400 - 1))
        #expect(try await store.queuedJobs() == 1)
        _ = try await store.tidy(at: evening + .seconds(7 * 86_400))
        #expect(try await store.queuedJobs() == 0)
        #expect(try await store.histories() == ["a": ["accepted", "unknown in_doubt"]])
        await store.close()
    }

    @Test("bodies, decisions and outcomes go each in their time; what stays is still whole")
    func retention() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let day = { (count: Int) in evening + .seconds(count * 86_400 + 1) }
        _ = try await store.take(fixture.chunk([Wish("a").entry, Wish("b") { $0.notBefore = day(3000) }.entry]))
        try await store.askSchedule(at: evening)
        try await store.settle(store.launchAllDue(at: evening), .sent, at: evening)
        #expect(try await store.job(id: "a").first?.record != nil)
        _ = try await store.tidy(at: day(8))
        #expect(try await store.job(id: "a").first?.record == nil)
        #expect(try await store.job(id: "b").first?.record != nil)
        #expect(try await store.job(id: "a").first?.outcomes.last?.decision != nil)
        _ = try await store.tidy(at: day(401))
        #expect(try await store.job(id: "a").first?.outcomes.last?.decision == nil)
        #expect(try await store.verifyJournal().rows == 4)
        try await store.settle(store.launchAllDue(at: day(3001)), .sent, at: day(3001))
        while try await store.tidy(at: day(3002)) {}
        #expect(
            try await store.verifyJournal() == JournalCheck(rows: 1, firstSeq: 5, lastSeq: 5, sideRows: 1, fault: nil))
        #expect(try await store.outcomes(after: 0, limit: 10).map(\.event) == [.sent])
        await #expect(throws: StoreError.self) { try await store.outcomes(after: 2, limit: 10) }
        await store.close()
    }

    @Test("numbers go on, and the daemon starts, after all of the journal has had its time")
    func purgedWhole() async throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        _ = try await first.take(fixture.chunk([Wish("a").entry]))
        try await first.settle(first.launchAllDue(at: evening), .sent, at: evening)
        let late = evening + .seconds(3000 * 86_400)
        while try await first.tidy(at: late) {}
        #expect(try await first.lastSeq() == 2)
        await first.close()
        let second = try fixture.open()
        _ = try await second.take(fixture.chunk([Wish("b").entry]))
        #expect(try await second.outcomes(after: 2, limit: 9).map(\.seq) == [3])
        #expect(try await second.lastOutcomeTime() == evening)
        #expect(try await second.verifyJournal().fault == nil)
        await second.close()
    }

    @Test("a doubt keeps its names though its journal is past its time")
    func doubtKeepsNames() async throws {
        let fixture = try Fixture()
        let store = try fixture.open { $0.keepOutcomes = .seconds(3600) }
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        try await store.settle(store.launchAllDue(at: evening), .unknown(.park), at: evening)
        _ = try await store.take(fixture.chunk([Wish("b").entry]))
        while try await store.tidy(at: evening + .seconds(7200)) {}
        _ = try await store.change(.cancel, matching: JobFilter(), by: Signature(systemUser: "root"))
        #expect(try await store.histories()["a"]?.last == "cancelled operator")
        await store.close()
    }

    @Test("what is taken in while the wall has jumped ahead is due by the gate's time")
    func jumpedClock() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.tidy(at: evening)
        fixture.clock.advance(by: .seconds(365 * 86_400))
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        #expect(try await store.allDue(at: evening).count == 1)
        await store.close()
    }

    @Test("tallies count launches by lane and minute")
    func tallies() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry, Wish("b").entry]))
        try await store.launchAllDue(at: evening)
        let lane = LaneKey(route: "relay", domain: nil, brand: "acme")
        #expect(try await store.tallies(since: evening) == [LaneTally(lane: lane, minute: evening, count: 2)])
        #expect(try await store.tallies(since: evening + .seconds(60)).isEmpty)
        await store.close()
    }
}
