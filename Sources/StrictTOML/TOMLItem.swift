// SPDX-License-Identifier: Apache-2.0
//
// A TOML document as plain values, each with its place.

/// A value, where it stands, and what it is called from the document's root.
public struct TOMLItem: Hashable, Sendable {
    public var content: TOMLContent
    /// Where its key stands, or the element itself within an array.
    public var place: TOMLPlace
    /// As `route[0].tls`; empty for the root.
    public var path: String

    public init(_ content: TOMLContent, at place: TOMLPlace, path: String) {
        (self.content, self.place, self.path) = (content, place, path)
    }
}

/// What a key may hold (TOML 1.0.0).
public enum TOMLContent: Hashable, Sendable {
    case string(String)
    case integer(Int)
    case float(Double)
    case boolean(Bool)
    /// Any of TOML's dates and times, as text.
    case dateTime(String)
    case array([TOMLItem])
    case table([String: TOMLItem])

    /// For messages: "a string", "a table", …
    public var kind: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .float: "a number"
        case .boolean: "true or false"
        case .dateTime: "a date or time"
        case .array: "an array"
        case .table: "a table"
        }
    }
}

extension TOMLItem {
    /// The members of a table in the order they stand in the file; empty for anything else.
    public var members: [(key: String, item: TOMLItem)] {
        guard case .table(let members) = content else { return [] }
        return members.map { (key: $0.key, item: $0.value) }.sorted {
            ($0.item.place, $0.key) < ($1.item.place, $1.key)
        }
    }

    /// What a member of this table is called from the root: bare where TOML would let it be bare, quoted otherwise.
    func path(of key: String) -> String {
        let isBare = !key.isEmpty && key.utf8.allSatisfy(KeyScanner.isBareKeyByte)
        let name = isBare ? key : "\"\(key)\""
        return path.isEmpty ? name : "\(path).\(name)"
    }
}
