// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a record, in words that stay (CONTRACT 4). A code's text is an API.
public struct ProblemCode: Hashable, Sendable, CustomStringConvertible {
    public let description: String
    private init(_ word: String) { description = word }

    public static let notJSON = Self("not_json")
    public static let unreadable = Self("unreadable")
    public static let tooLarge = Self("too_large")
    public static let missingField = Self("missing_field")
    public static let unknownField = Self("unknown_field")
    public static let badType = Self("bad_type")
    public static let badValue = Self("bad_value")
    public static let badAddress = Self("bad_address")
    public static let badTime = Self("bad_time")
    public static let unknownTemplate = Self("unknown_template")
    public static let unknownBrand = Self("unknown_brand")
    public static let unknownTopic = Self("unknown_topic")
    public static let unknownRoute = Self("unknown_route")
    public static let noRoute = Self("no_route")
    public static let templateData = Self("template_data")
    public static let headerInjection = Self("header_injection")
    public static let idConflict = Self("id_conflict")
    public static let expired = Self("expired")
    public static let notPermitted = Self("not_permitted")
}

/// One thing wrong with one record: what, where, and in the message what to do about it.
public struct Problem: Hashable, Sendable, Error {
    /// From 1; nil where the file as a whole is meant.
    public var line: Int?
    /// The record's id, where it could be read.
    public var id: String?
    public var code: ProblemCode
    /// Path of the field, as `to.email` or `data.items[2].name`.
    public var field: String?
    public var message: String

    public init(line: Int? = nil, id: String? = nil, _ code: ProblemCode, field: String? = nil, _ message: String) {
        (self.line, self.id, self.code, self.field, self.message) = (line, id, code, field, message)
    }

    /// As receipts print it (CONTRACT 3.4).
    public var json: JSONObject {
        JSONObject([
            ("line", line.map { .number(.init($0)) } ?? .null), ("id", id.map(JSONValue.string) ?? .null),
            ("code", .string(code.description)), ("field", field.map(JSONValue.string) ?? .null),
            ("message", .string(message)),
        ])
    }
}
