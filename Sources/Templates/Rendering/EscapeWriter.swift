// SPDX-License-Identifier: Apache-2.0
//
// Writes values so that they stay values: one rule for each place they can stand in (facts G6). Works on bytes:
// runs that need nothing are copied whole.

import GatewayModel

enum EscapeWriter {
    /// False where the text may not stand here at all (`.line` only).
    @inline(__always)
    static func write(_ text: String, _ escape: Escape, to output: inout [UInt8]) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            switch escape {
            case .html: copy(bytes, special: htmlSpecial, to: &output, instead: writeHTML)
            case .plain: copy(bytes, special: plainSpecial, to: &output, instead: writePlain)
            case .json: copy(bytes, special: jsonSpecial, to: &output, instead: writeJSON)
            case .urlPath: copy(bytes, special: pathSpecial, to: &output, instead: writePath)
            case .urlQuery: copy(bytes, special: querySpecial, to: &output, instead: writePercent)
            case .line:
                guard isOneLine(bytes) else { return false }
                output.append(contentsOf: bytes)
            }
            return true
        }
    }

    @inline(__always)
    private static func copy(
        _ bytes: UnsafeBufferPointer<UInt8>, special: ByteSet, to output: inout [UInt8],
        instead: (UInt8, UInt8, inout [UInt8]) -> Void
    ) {
        var start = 0
        for index in bytes.indices where special.contains(bytes[index]) {
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
            instead(bytes[index], index + 1 < bytes.count ? bytes[index + 1] : 0, &output)
            start = index + 1
        }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
    }

    private static func writeHTML(_ byte: UInt8, _ next: UInt8, _ output: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "&"): append("&amp;", &output)
        case UInt8(ascii: "<"): append("&lt;", &output)
        case UInt8(ascii: ">"): append("&gt;", &output)
        case UInt8(ascii: "\""): append("&quot;", &output)
        case UInt8(ascii: "'"): append("&#39;", &output)
        default: writePlain(byte, next, &output)
        }
    }

    /// CRLF and a lone CR become LF; other controls go.
    private static func writePlain(_ byte: UInt8, _ next: UInt8, _ output: inout [UInt8]) {
        if byte == 0x0D, next != 0x0A { output.append(0x0A) }
    }

    private static func writeJSON(_ byte: UInt8, _ next: UInt8, _ output: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"", &output)
        case UInt8(ascii: "\\"): append("\\\\", &output)
        case 0x0A: append("\\n", &output)
        case 0x0D: append("\\r", &output)
        case 0x09: append("\\t", &output)
        default:
            append("\\u00", &output)
            output.append(lowerHex(byte >> 4))
            output.append(lowerHex(byte & 15))
        }
    }

    private static func writePath(_ byte: UInt8, _ next: UInt8, _ output: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "'"): writeHTML(byte, next, &output)
        default: writePercent(byte, next, &output)
        }
    }

    private static func writePercent(_ byte: UInt8, _ next: UInt8, _ output: inout [UInt8]) {
        output.append(UInt8(ascii: "%"))
        output.append(upperHex(byte >> 4))
        output.append(upperHex(byte & 15))
    }

    /// Whether the text can stand in one line: as `LineSafety` has it, on bytes that lie in one piece.
    static func isOneLine(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { isOneLine($0) }
    }

    /// RFC 5322 has no other line break, but readers do: U+2028 and U+2029 are refused too.
    private static func isOneLine(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        for (index, byte) in bytes.enumerated() {
            if byte < 0x20 && byte != 0x09 || byte == 0x7F { return false }
            if byte == 0xE2, index + 2 < bytes.count, bytes[index + 1] == 0x80, bytes[index + 2] & 0xFE == 0xA8 {
                return false
            }
        }
        return true
    }

    private static func append(_ text: StaticString, _ output: inout [UInt8]) {
        text.withUTF8Buffer { output.append(contentsOf: $0) }
    }
    private static func upperHex(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 55 + value }
    private static func lowerHex(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

    private static let controls = ByteSet { ($0 < 0x20 && $0 != 0x0A && $0 != 0x09) || $0 == 0x7F }
    private static let plainSpecial = controls
    private static let htmlSpecial = ByteSet { controls.contains($0) || "&<>\"'".utf8.contains($0) }
    private static let jsonSpecial = ByteSet {
        $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\")
    }
    private static let pathSpecial = ByteSet { !(isUnreserved($0) || "%:/?#[]@!$()*+,;=".utf8.contains($0)) }
    private static let querySpecial = ByteSet { !isUnreserved($0) }

    /// RFC 3986 section 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}

/// A set of bytes in four words.
struct ByteSet: Sendable {
    private var a: UInt64 = 0
    private var b: UInt64 = 0
    private var c: UInt64 = 0
    private var d: UInt64 = 0

    init(_ holds: (UInt8) -> Bool) {
        for byte in UInt8.min...UInt8.max where holds(byte) {
            let bit = UInt64(1) << UInt64(byte & 63)
            switch byte >> 6 {
            case 0: a |= bit
            case 1: b |= bit
            case 2: c |= bit
            default: d |= bit
            }
        }
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 128 ? (byte < 64 ? a : b) : (byte < 192 ? c : d)
        return word >> UInt64(byte & 63) & 1 == 1
    }
}
