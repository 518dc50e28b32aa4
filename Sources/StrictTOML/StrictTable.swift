// SPDX-License-Identifier: Apache-2.0
//
// A table that is read key by key and then closed: what nobody asked for is an error, and so is everything else that is
// wrong, each at its place. Reading never stops at the first error.
//
//     let findings = TOMLFindings()
//     var table = StrictTable(document, findings)
//     let name = table.required("name", .text)                       // String?
//     let rate = table.optional("limit", .integer(in: 1...9)) ?? 5
//     table.table("data") { data in … }
//     table.finish()                                                 // unknown keys

public struct StrictTable {
    public let item: TOMLItem
    public let findings: TOMLFindings
    private let values: [String: TOMLItem]
    private var asked: [String] = []

    public init(_ document: TOMLDocument, _ findings: TOMLFindings) { self.init(document.root, findings) }

    /// What is no table is read as an empty one, and told.
    public init(_ item: TOMLItem, _ findings: TOMLFindings) {
        (self.item, self.findings) = (item, findings)
        if case .table(let values) = item.content {
            self.values = values
        } else {
            values = [:]
            findings.add(TOMLProblem(at: item.place, keyPath: item.path, "must be a table, not \(item.content.kind)"))
        }
    }

    public var place: TOMLPlace { item.place }

    /// The raw value; counts as asked for.
    public mutating func raw(_ key: String) -> TOMLItem? {
        if !asked.contains(key) { asked.append(key) }
        return values[key]
    }

    /// Whether the key is there, without asking for it.
    public func has(_ key: String) -> Bool { values[key] != nil }

    /// Where the key stands; the table's own place where it does not.
    public func place(of key: String) -> TOMLPlace { values[key]?.place ?? place }
}

// MARK: - Values

extension StrictTable {
    /// Nil where the key is missing or wrong; wrong is told.
    public mutating func optional<Value>(_ key: String, _ shape: TOMLShape<Value>) -> Value? {
        guard let item = raw(key) else { return nil }
        return read(item, shape)
    }

    /// Nil where the key is missing or wrong; both are told.
    public mutating func required<Value>(_ key: String, _ shape: TOMLShape<Value>) -> Value? {
        guard let item = raw(key) else {
            complain("\"\(key)\" is missing; it must be \(shape.name)")
            return nil
        }
        return read(item, shape)
    }

    /// Sets `target` where the key is there and right; wrong is told.
    public mutating func set<Value>(_ target: inout Value, _ key: String, _ shape: TOMLShape<Value>) {
        if let value = optional(key, shape) { target = value }
    }

    private func read<Value>(_ item: TOMLItem, _ shape: TOMLShape<Value>) -> Value? {
        var complaints: [TOMLComplaint] = []
        let value = shape.read(item, &complaints)
        for complaint in complaints {
            let blamed = complaint.item ?? item
            findings.add(TOMLProblem(at: blamed.place, keyPath: blamed.path, complaint.message))
        }
        return complaints.isEmpty ? value : nil
    }
}

// MARK: - Tables within

extension StrictTable {
    /// A sub-table, read and closed; nil where it is not there.
    @discardableResult
    public mutating func table<Value>(_ key: String, _ body: (inout StrictTable) -> Value) -> Value? {
        guard let item = raw(key) else { return nil }
        guard case .table = item.content else {
            complain("must be a table, not \(item.content.kind)", about: key)
            return nil
        }
        return Self.closing(item, findings, body)
    }

    /// An array of tables (`[[key]]`), each read and closed, in order; empty where it is not there.
    @discardableResult
    public mutating func tables<Value>(_ key: String, _ body: (inout StrictTable) -> Value) -> [Value] {
        guard let item = raw(key) else { return [] }
        guard case .array(let items) = item.content else {
            complain("must be a list of tables, as [[\(item.path)]], not \(item.content.kind)", about: key)
            return []
        }
        return items.map { Self.closing($0, findings, body) }
    }

    /// Every key not yet asked for, as a sub-table each: `[data]` with names of the file's own choosing.
    @discardableResult
    public mutating func namedTables<Value>(_ body: (String, inout StrictTable) -> Value) -> [Value] {
        var read: [Value] = []
        for (key, item) in item.members where !asked.contains(key) {
            asked.append(key)
            read.append(Self.closing(item, findings) { body(key, &$0) })
        }
        return read
    }

    private static func closing<Value>(
        _ item: TOMLItem, _ findings: TOMLFindings, _ body: (inout StrictTable) -> Value
    ) -> Value {
        var table = StrictTable(item, findings)
        let value = body(&table)
        table.finish()
        return value
    }
}

// MARK: - Saying what is wrong

extension StrictTable {
    /// Reports every key that nobody asked for, with the nearest right one. The last thing done with a table.
    public func finish() {
        for (key, stray) in item.members where !asked.contains(key) {
            let open = asked.filter { !has($0) }
            // What is missing was probably meant; else what is there already, and this was left over.
            let nearest = [open, asked].lazy.map { Wording.suggestion(for: key, among: $0) }.first { !$0.isEmpty }
            let advice = nearest ?? Wording.known(asked)
            findings.add(TOMLProblem(at: stray.place, keyPath: stray.path, "unknown key\(advice)"))
        }
    }

    /// An error at a key's place, or at the table's.
    public func complain(_ message: String, about key: String? = nil) {
        findings.add(problem(message, about: key))
    }

    /// The same, where the settings can still be used.
    public func warn(_ message: String, about key: String? = nil) {
        findings.warn(problem(message, about: key))
    }

    private func problem(_ message: String, about key: String?) -> TOMLProblem {
        guard let key else { return TOMLProblem(at: place, keyPath: item.path, message) }
        let blamed = values[key]
        return TOMLProblem(at: blamed?.place ?? place, keyPath: blamed?.path ?? item.path(of: key), message)
    }
}
