// SPDX-License-Identifier: Apache-2.0
//
// Generated templates rendered by this engine and by two that others wrote: swift-mustache, and `chevron` from PyPI.
// Only what all three understand in the same way is generated.

import Foundation
import GatewayModel
import Mustache
import Testing

@testable import Templates

/// Templates with data that fits them, the same for the same seed.
struct TemplateGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    private mutating func random(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ z >> 31) % UInt64(bound))
    }

    struct Case: Sendable {
        var template: String
        var partials: [String: String]
        var data: JSONObject
    }

    /// Of all that is generated, also where a list came out empty.
    static let schema = DataSchema(
        ["name", "title", "missing"].map { DataField($0, .string) } + ["yes", "no"].map { DataField($0, .boolean) } + [
            DataField("count", .number), DataField("words", .list(of: .string)),
            DataField("person", .object([DataField("name", .string), DataField("city", .string)])),
            DataField("items", .list(of: .object([DataField("label", .string), DataField("n", .number)]))),
        ])

    mutating func next() -> Case {
        Case(
            template: body(depth: 0), partials: ["one": line() + "\n" + body(depth: 3), "two": line() + "\n"],
            data: JSONObject([
                ("name", .string(word())), ("title", .string(word())), ("count", .number(JSONNumber(1 + random(999)))),
                ("yes", .bool(true)), ("no", .bool(false)), ("missing", .null),
                ("person", .object(JSONObject([("name", .string(word())), ("city", .string(word()))]))),
                (
                    "items",
                    .array(
                        (0..<random(4)).map {
                            .object(JSONObject([("label", .string(word())), ("n", .number(JSONNumber($0 + 1)))]))
                        })
                ),
                ("words", .array((0..<random(4)).map { _ in .string(word()) })),
            ]))
    }

    private mutating func word() -> String {
        ["Ada", "a & b", "<b>", "\"q\"", "Grüße", "x y", "{{no}}", "🙂", "1 > 0"][random(9)]
    }

    private mutating func line() -> String {
        (0...random(4)).map { _ in
            [
                "text ", "{{name}}", "{{{title}}}", "{{&name}}", "{{person.city}}", "{{count}}", "{{! hush }}", " é",
                "{{missing}}",
            ][random(9)]
        }
        .joined()
    }

    private mutating func body(depth: Int) -> String {
        (0...random(5)).map { _ in piece(depth) }.joined()
    }

    /// A list is not repeated within itself: chevron takes the inner end for the outer.
    private mutating func piece(_ depth: Int) -> String {
        guard depth < 3 else { return line() + "\n" }
        switch random(9) {
        case 0 where depth == 0:
            return "{{#items}}\n- {{label}} {{n}} {{name}}\n" + body(depth: depth + 1) + "{{/items}}\n"
        case 1: return "{{#words}}({{.}}){{/words}}\n"
        case 2: return "{{#yes}}" + line() + "{{/yes}}{{^no}}" + line() + "{{/no}}\n"
        case 3 where depth == 0: return "{{^items}}\nnone\n{{/items}}\n"
        case 4: return "{{#person}}\n{{name}} of {{city}}, {{title}}\n{{/person}}\n"
        case 5: return "{{=<% %>=}}<%name%> <%#yes%>y<%/yes%><%={{ }}=%>\n"
        case 6 where depth == 0: return "{{>two}}\n" + line() + "\n"
        case 7 where depth == 0: return "before {{>one}} after\n"
        default: return line() + "\n"
        }
    }
}

@Suite("The same as others render")
struct ComparisonTests {
    static let cases: [TemplateGenerator.Case] = {
        var generator = TemplateGenerator(seed: 20_261_121)
        return (0..<400).map { _ in generator.next() }
    }()

    @Test("as swift-mustache")
    func swiftMustache() throws {
        for (index, one) in Self.cases.enumerated() {
            var library = MustacheLibrary()
            for (name, text) in one.partials { try library.register(text, named: name) }
            try library.register(one.template, named: "t")
            let theirs = library.render(Self.plain(.object(one.data)) as Any, withTemplate: "t")
            let ours = try Desk.render(
                one.template, one.data, schema: TemplateGenerator.schema, partials: one.partials, rules: Self.rules)
            #expect(ours == theirs, "case \(index): \(one.template.debugDescription)")
        }
    }

    /// Needs a Python with `chevron`: GATEPOST_PYTHON, or the one that `make test` sets up.
    @Test("as chevron", .enabled(if: Chevron.python != nil, "no Python with chevron: set GATEPOST_PYTHON"))
    func chevron() throws {
        let theirs = try Chevron.render(Self.cases)
        #expect(theirs.count == Self.cases.count)
        for (index, (one, theirs)) in zip(Self.cases, theirs).enumerated() {
            let ours = try Desk.render(
                one.template, one.data, schema: TemplateGenerator.schema, partials: one.partials, rules: Self.rules)
            #expect(ours == theirs, "case \(index): \(one.template.debugDescription)")
        }
    }

    /// HTML's escapes without its watch over tags: the generated texts are no documents.
    private static let rules = LinkRules(escape: .html, isHTML: false, allowsRaw: true)

    private static func plain(_ value: JSONValue) -> Any? {
        switch value {
        case .null: nil
        case .bool(let flag): flag
        case .number(let number): number.int
        case .string(let text): text
        case .array(let items): items.compactMap { plain($0) }
        case .object(let object):
            Dictionary(
                uniqueKeysWithValues: object.members.compactMap { member in plain(member.value).map { (member.key, $0) }
                })
        }
    }
}

enum Chevron {
    static let python: String? = candidates.first { run($0, ["-c", "import chevron"], input: Data()) != nil }

    private static var candidates: [String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let known = [
            "\(root.path)/.build/venv/bin/python", "\(FileManager.default.currentDirectoryPath)/.build/venv/bin/python",
        ]
        let named = ProcessInfo.processInfo.environment["GATEPOST_PYTHON"].map { [$0] } ?? []
        return (named + known).filter { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static func render(_ cases: [TemplateGenerator.Case]) throws -> [String] {
        let asked = JSONValue.array(
            cases.map { one in
                .object(
                    JSONObject([
                        ("template", .string(one.template)), ("data", .object(one.data)),
                        (
                            "partials",
                            .object(
                                JSONObject(one.partials.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
                        ),
                    ]))
            })
        let script = """
            import sys, json, chevron
            cases = json.load(sys.stdin)
            json.dump([chevron.render(c["template"], c["data"], partials_dict=c["partials"]) for c in cases], sys.stdout)
            """
        let python = try #require(python)
        let output = try #require(run(python, ["-c", script], input: Data(asked.encoded)))
        let answer = try #require(try JSONValue.parse([UInt8](output)).array)
        return answer.compactMap(\.string)
    }

    private static func run(_ program: String, _ arguments: [String], input: Data) -> Data? {
        let file = NSTemporaryDirectory() + "gatepost-chevron-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        guard FileManager.default.createFile(atPath: file, contents: input),
            let stdin = FileHandle(forReadingAtPath: file)
        else { return nil }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, output, FileHandle.nullDevice)
        guard (try? process.run()) != nil else { return nil }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? bytes : nil
    }
}
