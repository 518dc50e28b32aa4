// SPDX-License-Identifier: Apache-2.0
//
// Where something stands in a TOML file, and what is wrong there.

/// A place in a file, as editors count: line and column from 1, columns in Unicode scalars.
public struct TOMLPlace: Hashable, Sendable, Comparable, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var column: Int
    public init(file: String, line: Int, column: Int) { (self.file, self.line, self.column) = (file, line, column) }

    public var description: String { "\(file):\(line)" }

    public static func < (a: TOMLPlace, b: TOMLPlace) -> Bool {
        (a.file, a.line, a.column) < (b.file, b.line, b.column)
    }
}

/// One thing wrong with a file of settings: where, and in the message what and what to do about it.
///
/// Prints as `file:line: message`. Messages name keys, never values: a value may be a secret.
public struct TOMLProblem: Hashable, Sendable, Error, CustomStringConvertible {
    public var file: String
    /// From 1; nil where the file as a whole is meant.
    public var line: Int?
    public var column: Int?
    /// As `route[0].tls`; nil where no key is meant.
    public var keyPath: String?
    public var message: String

    public init(file: String, line: Int? = nil, column: Int? = nil, keyPath: String? = nil, _ message: String) {
        (self.file, self.line, self.column) = (file, line, column)
        (self.keyPath, self.message) = (keyPath, message)
    }

    public init(at place: TOMLPlace, keyPath: String? = nil, _ message: String) {
        self.init(file: place.file, line: place.line, column: place.column, keyPath: keyPath, message)
    }

    public var description: String {
        let path = keyPath.map { $0.isEmpty ? "" : "\($0): " } ?? ""
        return "\(file):\(line.map { "\($0):" } ?? "") \(path)\(message)"
    }
}

/// All that was found while reading: errors forbid the use of what was read, warnings do not.
///
/// Shared by a table and its sub-tables while they are read, by one task. Keeps at most `limit` of each.
public final class TOMLFindings {
    public private(set) var errors: [TOMLProblem] = []
    public private(set) var warnings: [TOMLProblem] = []
    /// A file that is wrong a thousand times over is wrong; nobody reads on.
    public static let limit = 1000

    public init() {}

    public func add(_ problem: TOMLProblem) {
        if errors.count < Self.limit { errors.append(problem) }
    }

    public func warn(_ problem: TOMLProblem) {
        if warnings.count < Self.limit { warnings.append(problem) }
    }
}
