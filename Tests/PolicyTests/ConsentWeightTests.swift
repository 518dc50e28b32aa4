// SPDX-License-Identifier: Apache-2.0

import GatewayModel

@testable import Policy

extension ConsentStateTests {
    static let levels: [Row] = [
        Row("express for express", [given(.express, "2026-01-01")], is: .given),
        Row("express where the record names no basis", [event(1, .granted, "2026-01-01")], is: .given),
        Row("written for express", [given(.expressWritten, "2026-01-01")], is: .given),
        Row("written for written", [given(.expressWritten, "2026-01-01")], asks: .expressWritten, is: .given),
        Row(
            "express for written", [given(.express, "2026-01-01")], asks: .expressWritten,
            is: .withheld(.consentTooWeak)),
        Row("soft opt-in for express", [given(.softOptIn, "2026-01-01")], is: .withheld(.consentTooWeak)),
        Row(
            "legitimate interest for express", [given(.legitimateInterest, "2026-01-01")],
            is: .withheld(.consentTooWeak)),
        Row("implied by purchase for express", [given(.impliedPurchase, "2026-01-01")], is: .withheld(.consentTooWeak)),
        Row("soft opt-in for any", [given(.softOptIn, "2026-01-01")], asks: .any, is: .given),
        Row("implied by publication for any", [given(.impliedPublished, "2020-01-01")], asks: .any, is: .given),
        Row("none needed for any", [given(.noneNeeded, "2026-01-01")], asks: .any, is: .given),
        Row("nothing for any", [], asks: .any, is: .withheld(.noConsent)),
        Row(
            "without wording, with evidence",
            [event(1, .granted, "2026-01-01") { ($0.hasWording, $0.hasEvidence) = (false, true) }],
            is: .given),
        Row(
            "without wording and evidence", [event(1, .granted, "2026-01-01") { $0.hasWording = false }],
            is: .withheld(.consentTooWeak)),
        Row(
            "any of several grants is enough",
            [given(.expressWritten, "2026-01-01"), event(2, .granted, "2026-02-01") { $0.basis = .softOptIn }],
            asks: .expressWritten, is: .given),
        Row(
            "a renewal carries its basis on", [given(.expressWritten, "2026-01-01"), event(2, .renewed, "2026-03-01")],
            asks: .expressWritten, is: .given),
        Row(
            "but not over an opt-out",
            [
                given(.expressWritten, "2026-01-01"), event(2, .withdrawn, "2026-02-01"),
                event(3, .renewed, "2026-03-01"),
            ],
            asks: .expressWritten, is: .withheld(.consentTooWeak)),
        Row(
            "over an opt-out it is an express grant",
            [
                given(.expressWritten, "2026-01-01"), event(2, .withdrawn, "2026-02-01"),
                event(3, .renewed, "2026-03-01"),
            ], is: .given),
        Row(
            "a renewal with a basis of its own",
            [
                given(.expressWritten, "2026-01-01"), event(2, .withdrawn, "2026-02-01"),
                event(3, .renewed, "2026-03-01") { $0.basis = .softOptIn },
            ], is: .withheld(.consentTooWeak)),
    ]

