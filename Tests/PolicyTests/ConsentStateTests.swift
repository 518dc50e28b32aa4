// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("What an address has agreed to (facts A4)")
struct ConsentStateTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var events: [ConsentEvent]
        var asks: ConsentLevel
        var allowUnproven: Bool
        var channel: ContactChannel
        var brand: String
        var topic: String?
        var now: String
        var zones: [String]
        var expected: ConsentRuling.Outcome

        init(
            _ sentence: String, _ events: [ConsentEvent], asks: ConsentLevel = .express, unproven: Bool = false,
            channel: ContactChannel = .email, brand: String = "acme", topic: String? = "news",
            now: String = "2026-11-21T20:00:00Z", zones: [String] = ["UTC"], is expected: ConsentRuling.Outcome
        ) {
            (testDescription, self.events, self.asks) = (sentence, events, asks)
            (allowUnproven, self.channel, self.brand, self.topic) = (unproven, channel, brand, topic)
            (self.now, self.zones, self.expected) = (now, zones, expected)
        }
    }

    @Test("each history has one answer", arguments: order + scopes + imports + corrections)
    func judges(_ row: Row) { check(row) }

    @Test("each basis reaches as far as it does", arguments: levels + doubleOptIn + expiry)
    func weighs(_ row: Row) { check(row) }

    private func check(_ row: Row) {
        let scope = ConsentScope(channel: row.channel, brand: row.brand, topic: row.topic)
        let controllers = ["acme": "Acme Inc.", "apex": "Acme Inc.", "bolt": "Bolt Ltd."]
        for events in [row.events, row.events.reversed()] {
            let state = ConsentState(events, of: scope, controllers: controllers, at: GateScene.at(row.now))
            let ruling = ConsentGate.judge(
                state, ConsentNeed(row.asks, allowUnproven: row.allowUnproven), in: GateScene.places(row.zones),
                at: GateScene.at(row.now))
            #expect(ruling.outcome == row.expected)
        }
    }

    static func event(
        _ number: Int64, _ type: ConsentType, _ occurred: String, _ change: (inout ConsentEvent) -> Void = { _ in }
    ) -> ConsentEvent {
        var event = GateScene.event(number, type, occurred)
        change(&event)
        return event
    }
    static func given(_ basis: ConsentBasis, _ occurred: String, day: String? = nil) -> ConsentEvent {
        event(1, .granted, occurred) { ($0.basis, $0.basisDay) = (basis, day.map { CalendarDay($0)! }) }
    }

    static let order: [Row] = [
        Row("nothing on record is no consent", [], is: .withheld(.noConsent)),
        Row("a grant", [event(1, .granted, "2026-01-01")], is: .given),
        Row(
            "a withdrawal after it", [event(1, .granted, "2026-01-01"), event(2, .withdrawn, "2026-02-01")],
            is: .withheld(.consentWithdrawn)),
        Row("only a withdrawal", [event(1, .withdrawn, "2026-02-01")], is: .withheld(.consentWithdrawn)),
        Row(
            "a grant after the withdrawal", [event(1, .withdrawn, "2026-02-01"), event(2, .granted, "2026-03-01")],
            is: .given),
        Row(
            "a withdrawal that arrives late beats an older grant",
            [
                event(1, .granted, "2026-01-01"),
                event(2, .withdrawn, "2026-02-01") { $0.recordedAt = GateScene.at("2026-06-01") },
            ],
            is: .withheld(.consentWithdrawn)),
        Row(
            "a withdrawal that arrives late does not beat a younger grant",
            [
                event(1, .granted, "2026-03-01"),
                event(2, .withdrawn, "2026-02-01") { $0.recordedAt = GateScene.at("2026-06-01") },
            ],
            is: .given),
        Row(
            "at the same time the withdrawal wins, recorded before or after",
            [event(2, .granted, "2026-02-01"), event(1, .withdrawn, "2026-02-01")], is: .withheld(.consentWithdrawn)),
        Row(
            "a withdrawal dated in the future counts from when it was recorded",
            [
                event(1, .granted, "2026-01-01"),
                event(2, .withdrawn, "2027-01-01") { $0.recordedAt = GateScene.at("2026-06-01") },
            ],
            is: .withheld(.consentWithdrawn)),
        Row(
            "a grant after such a one stands",
            [
                event(1, .withdrawn, "2027-01-01") { $0.recordedAt = GateScene.at("2026-06-01") },
                event(2, .granted, "2026-07-01"),
            ], is: .given),
        Row(
            "a grant dated in the future gives nothing yet",
            [event(1, .granted, "2027-01-01") { $0.recordedAt = GateScene.at("2026-06-01") }],
            is: .withheld(.noConsent)),
        Row(
            "an objection is an opt-out", [event(1, .granted, "2026-01-01"), event(2, .objected, "2026-02-01")],
            is: .withheld(.consentWithdrawn)),
        Row(
            "the number belongs to somebody else now",
            [event(1, .granted, "2026-01-01"), event(2, .reassigned, "2026-02-01")], is: .withheld(.consentWithdrawn)),
        Row(
            "who has it now may agree", [event(1, .reassigned, "2026-02-01"), event(2, .granted, "2026-03-01")],
            is: .given),
        Row("where no grant is asked for, nothing on record is enough", [], asks: .none, is: .notRequired),
        Row(
            "where no grant is asked for, a withdrawal still counts", [event(1, .withdrawn, "2026-02-01")], asks: .none,
            is: .withheld(.consentWithdrawn)),
        Row(
            "a renewal after a withdrawal is a grant",
            [event(1, .withdrawn, "2026-02-01"), event(2, .renewed, "2026-03-01")], is: .given),
    ]

    static let scopes: [Row] = [
        Row(
            "a grant holds for its channel only", [event(1, .granted, "2026-01-01")], channel: .sms,
            is: .withheld(.noConsent)),
        Row(
            "a grant holds for its brand only", [event(1, .granted, "2026-01-01")], brand: "apex",
            is: .withheld(.noConsent)),
        Row(
            "a grant holds for its topic only", [event(1, .granted, "2026-01-01")], topic: "offers",
            is: .withheld(.noConsent)),
        Row("a grant names its topics", [event(1, .granted, "2026-01-01")], topic: nil, is: .withheld(.noConsent)),
        Row(
            "a grant that names no channel gives nothing", [event(1, .granted, "2026-01-01") { $0.channel = nil }],
            is: .withheld(.noConsent)),
        Row(
            "a grant that names no topic gives nothing", [event(1, .granted, "2026-01-01") { $0.topics = nil }],
            is: .withheld(.noConsent)),
        Row(
            "one of several topics", [event(1, .granted, "2026-01-01") { $0.topics = ["offers", "news"] }], is: .given),
        Row(
            "a withdrawal of another topic leaves this one",
            [event(1, .granted, "2026-01-01"), event(2, .withdrawn, "2026-02-01") { $0.topics = ["offers"] }],
            is: .given),
        Row(
            "a withdrawal on another channel leaves this one",
            [event(1, .granted, "2026-01-01"), event(2, .withdrawn, "2026-02-01") { $0.channel = .sms }], is: .given),
        Row(
            "a withdrawal for another brand leaves this one",
            [event(1, .granted, "2026-01-01"), event(2, .withdrawn, "2026-02-01") { $0.brand = "apex" }], is: .given),
        Row(
            "a withdrawal without channel, brand and topics covers all",
            [
                event(1, .granted, "2026-01-01"),
                event(2, .withdrawn, "2026-02-01") { ($0.channel, $0.brand, $0.topics) = (nil, nil, nil) },
            ],
            is: .withheld(.consentWithdrawn)),
        Row(
            "an objection to one brand reaches all of its controller",
            [event(1, .granted, "2026-01-01"), event(2, .objected, "2026-02-01") { $0.brand = "apex" }],
            is: .withheld(.consentWithdrawn)),
        Row(
            "and all their topics",
            [event(1, .granted, "2026-01-01"), event(2, .objected, "2026-02-01") { $0.topics = ["offers"] }],
            is: .withheld(.consentWithdrawn)),
        Row(
            "but not another controller's",
            [event(1, .granted, "2026-01-01"), event(2, .objected, "2026-02-01") { $0.brand = "bolt" }], is: .given),
        Row(
            "an objection to a brand that is gone reaches every brand",
            [event(1, .granted, "2026-01-01"), event(2, .objected, "2026-02-01") { $0.brand = "gone" }],
            is: .withheld(.consentWithdrawn)),
        Row(
            "an objection without a brand reaches every brand",
            [event(1, .granted, "2026-01-01"), event(2, .objected, "2026-02-01") { $0.brand = nil }],
            is: .withheld(.consentWithdrawn)),
        Row(
            "a reassigned number loses every channel",
            [
                event(1, .granted, "2026-01-01"),
                event(2, .reassigned, "2026-02-01") { ($0.channel, $0.brand) = (.sms, "bolt") },
            ],
            is: .withheld(.consentWithdrawn)),
        Row(
            "a grant lifts exactly what it names",
            [event(1, .withdrawn, "2026-02-01") { $0.topics = nil }, event(2, .granted, "2026-03-01")], topic: "offers",
            is: .withheld(.consentWithdrawn)),
    ]

    static let imports: [Row] = [
        Row("an import with proof", [event(1, .imported, "2026-01-01") { $0.isImport = true }], is: .given),
        Row(
            "an import without wording and proof is too weak",
            [event(1, .imported, "2026-01-01") { ($0.isImport, $0.hasWording) = (true, false) }],
            is: .withheld(.consentTooWeak)),
        Row(
            "unless every rule allows it",
            [event(1, .imported, "2026-01-01") { ($0.isImport, $0.hasWording) = (true, false) }], unproven: true,
            is: .given),
        Row(
            "an import never lifts a withdrawal",
            [event(1, .withdrawn, "2026-01-01"), event(2, .imported, "2026-02-01") { $0.isImport = true }],
            is: .withheld(.consentWithdrawn)),
        Row(
            "nor does a grant that came by import",
            [event(1, .withdrawn, "2026-01-01"), event(2, .granted, "2026-02-01") { $0.isImport = true }],
            is: .withheld(.consentWithdrawn)),
        Row(
            "nor one marked so by its type alone",
            [event(1, .withdrawn, "2026-01-01"), event(2, .imported, "2026-02-01")], is: .withheld(.consentWithdrawn)),
        Row(
            "nor does confirming what was imported",
            [
                event(1, .withdrawn, "2026-01-01"), event(2, .granted, "2026-02-01") { $0.isImport = true },
                event(3, .confirmed, "2026-02-02"),
            ], is: .withheld(.consentWithdrawn)),
        Row(
            "a weak import does not weaken a grant",
            [
                event(1, .granted, "2026-01-01"),
                event(2, .imported, "2026-02-01") { ($0.isImport, $0.hasWording) = (true, false) },
            ], is: .given),
        Row(
            "a withdrawal by import counts",
            [event(1, .granted, "2026-01-01"), event(2, .withdrawn, "2026-02-01") { $0.isImport = true }],
            is: .withheld(.consentWithdrawn)),
    ]

    static let corrections: [Row] = [
        Row(
            "a correction voids a grant",
            [event(1, .granted, "2026-01-01"), event(2, .corrected, "2026-02-01") { $0.corrects = 1 }],
            is: .withheld(.noConsent)),
        Row(
            "a correction voids a withdrawal",
            [
                event(1, .granted, "2026-01-01"), event(2, .withdrawn, "2026-02-01"),
                event(3, .corrected, "2026-03-01") { $0.corrects = 2 },
            ], is: .given),
        Row(
            "and nothing else",
            [
                event(1, .granted, "2026-01-01"), event(2, .withdrawn, "2026-02-01"),
                event(3, .withdrawn, "2026-02-02"),
                event(4, .corrected, "2026-03-01") { $0.corrects = 2 },
            ], is: .withheld(.consentWithdrawn)),
        Row(
            "a corrected correction voids nothing",
            [
                event(1, .granted, "2026-01-01"), event(2, .withdrawn, "2026-02-01"),
                event(3, .corrected, "2026-03-01") { $0.corrects = 2 },
                event(4, .corrected, "2026-04-01") { $0.corrects = 3 },
            ],
            is: .withheld(.consentWithdrawn)),
        Row(
            "an import corrects no withdrawal",
            [
                event(1, .granted, "2026-01-01"), event(2, .withdrawn, "2026-02-01"),
                event(3, .corrected, "2026-03-01") { ($0.corrects, $0.isImport) = (2, true) },
            ],
            is: .withheld(.consentWithdrawn)),
        Row(
            "what comes later cannot be corrected before",
            [event(1, .corrected, "2026-01-01") { $0.corrects = 2 }, event(2, .withdrawn, "2026-02-01")],
            is: .withheld(.consentWithdrawn)),
    ]
}
