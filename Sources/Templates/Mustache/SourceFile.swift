// SPDX-License-Identifier: Apache-2.0
//
// What a template file says, and where in it. Values only; nobody owns a thread here.

/// A template file as read: its name for people, its bytes, and the way from a byte to line and column.
struct SourceFile: Sendable {
    /// Path below the templates directory, with `/`.
    let name: String
    let bytes: [UInt8]

    init(name: String, bytes: [UInt8]) { (self.name, self.bytes) = (name, bytes) }
    init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }

    /// Line and column, both from 1; the column counts Unicode scalars.
    func place(of offset: Int) -> (line: Int, column: Int) {
        var (line, column) = (1, 1)
        for byte in bytes[..<min(offset, bytes.count)] {
            if byte == UInt8(ascii: "\n") {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return (line, column)
    }

    func problem(at offset: Int, _ message: String, hint: String? = nil) -> TemplateProblem {
        let (line, column) = place(of: offset)
        return TemplateProblem(file: name, line: line, column: column, message, hint: hint)
    }

    /// Where the line begins that `offset` lies in.
    func lineStart(_ offset: Int) -> Int {
        var start = offset
        while start > 0, bytes[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        return start
    }

    /// The line's beginning, if nothing but blanks lies between it and `offset`.
    func blankLeft(of offset: Int) -> Int? {
        let start = skipBlanksBack(from: offset)
        return start == 0 || bytes[start - 1] == UInt8(ascii: "\n") ? start : nil
    }

    /// Behind the line's end, if nothing but blanks lies between `offset` and it. The end of the file ends a line.
    func blankRight(of offset: Int) -> Int? {
        var end = skipBlanks(from: offset)
        if end < bytes.count, bytes[end] == UInt8(ascii: "\r") { end += 1 }
        if end == bytes.count { return end }
        return bytes[end] == UInt8(ascii: "\n") ? end + 1 : nil
    }

    func skipBlanks(from offset: Int) -> Int {
        var end = offset
        while end < bytes.count, Self.isBlank(bytes[end]) { end += 1 }
        return end
    }

    func skipBlanksBack(from offset: Int) -> Int {
        var start = offset
        while start > 0, Self.isBlank(bytes[start - 1]) { start -= 1 }
        return start
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
