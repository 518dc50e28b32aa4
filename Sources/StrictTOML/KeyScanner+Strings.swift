// SPDX-License-Identifier: Apache-2.0
//
// Strings of TOML: where they end, and what they say where they are keys.

extension KeyScanner {
    /// A value in quotes of either kind, one line or many.
    mutating func quoted(_ quote: UInt8) throws(ScanError) {
        at += 1
        if bytes[at...].starts(with: [quote, quote]) {
            at += 2
            try multiLine(quote)
        } else if quote == UInt8(ascii: "\"") {
            _ = try basicString()
        } else {
            _ = try literalString()
        }
    }

    /// Behind the opening quote; consumes the closing one. The text with its escapes resolved.
    mutating func basicString() throws(ScanError) -> [UInt8] {
        var text: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "\n") {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"): text += try escape()
            default: text.append(byte)
            }
        }
        throw stop(.expected("the string's closing \""))
    }

    mutating func literalString() throws(ScanError) -> [UInt8] {
        let start = at
        while let byte = peek, byte != UInt8(ascii: "\n") {
            at += 1
            if byte == UInt8(ascii: "'") { return Array(bytes[start..<(at - 1)]) }
        }
        throw stop(.expected("the string's closing '"))
    }

    private mutating func multiLine(_ quote: UInt8) throws(ScanError) {
        while let byte = peek {
            if byte == quote, bytes[at...].starts(with: [quote, quote, quote]) {
                at += 3
                for _ in 0..<2 where peek == quote { at += 1 }  // up to two quotes may stand before the closing three
                return
            }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                at += 1
                try escapeInLines()
            } else {
                step()
            }
        }
        throw stop(.expected("the closing quotes of the string of many lines"))
    }

    /// Within many lines a backslash may also end a line.
    private mutating func escapeInLines() throws(ScanError) {
        switch peek {
        case nil: throw stop(.expected("an escape of TOML (a backslash is written \\\\)"))
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: " "), UInt8(ascii: "\t"): step()
        default: _ = try escape()
        }
    }

    /// Behind the backslash.
    private mutating func escape() throws(ScanError) -> [UInt8] {
        guard let byte = peek else { throw stop(.expected("an escape of TOML (a backslash is written \\\\)")) }
        at += 1
        switch byte {
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return [byte]
        case UInt8(ascii: "u"): return try unicodeEscape(digits: 4)
        case UInt8(ascii: "U"): return try unicodeEscape(digits: 8)
        default: throw stop(.expected("an escape of TOML (a backslash is written \\\\)"))
        }
    }

    private mutating func unicodeEscape(digits: Int) throws(ScanError) -> [UInt8] {
        guard at + digits <= bytes.count,
            let code = UInt32(String(decoding: bytes[at..<(at + digits)], as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(code)
        else { throw stop(.expected("an escape of TOML (a backslash is written \\\\)")) }
        guard code != 0 else { throw stop(.nulCharacter) }
        at += digits
        return Array(String(Character(scalar)).utf8)
    }
}
