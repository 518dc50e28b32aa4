// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Store

@Suite("Places under caps", .serialized)
struct CapBookTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var fate: Settlement.Fate
        var places: Int
    }

    static let table = [
        Row(testDescription: "sent keeps it", fate: .sent, places: 1),
        Row(testDescription: "no verdict keeps it", fate: .unknown(.park), places: 1),
        Row(testDescription: "refused gives it back", fate: .failed(.refused), places: 0),
        Row(
            testDescription: "certainly not sent gives it back",
            fate: .again(at: evening + .seconds(9000), .retry, counts: true), places: 0),
        Row(testDescription: "recalled gives it back", fate: .recalled, places: 0),
        Row(testDescription: "held gives it back", fate: .held(why: "template gone"), places: 0),
    ]

    /// Two jobs to the same person; the first goes, the second is asked.
    private func store(_ fixture: Fixture) async throws -> (Store, [Departure]) {
        let store = try fixture.open()
        let wish = { (id: String) in
            Wish(id) { ($0.person, $0.campaign, $0.topic) = ("p", "spring", "news") }.entry
        }
        _ = try await store.take(fixture.chunk([wish("a")]))
        let departures = try await store.launchAllDue(at: evening)
        _ = try await store.take(fixture.chunk([wish("b")]))
        return (store, departures)
    }

    @Test("the place of an attempt by its end", arguments: table)
    func refunds(_ row: Row) async throws {
        let fixture = try Fixture()
        let (store, departures) = try await store(fixture)
        #expect(try await store.askedWith().values.first?.sends.count == 2)
        try await store.settle(departures, row.fate, at: evening)
        let asked = try await store.askedWith()
        let sends = try #require(asked[JobKey(2)]).sends
        #expect(Set(sends.map(\.job)).count == row.places)
        if let send = sends.first {
            #expect(sends.map(\.by).contains(.person) && sends.map(\.by).contains(.address))
            #expect(send.at == evening && send.channel == .email && send.messageClass == .marketing)
            #expect(send.brand == "acme" && send.topic == "news" && send.campaign == "spring")
        }
        await store.close()
    }

    @Test("one that is recalled by a cancel gives its place back, whatever its settlement is called")
    func cancelled() async throws {
        let fixture = try Fixture()
        let (store, departures) = try await store(fixture)
        _ = try await store.change(.cancel, matching: JobFilter(), by: reviewer)
        try await store.settle(departures, .recalled, at: evening)
        #expect(try await store.queuedJobs() == 0)
        _ = try await store.take(fixture.chunk([Wish("c") { $0.person = "p" }.entry]))
        #expect(try await store.places() == 0)
        await store.close()
    }

    @Test("a job that may have gone has one place, from its last try, and keeps it whatever becomes of that")
    func resent() async throws {
        let fixture = try Fixture()
        let (store, departures) = try await store(fixture)
        let soon = evening + .seconds(60)
        try await store.settle(departures, .unknown(.resend(at: soon)), at: evening)
        let again = try await store.exchange(settled: [], candidates: [JobKey(1)], at: soon) {
            .launch(decision(.proceed, soon, $0), reserves: true)
        }
        let second = try #require(try await store.askedWith(at: soon)[JobKey(2)])
        #expect(second.sends.map(\.at) == [soon, soon])
        try await store.settle(again, .failed(.refused), at: soon)
        #expect(try await store.places(at: soon) == 1)
        await store.close()
    }

    @Test("an interest in nothing reads nothing; one in an hour reads an hour and what is ahead of the clock")
    func interest() async throws {
        let fixture = try Fixture()
        let (store, departures) = try await store(fixture)
        try await store.settle(departures, .sent, at: evening)
        let hour = PolicyInterest(capHorizon: .seconds(3600))
        let table: [(Instant, PolicyInterest, Int)] = [
            (evening, PolicyInterest(), 0), (evening, hour, 2), (evening + .seconds(3599), hour, 2),
            (evening + .seconds(3600), hour, 0),
        ]
        for (now, interest, count) in table {
            #expect(try await store.askedWithOne(at: now, interest: interest).sends.count == count)
        }
        let subject = GateSubject(
            contact: .email, messageClass: .marketing, address: ada, person: "p", place: PlaceEvidence())
        let before = try await store.recipientFacts(for: subject, at: evening - .seconds(300), interest: hour)
        #expect(before.sends.count == 2 && before.queued == 1 && before.hasPerson)
        await store.close()
    }

    @Test("a transactional job that takes no place has none")
    func unreserved() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry, Wish("b").entry]))
        _ = try await store.exchange(settled: [], candidates: [JobKey(1)], at: evening) {
            .launch(decision(.proceed, evening, $0), reserves: false)
        }
        #expect(try await store.askedWithOne().sends.isEmpty)
        await store.close()
    }

    @Test("the first postponement by a cap is remembered, the later ones do not move it")
    func firstCapped() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        let table: [(Int64, PostponeReason, Instant?)] = [
            (0, .quietHours, nil), (10, .frequencyCap, evening + .seconds(10)),
            (20, .frequencyCap, evening + .seconds(10)),
        ]
        for (second, reason, expected) in table {
            let (now, until) = (evening + .seconds(second), evening + .seconds(second + 10))
            _ = try await store.exchange(settled: [], candidates: store.allDue(at: now), at: now) {
                .postpone(until: until, reason, decision(.postpone(until: until, reason), now, $0))
            }
            #expect(try await store.askedWithOne(at: until).firstCapped == expected)
        }
        await store.close()
    }

    enum Noted: CaseIterable, Sendable { case nothing, endHandedOver, answered }

    @Test(
        "killed between the reservation and the outcome: the place is kept unless it certainly did not go",
        arguments: Noted.allCases)
    func crash(_ noted: Noted) async throws {
        let fixture = try Fixture()
        let (first, departures) = try await store(fixture)
        let slot = departures[0].slot
        switch noted {
        case .nothing: break
        case .endHandedOver: first.notes.noteEndHandedOver(slot)
        case .answered:
            first.notes.noteEndHandedOver(slot)
            first.notes.noteAnswered(slot, code: 250, text: "ok")
        }
        first.abandon()
        let second = try fixture.open { options in
            options.recovery = RecoveryRules(
                judge: { code, text, _ in
                    let evidence = DeliveryEvidence(stage: "end_of_data", code: code, text: text)
                    return RecoveryRules.Judged(fate: .sent, evidence: evidence)
                }, doubtStep: { _ in .park })
        }
        let sends = try #require(try await second.askedWith()[JobKey(2)]).sends
        #expect(Set(sends.map(\.job)) == (noted == .nothing ? [] : [JobKey(1)]))
        await second.close()
    }

    @Test("a cap of one is never exceeded, wherever the daemon is killed")
    func neverExceeded() async throws {
        let fixture = try Fixture()
        var store = try fixture.open()
        let wishes = (0..<12).map { n in Wish("j\(n)") { $0.person = "p" }.entry }
        _ = try await store.take(fixture.chunk(wishes))
        var (gone, now) = (0, evening)
        for round in 0..<12 {
            now = now + .seconds(1)
            let time = now
            let departures = try await store.exchange(
                settled: [], candidates: store.allDue(at: now), at: now, interest: wholeInterest
            ) { job, facts in
                let places = Set(facts.sends.map(\.job)).subtracting([job.key]).count
                return places == 0 ? .launch(decision(.proceed, time, job), reserves: true) : .leave
            }
            #expect(departures.count <= 1)
            for departure in departures where round % 3 == 2 {
                store.notes.noteEndHandedOver(departure.slot)
                gone += 1
            }
            store.abandon()
            store = try fixture.open()
        }
        #expect(gone == 1)
        await store.close()
    }

    @Test("entries past every window go, a step at a time; those a cap may look at stay")
    func purge() async throws {
        let fixture = try Fixture()
        let (store, departures) = try await store(fixture)
        try await store.settle(departures, .sent, at: evening)
        let later = evening + .seconds(33 * 86_400)
        let far = PolicyInterest(capHorizon: .seconds(40 * 86_400))
        // Nothing goes before the engine has said how far its caps look.
        _ = try await store.exchange(settled: [], candidates: [], at: evening, interest: far) { _, _ in .leave }
        while try await store.tidy(at: later) {}
        #expect(try await store.askedWithOne(at: later, interest: far).sends.count == 2)
        let near = PolicyInterest(capHorizon: .seconds(86_400))
        _ = try await store.exchange(settled: [], candidates: [], at: later, interest: near) { _, _ in .leave }
        while try await store.tidy(at: later + .seconds(7 * 3600)) {}
        #expect(try await store.askedWithOne(at: later, interest: far).sends.isEmpty)
        await store.close()
    }
}
