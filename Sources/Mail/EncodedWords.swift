// SPDX-License-Identifier: Apache-2.0

/// RFC 2047: text beyond plain ASCII inside header fields.
enum EncodedWords {
    /// Appends the value as UTF-8 encoded-words of at most 75 characters, Q or B, whichever is shorter, split between
    /// scalars only, folded so that no line passes column 76.
    ///
    /// - Parameter column: octets that stand on the current line already.
    static func append(_ value: [UInt8], to out: inout [UInt8], column: Int) {
        let quoted = value.reduce(into: 0) { $0 += isBare($1) || $1 == UInt8(ascii: " ") ? 1 : 3 }
        let form: Form = quoted <= (value.count + 2) / 3 * 4 ? .q : .b
        var start = 0
        var room = min(75, 76 - column) - overhead
        while start < value.count {
            let end = form.fitting(value, from: start, into: room)
            if end > start {
                out.append(contentsOf: form == .q ? "=?UTF-8?Q?".utf8 : "=?UTF-8?B?".utf8)
                form.append(value[start..<end], to: &out)
                out.append(contentsOf: "?=".utf8)
                start = end
            }
            if start < value.count {
                if out.last == UInt8(ascii: " ") { out.removeLast() }
                out.append(contentsOf: "\r\n ".utf8)
                room = 75 - overhead
            }
        }
    }

    /// `=?UTF-8?Q?` and `?=`.
    private static let overhead = 12

    /// May stand for itself in the Q encoding, in free text and in a phrase alike (section 5, rule 3).
    fileprivate static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    fileprivate enum Form {
        case q, b

        /// The end of the longest run of whole scalars that fits into that many characters.
        func fitting(_ value: [UInt8], from start: Int, into room: Int) -> Int {
            var end = start
            var used = 0
            while end < value.count {
                let next = scalarEnd(value, end)
                switch self {
                case .q: for byte in value[end..<next] { used += isBare(byte) || byte == UInt8(ascii: " ") ? 1 : 3 }
                case .b: used = (next - start + 2) / 3 * 4
                }
                if used > room { break }
                end = next
            }
            return end
        }

        func append(_ piece: ArraySlice<UInt8>, to out: inout [UInt8]) {
            switch self {
            case .b: Base64.append(piece, to: &out)
            case .q:
                for byte in piece {
                    if isBare(byte) {
                        out.append(byte)
                    } else if byte == UInt8(ascii: " ") {
                        out.append(UInt8(ascii: "_"))
                    } else {
                        out.append(UInt8(ascii: "="))
                        out.append(upperHex(byte >> 4))
                        out.append(upperHex(byte & 15))
                    }
                }
            }
        }
    }
}

/// The end of the scalar that begins at `index`; a stray continuation byte counts as one of its own.
private func scalarEnd(_ value: [UInt8], _ index: Int) -> Int {
    var end = index + 1
    if value[index] >= 0xC0 { while end < value.count, end - index < 4, value[end] & 0xC0 == 0x80 { end += 1 } }
    return end
}

@inline(__always)
func upperHex(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 55 + nibble }
