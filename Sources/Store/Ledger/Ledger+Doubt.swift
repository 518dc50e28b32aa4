// SPDX-License-Identifier: Apache-2.0
//
// Doubts: an attempt left and no verdict came back (DESIGN 3). From the first `unknown` to what settles it there is one
// row of `doubt`, however often it is tried or asked about. Each attempt without a verdict has an `unknown` of its own,
// which settles the one before; `JobRow.doubt` is the `seq` of the last.

import GatewayModel

/// A row of `doubt`.
struct DoubtRow {
    /// When the first attempt in doubt left.
    var since: Instant
    /// How often the provider was asked since the last attempt, and could not say.
    var asked: Int
    /// When it is asked next; nil: it is not.
    var due: Instant?
    /// A cancel that came while nobody knew: nothing is sent again by itself.
    var cancel: Recall?
    var cause: String?
    /// An operator has it sent again.
    var isOrdered: Bool

    init(_ row: Statement) {
        (since, asked, due) = (row.instant(0), Int(row.int(1)), row.instantOrNil(2))
        (cancel, cause) = (row.intOrNil(3).flatMap(Recall.init), row.textOrNil(4))
        isOrdered = row.int(5) == 1
    }
}

extension Recall {
    /// Taken back for good.
    var isCancel: Bool {
        switch self {
        case .cancelledByOperator, .cancelledByProducer: true
        case .held, .askAgain: false
        }
    }
}

extension Ledger {
    /// After which an `unknown` is final (CONTRACT 7).
    private static let doubtLifetime = Duration.seconds(7 * 86_400)

    func doubt(of job: Int64) throws -> DoubtRow? {
        try session.prepared("SELECT since, asked, due, recall, cause, coalesce(ordered, 0) FROM doubt WHERE job = ?1")
            .bind(1, job)
            .first(DoubtRow.init)
    }

    func closeDoubt(of job: Int64) throws {
        try session.prepared("DELETE FROM doubt WHERE job = ?1").bind(1, job).run()
    }

    /// No verdict: journalled as `unknown`, then as the rule says. Only a rule resends; a cancel that came meanwhile ends the
    /// job after its `unknown`, so that it does not.
    func doubt(
        _ job: JobRow, _ flight: FlightRow, then step: Settlement.DoubtStep, attempt: Int, at now: Instant,
        words: EventWords
    ) throws {
        var job = job
        Self.count(&job, flight)
        try tell(of: &job, at: now, attempt: attempt, words: words)
        try keepTask(of: job, id: nil, since: doubt(of: job.key)?.since ?? flight.launched, at: now)
        job.postponed = nil
        switch step {
        case .park: try open(&job, flight, asking: nil, at: now)
        case .inquire(let due): try open(&job, flight, asking: due, at: now)
        case .resend(let due):
            try noteDoubt(of: job, flight, asking: nil)
            if try endsInstead(job, flight, at: now) { return }
            job.due = due
            try notePostponed(&job, .retry, until: due, at: now)
            try land(job, flight, at: now)
        }
    }

    /// Its `unknown`, which settles the one before and knows what that knew.
    private func tell(of job: inout JobRow, at now: Instant, attempt: Int?, words: EventWords) throws {
        var words = words
        if let before = try self.words(besideDoubt: job) {
            words.adopt(before.words)
            words.decision = words.decision ?? before.decision
        }
        job.doubt = try record(
            .unknown, "in_doubt", of: job, at: now, attempt: attempt, settles: job.doubt, words: words)
    }

    private func lastEvent(of job: Int64) throws -> Int64? {
        try session.prepared("SELECT max(seq) FROM journal WHERE job = ?1 AND event <> 0").bind(1, job).first {
            $0.int(0)
        }
    }

    /// In doubt, seven days from now.
    private func open(_ job: inout JobRow, _ flight: FlightRow, asking due: Instant?, at now: Instant) throws {
        try noteDoubt(of: job, flight, asking: due)
        try land(job.key)
        job.due = now + Self.doubtLifetime
        try place(job, state: .doubt)
    }

    private func noteDoubt(of job: JobRow, _ flight: FlightRow, asking due: Instant?) throws {
        let upsert = try session.prepared(
            """
            INSERT INTO doubt (job, since, asked, due, recall, cause, token) VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6)
                ON CONFLICT (job) DO UPDATE SET asked = 0, due = excluded.due, ordered = NULL,
                    cause = iif(excluded.recall IS NULL, cause, excluded.cause), recall = coalesce(excluded.recall, recall)
            """)
        let isCancelled = flight.recall?.isCancel ?? false
        upsert.bind(1, job.key).bind(2, flight.launched).bind(3, due)
        upsert.bind(4, isCancelled ? flight.recall?.rawValue : nil).bind(5, isCancelled ? flight.cause : nil)
        try upsert.bind(6, subjects.messageToken(of: job.key)).run()
    }

    /// Nothing goes by itself any more: a receipt settles it, an operator, or seven days from its `unknown`. Where something
    /// else was told since its last `unknown`, one more says why it does not go again; it is of no attempt.
    ///
    /// - Precondition: it is in doubt.
    func park(_ job: JobRow, because why: String, decision: [UInt8]? = nil, at now: Instant) throws {
        var job = job
        if try lastEvent(of: job.key) != job.doubt {
            var words = EventWords()
            (words.detail, words.decision) = ("not sent again: \(Scrub.text(why, of: job.recipient))", decision)
            try tell(of: &job, at: now, attempt: nil, words: words)
        }
        job.postponed = nil
        let unknown = try session.prepared("SELECT at FROM journal WHERE seq = ?1").bind(1, job.doubt).first {
            $0.instant(0)
        }
        job.due = (unknown ?? job.accepted) + Self.doubtLifetime
        (job.hold, job.why) = (nil, nil)
        if job.state == .flying { try land(job.key) }
        try place(job, state: .doubt)
    }

    /// A producer takes back what nobody knows of: it stays in doubt, and nothing is sent again by itself.
    func noteCancel(of job: JobRow, by cancel: Recall, cause: String?) throws {
        try session.prepared("UPDATE doubt SET recall = ?2, cause = ?3 WHERE job = ?1 AND recall IS NULL")
            .bind(1, job.key).bind(2, cancel.rawValue).bind(3, cause).run()
    }

    /// An operator has it sent again, whatever was asked or taken back before.
    func clearDoubtPlan(of job: JobRow) throws {
        let update = try session.prepared(
            "UPDATE doubt SET asked = 0, due = NULL, recall = NULL, cause = NULL, ordered = 1 WHERE job = ?1")
        try update.bind(1, job.key).run()
    }
}
