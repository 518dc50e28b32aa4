// SPDX-License-Identifier: Apache-2.0
//
// CanonicalDigest: equal content, equal digest, however a record was written down (CONTRACT 3.3).
//
// Members sorted by their bytes at every level, no white space, numbers by their digits, `kind` left out where it is
// "job". What it gives is kept with ids for months: the form must not change.

import Cryptography
import GatewayModel

enum CanonicalDigest {
    /// The first 16 bytes of the SHA-256.
    static func of(_ record: JSONObject, reserving capacity: Int) -> [UInt8] {
        var form = CanonicalForm(reserving: capacity)
        var content = record
        content.members.removeAll { $0.key == "kind" && $0.value == .string("job") }
        form.write(content)
        return Array(SHA256Digest.of(form.bytes).prefix(16))
    }
}

private struct CanonicalForm {
    private(set) var bytes: [UInt8] = []

    init(reserving capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func write(_ object: JSONObject) {
        bytes.append(UInt8(ascii: "{"))
        var members = object.members
        members.sort { Self.precedes($0.key, $1.key) }
        for member in members {
            write(member.key)
            bytes.append(UInt8(ascii: ":"))
            write(member.value)
            bytes.append(UInt8(ascii: ","))
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func write(_ value: JSONValue) {
        switch value {
        case .null: bytes.append(UInt8(ascii: "n"))
        case .bool(let flag): bytes.append(flag ? UInt8(ascii: "t") : UInt8(ascii: "f"))
        case .number(let number): append(number.literal)
        case .string(let text): write(text)
        case .object(let object): write(object)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for item in items {
                write(item)
                bytes.append(UInt8(ascii: ","))
            }
            bytes.append(UInt8(ascii: "]"))
        }
    }

    /// A text is its length, a quote and its bytes: nothing needs escaping, and no two texts run together.
    private mutating func write(_ text: String) {
        append(String(text.utf8.count))
        bytes.append(UInt8(ascii: "\""))
        append(text)
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// By bytes: the order of `String` follows Unicode tables, which change.
    private static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
}
