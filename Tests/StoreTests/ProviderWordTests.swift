// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Store

@Suite("What a provider says of an address")
struct ProviderWordTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var channel: ChannelKind
        var intended: ContactChannel?
        var reason: FailureReason
        var code: Int? = 400
        /// `type channel address` of the consent, `reason channel target` of the suppression.
        var consent: String?
        var suppression: String?
    }

    static let table = [
        Row(
            testDescription: "a text to who opted out", channel: .sms, reason: .optedOut,
            consent: "withdrawn sms +33612345678"),
        Row(
            testDescription: "a mail to who opted out", channel: .email, reason: .optedOut,
            consent: "withdrawn email ada@example.com"),
        Row(
            testDescription: "an opt-out without a code is one", channel: .sms, reason: .optedOut, code: nil,
            consent: "withdrawn sms +33612345678"),
        Row(
            testDescription: "a task to call: the person's telephone, for calls", channel: .crmTask, intended: .voice,
            reason: .optedOut, consent: "withdrawn voice +33612345678"),
        Row(
            testDescription: "a task to write: the person's address", channel: .crmTask, intended: .email,
            reason: .optedOut, consent: "withdrawn email ada@example.com"),
        Row(
            testDescription: "a task for nothing: the contact", channel: .crmTask, reason: .optedOut,
            consent: "withdrawn crm_task 0035"),
        Row(
            testDescription: "a text to no number", channel: .sms, reason: .badAddress,
            suppression: "invalid sms +33612345678"),
        Row(
            testDescription: "a mail to no mailbox", channel: .email, reason: .badAddress,
            suppression: "hard_bounce email ada@example.com"),
        Row(testDescription: "a mail that could not be carried", channel: .email, reason: .badAddress, code: nil),
        Row(testDescription: "a task on no contact", channel: .crmTask, intended: .sms, reason: .badAddress),
        Row(testDescription: "refused for other reasons", channel: .sms, reason: .refused),
        Row(testDescription: "what it holds", channel: .sms, reason: .content),
    ]

    private static func entry(_ id: String, _ channel: ChannelKind, _ intended: ContactChannel?) -> IntakeEntry {
        jobEntry(id, channel, .transactional) { job in
            (job.to.email, job.to.phone) = (EmailAddress("Ada@Example.com"), PhoneNumber("+33612345678"))
            (job.to.crmContact, job.topic) = ("0035", "news")
            if let intended { job.task = TaskDetails(intendedChannel: intended.rawValue) }
        }
    }

    private static func evidence(_ code: Int?) -> DeliveryEvidence {
        DeliveryEvidence(stage: "answer", code: code, enhanced: code == nil ? nil : "21610", text: "no")
    }

    private func fail(_ store: Store, _ departures: [Departure], _ reason: FailureReason, code: Int?) async throws {
        let settled = departures.map { departure in
            Settlement(
                attempt: departure.attempt, job: departure.facts.key, slot: departure.slot, fate: .failed(reason),
                evidence: Self.evidence(code))
        }
        _ = try await store.exchange(settled: settled, candidates: [], at: evening) { _ in .leave }
    }

    private func consents(_ store: Store) async throws -> [ConsentRecord] { try await store.consentPage(after: 0) }
    private func suppressions(_ store: Store) async throws -> [SuppressionRecord] {
        try await store.consult { ledger in
            try ledger.numbers(in: "suppression", after: 0, limit: 99).compactMap { try ledger.suppressionRecord($0) }
        }
    }

    private func check(_ row: Row, _ store: Store) async throws {
        let (consents, suppressions) = (try await consents(store), try await suppressions(store))
        #expect(
            consents.map { "\($0.event.type) \($0.event.channel?.rawValue ?? "any") \($0.address?.description ?? "")" }
                == [row.consent].compactMap { $0 })
        #expect(
            suppressions.map {
                "\($0.event.reason.rawValue) \($0.event.scope.channel?.rawValue ?? "any") \($0.target?.description ?? "")"
            } == [row.suppression].compactMap { $0 })
        let outcomes = try await store.outcomes(after: 0, limit: 99)
        let failed = try #require(outcomes.first { $0.event == .failed })
        let heard = outcomes.filter { $0.event == .consentChanged || $0.event == .suppressed }
        #expect(heard.count == consents.count + suppressions.count)
        for evidence in consents.map(\.details.evidence) + suppressions.map(\.details.evidence) {
            let evidence = try #require(evidence)
            #expect(evidence["seq"] == .integer(failed.seq) && evidence["job"] == .string("a"))
            #expect(evidence["route"] == .string("relay"))
            #expect(evidence["code"] == .text(row.code == nil ? nil : "21610"))
        }
        for consent in consents {
            #expect(consent.event.brand == "acme" && consent.event.topics == nil && consent.event.occurredAt == evening)
            #expect(consent.details.method == "provider" && consent.details.actor == nil && consent.signature == nil)
            #expect(consent.event.hasEvidence)
        }
        for suppression in suppressions {
            #expect(suppression.details.source == "provider" && suppression.signature == nil)
            #expect(suppression.event.scope == SuppressionScope(channel: suppression.event.scope.channel))
        }
        #expect(try await store.verifyJournal().fault == nil)
    }

    @Test("is heeded with the refusal: once, and for what is in the air", arguments: table)
    func heeded(_ row: Row) async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let entries = ["a", "b", "c"].map { Self.entry($0, row.channel, row.intended) }
        _ = try await store.take(fixture.chunk(entries))
        let departures = try await store.launchAllDue(at: evening)
        try await fail(store, Array(departures.prefix(1)), row.reason, code: row.code)
        let isHeeded = row.consent != nil || row.suppression != nil
        #expect(try await store.attemptsToRecall() == (isHeeded ? departures.dropFirst().map(\.attempt) : []))
        // The second says nothing new.
        try await fail(store, [departures[1]], row.reason, code: row.code)
        try await check(row, store)
        await store.close()
    }

    @Test("is heeded where a killed run had the answer and had not booked it", arguments: table)
    func recovered(_ row: Row) async throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        _ = try await first.take(fixture.chunk([Self.entry("a", row.channel, row.intended)]))
        for departure in try await first.launchAllDue(at: evening) {
            first.notes.noteEndHandedOver(departure.slot)
            first.notes.noteAnswered(departure.slot, code: 400, text: "x")
        }
        first.abandon()
        let second = try fixture.open { options in
            options.recovery = RecoveryRules(
                judge: { _, _, _ in
                    RecoveryRules.Judged(fate: .failed(row.reason), evidence: Self.evidence(row.code))
                }, doubtStep: { _ in .park })
        }
        try await check(row, second)
        await second.close()
    }

    @Test("who has come back since is taken off again; an opt-out that stands is not written twice")
    func since() async throws {
        let out = { (change: @escaping (inout ConsentEvent) -> Void) in consent(.withdrawn) { change(&$0.event) } }
        let give = consent(.granted) { $0.event.topics = ["news"] }
        let histories: [(before: [NewConsent], isNew: Bool)] = [
            ([out { _ in }], false), ([out { ($0.channel, $0.brand) = (.email, "acme") }], false),
            ([consent(.objected)], false), ([give, out { _ in }], false),
            ([out { $0.channel = .sms }], true), ([out { $0.brand = "other" }], true),
            ([out { $0.topics = ["news"] }], true), ([out { _ in }, give], true), ([give], true),
        ]
        for (index, history) in histories.enumerated() {
            let fixture = try Fixture()
            let store = try fixture.open()
            try await store.record(history.before, by: reviewer)
            _ = try await store.take(fixture.chunk([Self.entry("a", .email, nil)]))
            try await fail(store, store.launchAllDue(at: evening), .optedOut, code: 400)
            #expect(
                try await consents(store).count == history.before.count + (history.isNew ? 1 : 0), "history \(index)")
            await store.close()
        }
    }

    @Test("an address that was lifted is suppressed again")
    func lifted() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        for (id, count) in [("a", 1), ("b", 1), ("c", 3)] {
            if id == "c" { _ = try await store.lift(.address(ada), by: reviewer) }
            _ = try await store.take(fixture.chunk([Self.entry(id, .email, nil)]))
            try await fail(store, store.launchAllDue(at: evening), .badAddress, code: 550)
            #expect(try await suppressions(store).count == count)
        }
        await store.close()
    }
}
