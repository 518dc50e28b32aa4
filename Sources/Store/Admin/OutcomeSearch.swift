// SPDX-License-Identifier: Apache-2.0
//
// Which journal rows an outcome query means, one page at a time.

import GatewayModel

struct OutcomeSearch {
    let query: OutcomeQuery
    let subjects: SubjectBook
    let subjectKey: [UInt8]
    /// Rows of the journal one page looks at: a reader must not stand long in the log.
    private static let reach = 5000

    init(query: OutcomeQuery, subjectKey: [UInt8]) {
        (self.query, self.subjectKey, subjects) = (query, subjectKey, SubjectBook(key: subjectKey))
    }

    mutating func page(in session: Session) throws -> OutcomePage {
        try refusePurged(in: session)
        if query.job != nil || query.recipient != nil { return try pageOfJobs(in: session) }
        let start = try max(query.after, seqBefore(query.since, in: session))
        var condition = ""
        if let event = query.event { condition = "AND event = \(event.number)" }
        return try page(
            """
            SELECT seq, at, event, job, row FROM journal WHERE seq > ?1 AND seq <= ?1 + \(Self.reach) \(condition)
                ORDER BY seq LIMIT ?2
            """, after: start, reach: Int64(Self.reach), in: session)
    }

    private func refusePurged(in session: Session) throws {
        guard query.after > 0 else { return }
        let purged =
            try session.prepared("SELECT value FROM meta WHERE key = 'journal_purged'").first { $0.int(0) } ?? 0
        guard query.after < purged else { return }
        throw StoreError.refused(
            "outcomes up to \(purged) are past their time and gone: a cursor at \(query.after) would miss some. Start again "
                + "from 0, or from \(purged)", exitCode: 65)
    }

    private func page(_ sql: String, after: Int64, reach: Int64, in session: Session) throws -> OutcomePage {
        var reader = OutcomeReader(session, withDecisions: query.withDecisions)
        var rows: [(Int64, Instant, Int64, Int64?, [UInt8])] = []
        try session.prepared(text: sql).bind(1, after).bind(2, query.limit).each { row in
            rows.append((row.int(0), row.instant(1), row.int(2), row.intOrNil(3), row.blob(4)))
        }
        var outcomes: [Outcome] = []
        for row in rows {
            let outcome = try reader.outcome(seq: row.0, at: row.1, event: row.2, job: row.3, row: row.4)
            if let outcome, matches(outcome) { outcomes.append(outcome) }
        }
        if rows.count == query.limit { return OutcomePage(outcomes: outcomes, next: rows.last?.0) }
        let last = try session.prepared("SELECT coalesce(max(seq), 0) FROM journal").first { $0.int(0) } ?? 0
        return OutcomePage(outcomes: outcomes, next: after + reach < last ? after + reach : nil)
    }

    private func matches(_ outcome: Outcome) -> Bool {
        (query.producer == nil || outcome.producer == nil || query.producer == outcome.producer)
            && query.since.map { $0 <= outcome.time } ?? true
            && (query.event == nil || query.event == outcome.event)
    }

    /// The seq behind which everything is at least that old, by halving: times rise with seq but for a set-back clock.
    private func seqBefore(_ since: Instant?, in session: Session) throws -> Int64 {
        guard let since else { return 0 }
        let slack = since - .seconds(3600)
        var low = try session.prepared("SELECT coalesce(min(seq), 1) - 1 FROM journal").first { $0.int(0) } ?? 0
        var high = try session.prepared("SELECT coalesce(max(seq), 0) FROM journal").first { $0.int(0) } ?? 0
        while low < high {
            let middle = low + (high - low + 1) / 2
            let at = try session.prepared("SELECT at FROM journal WHERE seq = ?1").bind(1, middle).first {
                $0.instant(0)
            }
            if let at, at < slack { low = middle } else { high = middle - 1 }
        }
        return low
    }

    // MARK: By job or by recipient: few jobs, all their events

    private static let mostJobs = 10_000

    private func pageOfJobs(in session: Session) throws -> OutcomePage {
        var seqs: [Int64] = []
        for key in try jobs(in: session) {
            try session.prepared("SELECT accepted FROM job_words WHERE key = ?1").bind(1, key).each {
                seqs.append($0.int(0))
            }
            try session.prepared("SELECT seq FROM journal WHERE job = ?1 AND event <> 0").bind(1, key).each {
                seqs.append($0.int(0))
            }
        }
        if let recipient = query.recipient, query.job == nil { seqs += try bookSeqs(of: recipient, in: session) }
        seqs = seqs.filter { $0 > query.after }.sorted()
        var reader = OutcomeReader(session, withDecisions: query.withDecisions)
        var outcomes: [Outcome] = []
        for seq in seqs where outcomes.count < query.limit {
            let select = try session.prepared("SELECT at, event, job, row FROM journal WHERE seq = ?1").bind(1, seq)
            guard let row = try select.first({ ($0.instant(0), $0.int(1), $0.intOrNil(2), $0.blob(3)) }) else {
                continue
            }
            let outcome = try reader.outcome(seq: seq, at: row.0, event: row.1, job: row.2, row: row.3)
            if let outcome, matches(outcome) { outcomes.append(outcome) }
        }
        return OutcomePage(outcomes: outcomes, next: outcomes.count == query.limit ? outcomes.last?.seq : nil)
    }

    private func jobs(in session: Session) throws -> Set<Int64> {
        var keys: Set<Int64>?
        if let id = query.job {
            keys = Set(try JobFinder.keys(ofID: id, producer: query.producer, in: session).map(\.key))
        }
        if let recipient = query.recipient {
            let found = try jobs(to: recipient, in: session)
            keys = keys.map { $0.intersection(found) } ?? found
        }
        return keys ?? []
    }

    /// Of the address's consents, and of what suppresses exactly it.
    private func bookSeqs(of recipient: String, in session: Session) throws -> [Int64] {
        var seqs: [Int64] = []
        let (kind, form) = JobFinder.contact(recipient)
        if let subject = try subjects.known(kind, form, in: session) {
            try session.prepared("SELECT seq FROM consent WHERE subject = ?1").bind(1, subject).each {
                seqs.append($0.int(0))
            }
        }
        guard let address = ContactAddress(recipient) else { return seqs }
        let book = SuppressionBook(key: subjectKey)
        let wanted = SuppressionForm(.address(address))
        let key = book.key(of: wanted)
        for row in try book.rows(under: key, in: session) {
            let select = try session.prepared("SELECT key, kind, seq FROM suppression WHERE n = ?1 AND act = 0")
            let seq = try select.bind(1, row).first { row in
                row.blob(0, equals: key) && row.int(1) == wanted.kind.rawValue ? row.int(2) : nil
            }
            if let seq = seq ?? nil { seqs.append(seq) }
        }
        return seqs
    }

    private func jobs(to recipient: String, in session: Session) throws -> Set<Int64> {
        let (kind, form) = JobFinder.contact(recipient)
        guard let subject = try subjects.known(kind, form, in: session) else { return [] }
        var keys: Set<Int64> = []
        try session.prepared("SELECT key FROM contact WHERE subject = ?1 ORDER BY key DESC LIMIT ?2")
            .bind(1, subject).bind(2, Self.mostJobs).each { keys.insert($0.int(0)) }
        try session.prepared(
            """
            SELECT key FROM job_words WHERE subject = ?1
                AND key > (SELECT coalesce(max(value), 0) FROM meta WHERE key = 'contacts_mark')
            """
        ).bind(1, subject).each { keys.insert($0.int(0)) }
        return keys
    }
}