    static let doubleOptIn: [Row] = [
        Row("asked for and not confirmed", [event(1, .requested, "2026-11-20")], is: .withheld(.noConsent)),
        Row(
            "confirmed in time", [event(1, .requested, "2026-01-01"), event(2, .confirmed, "2026-01-08")],
            asks: .confirmed, is: .given),
        Row(
            "confirmed a day late", [event(1, .requested, "2026-01-01"), event(2, .confirmed, "2026-01-09")],
            asks: .any, is: .withheld(.noConsent)),
        Row(
            "asked for again, and confirmed in time",
            [
                event(1, .requested, "2026-01-01"), event(2, .requested, "2026-01-05"),
                event(3, .confirmed, "2026-01-10"),
            ],
            asks: .confirmed, is: .given),
        Row(
            "a grant that was confirmed, however late",
            [event(1, .granted, "2026-01-01"), event(2, .confirmed, "2026-03-01")], asks: .confirmed, is: .given),
        Row(
            "a grant alone is not confirmed", [event(1, .granted, "2026-01-01")], asks: .confirmed,
            is: .withheld(.consentTooWeak)),
        Row(
            "a confirmation with nothing else on record", [event(1, .confirmed, "2026-01-01")], asks: .confirmed,
            is: .given),
        Row(
            "the wording may stand with the request",
            [event(1, .requested, "2026-01-01"), event(2, .confirmed, "2026-01-02") { $0.hasWording = false }],
            asks: .confirmed, is: .given),
        Row(
            "the basis may stand with the grant",
            [given(.softOptIn, "2026-01-01"), event(2, .confirmed, "2026-01-02")], asks: .confirmed,
            is: .withheld(.consentTooWeak)),
        Row(
            "a confirmation of what was asked for before a withdrawal",
            [
                event(1, .requested, "2026-01-01"), event(2, .withdrawn, "2026-01-02"),
                event(3, .confirmed, "2026-01-03"),
            ],
            is: .withheld(.consentWithdrawn)),
        Row(
            "asked for again after a withdrawal, not confirmed",
            [event(1, .withdrawn, "2026-01-02"), event(2, .requested, "2026-01-03")], is: .withheld(.consentWithdrawn)),
        Row(
            "asked for and confirmed after a withdrawal",
            [
                event(1, .withdrawn, "2026-01-02"), event(2, .requested, "2026-01-03"),
                event(3, .confirmed, "2026-01-04"),
            ],
            asks: .confirmed, is: .given),
        Row(
            "double opt-in by mail says nothing of the telephone",
            [event(1, .requested, "2026-01-01"), event(2, .confirmed, "2026-01-02")], asks: .any, channel: .sms,
            is: .withheld(.noConsent)),
    ]

    static let expiry: [Row] = [
        Row(
            "a purchase on 29 February: the day before two years are over",
            [given(.impliedPurchase, "2024-02-29")], asks: .any, now: "2026-02-27T23:59:59Z", is: .given),
        Row(
            "a purchase on 29 February ends on 28 February, the day itself is too late",
            [given(.impliedPurchase, "2024-02-29")], asks: .any, now: "2026-02-28T00:00:00Z",
            is: .withheld(.consentExpired)),
        Row(
            "an inquiry on 31 August: the day before", [given(.impliedInquiry, "2026-08-31")], asks: .any,
            now: "2027-02-27T23:59:59Z", is: .given),
        Row(
            "an inquiry on 31 August ends on 28 February", [given(.impliedInquiry, "2026-08-31")], asks: .any,
            now: "2027-02-28T00:00:00Z", is: .withheld(.consentExpired)),
        Row(
            "the day of the purchase counts, not that of the record",
            [given(.impliedPurchase, "2026-01-01", day: "2024-06-15")], asks: .any, now: "2026-06-15T12:00:00Z",
            is: .withheld(.consentExpired)),
        Row(
            "the day is the recipient's: still the day before in New York",
            [given(.impliedPurchase, "2024-06-15")], asks: .any, now: "2026-06-15T03:59:59Z",
            zones: ["America/New_York"], is: .given),
        Row(
            "and the day itself in Tokyo", [given(.impliedPurchase, "2024-06-15", day: "2024-06-15")], asks: .any,
            now: "2026-06-14T15:00:00Z", zones: ["Asia/Tokyo"], is: .withheld(.consentExpired)),
        Row(
            "of two zones the earlier counts", [given(.impliedPurchase, "2024-06-15", day: "2024-06-15")], asks: .any,
            now: "2026-06-14T15:00:00Z", zones: ["America/New_York", "Asia/Tokyo"], is: .withheld(.consentExpired)),
        Row(
            "of unknown zones the earliest on earth counts",
            [given(.impliedPurchase, "2024-06-15", day: "2024-06-15")], asks: .any, now: "2026-06-14T10:00:00Z",
            zones: [], is: .withheld(.consentExpired)),
        Row(
            "and not before", [given(.impliedPurchase, "2024-06-15", day: "2024-06-15")], asks: .any,
            now: "2026-06-14T09:59:59Z", zones: [], is: .given),
        Row("express does not end by itself", [given(.express, "2001-01-01")], is: .given),
        Row(
            "express outlives a purchase",
            [given(.express, "2001-01-01"), event(2, .granted, "2020-01-01") { $0.basis = .impliedPurchase }],
            is: .given),
        Row(
            "where one has run out and one is too weak, it is too weak",
            [given(.softOptIn, "2001-01-01"), event(2, .granted, "2020-01-01") { $0.basis = .impliedPurchase }],
            is: .withheld(.consentTooWeak)),
    ]
}
