// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import StrictTOML

@Suite("Places of keys in TOML")
struct TOMLDocumentTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var says: String
        var text: String
        /// Path of a value, and the line and column it must have.
        var places: [String: (Int, Int)]
        init(_ says: String, _ text: String, _ places: [String: (Int, Int)]) {
            (self.says, self.text, self.places) = (says, text, places)
        }
        var testDescription: String { says }
    }

    static let table = [
        Row("plain keys", "a = 1\n  b=2\n", ["a": (1, 1), "b": (2, 3)]),
        Row("CRLF line ends", "a = 1\r\n\r\nb = 2\r\n", ["a": (1, 1), "b": (3, 1)]),
        Row("a byte order mark is no column", "\u{FEFF}a = 1", ["a": (1, 1)]),
        Row("comments hide what looks like keys", "# a = 1\nb = 2 # c = 3\n", ["b": (2, 1)]),
        Row("a comment's sign within a string", "a = \"# no\"\nb = '#'\n", ["b": (2, 1)]),
        Row("dotted keys", "a.b . c = 1\n", ["a": (1, 1), "a.b": (1, 3), "a.b.c": (1, 7)]),
        Row("quoted keys", "\"a.b\" = 1\n'c d'.e = 2\n", ["\"a.b\"": (1, 1), "\"c d\".e": (2, 7)]),
        Row("escapes in keys", "\"\\u0061\\t\" = 1\n", ["\"a\t\"": (1, 1)]),
        Row("an empty key", "\"\" = 1\n", ["\"\"": (1, 1)]),
        Row("columns count scalars", "\"é\" = { ü_ = 1 }".replacing("ü_", with: "u"), ["\"é\".u": (1, 9)]),
        Row("tables", "[a]\nb = 1\n[ a . c ]\nd = 2\n", ["a": (1, 1), "a.b": (2, 1), "a.c": (3, 1), "a.c.d": (4, 1)]),
        Row(
            "a table named after its child", "[a.b]\nx = 1\n[a]\ny = 2\n",
            ["a": (3, 1), "a.b.x": (2, 1), "a.y": (4, 1)]),
        Row(
            "arrays of tables", "[[r]]\nn = 1\n[[r]]\nn = 2\n[[ r.k ]]\nz = 3\n[[r.k]]\nz = 4\n",
            [
                "r": (1, 1), "r[0].n": (2, 1), "r[1]": (3, 1), "r[1].n": (4, 1), "r[1].k[0].z": (6, 1),
                "r[1].k[1].z": (8, 1),
            ]),
        Row(
            "a table in an array of tables", "[[r]]\n[r.t]\nx = 1\n[[r]]\n[r.t]\nx = 2\n",
            ["r[0].t.x": (3, 1), "r[1].t.x": (6, 1)]),
        Row(
            "inline tables", "a = { b = 1, c.d = \"}\", e = {f=2} }\n",
            ["a.b": (1, 7), "a.c.d": (1, 16), "a.e.f": (1, 30)]),
        Row(
            "arrays over lines", "a = [\n  1, # one, two\n  \"]\",\n  { b = 1 },\n]\nc = 1\n",
            ["a[0]": (2, 3), "a[1]": (3, 3), "a[2].b": (4, 5), "c": (6, 1)]),
        Row("arrays in arrays", "a = [[1, 2], [3]]\n", ["a[0][1]": (1, 10), "a[1][0]": (1, 15)]),
        Row(
            "strings over lines", "a = \"\"\"\nb = 1\n\\\"\"\"\\\n  \"\"\"\"\"\nc = '''\nd = 1\n'''\ne = 1\n",
            ["a": (1, 1), "c": (5, 1), "e": (8, 1)]),
        Row("empty strings", "a = \"\"\nb = ''\nc = [\"\", '']\nd = 1", ["b": (2, 1), "c[1]": (3, 10), "d": (4, 1)]),
        Row(
            "dates with a space", "a = 1979-05-27 07:32:00 # x\nb = [1979-05-27, 07:32:00]\nc = 1",
            ["b[1]": (2, 18), "c": (3, 1)]),
        Row("numbers of all kinds", "a = 0xff\nb = 1e3\nc = -1_000\nd = inf\n", ["d": (4, 1)]),
    ]

    @Test("each key has its line and column", arguments: table)
    func findsPlaces(_ row: Row) throws {
        let found = Self.all(try TOMLDocument(text: row.text, file: "x.toml").root)
        for (path, place) in row.places {
            let item = try #require(found[path], "no \(path) among \(found.keys.sorted())")
            #expect((item.line, item.column) == place, "\(path)")
        }
    }

    static func all(_ item: TOMLItem) -> [String: TOMLPlace] {
        var places = [item.path: item.place]
        var parts: [TOMLItem] = []
        if case .array(let items) = item.content { parts = items }
        if case .table(let members) = item.content { parts = Array(members.values) }
        for part in parts { places.merge(all(part)) { old, _ in old } }
        return places
    }

    @Test("values come through")
    func values() throws {
        let text = "a = \"x\\ny\"\nb = [1, 2.5, true]\nc = 1979-05-27\nd = { e = '\\' }"
        guard case .table(let root) = try TOMLDocument(text: text, file: "x").root.content else { return }
        #expect(root["a"]?.content == .string("x\ny"))
        #expect(root["c"]?.content == .dateTime("1979-05-27"))
        guard case .array(let list) = root["b"]?.content else {
            Issue.record("b is no array")
            return
        }
        #expect(list.map(\.content) == [.integer(1), .float(2.5), .boolean(true)])
        #expect(root["d"]?.members.first?.item.content == .string("\\"))
    }

    static let refused: [(text: String, says: String)] = [
        ("a = 1\nb = \n", "x.toml:2: not valid TOML: expected a value"),
        (
            "a = 1\na = 2\n",
            "x.toml:2: not valid TOML: Error while parsing key-value pair: cannot redefine existing integer 'a'"
        ),
        ("[t]\nx=1\n[t]\n", "x.toml:3: not valid TOML"),
        ("a = \"never closed\n", "x.toml:1: not valid TOML"),
        ("a = '''never\nclosed", "x.toml:2: not valid TOML"),
        ("a = {b = 1", "x.toml:1: not valid TOML"),
        ("a = [1, 2", "x.toml:1: not valid TOML"),
        ("a = 99999999999999999999\n", "x.toml:1: not valid TOML"),
        ("= 1", "x.toml:1: not valid TOML: expected a key"), ("[]", "x.toml:1: not valid TOML: expected a key"),
        ("a. = 1", "x.toml:1: not valid TOML: expected a key"), ("[a", "x.toml:1: not valid TOML: expected \"]\""),
        ("a b = 1", "x.toml:1: not valid TOML: expected \"=\""),
        ("a = ,", "x.toml:1: not valid TOML: expected a value"),
        ("a = \"\\q\"", "x.toml:1: not valid TOML: expected an escape of TOML"),
        ("a = \"\\uD800\"", "x.toml:1: not valid TOML: expected an escape of TOML"),
        ("a = nonsense", "x.toml:1: not valid TOML"), ("a = 1\nb.c = 1\na.d = 2", "x.toml:3: not valid TOML"),
        ("a = 1 b = 2", "x.toml:1: not valid TOML"), ("\u{1}", "x.toml:1: not valid TOML"),
        ("a = \"x\\u0000y\"", "x.toml:1: a NUL character cannot stand here"),
        ("# x\n\n a = '\0'", "x.toml:3: a NUL character cannot stand here"),
        ("x = 1\na = " + String(repeating: "[", count: 100_000), "x.toml:2: nested deeper than 32 levels"),
        ("x = 1\na = " + String(repeating: "{a=", count: 100_000), "x.toml:2: nested deeper than 32 levels"),
        (String(repeating: "a.", count: 1_000_000) + "a = 1", "x.toml:1: nested deeper than 32 levels"),
        ("[" + String(repeating: "a.", count: 1_000_000) + "a]", "x.toml:1: nested deeper than 32 levels"),
        ("a = [" + String(repeating: "1,", count: 300_000) + "]", "x.toml:1: more than 200000 keys and elements"),
        (String(repeating: " ", count: TOMLDocument.sizeLimit + 1), "x.toml: larger than 4 MiB"),
    ]

    @Test("what is no TOML is refused with its line", arguments: refused.indices)
    func refuses(_ number: Int) {
        let row = Self.refused[number]
        #expect {
            _ = try TOMLDocument(text: row.text, file: "x.toml")
        } throws: {
            guard "\($0)".hasPrefix(row.says) else {
                Issue.record("\($0)")
                return false
            }
            return true
        }
    }

    @Test("a syntax error does not quote what may be a secret")
    func keepsSecrets() throws {
        for text in ["password = hunter2secret\n", "password = \"hunter2secret\n", "password = \"a\" hunter2secret\n"] {
            #expect {
                _ = try TOMLDocument(text: text, file: "x")
            } throws: {
                !"\($0)".contains("hunter2")
            }
        }
    }

    @Test("bytes that are no UTF-8, a missing file and a directory are told as such")
    func unreadable() {
        #expect { _ = try TOMLDocument(text: [0x61, 0xFF], file: "x") } throws: { "\($0)" == "x: is not UTF-8" }
        #expect { _ = try TOMLDocument(contentsOf: "/nonexistent/x") } throws: {
            "\($0)" == "/nonexistent/x: cannot be read: No such file or directory"
        }
        #expect { _ = try TOMLDocument(contentsOf: "/") } throws: { "\($0)" == "/: cannot be read: Is a directory" }
    }

    @Test("no text makes the reader trap or disagree with itself", arguments: 0..<40)
    func survivesNoise(_ seed: UInt64) {
        var random = Seeded(state: seed)
        let pieces = [
            "a", ".", "=", " ", "\n", "[", "]", "[[", "]]", "{", "}", ",", "\"", "'", "\"\"\"", "'''", "\\", "\\u00e9",
            "#", "1", "é", "\r", "\t",
        ]
        for _ in 0..<200 {
            let text = (0..<Int.random(in: 1...30, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                .joined()
            guard let document = try? TOMLDocument(text: text, file: "x") else { continue }
            #expect(Self.all(document.root).values.allSatisfy { $0.line >= 1 && $0.column >= 1 })
        }
    }

    @Test("in whatever becomes of a file, a key's place is where the key stands", arguments: 0..<10)
    func survivesSlips(_ seed: UInt64) {
        var random = Seeded(state: seed)
        let slips = Array("[]{}\"'=.,#\n\\ax1 ".utf8)
        for _ in 0..<100 {
            var bytes = Array(SettingsReadingTests.contract.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                if Bool.random(using: &random) {
                    bytes.remove(at: at)
                } else {
                    bytes[at] = slips.randomElement(using: &random)!
                }
            }
            guard let document = try? TOMLDocument(text: bytes, file: "x") else { continue }
            let lines = String(decoding: bytes, as: UTF8.self).unicodeScalars
                .split(separator: "\n", omittingEmptySubsequences: false)
            Self.check(document.root, in: lines)
        }
    }

    /// A place holds its key, the quote the key begins with, or the bracket of the table's header.
    private static func check(_ item: TOMLItem, in lines: [Substring.UnicodeScalarView]) {
        for (key, member) in item.members {
            let rest = String(lines[member.place.line - 1].dropFirst(member.place.column - 1))
            #expect(rest.hasPrefix(key) || ["\"", "'", "["].contains(rest.first), "\(member.path) at \(member.place)")
            check(member, in: lines)
        }
        if case .array(let items) = item.content { for item in items { check(item, in: lines) } }
    }
}

/// The same numbers for the same seed (splitmix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
