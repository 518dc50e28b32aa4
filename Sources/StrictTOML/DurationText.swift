// SPDX-License-Identifier: Apache-2.0
//
// Durations as people write them in settings.

/// `30s`, `1h30m`, `7d`: whole numbers with units, the larger unit first, each at most once.
///
/// Units: `ms`, `s`, `m`, `h`, `d` (24 hours), `w`, `y` (365 days).
public enum DurationText {
    /// A hundred years: what is longer is a slip.
    public static let longest = Duration.seconds(100 * 365 * 86_400)

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 365 * 86_400_000), ("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
        ("ms", 1),
    ]

    /// Nil where the text is no duration, or longer than `longest`.
    public static func parse(_ text: String) -> Duration? {
        var rest = Array(text.utf8)[...]
        var total: Int64 = 0
        var smallestUnit = Int64.max
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            guard let count = takeNumber(&rest), let unit = takeUnit(&rest), unit < smallestUnit else { return nil }
            let (part, overflow) = count.multipliedReportingOverflow(by: unit)
            guard !overflow, part <= longest.components.seconds * 1000 else { return nil }
            total += part
            smallestUnit = unit
        }
        let duration = Duration.milliseconds(total)
        return duration <= longest ? duration : nil
    }

    /// A text that reads back as the same duration, in days rather than weeks, as most people write them; what is finer
    /// than a millisecond is cut off.
    public static func print(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        var rest = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        var text = ""
        for unit in units where rest >= unit.milliseconds && unit.name != "w" {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }

    private static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest.dropFirst(digits.count)
        return Int64(String(decoding: digits, as: UTF8.self))
    }

    private static func takeUnit(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        rest = rest.dropFirst(letters.count)
        let name = String(decoding: letters, as: UTF8.self)
        return units.first { $0.name == name }?.milliseconds
    }
}
