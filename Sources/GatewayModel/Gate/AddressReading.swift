// SPDX-License-Identifier: Apache-2.0
//
// AddressReading: an address in whatever spelling a person, a form or a foreign list has it.
//
// For look-ups and for what must not be lost (opt-outs, suppressions). What is to be sent to, and what grants consent, is
// read by the strict types themselves.

/// Why a text is no address that can be looked up.
public enum AddressFault: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    /// Digits without a country: nobody guesses which.
    case nationalNumber
    case unreadable

    public var description: String {
        switch self {
        case .empty: "is empty"
        case .nationalNumber:
            "is a telephone number without its country; write it with + and the country code, as \"+33612345678\""
        case .unreadable:
            "is neither a mail address as \"ada@example.com\" nor a telephone number as \"+33612345678\""
        }
    }
}

extension ContactAddress {
    /// Reads `Ada@Example.COM`, `Ada Lovelace <ada@example.com>`, `mailto:ada@example.com?subject=x`, `tel:+33-6-12…`,
    /// `+33 6 12 34 56 78`, `0033 6 12 34 56 78`, quotes and white space around any of them.
    public init(anySpelling text: String) throws(AddressFault) {
        let bare = AddressSpelling.bare(text)
        if bare.isEmpty { throw .empty }
        if let address = ContactAddress(bare) {
            self = address
            return
        }
        guard let digits = AddressSpelling.dialled(bare) else { throw .unreadable }
        guard let number = AddressSpelling.international(digits) else { throw .nationalNumber }
        guard let phone = PhoneNumber(number) else { throw .unreadable }
        self = .phone(phone.description)
    }
}

private enum AddressSpelling {
    /// Without what is only wrapping: white space, quotes, a display name, a scheme.
    static func bare(_ text: String) -> String {
        var bytes = trimmed(Array(text.utf8)[...])
        if bytes.last == UInt8(ascii: ">"), let open = bytes.lastIndex(of: UInt8(ascii: "<")) {
            bytes = trimmed(bytes[bytes.index(after: open)...].dropLast())
        }
        for scheme in ["mailto:", "tel:", "sms:"] {
            guard bytes.count >= scheme.utf8.count,
                zip(bytes, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 || $0 == $1 })
            else { continue }
            bytes = bytes.dropFirst(scheme.utf8.count)
            if let end = bytes.firstIndex(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: ";") }) {
                bytes = bytes[..<end]
            }
        }
        while let first = bytes.first, first == bytes.last, bytes.count >= 2, first == 0x22 || first == 0x27 {
            bytes = trimmed(bytes.dropFirst().dropLast())
        }
        return String(decoding: trimmed(bytes), as: UTF8.self)
    }

    /// ASCII white space, and the no-break space and byte order mark that spreadsheets leave.
    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = text
        while true {
            let before = bytes.count
            while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
            while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
            for mark in ["\u{A0}", "\u{FEFF}", "\u{200B}"] {
                if bytes.starts(with: mark.utf8) { bytes.removeFirst(mark.utf8.count) }
                if bytes.reversed().starts(with: mark.utf8.reversed()) { bytes.removeLast(mark.utf8.count) }
            }
            if bytes.count == before { return bytes }
        }
    }

    /// What is dialled of it: digits, and a plus before them; nil where it holds anything that is no number.
    static func dialled(_ text: String) -> [UInt8]? {
        // A trunk zero in brackets, as in `+44 (0)20 …`, is not dialled from abroad.
        let plain = text.replacing("\u{A0}", with: "").replacing("\u{2011}", with: "").replacing("\u{202F}", with: "")
        let isAbroad = plain.utf8.first == UInt8(ascii: "+") || plain.utf8.starts(with: "00".utf8)
        let written = isAbroad ? plain.replacing("(0)", with: "") : plain
        var digits: [UInt8] = []
        for byte in written.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
            case UInt8(ascii: "+"):
                guard digits.isEmpty else { return nil }
                digits.append(byte)
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("),
                UInt8(ascii: ")"), UInt8(ascii: "/"):
                continue
            default: return nil
            }
        }
        return digits.count >= 5 ? digits : nil
    }

    /// With its plus; nil where no country is said.
    static func international(_ digits: [UInt8]) -> String? {
        if digits.first == UInt8(ascii: "+") { return String(decoding: digits, as: UTF8.self) }
        guard digits.starts(with: "00".utf8) else { return nil }
        return "+" + String(decoding: digits.dropFirst(2), as: UTF8.self)
    }
}
