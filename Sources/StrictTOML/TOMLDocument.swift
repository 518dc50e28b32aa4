// SPDX-License-Identifier: Apache-2.0
//
// Reads a TOML file into values with places: TOMLKit knows the language, our key scanner knows the places.
// TOMLKit never frees a tree it has parsed; what is kept here is our own copy, so that this costs once per reload.

import Foundation
import TOMLKit

/// A TOML file, read whole.
public struct TOMLDocument: Hashable, Sendable {
    /// As it was given; every place in `root` names it.
    public let file: String
    /// Always a table.
    public let root: TOMLItem

    /// Bytes a file may have.
    public static let sizeLimit = 4 << 20
    /// Steps a key's path may have.
    public static let depthLimit = 32
    /// Keys and array elements a file may have.
    public static let placeLimit = 200_000

    /// - Throws: the first syntax error, with its place; a file that cannot be read, is too large or no UTF-8.
    public init(contentsOf file: String) throws(TOMLProblem) {
        try self.init(text: Self.bytes(of: file), file: file)
    }

    public init(text: String, file: String) throws(TOMLProblem) {
        try self.init(text: Array(text.utf8), file: file)
    }

    init(text bytes: [UInt8], file: String) throws(TOMLProblem) {
        guard bytes.count <= Self.sizeLimit else {
            throw TOMLProblem(file: file, "larger than \(Self.sizeLimit >> 20) MiB")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw TOMLProblem(file: file, "is not UTF-8") }
        let index = try Self.index(bytes, file: file)
        let table = try Self.parse(text, file: file)
        self.file = file
        root = TreeBuilder(file: file, index: index).root(table)
    }

    private static func bytes(of file: String) throws(TOMLProblem) -> [UInt8] {
        guard let handle = fopen(file, "re") else {
            throw TOMLProblem(file: file, "cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(handle) }
        var bytes = [UInt8](repeating: 0, count: sizeLimit + 1)
        let count = fread(&bytes, 1, bytes.count, handle)
        guard ferror(handle) == 0 else {
            throw TOMLProblem(file: file, "cannot be read: \(String(cString: strerror(errno)))")
        }
        return Array(bytes[..<count])
    }

    /// Places of all keys. The scanner goes first: it holds depth and number of keys within bounds, for which TOMLKit
    /// has none, and keeps from it malformed keys, at which it aborts.
    private static func index(_ bytes: [UInt8], file: String) throws(TOMLProblem) -> KeyIndex {
        var scanner = KeyScanner(bytes, depthLimit: depthLimit, placeLimit: placeLimit)
        do {
            return try scanner.scan()
        } catch {
            throw TOMLProblem(file: file, line: error.spot.line, column: error.spot.column, error.reason.message)
        }
    }

    private static func parse(_ text: String, file: String) throws(TOMLProblem) -> TOMLTable {
        do {
            return try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let begin = error.source.begin
            throw TOMLProblem(file: file, line: begin.line, column: begin.column, SyntaxWords.plain(error.description))
        } catch {
            throw TOMLProblem(file: file, "is not valid TOML")
        }
    }
}

/// TOMLKit's words for a syntax error, on one line. Of what it quotes from the file only single characters and the names
/// of keys defined twice are kept: the rest may be a secret.
enum SyntaxWords {
    static func plain(_ description: String) -> String {
        let namesKey = description.contains("redefine existing")
        var words = ""
        for (number, part) in description.split(separator: "'", omittingEmptySubsequences: false).enumerated() {
            let isQuoted = number % 2 == 1
            if !isQuoted {
                words += part
            } else if namesKey || part.unicodeScalars.count <= 3 {
                words += "'\(part)'"
            } else {
                words += "…"
            }
        }
        let line = String(String.UnicodeScalarView(words.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        return "not valid TOML: \(line.prefix(200))"
    }
}

/// Copies TOMLKit's tree into values, giving each the place the scanner found for it.
private struct TreeBuilder {
    let file: String
    let index: KeyIndex

    func root(_ table: TOMLTable) -> TOMLItem {
        let place = TOMLPlace(file: file, line: 1, column: 1)
        return item(table.tomlValue, at: [], path: "", or: place)
    }

    private func item(_ value: some TOMLValueConvertible, at steps: [PathStep], path: String, or parent: TOMLPlace)
        -> TOMLItem
    {
        let place = index[steps].map { TOMLPlace(file: file, line: $0.line, column: $0.column) } ?? parent
        var item = TOMLItem(.boolean(false), at: place, path: path)
        item.content = content(value, of: item, at: steps)
        return item
    }

    private func content(_ value: some TOMLValueConvertible, of item: TOMLItem, at steps: [PathStep]) -> TOMLContent {
        switch value.type {
        case .string: .string(value.string ?? "")
        case .int: .integer(value.int ?? 0)
        case .double: .float(value.double ?? 0)
        case .bool: .boolean(value.bool ?? false)
        case .date, .time, .dateTime: .dateTime(value.debugDescription)
        case .array: .array(elements(of: value.array ?? TOMLArray(), in: item, at: steps))
        case .table: .table(members(of: value.table ?? TOMLTable(), in: item, at: steps))
        }
    }

    private func elements(of array: TOMLArray, in item: TOMLItem, at steps: [PathStep]) -> [TOMLItem] {
        array.enumerated().map { number, element in
            self.item(element, at: steps + [.index(number)], path: "\(item.path)[\(number)]", or: item.place)
        }
    }

    private func members(of table: TOMLTable, in item: TOMLItem, at steps: [PathStep]) -> [String: TOMLItem] {
        var members: [String: TOMLItem] = [:]
        for key in table.keys {
            guard let value = table[key] else { continue }
            members[key] = self.item(value, at: steps + [.key(key)], path: item.path(of: key), or: item.place)
        }
        return members
    }
}
