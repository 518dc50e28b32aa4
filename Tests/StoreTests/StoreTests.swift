// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Store

@Suite("The store's working core")
struct StoreTests {
    @Test("a job is taken in, launched, sent and told of")
    func roundTrip() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let progress = try await store.take(
            fixture.chunk([
                Wish("a") {
                    ($0.person, $0.campaign, $0.topic) = ("lead-1", "spring", "news")
                    $0.reference = .object(JSONObject([("any", .string("thing"))]))
                }.entry
            ]))
        #expect(progress.tally == IntakeTally(accepted: 1))
        #expect(try await store.queuedJobs() == 1)
        let departures = try await store.launchAllDue(at: evening)
        let departure = try #require(departures.first)
        #expect(departure.messageToken.count == 26)
        #expect(departure.facts.recipientDomain == "example.com")
        #expect(departure.facts.campaign == "spring")
        #expect(try await store.allDue(at: evening).isEmpty)
        try await store.settle(departures, .sent, at: evening, text: "250 2.0.0 <ADA@example.com> queued as Q1")
        #expect(try await store.queuedJobs() == 0)
        let outcomes = try await store.outcomes(after: 0, limit: 10)
        #expect(outcomes.map(\.event) == [.accepted, .sent])
        let sent = try #require(outcomes.last)
        #expect(sent.job == "a" && sent.recipient == "ada@example.com" && sent.person == "lead-1" && sent.attempt == 1)
        #expect(sent.detail == "250 2.0.0 <<recipient>> queued as Q1")
        #expect(sent.provider == Outcome.Provider(id: "Q1", code: "250", enhanced: "2.0.0"))
        #expect(sent.messageID == "<m@x>" && sent.contentSHA256 == "c0" && sent.templateDigest == "t0")
        #expect(sent.reference?.object?["any"] == .string("thing"))
        #expect(try await store.verifyJournal().fault == nil)
        await store.close()
    }
}
