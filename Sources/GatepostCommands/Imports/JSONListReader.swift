// SPDX-License-Identifier: Apache-2.0
//
// JSONListReader: the objects of a JSON list, one at a time: one a line (NDJSON), a list `[{…},{…}]`, or a list under a
// name as services answer it, `{"Suppressions":[{…}]}`. Memory does not grow with the file.

import GatewayModel

struct JSONListReader {
    private let file: ListFile
    private let isLines: Bool
    private var isOver = false
    /// Objects so far; of lines, the line.
    private var number = 0
    private static let longest = 1 << 20
    /// Names under which services put their lists.
    private static let names = ["SuppressedDestinationSummaries", "Suppressions", "items", "data", "result"]

    /// - Precondition: the file has begun, and with `{` or `[` behind white space.
    init(_ file: ListFile) {
        self.file = file
        if let first = file.unread.firstIndex(where: { !Self.isSpace($0) }), file.buffer[first] == UInt8(ascii: "[") {
            file.drop(first + 1 - file.start)
            isLines = false
        } else if let behind = Self.namedList(in: file.unread.prefix(64 << 10)) {
            file.drop(behind - file.start)
            isLines = false
        } else {
            isLines = true
        }
    }

    mutating func next() throws(CommandFailure) -> ListItem<JSONObject>? {
        isLines ? try nextLine() : try nextElement()
    }

    // MARK: Lines

    private mutating func nextLine() throws(CommandFailure) -> ListItem<JSONObject>? {
        while !file.isUsedUp {
            number += 1
            guard let line = try takeLine() else { return .bad(line: number, why: "is longer than 1 MiB") }
            if line.allSatisfy(Self.isSpace) { continue }
            return read(line)
        }
        return nil
    }

    /// Nil where it is too long; then it has been passed over.
    private func takeLine() throws(CommandFailure) -> [UInt8]? {
        var isTooLong = false
        while true {
            if let end = file.unread.firstIndex(of: 0x0A) {
                let line = Array(file.buffer[file.start..<end])
                file.drop(line.count + 1)
                return isTooLong ? nil : line
            }
            if file.unread.count > Self.longest {
                isTooLong = true
                file.drop(file.unread.count)
            }
            if try file.more() { continue }
            let rest = Array(file.unread)
            file.drop(rest.count)
            return isTooLong ? nil : rest
        }
    }

    // MARK: Elements of a list

    private mutating func nextElement() throws(CommandFailure) -> ListItem<JSONObject>? {
        while !isOver {
            guard let first = file.unread.first else {
                if try file.more() { continue }
                isOver = true
                return .bad(line: number + 1, why: "the list ends before its ]")
            }
            if Self.isSpace(first) || first == UInt8(ascii: ",") {
                file.drop(1)
            } else if first == UInt8(ascii: "]") {
                isOver = true
            } else {
                number += 1
                return try element()
            }
        }
        return nil
    }

    private mutating func element() throws(CommandFailure) -> ListItem<JSONObject> {
        var scan = ElementScan()
        var whole: [UInt8] = []
        while true {
            for (offset, byte) in file.unread.enumerated() where scan.take(byte) {
                // Of what is no object the mark that ends it belongs to the list.
                let length = offset + (scan.endsWithin ? 1 : 0)
                whole += file.unread.prefix(length)
                file.drop(length)
                return whole.count > Self.longest ? .bad(line: number, why: "is longer than 1 MiB") : read(whole)
            }
            if whole.count <= Self.longest { whole += file.unread }
            file.drop(file.unread.count)
            if try file.more() { continue }
            isOver = true
            return .bad(line: number, why: "the list ends in the middle of an entry")
        }
    }

    private func read(_ bytes: [UInt8]) -> ListItem<JSONObject> {
        do throws(JSONError) {
            guard let object = try JSONValue.parse(bytes).object else {
                return .bad(line: number, why: "is no JSON object")
            }
            return .row(object, line: number)
        } catch {
            return .bad(line: number, why: "is no JSON: \(error)")
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// Where the elements begin of a list under one of the known names.
    private static func namedList(in start: ArraySlice<UInt8>) -> Int? {
        for name in names {
            let mark = Array("\"\(name)\"".utf8)
            for at in start.indices.dropLast(mark.count) where start[at...].starts(with: mark) {
                var behind = at + mark.count
                while behind < start.endIndex, isSpace(start[behind]) || start[behind] == UInt8(ascii: ":") {
                    behind += 1
                }
                if behind < start.endIndex, start[behind] == UInt8(ascii: "[") { return behind + 1 }
            }
        }
        return nil
    }
}

/// Finds where one value of a list ends.
private struct ElementScan {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// Whether the byte that ended it belongs to it.
    private(set) var endsWithin = true

    /// True with the byte that ends it.
    mutating func take(_ byte: UInt8) -> Bool {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return false
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            if depth == 0 {
                endsWithin = false
                return true
            }
            depth -= 1
            return depth == 0
        case UInt8(ascii: ","):
            guard depth == 0 else { return false }
            endsWithin = false
            return true
        default: break
        }
        return false
    }
}
