// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// The calendar day of a date value, as its writer saw it: of a date-time the day before the `T`, whatever its offset.
struct DateValue: Hashable, Sendable {
    let year: Int
    let month: Int
    let day: Int

    /// Reads an RFC 3339 `full-date` or `date-time` (section 5.6). Nil for anything else, impossible days included.
    init?(_ text: String) {
        var text = text
        let digits: (Int, Int, Int)? = text.withUTF8 { bytes in
            guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
                let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
                let day = Self.number(bytes[8..<10])
            else { return nil }
            return (year, month, day)
        }
        guard let (year, month, day) = digits, LocalTime(year: year, month: month, day: day, hour: 0, minute: 0) != nil,
            text.utf8.count == 10 || Instant(rfc3339: text) != nil
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        var value = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }
}

/// How a date is written out.
enum DateForm: UInt8, Sendable {
    /// `2026-11-21`.
    case full
    case year, month, day
    /// `21 November 2026`, in the words of the language.
    case long

    init?(word: String) {
        switch word {
        case "year": self = .year
        case "month": self = .month
        case "day": self = .day
        case "long": self = .long
        default: return nil
        }
    }

    static let words = ["year", "month", "day", "long"]

    func text(of date: DateValue, language: DateLanguage) -> String {
        switch self {
        case .full:
            "\(Self.padded(date.year, 4))-\(Self.padded(date.month, 2))-\(Self.padded(date.day, 2))"
        case .year: String(date.year)
        case .month: String(date.month)
        case .day: String(date.day)
        case .long: language.long(date)
        }
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
