// SPDX-License-Identifier: Apache-2.0
//
// Taking queued jobs back on a producer's word (CONTRACT 4, Cancel).
//
// A cancel is remembered first, so that it holds at once; then queued jobs are gone through in bounded steps.

import GatewayModel

extension Ledger {
    static let cancelStep = 500
    /// Jobs that one step of a pass without a recipient looks at.
    private static let sweepReach = 5000

    /// Remembers the cancel. One that names a job or a recipient ends the first queued jobs it reaches at once; for
    /// the others, and for what is left, `sweepCancels` goes on: a chunk may hold hundreds that reach thousands.
    func cancel(_ request: CancelRequest, of file: TakenFile, at now: Instant) throws {
        let cancel = try row(for: request, of: file, at: now)
        try insert(cancel)
        cancels.keep(cancel)
        if cancel.job != nil {
            try cancelOne(cancel, at: now)
        } else if cancel.namesRecipient {
            try sweep(cancel, at: now)
        }
    }

    /// One step of one pass under way. False: none is.
    func sweepCancels(at now: Instant) throws -> Bool {
        try cancels.load(from: session, at: now)
        guard let cancel = cancels.open.first else { return false }
        if cancel.job != nil { try cancelOne(cancel, at: now) } else { try sweep(cancel, at: now) }
        return true
    }

    private func row(for request: CancelRequest, of file: TakenFile, at now: Instant) throws -> CancelRow {
        let match = request.match
        let last = try session.prepared("SELECT coalesce(max(id), 0) FROM cancel").first { $0.int(0) } ?? 0
        var row = CancelRow(
            id: last + 1, producer: try words.number(of: file.producer, in: session), name: request.id,
            asOf: request.asOf ?? file.renamedAt, until: now + CancelMemory.lifetime)
        row.job = match.id.map { IDBook.digest(producer: file.producer, id: $0) }
        row.email = try match.email.map { try subjects.subject(.email, $0, in: session).id }
        row.phone = try match.phone.map { try subjects.subject(.phone, $0, in: session).id }
        row.crm = try match.crmContact.map { try subjects.subject(.crm, $0, in: session).id }
        row.person = try match.person.map { try subjects.subject(.person, $0, in: session).id }
        row.campaign = try words.number(of: match.campaign, in: session)
        row.topic = try words.number(of: match.topic, in: session)
        row.brand = try words.number(of: match.brand, in: session)
        row.channel = match.channel?.number
        return row
    }

    private func insert(_ row: CancelRow) throws {
        let insert = try session.prepared(
            "INSERT INTO cancel VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)")
        insert.bind(1, row.id).bind(2, row.producer).bind(3, row.name).bind(4, row.job).bind(5, row.email)
        insert.bind(6, row.phone).bind(7, row.crm).bind(8, row.person).bind(9, row.campaign).bind(10, row.topic)
        insert.bind(11, row.brand).bind(12, row.channel).bind(13, row.asOf).bind(14, row.until)
        try insert.bind(15, row.swept).run()
    }

    private func cancelOne(_ cancel: CancelRow, at now: Instant) throws {
        if let digest = cancel.job, let key = try ids.find(digest, in: session)?.job, let job = try job(key),
            cancel.matches(job)
        {
            try cancelQueued(job, by: cancel, at: now)
        }
        try advance(cancel, to: nil)
    }

    private func sweep(_ cancel: CancelRow, at now: Instant) throws {
        let after = cancel.swept ?? 0
        let reach = cancel.namesRecipient ? nil : try key(Self.sweepReach, behind: after)
        let keys = try matchingKeys(cancel, after: after, upTo: reach ?? .max)
        for key in keys {
            if let job = try job(key) { try cancelQueued(job, by: cancel, at: now) }
        }
        let isFull = keys.count == Self.cancelStep
        try advance(cancel, to: isFull ? keys.last : reach)
    }

