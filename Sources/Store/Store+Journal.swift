// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel

extension Store: JournalReader {
    public func outcomes(after seq: Int64, limit: Int) async throws(StoreError) -> [Outcome] {
        var query = OutcomeQuery()
        (query.after, query.limit) = (seq, limit)
        var outcomes: [Outcome] = []
        while outcomes.isEmpty {
            let page = try await self.outcomes(query)
            outcomes = page.outcomes
            guard let next = page.next else { break }
            query.after = next
        }
        return outcomes
    }

    public func lastSeq() async throws(StoreError) -> Int64 {
        try await read { try $0.prepared("SELECT coalesce(max(seq), 0) FROM journal").first { $0.int(0) } ?? 0 }
    }

    /// The newest time among the last outcomes; nil where there is none. What operators wrote does not count.
    public func lastOutcomeTime() async throws(StoreError) -> Instant? {
        try await read { session in
            let select = try session.prepared(
                """
                SELECT max(at) FROM (SELECT at, event FROM journal ORDER BY seq DESC LIMIT 100) WHERE event <> ?1
                """)
            return try select.bind(1, operatorRow).first { $0.instantOrNil(0) } ?? nil
        }
    }

    /// One page of outcomes in order of `seq`. A page may be empty and yet have a `next`: go on from there.
    ///
    /// - Throws: `StoreError.refused` where `after` lies in the part that retention let go.
    public func outcomes(_ query: OutcomeQuery) async throws(StoreError) -> OutcomePage {
        let key = subjectKey
        return try await read { session in
            var search = OutcomeSearch(query: query, subjectKey: key)
            return try search.page(in: session)
        }
    }

    /// Size of SQLite's log in bytes: at most 256 MiB by design (DESIGN D2). For metrics.
    public var logBytes: Int {
        var status = stat()
        return stat(directory.database + "-wal", &status) == 0 ? Int(status.st_size) : 0
    }

    /// Rows as they were written, in order: the append-only record.
    public func exportJournal(after seq: Int64, limit: Int) async throws(StoreError) -> [JournalRow] {
        try await read { session in
            var rows: [JournalRow] = []
            try session.prepared("SELECT seq, row FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2")
                .bind(1, seq).bind(2, limit).each { rows.append(JournalRow(seq: $0.int(0), bytes: $0.blob(1))) }
            return rows
        }
    }

    /// Walks the whole journal in pages: numbering without a gap, and every side row that is still there against its
    /// digest. Stops at the first row that is wrong. `progress` is told the seq reached.
    public func verifyJournal(progress: @Sendable (Int64) -> Void = { _ in }) async throws(StoreError) -> JournalCheck {
        var audit = JournalAudit()
        var more = true
        while more {
            let before = audit
            (audit, more) = try await read { session in
                var audit = before
                let more = try audit.page(in: session)
                return (audit, more)
            }
            if let seq = audit.check.lastSeq { progress(seq) }
        }
        return audit.check
    }
}
