// SPDX-License-Identifier: Apache-2.0
//
// The moves between a job's states (DESIGN 3), each journalled where the contract says so.

import GatewayModel

extension Ledger {
    /// Ends a job: its terminal event, then its row goes. `now` is the gate's time. Gives the event's `seq`.
    @discardableResult
    func end(
        _ job: JobRow, _ event: Event, _ reason: String?, at now: Instant, attempt: Int? = nil,
        words: EventWords = EventWords()
    ) throws -> Int64 {
        let seq = try record(event, reason, of: job, at: now, attempt: attempt, settles: job.doubt, words: words)
        try remove(job, at: now)
        return seq
    }

    /// Takes the row out of the queue; its id is remembered for the horizon from now.
    func remove(_ job: JobRow, at now: Instant) throws {
        try session.prepared("DELETE FROM job WHERE key = ?1").bind(1, job.key).run()
        if job.state == .flying { try land(job.key) }
        if job.doubt != nil { try closeDoubt(of: job.key) }
        try dropRequests(of: job)
        try ids.noteEnd(of: job.accepted, at: now, in: session)
        gathered.queued -= 1
    }

    func land(_ key: Int64) throws { try session.prepared("DELETE FROM flight WHERE job = ?1").bind(1, key).run() }

    /// Puts a job that is not in the air any more back to `ready`, as the row says.
    func makeReady(_ job: JobRow) throws {
        try place(job, state: .ready)
        if let due = job.due { gathered.arrived(job.lane, due: due) }
    }

    /// Writes all of a row that can change once it is queued.
    func place(_ job: JobRow, state: JobState) throws {
        let update = try session.prepared(
            """
            UPDATE job SET state = ?2, lane = ?3, due = ?4, attempts = ?5, first = ?6, preason = ?7, puntil = ?8,
                crashes = ?9, doubt = ?10, hold = ?11, why = ?12, capped = ?13, reserved = ?14, home = ?15
                WHERE key = ?1
            """)
        update.bind(1, job.key).bind(2, state.number).bind(3, job.lane.rawValue).bind(4, job.due)
        update.bind(5, job.attempts).bind(6, job.firstAttempt).bind(7, job.postponed?.reason.number)
        update.bind(8, job.postponed?.until).bind(9, job.crashes).bind(10, job.doubt)
        update.bind(11, job.hold).bind(12, job.why)
        try update.bind(13, job.firstCapped).bind(14, job.reserved).bind(15, job.home).run()
    }

    /// Journals `postponed` where reason or time differ from what was journalled last.
    func notePostponed(
        _ job: inout JobRow, _ reason: PostponeReason, until: Instant?, at now: Instant, attempt: Int? = nil,
        settles: Int64? = nil, words: EventWords = EventWords()
    ) throws {
        let postponement = Postponement(reason: reason, until: until)
        guard job.postponed != postponement else { return }
        job.postponed = postponement
        try record(
            .postponed, reason.rawValue, of: job, at: now, until: until, attempt: attempt, settles: settles,
            words: words)
    }

    /// Holds a job, saying why; the hold that holds it is kept, so that its removal sets it free.
    func holdBack(_ job: JobRow, why: String, hold: Int64?, at now: Instant, words: EventWords = EventWords()) throws {
        var (job, words) = (job, words)
        (job.hold, job.why) = (hold, why)
        words.detail = Scrub.text(why, of: job.recipient)
        try notePostponed(&job, .held, until: nil, at: now, words: words)
        try place(job, state: .held)
    }
}
