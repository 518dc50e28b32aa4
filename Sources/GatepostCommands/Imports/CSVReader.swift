// SPDX-License-Identifier: Apache-2.0
//
// CSVReader: rows of comma-separated values (RFC 4180), read strictly enough to lose nothing and tolerantly enough to read
// what is about: LF, CRLF or CR, a byte order mark, `;` or tabs for commas.
//
// A row that cannot be read costs its own first line and nothing behind it: an unclosed quote does not swallow the rest.

/// What stands in one place of a list.
enum ListItem<Row> {
    case row(Row, line: Int)
    case bad(line: Int, why: String)
}

struct CSVReader {
    private let file: ListFile
    private let delimiter: UInt8
    /// Of the next row, from 1.
    private var line = 1
    static let longestRow = 1 << 20
    private static let quote = UInt8(ascii: "\"")

    /// - Precondition: the file has begun.
    init(_ file: ListFile) {
        self.file = file
        delimiter = Self.delimiter(of: file.unread)
    }

    /// The next row that is not blank, nil at the end.
    mutating func next() throws(CommandFailure) -> ListItem<[String]>? {
        while true {
            if file.isUsedUp { return nil }
            switch parse() {
            case .needsMore:
                if file.buffer.count - file.start > Self.longestRow {
                    return try refuse("is longer than 1 MiB, or a quote is not closed")
                }
                try file.more()
            case .malformed(let why): return try refuse(why)
            case .row(let fields, let length, let lines):
                let first = line
                file.drop(length)
                line += lines
                if fields.count == 1, fields[0].allSatisfy(\.isWhitespace) { continue }
                return .row(fields, line: first)
            }
        }
    }

    // MARK: One row

    private enum Parse {
        case row([String], length: Int, lines: Int)
        case needsMore
        case malformed(String)
    }

    private func parse() -> Parse {
        file.buffer.withUnsafeBufferPointer { whole in
            let bytes = UnsafeBufferPointer(rebasing: whole[file.start...])
            var fields: [String] = []
            fields.reserveCapacity(8)
            var (at, lines) = (0, 0)
            while true {
                let field = field(bytes, from: at)
                switch field {
                case .needsMore: return .needsMore
                case .malformed(let why): return .malformed(why)
                case .field(let text, let end, let breaks):
                    fields.append(text)
                    lines += breaks
                    if end < bytes.count, bytes[end] == delimiter {
                        at = end + 1
                        continue
                    }
                    guard let next = Self.lineEnd(bytes, at: end, isLast: file.isAtEnd) else { return .needsMore }
                    return .row(fields, length: next, lines: lines + 1)
                }
            }
        }
    }

    private enum Field {
        /// Ends before the byte at `end`: a delimiter, a line break, or the end of the file.
        case field(String, end: Int, breaks: Int)
        case needsMore
        case malformed(String)
    }

    private func field(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Field {
        if start < bytes.count, bytes[start] == Self.quote { return quoted(bytes, from: start + 1) }
        var end = start
        while end < bytes.count {
            let byte = bytes[end]
            if byte == delimiter || byte == 0x0A || byte == 0x0D {
                return text(bytes, start..<end, end: end, breaks: 0)
            }
            end += 1
        }
        return file.isAtEnd ? text(bytes, start..<end, end: end, breaks: 0) : .needsMore
    }

    private func quoted(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Field {
        var (at, breaks, hasEscapes) = (start, 0, false)
        while at < bytes.count {
            let byte = bytes[at]
            if byte == 0x0A || (byte == 0x0D && at + 1 < bytes.count && bytes[at + 1] != 0x0A) { breaks += 1 }
            guard byte == Self.quote else {
                at += 1
                continue
            }
            guard at + 1 < bytes.count || file.isAtEnd else { return .needsMore }
            if at + 1 < bytes.count, bytes[at + 1] == Self.quote {
                hasEscapes = true
                at += 2
                continue
            }
            return closed(bytes, start..<at, breaks, hasEscapes)
        }
        return file.isAtEnd ? .malformed("a quote is not closed") : .needsMore
    }

    /// Behind the closing quote comes a delimiter or the row's end.
    private func closed(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ breaks: Int, _ hasEscapes: Bool
    ) -> Field {
        let end = range.upperBound + 1
        if end < bytes.count, bytes[end] != delimiter, bytes[end] != 0x0A, bytes[end] != 0x0D {
            return .malformed("something follows a closing quote")
        }
        let field = text(bytes, range, end: end, breaks: breaks)
        guard hasEscapes, case .field(let text, _, _) = field else { return field }
        return .field(text.replacing("\"\"", with: "\""), end: end, breaks: breaks)
    }

    private func text(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, end: Int, breaks: Int
    ) -> Field {
        let part = UnsafeBufferPointer(rebasing: bytes[range])
        if part.contains(0) { return .malformed("holds NUL bytes") }
        guard let text = String(validating: part, as: UTF8.self) else {
            return .malformed("is not UTF-8; convert the list, as with iconv -f WINDOWS-1252 -t UTF-8")
        }
        return .field(text, end: end, breaks: breaks)
    }

    /// Where the next row begins; nil where that is not known yet.
    private static func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>, at end: Int, isLast: Bool) -> Int? {
        guard end < bytes.count else { return isLast ? end : nil }
        guard bytes[end] == 0x0D else { return end + 1 }
        guard end + 1 < bytes.count else { return isLast ? end + 1 : nil }
        return bytes[end + 1] == 0x0A ? end + 2 : end + 1
    }

    // MARK: What cannot be read

    /// Leaves the first line of what begins here.
    private mutating func refuse(_ why: String) throws(CommandFailure) -> ListItem<[String]> {
        defer { line += 1 }
        while true {
            if let end = file.unread.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
                if file.buffer[end] == 0x0D, end + 1 == file.buffer.count, try file.more() { continue }
                let hasBoth = file.buffer[end] == 0x0D && end + 1 < file.buffer.count && file.buffer[end + 1] == 0x0A
                file.drop(end - file.start + (hasBoth ? 2 : 1))
                return .bad(line: line, why: why)
            }
            file.drop(file.unread.count)
            if try !file.more() { return .bad(line: line, why: why) }
        }
    }

    /// The mark that stands most often in the first line, outside quotes.
    private static func delimiter(of start: ArraySlice<UInt8>) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in start.prefix(64 << 10) {
            if byte == quote { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 0x0A || byte == 0x0D { break }
            if [0x2C, 0x3B, 0x09].contains(byte) { counts[byte, default: 0] += 1 }
        }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0x2C
    }
}
