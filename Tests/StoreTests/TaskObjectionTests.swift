// SPDX-License-Identifier: Apache-2.0
//
// Who is meant by an opt-out or a suppression that comes after the task: the store's marks and the gate together.

import Cryptography
import GatewayModel
import Testing

@testable import Store

extension MadeTaskTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var intended = ContactChannel.sms
        /// In order.
        var consents: [NewConsent] = []
        var suppression: NewSuppression?
        var isLifted = false
        /// Nil: the task stays as it is.
        var note: String?
    }

    static let phone = ContactAddress.phone(number)
    static func out(_ change: (inout ConsentEvent) -> Void = { _ in }) -> NewConsent {
        consent(.withdrawn, phone, occurred: Instant(microseconds: .max)) { change(&$0.event) }
    }
    static func against(
        _ target: SuppressionTarget, _ scope: SuppressionScope = SuppressionScope(), expiresAt: Instant? = nil
    ) -> NewSuppression { suppression(target, .manual, scope, expiresAt: expiresAt) }
    static func note(_ channel: String, _ why: String = "consent withdrawn") -> String {
        "Withdrawn: do not contact by \(channel) (\(why) 2026-11-21)"
    }

    static let consentRows = [
        Row(testDescription: "withdrawn from everything", consents: [out()], note: note("sms")),
        Row(
            testDescription: "withdrawn from just that",
            consents: [out { ($0.channel, $0.brand, $0.topics) = (.sms, "acme", ["offers", "news"]) }],
            note: note("sms")),
        Row(testDescription: "another topic", consents: [out { $0.topics = ["offers"] }]),
        Row(testDescription: "another channel", consents: [out { $0.channel = .voice }]),
        Row(testDescription: "another brand", consents: [out { $0.brand = "sister" }]),
        Row(testDescription: "another address", consents: [consent(.withdrawn, ada)]),
        Row(
            testDescription: "the address by which they were to be written to", intended: .email,
            consents: [consent(.withdrawn, ada, occurred: evening + .seconds(9))], note: note("email")),
        Row(
            testDescription: "objected to another brand of the controller",
            consents: [consent(.objected, phone, occurred: later) { $0.event.brand = "sister" }],
            note: note("sms")),
        Row(
            testDescription: "objected to another controller's brand",
            consents: [consent(.objected, phone, occurred: later) { $0.event.brand = "stranger" }]),
        Row(
            testDescription: "the number is somebody else's now",
            consents: [consent(.reassigned, phone, occurred: later) { $0.event.channel = .email }],
            note: note("sms")),
        Row(
            testDescription: "a grant came after it",
            consents: [
                consent(.withdrawn, phone, occurred: evening + .seconds(9)),
                consent(.granted, phone, occurred: evening + .seconds(10)) { $0.event.channel = .sms },
            ]),
        Row(
            testDescription: "an import lifts nothing",
            consents: [
                consent(.withdrawn, phone, occurred: evening + .seconds(9)),
                consent(.imported, phone, occurred: evening + .seconds(10)) { $0.event.channel = .sms },
            ], note: note("sms")),
        Row(
            testDescription: "it was a mistake",
            consents: [out(), consent(.corrected, phone) { $0.event.corrects = 1 }]),
    ]

    static let suppressionRows = [
        Row(testDescription: "the number", suppression: against(.address(phone)), note: note("sms", "suppressed")),
        Row(
            testDescription: "for texts", suppression: against(.address(phone), SuppressionScope(channel: .sms)),
            note: note("sms", "suppressed")),
        Row(
            testDescription: "for tasks", suppression: against(.address(phone), SuppressionScope(channel: .crmTask)),
            note: note("sms", "suppressed")),
        Row(testDescription: "for mail", suppression: against(.address(phone), SuppressionScope(channel: .email))),
        Row(
            testDescription: "for the other class",
            suppression: against(.address(phone), SuppressionScope(messageClass: .transactional))),
        Row(
            testDescription: "for its campaign",
            suppression: against(.address(phone), SuppressionScope(brand: "acme", topic: "news", campaign: "spring")),
            note: note("sms", "suppressed")),
        Row(
            testDescription: "for another campaign",
            suppression: against(.address(phone), SuppressionScope(campaign: "autumn"))),
        Row(testDescription: "lifted since", suppression: against(.address(phone)), isLifted: true),
        Row(
            testDescription: "over since", suppression: against(.address(phone), expiresAt: evening + .seconds(600))),
        Row(
            testDescription: "another spelling of the mailbox", intended: .email,
            suppression: against(.address(ada)), note: note("email", "suppressed")),
        Row(testDescription: "a mailbox that it is not about", suppression: against(.address(ada))),
        Row(
            testDescription: "the provider's contact", suppression: against(.address(.crm("0035"))),
            note: note("sms", "suppressed")),
        Row(testDescription: "the person", suppression: against(.person("p1")), note: note("sms", "suppressed")),
        Row(testDescription: "another person", suppression: against(.person("p2"))),
        Row(
            testDescription: "numbers that begin so", suppression: against(.phonePrefix("+336")),
            note: note("sms", "suppressed")),
        Row(testDescription: "numbers that begin otherwise", suppression: against(.phonePrefix("+337"))),
        Row(
            testDescription: "a domain", intended: .email, suppression: against(.domain("example.com")),
            note: note("email", "suppressed")),
        Row(
            testDescription: "a digest of the number",
            suppression: against(.hash(.sha256, SHA256Digest.of(number))),
            note: note("sms", "suppressed")),
    ]

    @Test("who says no closes what was made", arguments: consentRows + suppressionRows)
    func meant(_ row: Row) async throws {
        let fixture = try Fixture()
        let store = try await made(fixture, Self.entry(row.intended))
        #expect(try await launch(store).isEmpty)
        for consent in row.consents { try await store.record([consent], by: reviewer) }
        if let suppression = row.suppression {
            try await store.suppress([suppression], by: reviewer)
            if row.isLifted { _ = try await store.lift(suppression.target, by: reviewer) }
        }
        while try await store.tidy(at: Self.later) {}
        let departures = try await launch(store)
        let notes = departures.map { departure -> String? in
            guard case .amend(let amendment) = departure.errand else { return nil }
            return amendment.note
        }
        #expect(notes == (row.note.map { [$0] } ?? []))
        // What means nobody is not asked about for ever.
        if row.note == nil { #expect(try await Self.due(store).isEmpty) }
        await store.close()
    }

    @Test("long lists close tasks, too, by numbers and by digests", arguments: [true, false])
    func imported(_ isHashed: Bool) async throws {
        let fixture = try Fixture()
        let store = try await made(fixture)
        let target: SuppressionTarget =
            isHashed ? .hash(.sha256, SHA256Digest.of(Self.number)) : .address(Self.phone)
        let long = try SuppressionImport(into: store, batch: "b1", by: reviewer)
        try await long.add([suppression(target, .imported), suppression(.address(ada), .imported)])
        _ = try await long.finish()
        while try await store.tidy(at: Self.later) {}
        #expect(try await launch(store).count == 1)
        await store.close()
    }
}
