// SPDX-License-Identifier: Apache-2.0
//
// Finding queued jobs by what the command line names, in bounded steps by key.

import GatewayModel

struct JobFinder {
    private var words = WordBook()
    private let subjects: SubjectBook
    /// Rows one step looks at where no index narrows them.
    private static let reach = 20_000

    init(subjects: SubjectBook) { self.subjects = subjects }

    /// Keys of matching jobs behind `after`, in order, and from where to go on; `next` nil: that was all.
    mutating func keys(
        matching filter: JobFilter, states: [JobState], after: Int64, limit: Int, in session: Session
    ) throws -> (keys: [Int64], next: Int64?) {
        let states = filter.state.map { state in states.filter { $0 == state } } ?? states
        guard !states.isEmpty, var conditions = try conditions(for: filter, in: session) else { return ([], nil) }
        if states == [.flying] { conditions.addFlying() }
        let reach = conditions.isNarrow ? nil : try Self.key(Self.reach, behind: after, in: session)
        let numbers = states.map { String($0.number) }.joined(separator: ", ")
        let select = try session.prepared(
            text: """
                \(conditions.isByRecipient ? JobSpans.with : "")
                SELECT key FROM \(conditions.isByRecipient ? JobSpans.jobs : "job WHERE TRUE")
                    AND key > ?1 AND key <= ?2 AND +state IN (\(numbers)) \(conditions.sql)
                    ORDER BY key LIMIT ?3
                """)
        select.bind(1, after).bind(2, reach ?? .max).bind(3, limit)
        var keys: [Int64] = []
        try select.each { keys.append($0.int(0)) }
        return (keys, keys.count == limit ? keys.last : reach)
    }

    private static func key(_ count: Int, behind key: Int64, in session: Session) throws -> Int64? {
        try session.prepared("SELECT key FROM job WHERE key > ?1 ORDER BY key LIMIT 1 OFFSET ?2")
            .bind(1, key).bind(2, count - 1).first { $0.int(0) }
    }

    /// What the filter says in SQL. All its values are numbers of ours: nothing that was typed in stands in the text.
    private struct Conditions {
        var sql = ""
        var isNarrow = false
        /// A recipient is named: looked for span by span.
        var isByRecipient = false
        mutating func add(_ column: String, _ value: Int64) { sql += " AND \(column) = \(value)" }
        mutating func add(recipient column: String, _ value: Int64) {
            add(column, value)
            (isNarrow, isByRecipient) = (true, true)
        }
        /// What is in the air is little, whatever waits.
        mutating func addFlying() {
            sql += " AND key IN (SELECT job FROM flight)"
            narrow()
        }
        /// Where few rows are named already, the index by campaign must not be taken: a campaign may have them all. A
        /// plus keeps it out.
        mutating func narrow() {
            sql = sql.replacing(" AND campaign", with: " AND +campaign")
            isNarrow = true
        }
    }

    /// Nil: nothing can match, since a word or an address was never seen.
    private mutating func conditions(for filter: JobFilter, in session: Session) throws -> Conditions? {
        var all = Conditions()
        for (column, word) in [
            ("producer", filter.producer), ("campaign", filter.campaign), ("brand", filter.brand),
            ("template", filter.template),
        ] {
            guard let word else { continue }
            guard let number = try words.known(word, in: session) else { return nil }
            all.add(column, number)
        }
        if let messageClass = filter.messageClass { all.add("class", messageClass.number) }
        if let route = filter.route {
            var lanes: [String] = []
            try session.prepared("SELECT id FROM lane WHERE route = ?1").bind(1, route).each {
                lanes.append(String($0.int(0)))
            }
            guard !lanes.isEmpty else { return nil }
            all.sql += " AND lane IN (\(lanes.joined(separator: ", ")))"
        }
        if let person = filter.person {
            guard let id = try subjects.known(.person, person, in: session) else { return nil }
            all.add(recipient: "person", id)
        }
        if let recipient = filter.recipient {
            let (kind, form) = Self.contact(recipient)
            guard let id = try subjects.known(kind, form, in: session) else { return nil }
            all.add(recipient: kind.word, id)
        }
        if let id = filter.id {
            let keys = try Self.keys(ofID: id, producer: filter.producer, in: session).map { String($0.key) }
            guard !keys.isEmpty else { return nil }
            all.sql += " AND key IN (\(keys.joined(separator: ", ")))"
            all.isNarrow = true
        }
        if all.isNarrow { all.narrow() }
        return all
    }

    /// What kind of address a text is, and its normalised form.
    static func contact(_ text: String) -> (SubjectKind, String) {
        if let email = EmailAddress(text) { return (.email, email.normalised) }
        if let phone = PhoneNumber(text) { return (.phone, phone.description) }
        return (.crm, text)
    }

    /// Keys of the jobs of that id, queued or ended, with their producers.
    static func keys(ofID id: String, producer: String?, in session: Session) throws -> [(producer: String, key: Int64)]
    {
        var producers: [String] = []
        if let producer {
            producers = [producer]
        } else {
            try session.prepared("SELECT name FROM producer ORDER BY name").each { producers.append($0.text(0)) }
        }
        var ids = IDBook()
        return try producers.compactMap { name in
            try ids.find(IDBook.digest(producer: name, id: id), in: session)?.job.map { (name, $0) }
        }
    }
}

extension JobFilter {
    /// In words, for the journal's side row.
    var about: String {
        let parts = [
            ("producer", producer), ("id", id), ("campaign", campaign), ("route", route), ("brand", brand),
            ("template", template), ("class", messageClass?.rawValue), ("state", state?.rawValue), ("person", person),
            ("recipient", recipient),
        ]
        let given = parts.compactMap { name, value in value.map { "\(name) \($0)" } }
        return given.isEmpty ? "all" : given.joined(separator: ", ")
    }
}
