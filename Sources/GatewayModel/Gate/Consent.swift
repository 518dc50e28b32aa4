// SPDX-License-Identifier: Apache-2.0

/// What happened to a consent (facts A4). The words are the contract's and stand in the record for years.
public enum ConsentType: String, Hashable, Sendable, CaseIterable {
    /// Double opt-in asked for, not yet confirmed.
    case requested
    case granted
    /// Double opt-in completed.
    case confirmed
    case renewed
    case withdrawn
    /// GDPR Art. 21: for all brands of the controller.
    case objected
    case imported
    /// Voids one named event, and nothing else.
    case corrected
    /// The number or mailbox belongs to somebody else now.
    case reassigned

    /// Takes permission away: fails wide, is never lost to a slip (CONTRACT 4).
    public var isOptOut: Bool { self == .withdrawn || self == .objected || self == .reassigned }
    /// Gives permission, if the rest holds.
    public var isOptIn: Bool {
        switch self {
        case .granted, .confirmed, .renewed, .imported: true
        case .requested, .withdrawn, .objected, .corrected, .reassigned: false
        }
    }
}

/// On what a grant rests (facts A4).
public enum ConsentBasis: String, Hashable, Sendable, CaseIterable {
    case express
    case expressWritten = "express_written"
    case softOptIn = "soft_opt_in"
    /// Lasts 2 calendar years from the purchase (CASL s. 10(10)).
    case impliedPurchase = "implied_purchase"
    /// Lasts 6 calendar months from the inquiry (CASL s. 10(10)).
    case impliedInquiry = "implied_inquiry"
    case impliedPublished = "implied_published"
    case legitimateInterest = "legitimate_interest"
    case noneNeeded = "none_needed"
}

/// One event of the append-only history, as the gate sees it. What a reviewer reads besides is `ConsentDetails`.
public struct ConsentEvent: Hashable, Sendable {
    /// Its number in the book, in order of recording: `c812` to people.
    public var number: Int64
    public var recordedAt: Instant
    /// When it took effect: what is sorted by. A date without a time is the start of its day (UTC) for a grant and the
    /// day's last microsecond for an opt-out; an opt-out dated in the future counts from when it was recorded.
    public var occurredAt: Instant
    public var type: ConsentType
    /// Nil: every channel (opt-outs only).
    public var channel: ContactChannel?
    /// Nil: every brand (opt-outs only).
    public var brand: String?
    /// Nil: every topic (opt-outs only).
    public var topics: [String]?
    public var basis: ConsentBasis?
    /// What the basis counts from, as a calendar day: purchase or inquiry. Nil: the day it occurred.
    public var basisDay: CalendarDay?
    /// The wording that was shown is on record.
    public var hasWording: Bool
    /// Evidence of the act is on record (session, form, signature, attachment …).
    public var hasEvidence: Bool
    /// It came by `consent import`, or with method `import`: never lifts an opt-out.
    public var isImport: Bool
    /// The event that a `corrected` voids.
    public var corrects: Int64?

    public init(number: Int64, recordedAt: Instant, occurredAt: Instant, type: ConsentType) {
        (self.number, self.recordedAt, self.occurredAt, self.type) = (number, recordedAt, occurredAt, type)
        (channel, brand, topics, basis, basisDay) = (nil, nil, nil, nil, nil)
        (hasWording, hasEvidence, isImport, corrects) = (false, false, false, nil)
    }

    /// As people and records name it.
    public var id: String { "c\(number)" }
    /// The number behind `c812`.
    public static func number(_ id: String) -> Int64? {
        guard id.utf8.first == UInt8(ascii: "c") else { return nil }
        return Int64(id.dropFirst())
    }
}

/// What only reviewers read: kept in erasable side rows, never looked at by the gate.
public struct ConsentDetails: Hashable, Sendable {
    /// As it was given: a date, or an RFC 3339 time.
    public var occurredText: String?
    public var method: String?
    /// The full text that was shown; stored once by its SHA-256.
    public var wording: String?
    /// Lower-case hex; set where the wording was read back, or where only its digest is known.
    public var wordingSHA256: String?
    public var language: String?
    public var basisFacts: JSONObject?
    public var disclosures: JSONObject?
    public var evidence: JSONObject?
    /// SHA-256 of files kept with it, lower-case hex.
    public var attachments: [String] = []
    public var actor: String?
    /// What was wrong with an opt-out that was taken all the same, in words.
    public var damage: String?
    /// The producer and the id of the record it came in by.
    public var producer: String?
    public var recordID: String?
    /// The import it came by.
    public var batch: String?
    public init() {}
}

/// An event on its way into the book.
public struct NewConsent: Hashable, Sendable {
    public var address: ContactAddress
    /// `number` and `recordedAt` are given by the book. An opt-out that says it occurred when it was recorded holds
    /// from then on, whatever came before.
    public var event: ConsentEvent
    public var details: ConsentDetails
    /// Of whose events it may make one void, where it is a correction; nil: of any brand's.
    public var brands: Set<String>?
    public init(address: ContactAddress, event: ConsentEvent, details: ConsentDetails, brands: Set<String>? = nil) {
        (self.address, self.event, self.details, self.brands) = (address, event, details, brands)
    }
}

/// A day of the calendar, nowhere in particular.
public struct CalendarDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var year: Int
    public var month: Int
    public var day: Int

    /// Nil where there is no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= Self.length(year: year, month: month) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }
    /// Reads `2026-11-21`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            parts.allSatisfy({ $0.allSatisfy { (48...57).contains($0) } }),
            let year = Int(Substring(parts[0])), let month = Int(Substring(parts[1])),
            let day = Int(Substring(parts[2]))
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The same day so many months on, or the last of that month where it is shorter.
    public func adding(months: Int) -> CalendarDay {
        let count = year * 12 + month - 1 + months
        let (year, month) = (count.quotientFloor(12), count - count.quotientFloor(12) * 12 + 1)
        var other = self
        (other.year, other.month) = (year, month)
        other.day = min(day, Self.length(year: year, month: month))
        return other
    }

    public static func length(year: Int, month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    public static func < (a: CalendarDay, b: CalendarDay) -> Bool {
        (a.year, a.month, a.day) < (b.year, b.month, b.day)
    }
    public var description: String {
        let pad = { (number: Int, width: Int) in
            String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
        }
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
    }
}

extension Int {
    fileprivate func quotientFloor(_ divisor: Int) -> Int {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
