// SPDX-License-Identifier: Apache-2.0
//
// Holds a job's data against its template's schema, so that a job that cannot be rendered is refused at intake and
// not at send time (CONTRACT 6). Pure. Costs nothing but comparisons while the data is right.

import GatewayModel
import StrictTOML

struct DataCheck {
    /// The template's name, for messages.
    let template: String
    /// Paths (without `data.`) that are printed where one line is meant: subject and title.
    let oneLinePaths: Set<String>
    /// Told of one job: each costs, and nobody reads on.
    private static let mostProblems = 100
    private(set) var problems: [Problem] = []

    init(template: String, oneLinePaths: Set<String> = []) {
        (self.template, self.oneLinePaths) = (template, oneLinePaths)
    }

    mutating func check(_ data: JSONObject, against schema: DataSchema) {
        if !fits(data, schema.fields) { check(data, schema.fields, at: .root) }
    }

    // MARK: The quick answer

    /// True where nothing can be wrong, without a path being built. False asks for the long answer.
    private func fits(_ object: JSONObject, _ fields: [DataField]) -> Bool {
        for member in object.members {
            guard let field = fields.first(where: { $0.name == member.key }) else { return false }
            if case .null = member.value {
                if field.required { return false }
            } else if !fits(member.value, field.type) {
                return false
            }
        }
        return fields.allSatisfy { field in !field.required || object.members.contains { $0.key == field.name } }
    }

    private func fits(_ value: JSONValue, _ type: DataType) -> Bool {
        switch (type, value) {
        case (.string, .string(let text)): oneLinePaths.isEmpty || EscapeWriter.isOneLine(text)
        case (.number, .number), (.boolean, .bool): true
        case (.date, .string(let text)): DateValue(text) != nil
        case (.list(let items), .array(let values)): values.allSatisfy { fits($0, items) }
        case (.object(let fields), .object(let object)): fits(object, fields)
        case (.string, _), (.number, _), (.boolean, _), (.date, _), (.list, _), (.object, _): false
        }
    }

    // MARK: The long answer, with paths

    private mutating func check(_ object: JSONObject, _ fields: [DataField], at path: DataPath) {
        for member in object.members where problems.count < Self.mostProblems {
            guard let field = fields.first(where: { $0.name == member.key }) else {
                report(path.appending(member.key), undeclared(member.key, fields))
                continue
            }
            if case .null = member.value, !field.required { continue }
            check(member.value, field.type, at: path.appending(member.key))
        }
        for field in fields where field.required && object[field.name] == nil {
            let what = field.description.map { " (\($0))" } ?? ""
            report(path.appending(field.name), "missing: template \"\(template)\" requires a \(field.type.word)\(what)")
        }
    }

    private mutating func check(_ value: JSONValue, _ type: DataType, at path: DataPath) {
        switch (type, value) {
        case (.string, .string(let text)):
            if !oneLinePaths.isEmpty, !EscapeWriter.isOneLine(text), oneLinePaths.contains(path.below) {
                report(
                    path, "holds a line break or control character and stands in the subject or title", .headerInjection
                )
            }
        case (.number, .number), (.boolean, .bool): break
        case (.date, .string(let text)):
            if DateValue(text) == nil {
                let shown = String(text.unicodeScalars.prefix(40))
                report(path, "\"\(shown)\" is no date: write 2026-11-21 or 2026-11-21T09:00:00Z")
            }
        case (.list(let items), .array(let values)):
            for (index, value) in values.enumerated() where problems.count < Self.mostProblems {
                check(value, items, at: path.appending(index))
            }
        case (.object(let fields), .object(let object)): check(object, fields, at: path)
        case (.string, _), (.number, _), (.boolean, _), (.date, _), (.list, _), (.object, _):
            report(path, "is a \(value.typeWord); template \"\(template)\" declares a \(type.word)")
        }
    }

    private func undeclared(_ name: String, _ fields: [DataField]) -> String {
        let near = Wording.nearest(to: name, among: fields.map(\.name)).map { "; did you mean \"\($0)\"?" }
        let known = fields.isEmpty ? "nothing" : fields.map(\.name).joined(separator: ", ")
        return "not declared by template \"\(template)\"" + (near ?? "; declared: \(known)")
    }

    private mutating func report(_ path: DataPath, _ message: String, _ code: ProblemCode = .templateData) {
        problems.append(Problem(code, field: path.text, "\(path.text) \(message)"))
    }
}

/// The way to a value inside a job's data; spelled out only when something is wrong.
private indirect enum DataPath {
    case root
    case member(DataPath, String)
    case item(DataPath, Int)

    func appending(_ name: String) -> DataPath { .member(self, name) }
    func appending(_ index: Int) -> DataPath { .item(self, index) }

    /// `data.items[2].name`.
    var text: String {
        switch self {
        case .root: "data"
        case .member(let outer, let name): "\(outer.text).\(String(name.unicodeScalars.prefix(80)))"
        case .item(let outer, let index): "\(outer.text)[\(index)]"
        }
    }
    var below: String { String(text.dropFirst("data.".count)) }
}
