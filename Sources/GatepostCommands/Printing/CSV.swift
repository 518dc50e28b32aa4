// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// Comma-separated values (RFC 4180), without the line end: lines end in LF, which every reader takes.
enum CSV {
    static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") }
    static func line(_ values: [JSONValue]) -> String { line(values.map(field)) }

    private static func field(_ value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .bool, .number, .array, .object: value.text
        }
    }

    /// RFC 4180 section 2, rules 5 to 7.
    private static func quoted(_ field: String) -> String {
        let special: [UInt8] = [0x22, 0x2C, 0x0A, 0x0D]
        let needsQuotes = field.utf8.contains { special.contains($0) }
        guard needsQuotes else { return field }
        let doubled = field.replacing("\"", with: "\"\"")
        return "\"\(doubled)\""
    }
}
