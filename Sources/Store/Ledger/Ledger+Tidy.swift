// SPDX-License-Identifier: Apache-2.0
//
// What ends without being asked for, and what `[keep]` lets go. Every step is bounded and says whether there is more.

import GatewayModel

/// How long what is finished stays.
struct Retention: Sendable {
    var bodies: Duration
    var decisions: Duration
    var outcomes: Duration
    var ids: Duration
}

/// A pass over all queued jobs for those that have expired unasked.
struct ExpirySweep {
    /// Key reached; nil between passes.
    var reached: Int64?
    var lastStart: Instant?
    static let every = Duration.seconds(30)
}

extension Ledger {
    private static let step = 500
    /// Jobs that one step ends or sets free: what is in the air waits for it.
    private static let endStep = 200
    private static let reach = 10_000

    private enum Chore: CaseIterable {
        case expiry, doubts, strays, cancels, asking, caps, taskPass, tasks, bodies, decisions, outcomes, contacts, rest
    }

    /// Chores in turn, up to the first that has more to do: one full step a call, and none starves.
    func tidy(at now: Instant, keeping retention: Retention) throws -> Bool {
        gateTime = now
        let chores = Chore.allCases
        for turn in chores.indices {
            let place = (nextChore + turn) % chores.count
            guard try hasMore(chores[place], at: now, retention) else { continue }
            nextChore = place + 1
            return true
        }
        return false
    }

    private func hasMore(_ chore: Chore, at now: Instant, _ keep: Retention) throws -> Bool {
        switch chore {
        case .expiry: return try expire(at: now)
        case .doubts: return try settleDoubts(at: now)
        case .strays: return try releaseStrays(limit: Self.endStep)
        case .cancels: return try forgetCancels(at: now)
        case .asking: return try askPostponedAgain(at: now)
        case .caps: return try dropCapEntries(at: now)
        case .taskPass: return try markTasksPassedBy(at: now)
        case .tasks: return try dropTasks(at: now)
        case .bodies: return try dropBodies(before: now - keep.bodies)
        case .decisions: return try dropDecisions(before: now - keep.decisions)
        case .outcomes: return try dropOutcomes(before: now - keep.outcomes)
        case .contacts: return try indexContacts()
        case .rest:
            try dropTallies(before: now)
            let oldest = try session.prepared("SELECT accepted FROM job ORDER BY key LIMIT 1").first { $0.instant(0) }
            try ids.drop(before: now - keep.ids, oldestQueued: oldest, in: session)
            return false
        }
    }

    /// Ends jobs that expired while ready or held; parks those that may have gone. A pass over everything begins every half minute at most.
    private func expire(at now: Instant) throws -> Bool {
        if sweep.reached == nil {
            if let last = sweep.lastStart, last <= now, now < last + ExpirySweep.every { return false }
            (sweep.reached, sweep.lastStart) = (0, now)
        }
        let after = sweep.reached ?? 0
        let reach = try key(Self.reach, behind: after)
        var keys: [Int64] = []
        try session.prepared(
            """
            SELECT key FROM job WHERE key > ?1 AND key <= ?2 AND expires <= ?3 AND state IN (2, 4) ORDER BY key LIMIT ?4
            """
        ).bind(1, after).bind(2, reach ?? .max).bind(3, now).bind(4, Self.endStep).each { keys.append($0.int(0)) }
        for key in keys {
            guard let job = try job(key) else { continue }
            if job.doubt != nil {
                let decision = Decision.expired(job.expires, at: now).encoded
                try park(job, because: WithholdReason.expired.rawValue, decision: decision, at: now)
                continue
            }
            let attempt = job.attempts > 0 ? job.attempts : nil
            var words = EventWords()
            words.decision = Decision.expired(job.expires, at: now).encoded
            try end(job, .withheld, WithholdReason.expired.rawValue, at: now, attempt: attempt, words: words)
        }
        sweep.reached = keys.count == Self.endStep ? keys.last : reach
        return sweep.reached != nil
    }

    /// Seven days without word: the `unknown` is final, the job leaves.
    private func settleDoubts(at now: Instant) throws -> Bool {
        var keys: [Int64] = []
        try session.prepared("SELECT key FROM job WHERE state = 5 AND due <= ?1 LIMIT ?2")
            .bind(1, now).bind(2, Self.endStep).each { keys.append($0.int(0)) }
        for key in keys {
            guard let job = try job(key) else { continue }
            try remove(job, at: now)
            try session.prepared("DELETE FROM body WHERE key = ?1").bind(1, key).run()
        }
        return keys.count == Self.endStep
    }

    /// Looks at the oldest only: they are past their time in the order in which they came.
    private func forgetCancels(at now: Instant) throws -> Bool {
        var old: [CancelRow] = []
        try session.prepared(
            """
            SELECT id, producer, name, job, email, phone, crm, person, campaign, topic, brand, channel, asof, until, swept
                FROM cancel ORDER BY id LIMIT ?1
            """
        ).bind(1, Self.endStep).each { old.append(CancelRow($0)) }
        old.removeAll { $0.until >= now || $0.swept != nil }
        for cancel in old {
            try session.prepared("DELETE FROM cancel WHERE id = ?1").bind(1, cancel.id).run()
            cancels.drop(cancel)
        }
        return old.count == Self.endStep
    }

    // MARK: What [keep] lets go, by walking the journal behind a mark