    /// The key that stands that many rows behind; nil where the queue ends before.
    func key(_ count: Int, behind key: Int64) throws -> Int64? {
        try session.prepared("SELECT key FROM job WHERE key > ?1 ORDER BY key LIMIT 1 OFFSET ?2")
            .bind(1, key).bind(2, count - 1).first { $0.int(0) }
    }

    private func matchingKeys(_ cancel: CancelRow, after: Int64, upTo: Int64) throws -> [Int64] {
        let query = Self.query(for: cancel)
        let select = try session.prepared(text: query.text)
        select.bind(1, after).bind(2, upTo).bind(3, cancel.producer).bind(4, cancel.asOf).bind(5, Self.cancelStep)
        for (index, value) in query.values.enumerated() { select.bind(Int32(index + 6), value) }
        var keys: [Int64] = []
        try select.each { keys.append($0.int(0)) }
        return keys
    }

    /// The jobs that a cancel reaches; its own values are bound from the sixth parameter on.
    static func query(for cancel: CancelRow) -> (text: String, values: [Int64]) {
        let parts: [(name: String, value: Int64?)] = [
            ("person", cancel.person), ("email", cancel.email), ("phone", cancel.phone), ("crm", cancel.crm),
            ("campaign", cancel.campaign), ("topic", cancel.topic), ("brand", cancel.brand),
            ("channel", cancel.channel),
        ]
        let given = parts.filter { $0.value != nil }
        // A plus keeps an index out of it: a recipient has few jobs, a campaign may have them all.
        let conditions = given.enumerated().map { index, part in
            let isWide = cancel.namesRecipient && part.name == "campaign"
            return "AND \(isWide ? "+" : "")\(part.name) = ?\(index + 6)"
        }
        let (with, jobs) = cancel.namesRecipient ? (JobSpans.with, JobSpans.jobs) : ("", "job WHERE TRUE")
        let text = """
            \(with) SELECT key FROM \(jobs) AND key > ?1 AND key <= ?2 AND producer = ?3 AND created <= ?4
                \(conditions.joined(separator: " ")) ORDER BY key LIMIT ?5
            """
        return (text, given.compactMap(\.value))
    }

    private func advance(_ cancel: CancelRow, to key: Int64?) throws {
        try session.prepared("UPDATE cancel SET swept = ?2 WHERE id = ?1").bind(1, cancel.id).bind(2, key).run()
        cancels.advanced(cancel.id, to: key)
    }

    /// Ends a queued job, or marks it where it is in flight. One in doubt stays, for it may have been sent;
    /// but it is not sent again by itself.
    func cancelQueued(_ job: JobRow, by cancel: CancelRow, at now: Instant) throws {
        switch job.state {
        case .ready, .held:
            try recordCancelled(job, by: cancel, at: now)
            try remove(job, at: now)
        case .flying: try recall(job, .cancelledByProducer, cause: cancel.name)
        case .doubt: try noteCancel(of: job, by: .cancelledByProducer, cause: cancel.name)
        }
    }

    func recordCancelled(_ job: JobRow, by cancel: CancelRow, at now: Instant) throws {
        var words = EventWords()
        words.cause = cancel.name
        try record(.cancelled, CancelReason.producer.rawValue, of: job, at: now, settles: job.doubt, words: words)
    }

    /// Marks an attempt in the air: taken back if it has not begun, and then treated as the mark says.
    func recall(_ job: JobRow, _ recall: Recall, cause: String? = nil) throws {
        // A cancel is not weakened by a hold that comes after it, nor a hold by a question.
        // An inquiry sends nothing: there is nothing to ask the gate about.
        let update = try session.prepared(
            """
            UPDATE flight SET recall = ?2, cause = ?3 WHERE job = ?1
                AND (recall IS NULL AND (inquiry IS NULL OR ?2 < 4) OR recall = 4 OR recall = 3 AND ?2 < 4)
            """)
        try update.bind(1, job.key).bind(2, recall.rawValue).bind(3, cause).run()
        gathered.ordersChanged = true
    }
}
