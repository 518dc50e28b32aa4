// SPDX-License-Identifier: Apache-2.0

import StrictTOML
import Testing

@Suite("Reading a table strictly")
struct StrictTableTests {
    enum Colour: String, CaseIterable { case red, green, blue }

    /// One schema for all rows.
    static func read(_ text: String) throws -> [String] {
        let findings = TOMLFindings()
        var table = StrictTable(try TOMLDocument(text: text, file: "x.toml"), findings)
        _ = table.optional("name", .text)
        _ = table.optional("colour", TOMLShape<Colour>.word)
        _ = table.optional("count", .integer(in: 1...10))
        _ = table.optional("factor", .number(in: 1...9))
        _ = table.optional("flag", .boolean)
        _ = table.optional("wait", .duration(in: .seconds(1)...(.seconds(60))))
        _ = table.optional("tags", TOMLShape<[String]>.list(of: .text, "a list of strings"))
        _ = table.optional("rates", TOMLShape<[String: Int]>.dictionary(of: .integer(), "a table of integers"))
        table.table("sub") { sub in _ = sub.required("id", .text) }
        table.tables("each") { each in _ = each.required("id", .text) }
        table.finish()
        return findings.errors.map(\.description)
    }

    static let table: [(String, [String])] = [
        (
            "name = 'x'\ncolour = 'red'\ncount = 10\nfactor = 2\nwait = '30s'\ntags = ['a']\nrates = {a = 1}\n[sub]\nid = 'x'\n[[each]]\nid = 'y'",
            []
        ),
        ("nam = 'x'", ["x.toml:1: nam: unknown key; did you mean \"name\"?"]),
        (
            "\nzzzzz = 1",
            [
                "x.toml:2: zzzzz: unknown key; known here: colour, count, each, factor, flag, name, rates, sub, tags, wait"
            ]
        ),
        ("name = 1", ["x.toml:1: name: must be a string, not an integer"]),
        ("name = ''", ["x.toml:1: name: must be a string that is not empty"]),
        ("colour = 'gren'", ["x.toml:1: colour: must be \"red\", \"green\" or \"blue\"; did you mean \"green\"?"]),
        ("colour = 'black'", ["x.toml:1: colour: must be \"red\", \"green\" or \"blue\""]),
        ("count = 0", ["x.toml:1: count: must be an integer from 1 to 10"]),
        ("count = 1.5", ["x.toml:1: count: must be an integer, not a number"]),
        ("factor = nan", ["x.toml:1: factor: must be a number from 1.0 to 9.0"]),
        ("flag = 'yes'", ["x.toml:1: flag: must be true or false, not a string"]),
        ("wait = '1x'", ["x.toml:1: wait: must be a duration as \"30s\", \"1h30m\" or \"7d\""]),
        ("wait = '2h'", ["x.toml:1: wait: must be between 1s and 1m"]),
        (
            "wait = 30",
            [
                "x.toml:1: wait: must be a duration as \"30s\", \"1h30m\" or \"7d\", not an integer; did you mean \"30s\"?"
            ]
        ),
        ("colour = 'red'\ncolur = 'red'", ["x.toml:2: colur: unknown key; did you mean \"colour\"?"]),
        ("wait = true", ["x.toml:1: wait: must be a duration as \"30s\", \"1h30m\" or \"7d\", not true or false"]),
        (
            "tags = [\n'a',\n1,\n'']",
            [
                "x.toml:3: tags[1]: must be a string, not an integer",
                "x.toml:4: tags[2]: must be a string that is not empty",
            ]
        ),
        ("tags = 'a'", ["x.toml:1: tags: must be a list of strings, not a string"]),
        ("rates = {a = 1, b = 'x'}", ["x.toml:1: rates.b: must be an integer, not a string"]),
        ("sub = 1", ["x.toml:1: sub: must be a table, not an integer"]),
        ("[sub]\n", ["x.toml:1: sub: \"id\" is missing; it must be a string that is not empty"]),
        ("[sub]\nid = 'x'\nidd = 1\n", ["x.toml:3: sub.idd: unknown key; did you mean \"id\"?"]),
        (
            "[sub]\nie = 1\n",
            [
                "x.toml:1: sub: \"id\" is missing; it must be a string that is not empty",
                "x.toml:2: sub.ie: unknown key; did you mean \"id\"?",
            ]
        ),
        ("[each]\n", ["x.toml:1: each: must be a list of tables, as [[each]], not a table"]),
        (
            "each = [1]",
            [
                "x.toml:1: each[0]: must be a table, not an integer",
                "x.toml:1: each[0]: \"id\" is missing; it must be a string that is not empty",
            ]
        ),
        ("[[each]]\nid='a'\n[[each]]\nid = 2\n", ["x.toml:4: each[1].id: must be a string, not an integer"]),
        (
            "count = 0\nflag = 1\nx = 1",
            [
                "x.toml:1: count: must be an integer from 1 to 10",
                "x.toml:2: flag: must be true or false, not an integer",
                "x.toml:3: x: unknown key; known here: colour, count, each, factor, flag, name, rates, sub, tags, wait",
            ]
        ),
    ]

    @Test("every mistake is told, with its place", arguments: table)
    func tells(text: String, expected: [String]) throws {
        #expect(try Self.read(text) == expected)
    }

    @Test("names of the file's own choosing are tables of their own")
    func namedTables() throws {
        let findings = TOMLFindings()
        var table = StrictTable(
            try TOMLDocument(text: "a = {type = 'x'}\nb = {type = 'y', z = 1}\n", file: "f"), findings)
        let read = table.namedTables { key, sub in "\(key)=\(sub.required("type", .text) ?? "")" }
        table.finish()
        #expect(read == ["a=x", "b=y"])
        #expect(findings.errors.map(\.description) == ["f:2: b.z: unknown key; known here: type"])
    }

    @Test("a file wrong a million times is told a thousand times")
    func bounded() throws {
        let text = (0..<5000).map { "k\($0) = 1" }.joined(separator: "\n")
        #expect(try Self.read(text).count == TOMLFindings.limit)
    }

    static let durations: [(String, Int64?)] = [
        ("30s", 30_000), ("1h30m", 5_400_000), ("7d", 604_800_000), ("2w", 1_209_600_000), ("5y", 157_680_000_000),
        ("250ms", 250), ("1m1ms", 60_001), ("0s", 0), ("", nil), ("1", nil), ("s", nil), ("1 s", nil), ("-1s", nil),
        ("30m1h", nil), ("1s1s", nil), ("1.5h", nil), ("1H", nil), ("99999999999999999999s", nil), ("101y", nil),
        ("100y1s", nil),
    ]

    @Test("durations", arguments: durations)
    func readsDurations(text: String, milliseconds: Int64?) {
        let duration = DurationText.parse(text)
        #expect(duration == milliseconds.map { .milliseconds($0) })
        if let duration { #expect(DurationText.parse(DurationText.print(duration)) == duration) }
    }

    @Test(
        "the nearest word",
        arguments: [("requierd", "required"), ("URL", "url"), ("chanel", "channel"), ("x", nil), ("", nil)])
    func findsNearest(word: String, expected: String?) {
        #expect(Wording.nearest(to: word, among: ["required", "url", "channel", "connections"]) == expected)
    }
}
