// SPDX-License-Identifier: Apache-2.0
//
// A template, data and partials in a few words: what the tables of these tests stand on.

import GatewayModel
import Testing

@testable import Templates

/// Thrown where a template does not link.
struct Unlinkable: Error, CustomStringConvertible {
    let problems: [TemplateProblem]
    var description: String { problems.map(\.description).joined(separator: "; ") }
}

enum Desk {
    static func json(_ text: String) throws -> JSONObject {
        try #require(try JSONValue.parse(Array(text.utf8)).object)
    }

    /// Declares what the data holds: null is an optional string, an empty list one of strings.
    static func schema(of data: JSONObject) -> DataSchema { DataSchema(fields(of: data)) }

    static func fields(of object: JSONObject) -> [DataField] {
        object.members.map { DataField($0.key, type(of: $0.value)) }
    }

    private static func type(of value: JSONValue) -> DataType {
        switch value {
        case .null, .string: .string
        case .bool: .boolean
        case .number: .number
        case .array(let items): .list(of: items.map(type).reduce(nil, merged) ?? .string)
        case .object(let object): .object(fields(of: object))
        }
    }

    private static func merged(_ a: DataType?, _ b: DataType) -> DataType {
        guard case .object(let x)? = a, case .object(let y) = b else { return a ?? b }
        return .object(x + y.filter { field in !x.contains { $0.name == field.name } })
    }

    static func link(
        _ template: String, _ schema: DataSchema, partials: [String: String] = [:], rules: LinkRules = .html
    ) -> (program: Program, problems: [TemplateProblem]) {
        let pages = Dictionary(
            uniqueKeysWithValues: partials.map {
                ($0.key, MustacheParser.parse(SourceFile(name: "_partials/\($0.key).mustache", text: $0.value)))
            })
        var linker = Linker(rules: rules, schema: schema, partials: pages)
        let program = linker.link(MustacheParser.parse(SourceFile(name: "t", text: template)))
        return (program, linker.problems)
    }

    static func problems(
        _ template: String, _ schema: DataSchema = DataSchema(), partials: [String: String] = [:],
        rules: LinkRules = .html
    )
        -> [String]
    {
        link(template, schema, partials: partials, rules: rules).problems.map(\.description)
    }

    static func render(
        _ template: String, _ data: JSONObject, schema: DataSchema? = nil, partials: [String: String] = [:],
        rules: LinkRules = .html, language: DateLanguage = .english, limit: Int = 1 << 20
    ) throws -> String {
        let (program, problems) = link(template, schema ?? self.schema(of: data), partials: partials, rules: rules)
        guard problems.isEmpty else { throw Unlinkable(problems: problems) }
        let bytes = try Interpreter.run(
            program, builtIn: JSONObject(), data: data, language: language, limit: limit)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func render(
        _ template: String, _ data: String, schema: DataSchema? = nil, partials: [String: String] = [:],
        rules: LinkRules = .html, language: DateLanguage = .english, limit: Int = 1 << 20
    ) throws -> String {
        try render(
            template, json(data), schema: schema, partials: partials, rules: rules, language: language, limit: limit)
    }
}
