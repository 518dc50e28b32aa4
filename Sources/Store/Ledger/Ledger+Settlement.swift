// SPDX-License-Identifier: Apache-2.0
//
// Step 10, the book's side: what becomes of an attempt.

import GatewayModel

/// A row of `flight`: an attempt in the air.
struct FlightRow {
    var job: Int64
    var attempt: AttemptID
    var slot: WireSlot
    var launched: Instant
    /// The gate's decision, encoded; written beside the event that comes of it.
    var decision: [UInt8]
    var recall: Recall?
    var cause: String?
    /// It took its place under the caps when it was launched.
    var isReserved: Bool
    /// Nothing is sent: the provider is asked about an attempt without a verdict.
    var isInquiry: Bool

    init(_ row: Statement) {
        (job, attempt) = (row.int(0), AttemptID(rawValue: UInt64(bitPattern: row.int(1))))
        (slot, launched, decision) = (WireSlot(index: Int(row.int(2))), row.instant(3), row.blob(4))
        (recall, cause) = (row.intOrNil(5).flatMap(Recall.init), row.textOrNil(6))
        (isReserved, isInquiry) = (row.int(7) == 1, row.int(8) == 1)
    }
}

extension Ledger {
    func flight(_ job: Int64) throws -> FlightRow? {
        let select = try session.prepared(
            "SELECT job, attempt, slot, launched, decision, recall, cause, reserved, inquiry FROM flight WHERE job = ?1"
        )
        return try select.bind(1, job).first(FlightRow.init)
    }

    /// Books one attempt's end. One that is not in the air any more was booked before: nothing is done.
    func settle(_ settlement: Settlement, at now: Instant) throws {
        guard let flight = try flight(settlement.job.rawValue), flight.attempt == settlement.attempt,
            let job = try job(flight.job), job.state == .flying
        else { return try settleAmendment(settlement, at: now) }
        if flight.isInquiry {
            try book(answer: settlement, of: job, flight, at: now)
        } else {
            try book(settlement, of: job, flight, at: now)
        }
        gathered.slotsToFree.append(flight.slot)
    }

    private func book(_ settlement: Settlement, of job: JobRow, _ flight: FlightRow, at now: Instant) throws {
        let words = words(of: settlement, job, flight)
        let attempt = job.attempts + 1
        var job = job
        try settleReservation(of: &job, flight, mayHaveGone: settlement.fate.mayHaveGone)
        if let digest = settlement.templateDigest { try note(digest, of: job.template, at: now) }
        switch settlement.fate {
        case .sent:
            try end(job, .sent, nil, at: now, attempt: attempt, words: words)
            let since = job.firstAttempt ?? flight.launched
            try keepTask(of: job, id: settlement.evidence?.remoteID, since: since, at: now)
        case .failed(let reason):
            let seq = try end(job, .failed, reason.rawValue, at: now, attempt: attempt, words: words)
            try heed(reason, of: job, settlement.evidence, outcome: seq, at: now)
        case .unknown(let step): try doubt(job, flight, then: step, attempt: attempt, at: now, words: words)
        case .again(let due, let reason, let counts):
            // It was in the air and the daemon lived: no culprit.
            job.crashes = 0
            if counts { Self.count(&job, flight) } else { job.firstAttempt = job.firstAttempt ?? flight.launched }
            if try endsInstead(job, flight, at: now) { return }
            job.due = counts ? due : min(job.due ?? due, due)
            let attempt = counts ? attempt : nil
            try notePostponed(&job, reason, until: due, at: now, attempt: attempt, words: words)
            try land(job, flight, at: now)
        case .recalled, .absent:
            if try endsInstead(job, flight, at: now) { return }
            try land(job, flight, at: now)
        case .held(let why):
            if try endsInstead(job, flight, at: now) { return }
            try land(job.key)
            try holdBack(job, why: why, hold: nil, at: now, words: words)
        }
    }

    static func count(_ job: inout JobRow, _ flight: FlightRow) {
        job.attempts += 1
        job.firstAttempt = job.firstAttempt ?? flight.launched
    }

    /// Certainly not sent, and cancelled or expired meanwhile: it ends as that. One of which an earlier attempt may have
    /// gone does not expire: it is parked. `isSettled`: the doubt of it is over with this.
    func endsInstead(_ job: JobRow, _ flight: FlightRow, at now: Instant, isSettled: Bool = false) throws -> Bool {
        var words = EventWords()
        words.decision = flight.decision
        let attempt = job.attempts > 0 ? job.attempts : nil
        switch flight.recall {
        case .cancelledByOperator:
            try end(job, .cancelled, CancelReason.operator.rawValue, at: now, attempt: attempt, words: words)
        case .cancelledByProducer:
            words.cause = flight.cause
            try end(job, .cancelled, CancelReason.producer.rawValue, at: now, attempt: attempt, words: words)
        case .held, .askAgain, nil:
            guard job.isExpired(at: now) else { return false }
            if job.doubt != nil && !isSettled {
                try park(job, because: WithholdReason.expired.rawValue, decision: flight.decision, at: now)
            } else {
                try end(job, .withheld, WithholdReason.expired.rawValue, at: now, attempt: attempt, words: words)
            }
        }
        return true
    }

    /// Back to the queue, or to `held` where that was asked for while it flew.
    func land(_ job: JobRow, _ flight: FlightRow, at now: Instant) throws {
        try land(job.key)
        guard flight.recall == .held else { return try makeReady(job) }
        let hold = try standingHold(over: job)
        try holdBack(job, why: hold?.why ?? flight.cause ?? "held by an operator", hold: hold?.id, at: now)
    }

    func words(of settlement: Settlement, _ job: JobRow, _ flight: FlightRow) -> EventWords {
        var words = EventWords()
        (words.messageID, words.contentSHA256) = (settlement.messageID, settlement.contentSHA256)
        (words.templateDigest, words.segments) = (settlement.templateDigest, settlement.segments)
        words.decision = flight.decision
        guard let evidence = settlement.evidence else { return words }
        if !evidence.text.isEmpty { words.detail = Scrub.text(evidence.text, of: job.recipient) }
        if evidence.remoteID != nil || evidence.code != nil || evidence.enhanced != nil {
            words.provider = Outcome.Provider(
                id: evidence.remoteID.map { Scrub.text($0, of: job.recipient) }, code: evidence.code.map(String.init),
                enhanced: evidence.enhanced)
        }
        return words
    }
}
