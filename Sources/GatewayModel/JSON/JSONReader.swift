// SPDX-License-Identifier: Apache-2.0
//
// JSONReader: strict reading of one JSON document (RFC 8259).
//
// Stricter than most, on purpose (DESIGN D14): a key stands once in an object, bytes are UTF-8, escapes stand for whole
// characters, numbers keep their digits, nothing follows the document. Keys that are canonically equivalent count as the
// same, as they do everywhere else in this house (`String` compares so).
// A value over borrowed memory: lives inside one call, on the caller's thread.

extension JSONValue {
    /// Reads one document, white space around it allowed.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) -> JSONValue in
            try parse(UnsafeRawBufferPointer(buffer), limits: limits)
        }
    }

    public static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSONValue {
        var reader = JSONReader(bytes, limits: limits)
        return try reader.document()
    }
}

/// An object together with where each member's value stands in the bytes it was read from.
public struct JSONSlicedObject: Sendable {
    public let object: JSONObject
    /// One range of bytes for each of the object's members, in their order.
    public let slices: [Range<Int>]

    /// - Returns: nil where the document is sound but no object.
    public init?(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        var reader = JSONReader(bytes, limits: limits, keepsSlices: true)
        guard let object = try reader.document().object else { return nil }
        (self.object, self.slices) = (object, reader.slices)
    }
}

struct JSONReader {
    var bytes: JSONBytes
    private let depthLimit: Int
    private let keepsSlices: Bool
    /// Of the outermost object's values.
    private(set) var slices: [Range<Int>] = []

    init(_ buffer: UnsafeRawBufferPointer, limits: JSONLimits, keepsSlices: Bool = false) {
        (bytes, depthLimit, self.keepsSlices) = (JSONBytes(buffer), limits.depth, keepsSlices)
    }

    mutating func document() throws(JSONError) -> JSONValue {
        if bytes.beginsWithByteOrderMark { throw JSONError(.byteOrderMark, at: 0) }
        bytes.skipSpace()
        if bytes.isAtEnd { throw JSONError(.empty, at: bytes.position) }
        let value = try value(depth: 0)
        bytes.skipSpace()
        if !bytes.isAtEnd { throw JSONError(.trailingBytes, at: bytes.position) }
        return value
    }

    /// The value that begins at the position; no white space before it.
    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard let first = bytes.peek() else { throw JSONError(.truncated, at: bytes.position) }
        switch first {
        case UInt8(ascii: "\""): return .string(try bytes.string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try bytes.number())
        case UInt8(ascii: "t"): try bytes.word("true"); return .bool(true)
        case UInt8(ascii: "f"): try bytes.word("false"); return .bool(false)
        case UInt8(ascii: "n"): try bytes.word("null"); return .null
        case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "N"), UInt8(ascii: "I"):
            throw JSONError(.badNumber, at: bytes.position)
        default: throw JSONError(.unexpected(expected: .value), at: bytes.position)
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        try enter(depth)
        var members: [JSONObject.Member] = []
        if bytes.take("}") { return JSONObject(members: members) }
        members.reserveCapacity(depth == 1 ? 16 : 4)
        var keys = KeyCheck()
        while true {
            let start = bytes.position
            guard bytes.peek() == UInt8(ascii: "\"") else {
                throw bytes.unexpected(members.isEmpty ? .keyOrEnd : .key)
            }
            let key = try bytes.string()
            guard keys.isNew(key, among: members) else { throw JSONError(.duplicateKey(key), at: start) }
            bytes.skipSpace()
            guard bytes.take(":") else { throw bytes.unexpected(.colon) }
            bytes.skipSpace()
            let valueStart = bytes.position
            members.append(JSONObject.Member(key, try value(depth: depth)))
            if depth == 1, keepsSlices { slices.append(valueStart..<bytes.position) }
            bytes.skipSpace()
            if bytes.take("}") { return JSONObject(members: members) }
            guard bytes.take(",") else { throw bytes.unexpected(.commaOrBrace) }
            bytes.skipSpace()
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        try enter(depth)
        var items: [JSONValue] = []
        if bytes.take("]") { return items }
        while true {
            items.append(try value(depth: depth))
            bytes.skipSpace()
            if bytes.take("]") { return items }
            guard bytes.take(",") else { throw bytes.unexpected(.commaOrBracket) }
            bytes.skipSpace()
        }
    }

    private mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth <= depthLimit else { throw JSONError(.tooDeep(limit: depthLimit), at: bytes.position) }
        bytes.position += 1
        bytes.skipSpace()
    }
}

/// Whether a key has been there: few are compared one by one, many through a set, so that no object costs n².
private struct KeyCheck {
    private var seen: Set<String> = []
    private static let few = 24

    mutating func isNew(_ key: String, among members: [JSONObject.Member]) -> Bool {
        if members.count < Self.few {
            for member in members where member.key == key { return false }
            return true
        }
        if seen.isEmpty { seen = Set(members.map(\.key)) }
        return seen.insert(key).inserted
    }
}
