// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Store

@Suite("Cancels")
struct CancelTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var match: @Sendable (inout CancelRequest.Match) -> Void
        var reaches: Set<String>
    }

    static let table = [
        Row(testDescription: "by id", match: { $0.id = "a" }, reaches: ["a"]),
        Row(testDescription: "by person", match: { $0.person = "p1" }, reaches: ["a", "b"]),
        Row(testDescription: "by address", match: { $0.email = "bo@example.com" }, reaches: ["c"]),
        Row(
            testDescription: "by person and campaign", match: { ($0.person, $0.campaign) = ("p1", "spring") },
            reaches: ["a"]),
        Row(testDescription: "by campaign", match: { $0.campaign = "spring" }, reaches: ["a", "c"]),
        Row(testDescription: "all of a channel", match: { $0.channel = .email }, reaches: ["a", "b", "c"]),
        Row(testDescription: "another channel", match: { $0.channel = .sms }, reaches: []),
        Row(testDescription: "by topic", match: { $0.topic = "news" }, reaches: ["b"]),
        Row(testDescription: "a person never seen", match: { $0.person = "p9" }, reaches: []),
    ]

    static let jobs = [
        Wish("a") { ($0.person, $0.campaign) = ("p1", "spring") },
        Wish("b") { ($0.person, $0.topic) = ("p1", "news") },
        Wish("c") { ($0.email, $0.campaign) = ("bo@example.com", "spring") },
    ]

    @Test("reaches what is queued", arguments: table)
    func queued(_ row: Row) async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk(Self.jobs.map(\.entry)))
        _ = try await store.take(fixture.chunk([cancelEntry("x", row.match)]))
        try await expect(row.reaches, in: store)
        await store.close()
    }

    @Test("reaches what is taken in later but was created before", arguments: table)
    func later(_ row: Row) async throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        _ = try await first.take(fixture.chunk([cancelEntry("x", row.match)]))
        await first.close()
        let store = try fixture.open()
        let progress = try await store.take(fixture.chunk(Self.jobs.map(\.entry)))
        #expect(progress.tally == IntakeTally(accepted: 3 - row.reaches.count, cancelled: row.reaches.count))
        try await expect(row.reaches, in: store)
        await store.close()
    }

    private func expect(_ cancelled: Set<String>, in store: Store) async throws {
        for job in ["a", "b", "c"] {
            let expected = cancelled.contains(job) ? ["accepted", "cancelled producer"] : ["accepted"]
            #expect(try await store.histories()[job] == expected)
        }
        let causes = try await store.outcomes(after: 0, limit: 100).filter { $0.event == .cancelled }.map(\.cause)
        #expect(causes.allSatisfy { $0 == "x" })
        #expect(try await store.queuedJobs() == 3 - cancelled.count)
    }

    @Test("jobs created after it, of another producer, or past its seven days are not reached")
    func notReached() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([cancelEntry("x") { $0.person = "p1" }], producer: "one"))
        fixture.clock.advance(by: .seconds(1))
        let person = { (wish: inout Wish) in wish.person = "p1" }
        _ = try await store.take(fixture.chunk([Wish("later", person).entry], producer: "one"))
        let old = { (wish: inout Wish) in (wish.person, wish.createdAt) = ("p1", evening) }
        _ = try await store.take(fixture.chunk([Wish("other", old).entry], producer: "two"))
        fixture.clock.advance(by: .seconds(8 * 86_400))
        _ = try await store.take(fixture.chunk([Wish("old", old).entry], producer: "one"))
        #expect(try await store.queuedJobs() == 3)
        await store.close()
    }

    @Test("within one chunk it reaches the jobs before it and those after it")
    func inOrder() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let one = Wish("a") { $0.person = "p1" }
        let two = Wish("b") { $0.person = "p1" }
        let progress = try await store.take(
            fixture.chunk([one.entry, cancelEntry("x") { $0.person = "p1" }, two.entry]))
        #expect(progress.tally == IntakeTally(accepted: 2, cancelled: 1))
        #expect(try await store.queuedJobs() == 0)
        await store.close()
    }

    @Test("one that names a recipient looks at the recipient's jobs, however many its campaign has")
    func looksAtFew() async throws {
        let fixture = try Fixture()
        let store = try fixture.open(.reader)
        for subject in [\CancelRow.person, \.email, \.phone, \.crm] {
            var cancel = CancelRow(id: 1, producer: 1, name: "x", asOf: evening, until: evening)
            cancel.campaign = 7
            let wide = cancel
            cancel[keyPath: subject] = 5
            for (cancel, isNarrow) in [(cancel, true), (wide, false)] {
                let sql = "EXPLAIN QUERY PLAN " + Ledger.query(for: cancel).text
                let plan = try await store.read { session in
                    var steps: [String] = []
                    try session.prepared(text: sql).each { steps.append($0.text(3)) }
                    return steps.joined(separator: "; ")
                }
                #expect(plan.contains("job_campaign") != isNarrow)
                #expect(plan.contains("(<expr>=? AND ") == isNarrow)
            }
        }
        await store.close()
    }

    @Test("one past its seven days is forgotten, the others stay")
    func forgotten() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([cancelEntry("x", asOf: evening) { $0.person = "p1" }]))
        fixture.clock.advance(by: .seconds(86_400))
        _ = try await store.take(fixture.chunk([cancelEntry("y", asOf: evening) { $0.person = "p2" }]))
        fixture.clock.advance(by: .seconds(6 * 86_400 + 1))
        #expect(try await store.tidy(at: fixture.clock.now()) == false)
        let jobs = ["p1", "p2"].map { person in
            Wish(person) { ($0.person, $0.createdAt) = (person, evening) }.entry
        }
        #expect(try await store.take(fixture.chunk(jobs)).tally == IntakeTally(accepted: 1, cancelled: 1))
        await store.close()
    }

    @Test("hundreds in one file that reach many are carried through, one step a transaction")
    func manyWide() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let jobs = (0..<600).map { n in Wish("j\(n)") { $0.campaign = "c\(n % 3)" }.entry }
        _ = try await store.take(fixture.chunk(jobs))
        let cancels = (0..<3).map { n in cancelEntry("x\(n)") { $0.campaign = "c\(n)" } }
        _ = try await store.take(fixture.chunk(cancels))
        // Those still under way hold at admission.
        #expect(try await store.launchAllDue(at: evening).isEmpty)
        for _ in 0..<3 { _ = try await store.tidy(at: evening) }
        #expect(try await store.queuedJobs() == 0)
        await store.close()
    }

    @Test("an attempt in the air is marked; what becomes of it depends on whether it went")
    func flying() async throws {
        let fates: [(Settlement.Fate, [String])] = [
            (.sent, ["accepted", "sent"]),
            (.recalled, ["accepted", "cancelled producer"]),
            (.again(at: evening + .seconds(9), .retry, counts: true), ["accepted", "cancelled producer"]),
            (.unknown(.resend(at: evening)), ["accepted", "unknown in_doubt", "cancelled producer"]),
        ]
        for (fate, history) in fates {
            let fixture = try Fixture()
            let store = try fixture.open()
            _ = try await store.take(fixture.chunk([Wish("a") { $0.person = "p1" }.entry]))
            let departures = try await store.launchAllDue(at: evening)
            _ = try await store.take(fixture.chunk([cancelEntry("x") { $0.person = "p1" }]))
            #expect(try await store.attemptsToRecall() == departures.map(\.attempt))
            try await store.settle(departures, fate, at: evening)
            #expect(try await store.histories()["a"] == history)
            #expect(try await store.attemptsToRecall().isEmpty)
            await store.close()
        }
    }

    @Test("one that reaches thousands holds at once and is carried through in steps")
    func many() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let count = 2500
        _ = try await store.take(fixture.chunk((0..<count).map { n in Wish("j\(n)") { $0.campaign = "spring" }.entry }))
        let due = try await store.allDue(at: evening)
        _ = try await store.take(fixture.chunk([cancelEntry("x") { $0.campaign = "spring" }]))
        let departures = try await store.exchange(settled: [], candidates: due, at: evening) {
            .launch(decision(.proceed, evening, $0), reserves: true)
        }
        #expect(departures.isEmpty)
        // Each write is a transaction, and each transaction takes the pass a step on.
        for _ in 0..<4 { _ = try await store.tidy(at: evening) }
        #expect(try await store.queuedJobs() == 0)
        let histories = try await store.histories()
        #expect(histories.count == count && histories.values.allSatisfy { $0 == ["accepted", "cancelled producer"] })
        await store.close()
    }
}
