// SPDX-License-Identifier: Apache-2.0
//
// Rates and sizes as people write them in settings.

import GatewayModel

extension RateLimit {
    /// `N/s`, `N/min`, `N/h`, `N/d`, N at least 1. Nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = WholeNumber.parse(parts[0]), count > 0,
            let window = Self.windows.first(where: { $0.name == parts[1] })?.length
        else { return nil }
        self.init(count: count, per: window)
    }

    public var text: String {
        let name = Self.windows.first { $0.length == window }?.name
        return name.map { "\(count)/\($0)" } ?? "\(count) in \(window)"
    }

    private static let windows: [(name: String, length: Duration)] = [
        ("s", .seconds(1)), ("min", .minutes(1)), ("h", .hours(1)), ("d", .days(1)),
    ]
}

extension IntakeSettings.FreeSpace {
    /// `5%`, `0.5%` (below 100), or bytes as `10GiB`, `500MB`. Nil for anything else.
    public init?(_ text: String) {
        if text.hasSuffix("%") {
            guard let percent = Self.decimal(text.dropLast()), percent < 100 else { return nil }
            self = .share(percent / 100)
        } else {
            guard let bytes = Self.bytes(text) else { return nil }
            self = .bytes(bytes)
        }
    }

    public var text: String {
        switch self {
        case .share(let share): "\(share * 100)%"
        case .bytes(let bytes): "\(bytes)B"
        }
    }

    private static let units: [(name: String, bytes: Int64)] = [
        ("B", 1), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ]

    private static func bytes(_ text: String) -> Int64? {
        let digits = text.utf8.prefix { WholeNumber.isDigit($0) }
        let name = text[digits.endIndex...]
        guard let count = WholeNumber.parse(text[..<digits.endIndex]),
            let unit = units.first(where: { $0.name == name })
        else { return nil }
        let (bytes, overflow) = Int64(count).multipliedReportingOverflow(by: unit.bytes)
        return overflow ? nil : bytes
    }

    private static func decimal(_ text: Substring) -> Double? {
        guard !text.isEmpty, text.utf8.allSatisfy({ WholeNumber.isDigit($0) || $0 == UInt8(ascii: ".") }) else {
            return nil
        }
        return Double(text)
    }
}

/// Digits and nothing else: no sign, no blanks.
enum WholeNumber {
    static func parse(_ text: Substring) -> Int? {
        !text.isEmpty && text.utf8.allSatisfy(isDigit) ? Int(text) : nil
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
