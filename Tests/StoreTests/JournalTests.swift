// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Store

@Suite("The journal")
struct JournalTests {
    private func filled(_ fixture: Fixture) async throws -> Store {
        let store = try fixture.open()
        _ = try await store.take(
            fixture.chunk([
                Wish("secret-id") { ($0.person, $0.campaign) = ("lead-8812", "spring") }.entry,
                Wish("b") { $0.email = "bo@example.com" }.entry,
            ]))
        let departures = try await store.launchAllDue(at: evening)
        try await store.settle(Array(departures.prefix(1)), .sent, at: evening, text: "250 ok ada@example.com")
        let later = evening + .seconds(60)
        try await store.settle(Array(departures.dropFirst()), .failed(.content), at: later)
        return store
    }

    @Test("its rows name nobody")
    func noPersonalData() async throws {
        let fixture = try Fixture()
        let store = try await filled(fixture)
        for row in try await store.exportJournal(after: 0, limit: 100) {
            let text = String(decoding: row.bytes, as: UTF8.self)
            for word in ["ada@", "bo@", "example", "lead-8812", "secret-id", "spring", "queued"] {
                #expect(!text.contains(word))
            }
            #expect((try? JSONValue.parse(row.bytes))?.object?["seq"]?.number?.int == Int(row.seq))
        }
        await store.close()
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var sql: String
        var seq: Int64
    }

    static let damages = [
        Damage(testDescription: "a row is gone", sql: "DELETE FROM journal WHERE seq = 2", seq: 3),
        Damage(
            testDescription: "a row's bytes differ",
            sql: "UPDATE journal SET row = replace(row, 'sent', 'held') WHERE seq = 3", seq: 3),
        Damage(testDescription: "an event is another", sql: "UPDATE journal SET event = 4 WHERE seq = 3", seq: 3),
        Damage(
            testDescription: "a job's words differ", sql: "UPDATE job_words SET words = x'0102' WHERE key = 2", seq: 2),
        Damage(
            testDescription: "an event's words differ", sql: "UPDATE event_words SET words = x'00' WHERE seq = 4",
            seq: 4),
        Damage(
            testDescription: "a decision differs", sql: "UPDATE event_words SET decision = x'00' WHERE seq = 4", seq: 4),
    ]

    @Test("verifying finds the first row that is wrong", arguments: damages)
    func verify(_ damage: Damage) async throws {
        let fixture = try Fixture()
        let first = try await filled(fixture)
        #expect(
            try await first.verifyJournal() == JournalCheck(rows: 4, firstSeq: 1, lastSeq: 4, sideRows: 4, fault: nil))
        await first.close()
        try fixture.execute("DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete; \(damage.sql)")
        let second = try fixture.open(.reader)
        #expect(try await second.verifyJournal().fault?.seq == damage.seq)
        await second.close()
    }

    @Test("side rows that were erased leave it whole")
    func erased() async throws {
        let fixture = try Fixture()
        await (try await filled(fixture)).close()
        try fixture.execute(
            "DELETE FROM job_words; DELETE FROM event_words; UPDATE subject SET key = x'', address = ''")
        let store = try fixture.open(.reader)
        #expect(
            try await store.verifyJournal() == JournalCheck(rows: 4, firstSeq: 1, lastSeq: 4, sideRows: 0, fault: nil))
        let outcomes = try await store.outcomes(after: 0, limit: 10)
        #expect(
            outcomes.map(\.event) == [.accepted, .accepted, .sent, .failed]
                && outcomes.allSatisfy { $0.recipient == nil })
        await store.close()
    }

    @Test("nobody changes it")
    func appendOnly() async throws {
        let fixture = try Fixture()
        await (try await filled(fixture)).close()
        #expect(throws: (any Error).self) { try fixture.execute("UPDATE journal SET at = 0") }
        #expect(throws: (any Error).self) { try fixture.execute("DELETE FROM journal WHERE seq = 1") }
    }

    @Test("outcomes are found by job, recipient in any spelling, event and time, page by page")
    func queries() async throws {
        let fixture = try Fixture()
        let store = try await filled(fixture)
        let table: [(String, (inout OutcomeQuery) -> Void, [Int64])] = [
            ("job", { $0.job = "b" }, [2, 4]), ("recipient", { $0.recipient = "BO@EXAMPLE.com" }, [2, 4]),
            ("event", { $0.event = .sent }, [3]), ("since", { $0.since = evening + .seconds(1) }, [4]),
            ("producer", { $0.producer = "nobody" }, []), ("after", { $0.after = 2 }, [3, 4]),
            ("job and event", { ($0.job, $0.event) = ("b", .failed) }, [4]), ("limit", { $0.limit = 2 }, [1, 2]),
        ]
        for (name, change, seqs) in table {
            var query = OutcomeQuery()
            change(&query)
            #expect(try await store.outcomes(query).outcomes.map(\.seq) == seqs, "\(name)")
        }
        await store.close()
    }

    @Test("a report counts by what it is asked for")
    func report() async throws {
        let fixture = try Fixture()
        let store = try await filled(fixture)
        let rows = try await store.report(by: [.campaign, .channel])
        #expect(rows.map(\.event) == [.accepted, .accepted, .sent, .failed])
        #expect(rows.map { $0.by[.campaign] ?? nil } == [nil, "spring", "spring", nil])
        #expect(rows.last?.reason == "content" && rows.allSatisfy { $0.count == 1 && $0.by[.channel] == "email" })
        #expect(try await store.report(by: []).map(\.count) == [2, 1, 1])
        #expect(try await store.report(by: [], since: evening + .seconds(7200)).isEmpty)
        await store.close()
    }

    static let scrubs: [(String, String, String)] = [
        ("550 <Ada@Example.com> unknown", "ada@example.com", "550 <<recipient>> unknown"),
        ("bounce+ada=example.com@x", "ada@example.com", "bounce+<recipient>@x"),
        ("user jane.doe not here", "Jane.Doe@example.com", "user <recipient> not here"),
        ("ada is short", "ada@example.com", "ada is short"),
        ("Greylisted, ask greylist later", "greylist@example.com", "Greylisted, ask <recipient> later"),
        ("to 33612345678", "+33612345678", "to <recipient>"),
        ("caf\u{e9}", "ada@example.com", "caf\u{e9}"),
        ("", "ada@example.com", ""),
    ]

    @Test("replies are stored without the address they quote", arguments: scrubs)
    func scrub(_ text: String, _ recipient: String, _ clean: String) {
        #expect(Scrub.text(text, of: recipient) == clean)
    }
}
