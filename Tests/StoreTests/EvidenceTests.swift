// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Store

@Suite("What reviewers read")
struct EvidenceTests {
    /// One message about news, admitted in the evening, accepted five seconds later; and one opt-out.
    struct History: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Seconds from the evening on.
        var occurred: Int64
        var recorded: Int64
        var type = ConsentType.withdrawn
        var messageClass = MessageClass.marketing
        var scope: @Sendable (inout ConsentEvent) -> Void = { _ in }
        var isMarked: Bool
    }

    static let histories: [History] = [
        History(testDescription: "known before it was let go after all", occurred: -60, recorded: 60, isMarked: true),
        History(testDescription: "while it was in the air", occurred: 2, recorded: 3, isMarked: true),
        History(testDescription: "took effect in the air, known later", occurred: 2, recorded: 60, isMarked: true),
        History(testDescription: "after it had gone", occurred: 6, recorded: 60, isMarked: false),
        History(
            testDescription: "of its topic", occurred: -60, recorded: 60, scope: { $0.topics = ["news", "offers"] },
            isMarked: true),
        History(
            testDescription: "of another topic", occurred: -60, recorded: 60, scope: { $0.topics = ["offers"] },
            isMarked: false),
        History(
            testDescription: "of another brand", occurred: -60, recorded: 60, scope: { $0.brand = "other" },
            isMarked: false),
        History(
            testDescription: "of another channel", occurred: -60, recorded: 60, scope: { $0.channel = .sms },
            isMarked: false),
        History(
            testDescription: "objected, everywhere", occurred: -60, recorded: 60, type: .objected, isMarked: true),
        History(
            testDescription: "objected to another brand of the controller", occurred: -60, recorded: 60,
            type: .objected, scope: { $0.brand = "sister" }, isMarked: true),
        History(
            testDescription: "objected to another controller's brand", occurred: -60, recorded: 60, type: .objected,
            scope: { $0.brand = "stranger" }, isMarked: false),
        History(
            testDescription: "the address is somebody else's", occurred: -60, recorded: 60, type: .reassigned,
            scope: { $0.channel = .sms }, isMarked: true),
        History(
            testDescription: "a transactional message", occurred: -60, recorded: 60, messageClass: .transactional,
            isMarked: false),
    ]

    @Test("what went in spite of an opt-out", arguments: histories)
    func sentDespite(_ history: History) async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let entry = jobEntry("a", .email, history.messageClass) { job in
            (job.to.email, job.topic) = (EmailAddress("Ada@example.com"), "news")
        }
        _ = try await store.take(fixture.chunk([entry]))
        let departures = try await store.launchAllDue(at: evening)
        let optOut = consent(history.type, occurred: evening + .seconds(history.occurred)) { history.scope(&$0.event) }
        if history.recorded > 5 { try await store.settle(departures, .sent, at: evening + .seconds(5)) }
        fixture.clock.advance(by: .seconds(history.recorded))
        try await store.record([optOut], by: reviewer)
        if history.recorded <= 5 { try await store.settle(departures, .sent, at: evening + .seconds(5)) }
        let found = try await store.sentDespite(
            from: evening, to: evening + .seconds(3600),
            controllers: ["acme": "Acme Inc.", "sister": "Acme Inc.", "stranger": "Other Ltd."]
        ).rows
        #expect(found.flatMap(\.sent).map(\.job) == (history.isMarked ? ["a"] : []))
        #expect(found.allSatisfy { $0.sent.allSatisfy { $0.admittedAt == evening } })
        await store.close()
    }

    @Test("consents of a period: the types asked for, its end left out, page by page, over a clock that was set back")
    func consentsOfAPeriod() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let hour = Duration.seconds(3600)
        // Three hours of 2,000 grants and one withdrawal each, then a clock set back by half an hour.
        for _ in 0..<3 {
            let grants = (0..<2000).map { consent(.granted, .email("r\($0)@example.com")) }
            try await store.record(grants + [consent(.withdrawn, occurred: evening)], by: reviewer)
            fixture.clock.advance(by: hour)
        }
        fixture.clock.advance(by: .seconds(-1800))
        try await store.record([consent(.objected, occurred: evening)], by: reviewer)

        func numbers(_ types: Set<ConsentType>, _ from: Instant, _ to: Instant) async throws -> (
            all: [Int64], pages: Int
        ) {
            var (all, after, pages): ([Int64], Int64?, Int) = ([], 0, 0)
            while let start = after {
                let page = try await store.consents(types, from: from, to: to, after: start)
                (all, after, pages) = (all + page.rows.map(\.event.number), page.next, pages + 1)
            }
            return (all, pages)
        }
        let outs: Set<ConsentType> = [.withdrawn, .objected, .reassigned]
        let whole = try await numbers(outs, evening, evening + hour * 10)
        #expect(whole.all == [2001, 4002, 6003, 6004] && whole.pages == 2)
        #expect(try await numbers(outs, evening, evening + hour).all == [2001])
        #expect(try await numbers(outs, evening + hour, evening + hour * 2).all == [4002])
        #expect(try await numbers(outs, evening + hour * 2, evening + hour * 3).all == [6003, 6004])
        #expect(try await numbers([.corrected], evening, evening + hour * 10).all.isEmpty)
        #expect(try await numbers([.granted], evening + hour * 2, evening + hour * 10).all.count == 2000)
        await store.close()
    }

    @Test("spellings that reach the same person are told where anything is on record of them")
    func spellings() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let asked = ContactAddress.email("ada.lovelace+x@gmail.com")
        #expect(try await store.spellingsOnRecord(of: asked).isEmpty)
        try await store.record([consent(.granted, .email("ada.lovelace@gmail.com"))], by: reviewer)
        _ = try await store.take(fixture.chunk([Wish("a") { $0.email = "adalovelace@gmail.com" }.entry]))
        let found = try await store.spellingsOnRecord(of: asked)
        #expect(Set(found.map(\.description)) == ["ada.lovelace@gmail.com", "adalovelace@gmail.com"])
        #expect(try await store.spellingsOnRecord(of: .email("eve@example.com")).isEmpty)
        await store.close()
    }
}
