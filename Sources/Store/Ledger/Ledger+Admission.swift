// SPDX-License-Identifier: Apache-2.0
//
// Step 6, the book's side: candidates put to the gate, those that may go set flying.

import GatewayModel

extension Ledger {
    /// Puts one candidate to `decide` where it is still ready and due. A departure only where it was launched.
    func admit(
        _ key: JobKey, at now: Instant, interest: PolicyInterest,
        decide: (JobFacts, RecipientFacts) -> AdmissionDecision
    ) throws -> Departure? {
        guard var job = try job(key.rawValue), job.state == .ready, let due = job.due, due <= now else { return nil }
        if let cancel = cancels.openMatch(job) {
            try cancelQueued(job, by: cancel, at: now)
            return nil
        }
        let facts = try facts(job)
        // Read in this transaction: an order that another process has committed holds from then on (CONTRACT 8.9),
        // and one that was taken back holds nothing any more. So with pauses: a paused route launches nothing, and no job
        // is moved there; its jobs stay, and resuming reads them again.
        if let hold = try standingHolds().first(where: { $0.matches(facts) }) {
            try holdBack(job, why: hold.why, hold: hold.id, at: now)
            return nil
        }
        switch decide(facts, try recipient(of: job, facts, at: now, interest: interest)) {
        case .leave: break
        case .launch(let decision, let reserves, let restraint):
            if try pausedRoutes().contains(facts.route) { return nil }
            let reserved = reserves ? interest.messageClass(of: facts) : nil
            guard var departure = try launch(job, facts, decision, reserves: reserved, at: now) else { return nil }
            (departure.restraint, departure.kept) = (restraint, try keptRequest(of: job, on: facts.route))
            return departure
        case .postpone(let until, let reason, let decision):
            var words = EventWords()
            words.decision = decision.encoded
            try notePostponed(&job, reason, until: until, at: now, words: words)
            if reason == .frequencyCap { job.firstCapped = job.firstCapped ?? now }
            job.due = until
            try makeReady(job)
        // It may have gone, so it does not end here.
        case .withhold(let reason, let decision) where job.doubt != nil:
            try park(job, because: reason.rawValue, decision: decision.encoded, at: now)
        case .park(let why, let decision): try park(job, because: why, decision: decision.encoded, at: now)
        case .withhold(let reason, let decision):
            var words = EventWords()
            words.decision = decision.encoded
            let attempt = job.attempts > 0 ? job.attempts : nil
            try end(job, .withheld, reason.rawValue, at: now, attempt: attempt, words: words)
        case .hold(let why): try holdBack(job, why: why, hold: nil, at: now)
        case .move(let lane):
            if try pausedRoutes().contains(lane.route) { return nil }
            try move(job, to: lane)
        }
        return nil
    }

    /// Its home is the route that it left first, until it is back there.
    private func move(_ job: JobRow, to lane: LaneKey) throws {
        var job = job
        let left = try words.number(of: laneBook.key(of: job.lane, in: session).route, in: session)
        let home = job.home ?? left
        job.home = try words.word(home, in: session) == lane.route ? nil : home
        job.lane = try laneBook.id(of: lane, in: session)
        try makeReady(job)
    }

    private func launch(
        _ job: JobRow, _ facts: JobFacts, _ decision: Decision, reserves messageClass: MessageClass?, at now: Instant
    ) throws -> Departure? {
        guard let record = try body(job.key) else {
            try holdBack(job, why: "its body is missing from the database", hold: nil, at: now)
            return nil
        }
        guard let (slot, attempt) = try takeSlot() else {
            // No room in the wire log: the engine's agenda has gone past it and must read its lane again.
            gathered.arrived(job.lane, due: job.due ?? now)
            return nil
        }
        let insert = try session.prepared(
            "INSERT INTO flight (job, attempt, slot, launched, decision, reserved) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        insert.bind(1, job.key).bind(2, Int64(bitPattern: attempt.rawValue)).bind(3, slot.index)
        try insert.bind(4, now).bind(5, decision.encoded).bind(6, messageClass == nil ? 0 : 1).run()
        if let messageClass { try reserve(for: job, facts, as: messageClass, at: now) }
        try session.prepared("UPDATE job SET state = 3 WHERE key = ?1").bind(1, job.key).run()
        gathered.launches[LaneMinute(minute: now.seconds / 60, lane: job.lane), default: 0] += 1
        return Departure(
            facts: facts, attempt: attempt, slot: slot, record: record, messageToken: subjects.messageToken(of: job.key)
        )
    }

    /// A slot for a new attempt, given back where the transaction fails. Nil: all are in the air.
    func takeSlot() throws -> (WireSlot, AttemptID)? {
        try renewRun()
        guard let (slot, attempt) = slots?.take() else { return nil }
        gathered.slotsTaken.append(slot)
        return (slot, attempt)
    }

    private func renewRun() throws {
        guard let slots, slots.isSpent else { return }
        let run = UInt32(truncatingIfNeeded: (try meta("run") ?? 0) + 1)
        try setMeta("run", Int64(run))
        slots.begin(run: run)
    }

    func body(_ key: Int64) throws -> [UInt8]? {
        try session.prepared("SELECT record FROM body WHERE key = ?1").bind(1, key).first { $0.blob(0) }
    }
}
