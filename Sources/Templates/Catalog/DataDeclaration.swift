// SPDX-License-Identifier: Apache-2.0
//
// Reads the `[data]` table of `template.toml`: names, types, what is required, what stands for a missing value.
//
//     first_name = { type = "string", required = true, description = "as in Ada" }
//     items = { type = "list", items = { type = "object", fields = { name = { type = "string" } } } }

import GatewayModel
import StrictTOML

enum DataDeclaration {
    /// - Parameter taken: names that are built in and cannot be declared.
    static func fields(_ table: inout StrictTable, taken: Set<String> = []) -> [DataField] {
        table.namedTables { name, table -> DataField? in
            if taken.contains(name) { table.complain("\"\(name)\" is built in; choose another name") }
            if !isName(name) { table.complain("\"\(name)\" is no name: use letters, digits, \"_\" and \"-\"") }
            return field(name, &table)
        }
        .compactMap { $0 }
    }

    private static func field(_ name: String, _ table: inout StrictTable) -> DataField? {
        let type = type(&table)
        let required = table.optional("required", .boolean) ?? false
        let description = table.optional("description", TOMLShape<String>.string)
        var fallback: JSONValue?
        if let item = table.raw("default") {
            fallback = type.flatMap { value(item, of: $0) }
            if let type, fallback == nil { table.complain("must be a \(type.word)", about: "default") }
            if required {
                table.complain("what is required needs no default; take out one of the two", about: "default")
            }
        }
        return type.map { DataField(name, $0, required: required, fallback: fallback, description: description) }
    }

    private static func type(_ table: inout StrictTable) -> DataType? {
        let words = ["string", "number", "boolean", "date", "list", "object"]
        let word = table.required("type", TOMLShape<String>.word(of: words))
        var items: DataType?
        if table.has("items") { items = itemType(&table) }
        let members = table.table("fields") { fields(&$0) }
        if word != "list", table.has("items") { table.complain("only a list has items", about: "items") }
        if word != "object", table.has("fields") { table.complain("only an object has fields", about: "fields") }
        switch word {
        case "string": return .string
        case "number": return .number
        case "boolean": return .boolean
        case "date": return .date
        case "list":
            if !table.has("items") {
                table.complain("a list says what its items are, as items = { type = \"string\" }")
            }
            return items.map { .list(of: $0) }
        case "object":
            if !table.has("fields") {
                table.complain("an object says what its fields are, as fields = { name = { type = \"string\" } }")
            }
            return members.map { .object($0.sorted { $0.name < $1.name }) }
        default: return nil
        }
    }

    private static func itemType(_ table: inout StrictTable) -> DataType? {
        table.table("items") { table in
            _ = table.optional("description", TOMLShape<String>.string)
            return type(&table)
        } ?? nil
    }

    private static func value(_ item: TOMLItem, of type: DataType) -> JSONValue? {
        switch (type, item.content) {
        case (.string, .string(let text)): .string(text)
        case (.date, .string(let text)), (.date, .dateTime(let text)): DateValue(text) == nil ? nil : .string(text)
        case (.number, .integer(let number)): .number(JSONNumber(number))
        case (.number, .float(let number)) where number.isFinite: .number(JSONNumber(literal: "\(number)"))
        case (.boolean, .boolean(let flag)): .bool(flag)
        case (.list(let inner), .array(let items)): list(items.map { value($0, of: inner) })
        case (.string, _), (.date, _), (.number, _), (.boolean, _), (.list, _), (.object, _): nil
        }
    }

    private static func list(_ items: [JSONValue?]) -> JSONValue? {
        let present = items.compactMap { $0 }
        return present.count == items.count ? .array(present) : nil
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
