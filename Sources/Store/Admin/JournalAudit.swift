// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// A walk over the whole journal, page by page.
struct JournalAudit {
    private(set) var check = JournalCheck(rows: 0, firstSeq: nil, lastSeq: nil, sideRows: 0, fault: nil)
    private static let pageRows = 2000

    /// Looks at the next rows. False: done, or the first fault was found.
    mutating func page(in session: Session) throws -> Bool {
        var rows: [(seq: Int64, at: Int64, event: Int64, job: Int64?, bytes: [UInt8])] = []
        try session.prepared("SELECT seq, at, event, job, row FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2")
            .bind(1, check.lastSeq ?? 0).bind(2, Self.pageRows).each { row in
                rows.append((row.int(0), row.int(1), row.int(2), row.intOrNil(3), row.blob(4)))
            }
        if check.lastSeq == nil, let first = rows.first {
            let purged =
                try session.prepared("SELECT value FROM meta WHERE key = 'journal_purged'").first { $0.int(0) } ?? 0
            check.firstSeq = first.seq
            check.lastSeq = purged
        }
        for row in rows {
            if let what = try fault(in: row, session) {
                check.fault = JournalCheck.Fault(seq: row.seq, what: what)
                return false
            }
            (check.lastSeq, check.rows) = (row.seq, check.rows + 1)
        }
        return rows.count == Self.pageRows
    }

    private mutating func fault(
        in row: (seq: Int64, at: Int64, event: Int64, job: Int64?, bytes: [UInt8]), _ session: Session
    ) throws -> String? {
        let expected = (check.lastSeq ?? 0) + 1
        guard row.seq == expected else { return "numbers \(expected) to \(row.seq - 1) are missing" }
        guard let fields = JournalFields(row.bytes), fields.number("seq") == row.seq, fields.number("at") == row.at,
            fields.number("job") == row.job, fields.text("event") == Self.word(row.event)
        else { return "its bytes do not say what its columns say" }
        if let book = fields.number("book"), let what = try bookFault(book, row.event, fields, session) { return what }
        if row.event == Event.accepted.number { return try acceptedFault(row.job ?? 0, fields, session) }
        return try sideFault(row.seq, fields, session)
    }

    private mutating func acceptedFault(_ job: Int64, _ fields: JournalFields, _ session: Session) throws -> String? {
        let select = try session.prepared("SELECT salt, words FROM job_words WHERE key = ?1").bind(1, job)
        guard let side = try select.first({ ($0.blob(0), $0.blob(1)) }) else { return nil }
        check.sideRows += 1
        return SideDigest.of(side.1, salt: side.0) == fields.hex("words")
            ? nil : "the job's words are not those accepted"
    }

    private mutating func sideFault(_ seq: Int64, _ fields: JournalFields, _ session: Session) throws -> String? {
        let select = try session.prepared("SELECT salt, words, decision FROM event_words WHERE seq = ?1").bind(1, seq)
        guard let side = try select.first({ ($0.blob(0), $0.blobOrNil(1), $0.blobOrNil(2)) }) else { return nil }
        check.sideRows += 1
        if let words = side.1, SideDigest.of(words, salt: side.0) != fields.hex("words") {
            return "its words are not those journalled"
        }
        if let decision = side.2, SideDigest.of(decision, salt: side.0) != fields.hex("decision") {
            return "its decision is not the one journalled"
        }
        return nil
    }

    /// The row of a consent or a suppression as its digest has it, and the words beside it.
    private mutating func bookFault(
        _ number: Int64, _ event: Int64, _ fields: JournalFields, _ session: Session
    ) throws -> String? {
        if event == Event.consentChanged.number {
            let select = try session.prepared(text: "SELECT \(ConsentRow.columns) FROM consent WHERE n = ?1")
            guard try select.bind(1, number).first({ ConsentRow($0).digest }) == fields.hex("row") else {
                return "its consent c\(number) is not the one journalled"
            }
            return try wordsFault("consent_words", number, fields, session)
        }
        let select = try session.prepared(text: "SELECT \(SuppressionRow.columns) FROM suppression WHERE n = ?1")
        guard try select.bind(1, number).first({ try SuppressionRow($0).digest }) == fields.hex("row") else {
            return "its suppression s\(number) is not the one journalled"
        }
        guard event == Event.suppressed.number else { return nil }
        return try wordsFault("suppression_words", number, fields, session)
    }

    private mutating func wordsFault(
        _ table: String, _ number: Int64, _ fields: JournalFields, _ session: Session
    ) throws -> String? {
        let select = try session.prepared(text: "SELECT salt, words FROM \(table) WHERE n = ?1").bind(1, number)
        guard let side = try select.first({ ($0.blob(0), $0.blob(1)) }) else { return nil }
        check.sideRows += 1
        return SideDigest.of(side.1, salt: side.0) == fields.hex("words") ? nil : "its words are not those journalled"
    }

    private static func word(_ event: Int64) -> String {
        event == operatorRow ? "operator" : Event(number: event)?.rawValue ?? "?"
    }
}
