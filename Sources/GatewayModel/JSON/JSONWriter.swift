// SPDX-License-Identifier: Apache-2.0

/// Writes compact JSON (RFC 8259), UTF-8, no line breaks: a value is always one line.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8]

    public init(reserving capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    public mutating func write(_ value: JSONValue) {
        switch value {
        case .null: raw("null")
        case .bool(let value): raw(value ? "true" : "false")
        case .number(let number): raw(number.literal)
        case .string(let text): write(text)
        case .array(let items):
            byte("[")
            for (index, item) in items.enumerated() {
                if index > 0 { byte(",") }
                write(item)
            }
            byte("]")
        case .object(let object): write(object)
        }
    }

    public mutating func write(_ object: JSONObject) {
        byte("{")
        for (index, member) in object.members.enumerated() {
            if index > 0 { byte(",") }
            write(member.key)
            byte(":")
            write(member.value)
        }
        byte("}")
    }

    public mutating func write(_ text: String) {
        byte("\"")
        var text = text
        text.withUTF8 { units in
            var plain = units.startIndex
            for index in units.indices where Self.needsEscape[Int(units[index])] {
                bytes.append(contentsOf: units[plain..<index])
                escape(units[index])
                plain = index + 1
            }
            bytes.append(contentsOf: units[plain...])
        }
        byte("\"")
    }

    private mutating func escape(_ unit: UInt8) {
        switch unit {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case 0x0A: raw("\\n")
        case 0x0D: raw("\\r")
        case 0x09: raw("\\t")
        default:
            raw("\\u00")
            bytes.append(hexDigit(unit >> 4))
            bytes.append(hexDigit(unit & 15))
        }
    }

    /// Controls, the quotation mark and the backslash (RFC 8259 section 7), and DEL.
    private static let needsEscape: [Bool] = (0..<256).map { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 == 0x7F }

    /// Appends text that is JSON already.
    public mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
    public mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func byte(_ mark: Unicode.Scalar) { bytes.append(UInt8(ascii: mark)) }
    private func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}

extension JSONValue {
    public var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }
    public var text: String { String(decoding: encoded, as: UTF8.self) }
}

extension JSONObject {
    public var encoded: [UInt8] { JSONValue.object(self).encoded }
    public var text: String { JSONValue.object(self).text }
}
