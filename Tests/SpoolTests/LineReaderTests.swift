// SPDX-License-Identifier: Apache-2.0

import Cryptography
import Foundation
import Testing

@testable import Spool

@Suite("Lines of a file")
struct LineReaderTests {
    /// Reads a file of such contents line by line: `number:text`, or `number!` for one that is too long.
    private static func lines(_ text: String, longest: Int = 100, from start: (Int64, Int)? = nil) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.path + "/lines-\(UUID().uuidString)"
        try Data(text.utf8).write(to: URL(filePath: path))
        defer { unlink(path) }
        var reader = LineReader(try Disk().openForReading(path).get(), longestRecord: longest)
        if let (offset, line) = start { try reader.skip(to: offset, line: line) }
        var found: [String] = []
        while let line = try reader.next() {
            switch line {
            case .record(let record, let number): found.append("\(number):\(String(decoding: record, as: UTF8.self))")
            case .tooLong(let number): found.append("\(number)!")
            }
        }
        #expect(reader.isAtEnd && reader.offset == text.utf8.count)
        #expect(reader.sha256() == SHA256Digest.of(text))
        return found
    }

    @Test(
        "blank lines count and are not given out",
        arguments: [
            ("", []), ("a", ["1:a"]), ("a\n", ["1:a"]), ("\n\na\r\n \t\nb", ["3:a", "5:b"]), ("  a b \r\n", ["1:a b"]),
            ("\n\n", []),
        ])
    func blanks(text: String, expected: [String]) throws { #expect(try Self.lines(text) == expected) }

    @Test(
        "a line over the limit costs itself only, wherever it stands",
        arguments: [
            5000, 1_048_576, 1_048_577, 3_000_000,
        ])
    func long(length: Int) throws {
        let long = String(repeating: "x", count: length)
        #expect(try Self.lines("a\n\(long)\nb\n\(long)") == ["1:a", "2!", "3:b", "4!"])
        #expect(try Self.lines(long + "\n") == ["1!"])
    }

    @Test("lines across the pieces of reading come whole")
    func pieces() throws {
        let line = String(repeating: "y", count: 700_001)
        let expected = (1...4).map { "\($0):\(line)" }
        #expect(try Self.lines(Array(repeating: line, count: 4).joined(separator: "\n"), longest: 1 << 20) == expected)
        #expect(
            try Self.lines(String(repeating: "z", count: 100) + "\nb") == [
                "1:" + String(repeating: "z", count: 100), "2:b",
            ])
        #expect(try Self.lines(String(repeating: "z", count: 101) + "\nb") == ["1!", "2:b"])
    }

    @Test("a file that is written to while it is read ends where files end")
    func grows() throws {
        let path = FileManager.default.temporaryDirectory.path + "/lines-\(UUID().uuidString)"
        try Data("a\n".utf8).write(to: URL(filePath: path))
        defer { unlink(path) }
        let writer = try FileHandle(forWritingTo: URL(filePath: path))
        defer { try? writer.close() }
        var reader = LineReader(try Disk().openForReading(path).get(), longestRecord: 100, mostBytes: 10_000)
        var lines = 0
        while let _ = try reader.next() {
            lines += 1
            try writer.seekToEnd()
            try writer.write(contentsOf: Data(repeating: UInt8(ascii: "b"), count: 90) + Data("\n".utf8))
            if lines > 1000 { break }
        }
        #expect(lines < 1000 && reader.isAtEnd && reader.wasCutOff)
    }

    @Test("what is the daemon's own is not opened under another name: closing it would cost its locks")
    func hardLink() throws {
        let path = FileManager.default.temporaryDirectory.path + "/lines-\(UUID().uuidString)"
        try Data("{}".utf8).write(to: URL(filePath: path))
        defer { for name in [path, path + ".json"] { unlink(name) } }
        #expect(throws: Never.self) { try Disk().openForReading(path).get() }
        #expect(link(path, path + ".json") == 0)
        #expect(throws: Unreadable.self) { try Disk().openForReading(path + ".json").get() }
    }

    @Test("reading goes on where another reader stopped, and the digest is that of the whole file")
    func resumes() throws {
        #expect(try Self.lines("a\nbb\nccc\n", from: (5, 2)) == ["3:ccc"])
        #expect(try Self.lines("a\nbb\nccc\n", from: (9, 3)) == [])
    }
}
