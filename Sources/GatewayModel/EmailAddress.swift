// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A mailbox address, taken apart and made whole again: what goes on the wire never is what came in, unread.
///
/// Refused: comments, groups, routes, quoted local parts, domain literals, more than one `@`, anything that is not the
/// dot-atom of RFC 5322 section 3.2.3 (with RFC 6531's letters beyond ASCII in the local part), local parts over 64
/// octets, domains over 255 (RFC 5321 section 4.5.3.1).
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    /// As given: the receiving system alone knows whether case matters.
    public let local: String
    /// Lower-case A-labels (RFC 5890), no trailing dot.
    public let domain: String

    public init?(_ text: String) {
        let bytes = text.utf8
        guard let at = bytes.firstIndex(of: UInt8(ascii: "@")), at == bytes.lastIndex(of: UInt8(ascii: "@")) else {
            return nil
        }
        let local = String(text[..<at])
        guard Self.isDotAtom(local), local.utf8.count <= 64,
            let domain = DomainName.ascii(String(text[text.utf8.index(after: at)...]))
        else { return nil }
        (self.local, self.domain) = (local, domain)
    }

    public var description: String { "\(local)@\(domain)" }
    /// Whether the local part needs SMTPUTF8 (RFC 6531).
    public var needsSMTPUTF8: Bool { !local.utf8.allSatisfy { $0 < 0x80 } }

    /// The form that keys are made of: local part in NFC and simple lower-case, compared as bytes (facts B2).
    public var normalised: String {
        let lowered = needsSMTPUTF8 ? local.precomposedStringWithCanonicalMapping.lowercased() : local.lowercased()
        return "\(lowered)@\(domain)"
    }

    private static func isDotAtom(_ text: String) -> Bool {
        var afterDot = true
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                if afterDot { return false }
                afterDot = true
            } else if byte >= 0x80 || isAtomText[Int(byte)] {
                afterDot = false
            } else {
                return false
            }
        }
        guard !afterDot else { return false }
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return true }
        return text.unicodeScalars.allSatisfy { !DomainName.isForbidden($0) }
    }

    private static let isAtomText: [Bool] = {
        var table = [Bool](repeating: false, count: 128)
        for byte in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~".utf8 {
            table[Int(byte)] = true
        }
        return table
    }()
}

/// Host names as DNS has them.
public enum DomainName {
    /// Lower-case A-labels (UTS 46), or nil where it is no host name: two labels or more, each of letters, digits and
    /// inner hyphens, 63 octets at most, 253 in all.
    public static func ascii(_ text: String) -> String? {
        var name = text
        // By the byte: together with what stands before it the dot may be one `Character`.
        if name.utf8.last == UInt8(ascii: ".") { name = String(decoding: name.utf8.dropLast(), as: UTF8.self) }
        if name.utf8.contains(where: { $0 >= 0x80 }) {
            guard name.unicodeScalars.allSatisfy({ !isForbidden($0) }) else { return nil }
            var components = URLComponents()
            components.host = name
            guard let encoded = components.encodedHost else { return nil }
            name = encoded
        }
        name = name.lowercased()
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, name.utf8.count <= 253, labels.allSatisfy(isLabel) else { return nil }
        return name
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else {
            return false
        }
        return label.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }

    /// Controls, spaces, separators and the like: nothing that belongs into an address.
    static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .unassigned,
            .privateUse:
            true
        default: false
        }
    }
}

/// A telephone number as E.164 has it: `+` and 7 to 15 digits, the first not zero.
public struct PhoneNumber: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init?(_ text: String) {
        let digits = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "+"), (7...15).contains(digits.count), digits.first != UInt8(ascii: "0"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        description = text
    }
}

/// An address with the name of who is behind it.
public struct Mailbox: Hashable, Sendable {
    public var address: EmailAddress
    public var name: String?
    public init(_ address: EmailAddress, name: String? = nil) { (self.address, self.name) = (address, name) }
}

/// Bytes that may not stand where one line is meant (facts G6). Works on bytes: `"\r\n"` is one `Character` in Swift.
public enum LineSafety {
    /// The same for a `String`, many times faster.
    public static func isOneLine(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { isOneLine($0) }
    }

    private static func isOneLine(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        for (index, byte) in bytes.enumerated() {
            if byte < 0x20 && byte != 0x09 || byte == 0x7F { return false }
            if byte | 1 == 0xA9, index >= 2, bytes[index - 1] == 0x80, bytes[index - 2] == 0xE2 { return false }
        }
        return true
    }

    /// Whether the text can stand in a header or a command: no control but TAB, no U+2028 or U+2029.
    public static func isOneLine(_ text: some StringProtocol) -> Bool {
        var lastTwo: (UInt8, UInt8) = (0, 0)
        for byte in text.utf8 {
            if byte < 0x20 && byte != 0x09 || byte == 0x7F { return false }
            if lastTwo == (0xE2, 0x80), byte == 0xA8 || byte == 0xA9 { return false }
            lastTwo = (lastTwo.1, byte)
        }
        return true
    }
}
