// SPDX-License-Identifier: Apache-2.0
//
// ConsentListReader: consents as a list, NDJSON or CSV with the record's names (CONTRACT 4). Each entry is read as a record
// of the file queue is; only the id may be missing.

import GatewayModel

struct ConsentListReader {
    private enum Form {
        case csv(CSVReader, [String])
        case json(JSONListReader)
    }
    private var form: Form

    /// The record's names, as columns.
    static let columns = [
        "id", "address", "channel", "brand", "topics", "type", "basis", "basis_facts", "method", "occurred_at",
        "wording", "language", "disclosures", "evidence", "actor",
    ]
    private static let objects: Set<String> = ["basis_facts", "disclosures", "evidence"]

    /// - Throws: exit 65 where the columns are others.
    init(_ file: ListFile) throws(CommandFailure) {
        let start = try file.begin()
        guard let mark = start.first(where: { $0 > 0x20 }) else {
            throw CommandFailure(.badData, "the list is empty", at: file.path)
        }
        if mark == UInt8(ascii: "{") || mark == UInt8(ascii: "[") {
            form = .json(JSONListReader(file))
            return
        }
        var reader = CSVReader(file)
        guard case .row(let header, _)? = try reader.next() else {
            throw CommandFailure(.badData, "the list's first line cannot be read", at: file.path, advice: Self.advice)
        }
        let names = header.map { $0.trimmed.lowercased() }
        let unknown = names.filter { $0 != "kind" && !Self.columns.contains($0) }
        guard unknown.isEmpty, names.contains("address"), names.contains("type"), Set(names).count == names.count else {
            let shown = String(TextWidth.shown(header.joined(separator: ",")).prefix(200))
            throw CommandFailure(
                .badData, "these are not a consent's columns: the header is \"\(shown)\"", at: file.path,
                advice: Self.advice)
        }
        form = .csv(reader, names)
    }

    private static let advice =
        "expected address, type and more of \(columns.joined(separator: ",")), each once"

    mutating func next() throws(CommandFailure) -> ListItem<JSONObject>? {
        switch form {
        case .json(var reader):
            defer { form = .json(reader) }
            return try reader.next()
        case .csv(var reader, let names):
            defer { form = .csv(reader, names) }
            switch try reader.next() {
            case .row(let fields, let line): return Self.record(fields, names, line)
            case .bad(let line, let why): return .bad(line: line, why: why)
            case nil: return nil
            }
        }
    }

    /// Empty cells are left out.
    private static func record(_ fields: [String], _ names: [String], _ line: Int) -> ListItem<JSONObject> {
        guard fields.count <= names.count else {
            return .bad(line: line, why: "has \(fields.count) fields, the header \(names.count)")
        }
        var members: [(String, JSONValue)] = []
        for (name, field) in zip(names, fields) where !field.trimmed.isEmpty {
            if objects.contains(name) {
                guard let object = try? JSONValue.parse(Array(field.utf8)) else {
                    return .bad(line: line, why: "\(name) is no JSON")
                }
                members.append((name, object))
            } else if name == "topics" {
                let topics = field.split { " ,;|".contains($0) }.map { JSONValue.string(String($0)) }
                members.append((name, .array(topics)))
            } else {
                members.append((name, .string(name == "wording" ? field : field.trimmed)))
            }
        }
        return .row(JSONObject(members), line: line)
    }
}
