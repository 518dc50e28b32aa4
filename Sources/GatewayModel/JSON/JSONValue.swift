// SPDX-License-Identifier: Apache-2.0

/// A JSON document that has lost nothing: members keep their order, numbers their digits (RFC 8259).
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var number: JSONNumber? { if case .number(let value) = self { value } else { nil } }
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The type's name as messages say it.
    public var typeWord: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "list"
        case .object: "object"
        }
    }
}

/// A number as it was written. Big ones keep their digits.
public struct JSONNumber: Hashable, Sendable {
    public let literal: String
    /// - Precondition: the text is a JSON number.
    public init(literal: String) { self.literal = literal }
    public init(_ value: some BinaryInteger) { literal = String(value) }

    public var int: Int? { Int(literal) }
    public var double: Double? { Double(literal) }
}

/// Members in the order they were written; a key stands at most once (the reader sees to it).
public struct JSONObject: Hashable, Sendable {
    public struct Member: Hashable, Sendable {
        public var key: String
        public var value: JSONValue
        public init(_ key: String, _ value: JSONValue) { (self.key, self.value) = (key, value) }
    }

    public var members: [Member]

    public init() { members = [] }
    public init(members: [Member]) { self.members = members }
    public init(_ pairs: [(String, JSONValue)]) { members = pairs.map { Member($0.0, $0.1) } }

    public subscript(key: String) -> JSONValue? { members.first { $0.key == key }?.value }
    public var isEmpty: Bool { members.isEmpty }
}

extension JSONValue {
    public static func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
    public static func integer(_ value: (some BinaryInteger)?) -> JSONValue {
        value.map { .number(JSONNumber($0)) } ?? .null
    }
    public static func time(_ value: Instant?) -> JSONValue { value.map { .string($0.rfc3339) } ?? .null }
}
