// SPDX-License-Identifier: Apache-2.0
//
// Asking the provider about a doubt. An inquiry flies like an attempt, with a slot of the wire log and a row of
// `flight`, but sends nothing: its job stays as good as parked, whatever is ordered meanwhile.

import GatewayModel

extension Ledger {
    /// Sets an inquiry flying where the doubt still stands and is due. Nil: there is nothing to ask, or no slot.
    func launchInquiry(_ key: JobKey, at now: Instant) throws -> Departure? {
        guard let job = try job(key.rawValue), job.state == .doubt, let doubt = try doubt(of: job.key),
            let due = doubt.due, due <= now
        else { return nil }
        let facts = try facts(job)
        if try pausedRoutes().contains(facts.route) { return nil }
        guard let record = try body(job.key) else {
            try ask(job, at: nil, asked: doubt.asked)
            return nil
        }
        guard let (slot, attempt) = try takeSlot() else { return nil }
        let insert = try session.prepared(
            "INSERT INTO flight (job, attempt, slot, launched, decision, inquiry) VALUES (?1, ?2, ?3, ?4, ?5, 1)")
        insert.bind(1, job.key).bind(2, Int64(bitPattern: attempt.rawValue)).bind(3, slot.index).bind(4, now)
        try insert.bind(5, try words(besideDoubt: job)?.decision ?? []).run()
        try session.prepared("UPDATE job SET state = 3 WHERE key = ?1").bind(1, job.key).run()
        var departure = Departure(
            facts: facts, attempt: attempt, slot: slot, record: record, messageToken: subjects.messageToken(of: job.key)
        )
        departure.errand = .inquire(since: doubt.since)
        return departure
    }

    /// Books what an inquiry came to.
    func book(answer settlement: Settlement, of job: JobRow, _ flight: FlightRow, at now: Instant) throws {
        if case .sent = settlement.fate {
            return try endAsSent(
                job, id: settlement.evidence?.remoteID, at: now, attempt: max(1, job.attempts),
                words: words(of: settlement, job, flight))
        }
        guard let asked = try returnToDoubt(job, flight, at: now) else { return }
        switch settlement.fate {
        case .sent, .recalled: break
        case .absent: try sendAgain(job, flight, asked, words(of: settlement, job, flight), at: now)
        case .unknown(.park), .failed, .held: try ask(job, at: nil, asked: asked.asked + 1)
        case .unknown(.inquire(let due)): try ask(job, at: due, asked: asked.asked + 1)
        case .unknown(.resend(let due)): try resend(job, flight, asked, due: due, at: now)
        case .again(let due, _, let counts): try ask(job, at: due, asked: asked.asked + (counts ? 1 : 0))
        }
    }

    /// It went: what was sent stands beside the `unknown`, unless it is said here.
    ///
    /// - Parameter id: the provider's for it, as it gave it.
    func endAsSent(_ job: JobRow, id: String?, at now: Instant, attempt: Int, words: EventWords) throws {
        let since = try job.firstAttempt ?? doubt(of: job.key)?.since ?? now
        var words = words
        if let before = try self.words(besideDoubt: job) {
            words.adopt(before.words)
            words.decision = words.decision ?? before.decision
        }
        try end(job, .sent, nil, at: now, attempt: attempt, words: words)
        try keepTask(of: job, id: id, since: since, at: now)
    }

    /// In doubt as before, with a cancel that came while it was asked. Nil: an operator has ended it.
    private func returnToDoubt(_ job: JobRow, _ flight: FlightRow, at now: Instant) throws -> DoubtRow? {
        if flight.recall == .cancelledByOperator, try endsInstead(job, flight, at: now) { return nil }
        if flight.recall == .cancelledByProducer {
            try noteCancel(of: job, by: .cancelledByProducer, cause: flight.cause)
        }
        try land(job.key)
        try place(job, state: .doubt)
        guard let doubt = try doubt(of: job.key) else {
            throw StoreError.fatal("the database is damaged: job \(job.key) is in doubt without a row of it")
        }
        return doubt
    }

    /// The next inquiry; nil: there is none, it is parked.
    private func ask(_ job: JobRow, at due: Instant?, asked: Int) throws {
        try session.prepared("UPDATE doubt SET due = ?2, asked = ?3 WHERE job = ?1")
            .bind(1, job.key).bind(2, due).bind(3, asked).run()
    }

    /// Certainly not sent after all: the doubt is over, and it is due at once, unless it was cancelled or has expired.
    private func sendAgain(
        _ job: JobRow, _ flight: FlightRow, _ doubt: DoubtRow, _ words: EventWords, at now: Instant
    ) throws {
        var job = job
        let flight = flight.marked(by: doubt)
        try giveUpReservation(of: &job)
        try dropTask(of: job)
        if try endsInstead(job, flight, at: now, isSettled: true) { return }
        let settled = job.doubt
        try closeDoubt(of: job.key)
        (job.doubt, job.due, job.postponed) = (nil, now, nil)
        try notePostponed(&job, .retry, until: now, at: now, settles: settled, words: words)
        try land(job, flight, at: now)
    }

    /// Nobody could say, and the rule sends it again: the doubt stays open.
    private func resend(_ job: JobRow, _ flight: FlightRow, _ doubt: DoubtRow, due: Instant, at now: Instant) throws {
        var job = job
        let flight = flight.marked(by: doubt)
        try ask(job, at: nil, asked: 0)
        if try endsInstead(job, flight, at: now) { return }
        (job.due, job.postponed) = (due, nil)
        try notePostponed(&job, .retry, until: due, at: now)
        try land(job, flight, at: now)
    }

    func words(besideDoubt job: JobRow) throws -> (words: FieldReader, decision: [UInt8]?)? {
        try session.prepared("SELECT words, decision FROM event_words WHERE seq = ?1").bind(1, job.doubt).first {
            (FieldReader($0.blob(0)), $0.blobOrNil(1))
        }
    }

    // MARK: An earlier run left it in the air

    /// In doubt, and due to be asked as before: nothing was sent. One in the air in too many crashes is asked no more.
    func recoverInquiry(_ job: JobRow, _ flight: FlightRow, at now: Instant) throws {
        var job = job
        job.crashes += 1
        guard let doubt = try returnToDoubt(job, flight, at: now) else { return }
        if job.crashes >= Self.mostCrashes { try ask(job, at: nil, asked: doubt.asked) }
    }

    // MARK: By what a provider brings back

    /// The queued job in doubt with that message token. Nil: there is none.
    func jobInDoubt(token: String) throws -> JobRow? {
        let key = try session.prepared("SELECT job FROM doubt WHERE token = ?1").bind(1, token).first { $0.int(0) }
        return try key.flatMap { try job($0) }
    }
}

extension FlightRow {
    /// With the cancel that came before it flew, where none came since.
    fileprivate func marked(by doubt: DoubtRow) -> FlightRow {
        guard let cancel = doubt.cancel, !(recall?.isCancel ?? false) else { return self }
        var flight = self
        (flight.recall, flight.cause) = (cancel, doubt.cause)
        return flight
    }
}
