// SPDX-License-Identifier: Apache-2.0
//
// Base64 and base64url (RFC 4648 sections 4 and 5) of short byte strings: signatures, keys, tokens. Mail bodies have
// their own, which also breaks lines.

extension [UInt8] {
    /// RFC 4648 section 4, with padding.
    public var base64: String { encoded(with: Self.plainDigits, isPadded: true) }

    /// RFC 4648 section 5, without padding: as JOSE writes bytes (RFC 7515 section 2).
    public var base64URL: String { encoded(with: Self.urlDigits, isPadded: false) }

    /// Reads what `base64` writes; padding may be left out. Nil for anything else: a stray character, white space, a
    /// length that no bytes have, bits behind the last byte.
    public init?(base64 text: String) {
        let digits = Self.withoutPadding(Array(text.utf8))
        guard let digits, digits.count % 4 != 1 else { return nil }
        self.init()
        reserveCapacity(digits.count * 3 / 4)
        var held: UInt32 = 0
        var bits = 0
        for digit in digits {
            let value = Self.plainValues[Int(digit)]
            guard value < 64 else { return nil }
            held = held << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
                held &= (1 << UInt32(bits)) - 1
            }
        }
        guard held == 0 else { return nil }
    }

    private func encoded(with digits: [UInt8], isPadded: Bool) -> String {
        String(unsafeUninitializedCapacity: (count + 2) / 3 * 4) { text in
            var length = 0
            func put(_ word: UInt32, _ digitCount: Int) {
                for place in 0..<digitCount {
                    text[length] = digits[Int(word >> UInt32(18 - 6 * place) & 63)]
                    length += 1
                }
            }
            var index = 0
            while index + 3 <= count {
                put(UInt32(self[index]) << 16 | UInt32(self[index + 1]) << 8 | UInt32(self[index + 2]), 4)
                index += 3
            }
            let rest = count - index
            guard rest > 0 else { return length }
            put(UInt32(self[index]) << 16 | (rest == 2 ? UInt32(self[index + 1]) << 8 : 0), rest + 1)
            while isPadded, length % 4 != 0 {
                text[length] = UInt8(ascii: "=")
                length += 1
            }
            return length
        }
    }

    /// The digits alone; nil where padding stands that does not fill up the last four.
    private static func withoutPadding(_ text: [UInt8]) -> ArraySlice<UInt8>? {
        let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        if padding > 0, padding > 2 || text.count % 4 != 0 { return nil }
        return text.dropLast(padding)
    }

    private static let plainDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    /// Of each byte; 64 for what is no digit.
    private static let plainValues: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        for (value, digit) in plainDigits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
}
