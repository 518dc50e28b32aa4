// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// Parses the bytes as a template, links it with itself as its own partial `p` and renders it, as HTML, text and one
/// line. Must neither trap nor run away, whatever the bytes.
public func fuzzTemplateParser(_ bytes: UnsafeRawBufferPointer) {
    let page = MustacheParser.parse(SourceFile(name: "fuzz", bytes: Array(bytes.prefix(64 << 10))))
    let item = DataType.object([DataField("a", .string), DataField("b", .list(of: .string))])
    let schema = DataSchema([
        DataField("a", .string), DataField("b", .list(of: .string)), DataField("c", .list(of: item)),
        DataField("d", .date), DataField("n", .number),
    ])
    for rules in [LinkRules.html, .text, .line, .json] {
        var linker = Linker(rules: rules, schema: schema, partials: ["p": page])
        let program = linker.link(page)
        guard linker.problems.isEmpty else { continue }
        _ = try? Interpreter.run(program, builtIn: JSONObject(), data: fuzzData, language: .english, limit: 64 << 10)
    }
}

private let fuzzData = JSONObject([
    ("a", .string("https://a.example/<&>\"'\u{1}")), ("b", .array([.string("x"), .string("")])),
    ("c", .array([.object(JSONObject([("a", .string("é"))])), .object(JSONObject())])), ("d", .string("2026-11-21")),
    ("n", .number(JSONNumber(literal: "1e19"))),
])