    private func dropBodies(before limit: Instant) throws -> Bool {
        try walk("bodies_mark", before: limit) { event, _, job in
            guard let job, Event(number: event)?.isTerminal == true else { return }
            try session.prepared("DELETE FROM body WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM job WHERE key = ?1)")
                .bind(1, job).run()
        }
    }

    private func dropDecisions(before limit: Instant) throws -> Bool {
        try walk("decisions_mark", before: limit) { _, seq, _ in
            try session.prepared("UPDATE event_words SET decision = NULL WHERE seq = ?1 AND decision IS NOT NULL")
                .bind(1, seq).run()
        }
    }

    /// The journal's own rows go from its old end. The mark is set first: it is what the trigger lets pass. The newest
    /// row stays whatever its age: the next `seq` is counted from it.
    private func dropOutcomes(before limit: Instant) throws -> Bool {
        var gone: [(seq: Int64, job: Int64?, event: Int64)] = []
        let newest = try session.prepared("SELECT coalesce(max(seq), 0) FROM journal").first { $0.int(0) } ?? 0
        let more = try walk("journal_purged", before: limit, upTo: newest - 1) { event, seq, job in
            gone.append((seq, job, event))
        }
        for row in gone {
            try session.prepared("DELETE FROM journal WHERE seq = ?1").bind(1, row.seq).run()
            try session.prepared("DELETE FROM event_words WHERE seq = ?1").bind(1, row.seq).run()
            guard let job = row.job, Event(number: row.event)?.isTerminal == true else { continue }
            try forgetWords(of: job)
        }
        guard !gone.isEmpty else { return more }
        try session.prepared("DELETE FROM stat WHERE hour < ?1").bind(1, limit.seconds / 3600).run()
        return more
    }

    private func forgetWords(of job: Int64) throws {
        // A doubt is still in the queue: what settles it will have to say whose it was.
        if try self.job(job) != nil { return }
        let select = try session.prepared("SELECT subject, person, words FROM job_words WHERE key = ?1")
        let subjects = try select.bind(1, job).first {
            let about = FieldReader($0.blob(2))[.contactSubject].flatMap { Int64($0) }
            return [$0.intOrNil(0), $0.intOrNil(1), about].compactMap { $0 }
        }
        for subject in subjects ?? [] {
            try session.prepared("DELETE FROM contact WHERE subject = ?1 AND key = ?2").bind(1, subject).bind(2, job)
                .run()
        }
        try session.prepared("DELETE FROM job_words WHERE key = ?1").bind(1, job).run()
    }

    /// Visits up to a step of journal rows behind the mark that are older than `limit`, and moves the mark first.
    private func walk(
        _ mark: String, before limit: Instant, upTo last: Int64 = .max,
        _ visit: (_ event: Int64, _ seq: Int64, _ job: Int64?) throws -> Void
    ) throws -> Bool {
        var rows: [(Int64, Int64, Int64?)] = []
        var isYoung = false
        try session.prepared(
            "SELECT event, seq, job, at FROM journal WHERE seq > ?1 AND seq <= ?3 ORDER BY seq LIMIT ?2"
        )
        .bind(1, meta(mark) ?? 0).bind(2, Self.step).bind(3, last).each { row in
            isYoung = isYoung || row.instant(3) >= limit
            if !isYoung { rows.append((row.int(0), row.int(1), row.intOrNil(2))) }
        }
        guard let last = rows.last else { return false }
        try setMeta(mark, last.1)
        for row in rows { try visit(row.0, row.1, row.2) }
        return rows.count == Self.step
    }

    private func dropTallies(before now: Instant) throws {
        let limit = (now - .seconds(2 * 86_400)).seconds / 60
        try session.prepared("DELETE FROM lane_minute WHERE minute < ?1").bind(1, limit).run()
    }

    // MARK: Whom a job was to, for asking later

    static let contactStep = 4_000

    /// Brings the index from subjects to jobs up to date: in sorted bulk, since row by row it would cost a page each.
    private func indexContacts() throws -> Bool {
        let mark = try meta("contacts_mark") ?? 0
        let last = try session.prepared("SELECT max(key) FROM job_words").first { $0.int(0) } ?? 0
        guard last - mark >= Int64(Self.contactStep) else { return false }
        var pairs: [(subject: Int64, key: Int64)] = []
        try session.prepared("SELECT key, subject, person FROM job_words WHERE key > ?1 AND key <= ?2")
            .bind(1, mark).bind(2, mark + Int64(Self.contactStep)).each { row in
                for column: Int32 in [1, 2] {
                    if let subject = row.intOrNil(column) { pairs.append((subject, row.int(0))) }
                }
            }
        pairs.sort { $0.subject < $1.subject }
        for pair in pairs {
            try session.prepared("INSERT OR IGNORE INTO contact (subject, key) VALUES (?1, ?2)")
                .bind(1, pair.subject).bind(2, pair.key).run()
        }
        try setMeta("contacts_mark", mark + Int64(Self.contactStep))
        return last - mark >= 2 * Int64(Self.contactStep)
    }
}

extension Decision {
    /// What the gate would say of a job whose time is over, for jobs that end without being put to it.
    fileprivate static func expired(_ expiresAt: Instant?, at now: Instant) -> Decision {
        let saw = JSONObject([("expires_at", .time(expiresAt))])
        return Decision(
            verdict: .withhold(.expired), at: now,
            answers: [RuleAnswer(rule: "expiry", version: "1", saw: saw, said: "expired")])
    }
}
