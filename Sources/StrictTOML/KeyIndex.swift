// SPDX-License-Identifier: Apache-2.0
//
// What the key scanner gives: the place of every key and array element, by its path from the root.

/// One step down a document.
enum PathStep: Hashable, Sendable {
    case key(String)
    /// From 0; also the number of a table within an array of tables.
    case index(Int)
}

/// Line and column, from 1; columns in Unicode scalars.
struct Spot: Hashable, Sendable {
    var line: Int
    var column: Int
}

/// Where each key and array element stands.
struct KeyIndex: Sendable {
    private var spots: [[PathStep]: Spot] = [:]
    /// Tables so far in each array of tables.
    private var lengths: [[PathStep]: Int] = [:]

    subscript(path: [PathStep]) -> Spot? { spots[path] }
    var count: Int { spots.count }

    /// Keeps the first place where a path is spoken of: `[a.b]` is where `a` begins.
    mutating func mention(_ path: [PathStep], at spot: Spot) {
        if spots[path] == nil { spots[path] = spot }
    }

    /// A table's own header is a better place than an earlier mention in passing.
    mutating func define(_ path: [PathStep], at spot: Spot) { spots[path] = spot }

    /// The table that a header's or dotted key's next part leads into: the last one, within an array of tables.
    func entered(_ path: [PathStep]) -> [PathStep] {
        guard let length = lengths[path], length > 0 else { return path }
        return path + [.index(length - 1)]
    }

    /// Begins the next table of an array of tables.
    mutating func append(to path: [PathStep], at spot: Spot) -> [PathStep] {
        mention(path, at: spot)
        let number = lengths[path, default: 0]
        lengths[path] = number + 1
        let element = path + [.index(number)]
        define(element, at: spot)
        return element
    }
}

/// Why the scanner stopped, and where.
struct ScanError: Error {
    enum Reason: Hashable, Sendable {
        /// What should have stood here.
        case expected(String)
        case tooDeep(limit: Int)
        case tooMany(limit: Int)
        /// TOMLKit hands strings over up to their first NUL: the rest would be lost in silence.
        case nulCharacter

        var message: String {
            switch self {
            case .expected(let what): "not valid TOML: expected \(what)"
            case .tooDeep(let limit): "nested deeper than \(limit) levels"
            case .tooMany(let limit): "more than \(limit) keys and elements"
            case .nulCharacter: "a NUL character cannot stand here"
            }
        }
    }
    var reason: Reason
    var spot: Spot
}
