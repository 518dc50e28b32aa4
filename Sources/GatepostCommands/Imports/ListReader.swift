// SPDX-License-Identifier: Apache-2.0
//
// ListReader: one list, entry by entry, whatever form it has. Used by one task; made anew for each pass over the file.

import GatewayModel

struct ListReader {
    private enum Form {
        case csv(CSVReader, plan: [Int?])
        case json(JSONListReader)
    }

    private var form: Form
    /// The first entry of a list without a header has been read to find that out.
    private var first: ListItem<ListRow>?
    /// Columns that the list has; of JSON, those of its first entry.
    let columns: Set<ListColumn>

    /// - Throws: exit 65 where these are not the columns of such a list.
    init(_ file: ListFile, from origin: ListOrigin) throws(CommandFailure) {
        let start = try file.begin()
        guard let mark = start.first(where: { $0 > 0x20 }) else {
            throw CommandFailure(.badData, "the list is empty", at: file.path)
        }
        if mark == UInt8(ascii: "{") || mark == UInt8(ascii: "[") {
            var reader = JSONListReader(file)
            let item = try reader.next()
            (form, first) = (.json(reader), item.map(Self.row))
            columns = first.map { Self.columns(of: $0) } ?? []
            if case .row = first { try Self.check(columns, origin, found: "the first entry", at: file.path) }
        } else {
            var reader = CSVReader(file)
            guard let item = try reader.next() else {
                throw CommandFailure(.badData, "the list is empty", at: file.path)
            }
            let (plan, isHeader) = try Self.plan(item, origin, file.path)
            if !isHeader, case .row(let fields, let line) = item {
                first = .row(ListRow(fields, plan: plan), line: line)
            }
            form = .csv(reader, plan: plan)
            columns = Set(zip(ListColumn.allCases, plan).compactMap { $1 == nil ? nil : $0 })
        }
    }

    mutating func next() throws(CommandFailure) -> ListItem<ListRow>? {
        if let item = first.take() { return item }
        switch form {
        case .csv(var reader, let plan):
            let item = try reader.next()
            form = .csv(reader, plan: plan)
            switch item {
            case .row(let fields, let line): return .row(ListRow(fields, plan: plan), line: line)
            case .bad(let line, let why): return .bad(line: line, why: why)
            case nil: return nil
            }
        case .json(var reader):
            let item = try reader.next()
            form = .json(reader)
            return item.map(Self.row)
        }
    }

    // MARK: Columns

    private static func plan(
        _ item: ListItem<[String]>, _ origin: ListOrigin, _ path: String
    ) throws(CommandFailure) -> (plan: [Int?], isHeader: Bool) {
        guard case .row(let fields, _) = item else {
            throw CommandFailure(
                .badData, "the list's first line cannot be read", at: path, advice: "expected: \(origin.example)")
        }
        let addressed = fields.firstIndex { SuppressionTarget.isListed($0.trimmed) }
        guard let addressed else {
            try refuseExport(fields, at: path)
            let plan = ListRow.plan(for: fields)
            let columns = Set(zip(ListColumn.allCases, plan).compactMap { $1 == nil ? nil : $0 })
            let shown = fields.map { TextWidth.shown(String($0.prefix(40))) }.joined(separator: ",")
            try check(columns, origin, found: "the header is \"\(String(shown.prefix(200)))\"", at: path)
            return (plan, true)
        }
        if let known = origin.headerless {
            return (ListColumn.allCases.map { known.firstIndex(of: $0) }, false)
        }
        guard origin == .generic else {
            throw CommandFailure(
                .badData, "the list has no header", at: path, advice: "expected: \(origin.example)")
        }
        return (ListColumn.allCases.map { $0 == .target ? addressed : nil }, false)
    }

    /// Our own export is a history: read as a list, what was lifted would stand again.
    private static func refuseExport(_ header: [String], at path: String) throws(CommandFailure) {
        let names = Set(header.map { $0.trimmed.lowercased() })
        guard names.isSuperset(of: ["act", "lifts"]) else { return }
        throw CommandFailure(
            .badData, "this is Gatepost's own export, a history and no list", at: path,
            advice: "keep the rows whose state is standing, with the columns target, reason, expires_at and note")
    }

    private static func check(
        _ columns: Set<ListColumn>, _ origin: ListOrigin, found: String, at path: String
    ) throws(CommandFailure) {
        let isThere = { (column: ListColumn) in
            // "address" may be a target here and a mail address there.
            columns.contains(column) || column == .email && columns.contains(.target)
        }
        let required = origin.required
        let hasAll = required.isEmpty ? !columns.isDisjoint(with: ListTarget.columns) : required.allSatisfy(isThere)
        guard !hasAll else { return }
        throw CommandFailure(
            .badData, "this is no such list (\(origin.rawValue)): \(found)", at: path,
            advice: "expected: \(origin.example)")
    }

    private static func row(_ item: ListItem<JSONObject>) -> ListItem<ListRow> {
        switch item {
        case .row(let object, let line): .row(ListRow(object), line: line)
        case .bad(let line, let why): .bad(line: line, why: why)
        }
    }

    private static func columns(of item: ListItem<ListRow>) -> Set<ListColumn> {
        guard case .row(let row, _) = item else { return [] }
        return Set(ListColumn.allCases.filter { row[$0] != nil })
    }
}

/// Whom an entry is about.
enum ListTarget {
    static let columns: [ListColumn] = [.email, .phone, .target, .md5, .sha1, .sha256]

    /// - Throws: what is wrong with it, for a person who reads the list.
    static func of(_ row: ListRow) throws(AddressFault) -> SuppressionTarget {
        for (column, kind) in [(ListColumn.md5, SuppressionTarget.HashKind.md5), (.sha1, .sha1), (.sha256, .sha256)] {
            guard let text = row[column] else { continue }
            guard let digest = HexText.read(text, bytes: kind.byteCount) else { throw .unreadable }
            return .hash(kind, digest)
        }
        guard let text = row[.email] ?? row[.target] ?? row[.phone] else { throw .empty }
        return try SuppressionTarget(listed: text)
    }
}

extension SuppressionTarget {
    /// As lists write them: also a bare digest, which its length tells.
    init(listed text: String) throws(AddressFault) {
        let count = text.utf8.count
        if count % 2 == 0, let kind = HashKind(byteCount: count / 2), let digest = HexText.read(text, bytes: count / 2)
        {
            self = .hash(kind, digest)
        } else {
            try self.init(anySpelling: text)
        }
    }

    /// Whether a cell holds an address, be it one that cannot be used: then it is no header.
    static func isListed(_ text: String) -> Bool {
        do throws(AddressFault) {
            _ = try SuppressionTarget(listed: text)
            return true
        } catch {
            return error == .nationalNumber
        }
    }
}
