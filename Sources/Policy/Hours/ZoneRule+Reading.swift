// SPDX-License-Identifier: Apache-2.0
//
// Reading of a TZ string, byte by byte.

extension ZoneRule {
    /// Nil for what is no complete rule: a daylight saving without its dates (POSIX leaves them to the machine), too.
    init?(_ text: [UInt8]) {
        var reader = RuleReader(text)
        guard reader.name(), let west = reader.time(hours: 24) else { return nil }
        standard = -west
        if reader.isAtEnd {
            saving = nil
            return
        }
        guard reader.name() else { return nil }
        var offset = standard + 3600
        if reader.next != UInt8(ascii: ",") {
            guard let west = reader.time(hours: 24) else { return nil }
            offset = -west
        }
        guard reader.take(","), let begins = reader.moment(), reader.take(","), let ends = reader.moment(),
            reader.isAtEnd
        else { return nil }
        saving = (offset, begins, ends)
        if isAlwaysSaving {
            (standard, saving) = (offset, nil)
        }
    }

    /// RFC 8536 section 3.3.1: a saving that ends only after the next has begun never ends.
    private var isAlwaysSaving: Bool {
        guard let saving else { return false }
        let end = saving.ends.wallSeconds(2023) - Int64(saving.offset)
        return end >= saving.begins.wallSeconds(2024) - Int64(standard)
    }
}

private struct RuleReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }
    var next: UInt8? { rest.first }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    /// `CET` or `<+0330>`; what it says is of no interest.
    mutating func name() -> Bool {
        if take("<") {
            while let byte = rest.popFirst() { if byte == UInt8(ascii: ">") { return true } }
            return false
        }
        let letters = rest.prefix { (UInt8(ascii: "A")...UInt8(ascii: "z")).contains($0) }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int? {
        var value: Int?
        while let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), value ?? 0 <= 1000 {
            value = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            rest.removeFirst()
        }
        return value.flatMap { range.contains($0) ? $0 : nil }
    }

    /// `[+-]h[:m[:s]]`, in seconds.
    mutating func time(hours most: Int) -> Int? {
        let sign = take("-") ? -1 : 1
        if sign == 1 { _ = take("+") }
        guard let hours = number(0...most) else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] where take(":") {
            guard let value = number(0...59) else { return nil }
            seconds += value * unit
        }
        return sign * seconds
    }

    /// `Mm.w.d`, `Jn` or `n`, and `/time` where it is not 02:00.
    mutating func moment() -> ZoneRule.YearlyMoment? {
        guard let day = day() else { return nil }
        guard take("/") else { return ZoneRule.YearlyMoment(day: day, second: 7200) }
        return time(hours: 167).map { ZoneRule.YearlyMoment(day: day, second: $0) }
    }

    private mutating func day() -> ZoneRule.YearlyMoment.Day? {
        if take("M") {
            guard let month = number(1...12), take("."), let week = number(1...5), take("."),
                let weekday = number(0...6)
            else { return nil }
            return .weekday(month: month, week: week, weekday: weekday)
        }
        if take("J") { return number(1...365).map { .julian($0) } }
        return number(0...365).map { .ordinal($0) }
    }
}
