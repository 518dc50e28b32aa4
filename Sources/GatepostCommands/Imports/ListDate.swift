// SPDX-License-Identifier: Apache-2.0
//
// Times as other people's lists write them.

import GatewayModel

enum ListDate {
    /// Reads RFC 3339, RFC 2822 (`Fri, 21 Oct 2011 11:02:55 GMT`), seconds since 1970, `2026-11-21 20:00:00` (UTC) and
    /// `2026-11-21` (its first moment, UTC); nil for anything else.
    static func read(_ given: String) -> Instant? {
        let text = given.trimmed
        let bytes = text.utf8
        guard bytes.count >= 9, bytes.first.map({ (48...57).contains($0) }) == true else { return mailDate(text) }
        // By its fifth byte, since most of ten million are of one form.
        guard bytes[bytes.index(bytes.startIndex, offsetBy: 4)] == UInt8(ascii: "-") else {
            return unixSeconds(text) ?? mailDate(text)
        }
        switch bytes.count {
        case 19: return Instant(rfc3339: text + "Z")
        case 10: return CalendarDay(text).flatMap { day in Instant(rfc3339: "\(day)T00:00:00Z") }
        default: return Instant(rfc3339: text) ?? wall(text)
        }
    }

    /// Ten digits, with or without a fraction; thirteen are milliseconds.
    private static func unixSeconds(_ text: String) -> Instant? {
        let whole = text.prefix { $0.isASCII && $0.isNumber }
        let fraction = text[whole.endIndex...]
        guard (9...10).contains(whole.count) || whole.count == 13, let number = Int64(whole),
            fraction.isEmpty || fraction.first == "." && fraction.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber })
        else { return nil }
        return whole.count == 13 ? Instant(microseconds: number * 1000) : Instant(seconds: number)
    }

    /// `2026-11-21 20:00:00`, and with ` UTC`, ` +00:00` or a fraction behind it.
    private static func wall(_ text: String) -> Instant? {
        var parts = text.replacing("T", with: " ").split(separator: " ").map(String.init)
        if parts.count == 3, ["UTC", "GMT", "Z"].contains(parts[2]) { parts.removeLast() }
        if parts.count == 3 { return Instant(rfc3339: "\(parts[0])T\(parts[1])\(parts[2])") }
        guard parts.count == 2 else { return nil }
        return Instant(rfc3339: "\(parts[0])T\(parts[1])Z")
            ?? Instant(rfc3339: "\(parts[0])T\(parts[1]):00Z")
    }

    /// RFC 2822 section 3.3; the day's name, the seconds and the zone may be missing.
    private static func mailDate(_ text: String) -> Instant? {
        var parts = text.split { $0 == " " || $0 == "," }.map(String.init)
        if let first = parts.first, first.first?.isLetter == true { parts.removeFirst() }
        guard (4...5).contains(parts.count), let day = Int(parts[0]), let year = Int(parts[2]),
            let month = months.firstIndex(of: parts[1].prefix(3).lowercased()),
            let offset = parts.count == 5 ? zone(parts[4]) : 0
        else { return nil }
        let clock = parts[3].split(separator: ":").map { Int($0) ?? -1 }
        guard (2...3).contains(clock.count),
            let wall = LocalTime(
                year: year, month: month + 1, day: day, hour: clock[0], minute: clock[1],
                second: clock.count == 3 ? min(clock[2], 59) : 0)
        else { return nil }
        return wall.asUTC - .seconds(offset)
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// Seconds east of Greenwich.
    private static func zone(_ text: String) -> Int? {
        let named = ["UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7]
        if let hours = named[text] ?? ["MDT": -6, "PST": -8, "PDT": -7][text] { return hours * 3600 }
        let digits = text.filter { $0 != ":" }
        guard digits.count == 5, let sign = digits.first, sign == "+" || sign == "-",
            let number = Int(digits.dropFirst()), number / 100 < 24, number % 100 < 60
        else { return nil }
        return (sign == "-" ? -1 : 1) * (number / 100 * 3600 + number % 100 * 60)
    }
}

extension String {
    /// Without the blanks around it, as spreadsheets leave them.
    var trimmed: String {
        if let first = utf8.first, let last = utf8.last, (0x21..<0x80).contains(first), (0x21..<0x80).contains(last) {
            return self
        }
        var text = self[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
