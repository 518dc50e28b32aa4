// SPDX-License-Identifier: Apache-2.0
//
// What an earlier run left in the air is settled by the wire log, never by a time-out (DESIGN 3, D12).

import GatewayModel

extension Ledger {
    static let recoveryStep = 200
    static let mostCrashes = 3

    /// Settles up to `recoveryStep` flights. `note` is nil where the log proves nothing. False: none is left.
    func recover(
        by rules: RecoveryRules, at now: Instant, note: (FlightRow) -> AttemptNote?
    ) throws -> Bool {
        let flights = try strayFlights()
        for flight in flights {
            guard let job = try job(flight.job) else {
                try land(flight.job)
                continue
            }
            try recover(job, flight, note(flight), by: rules, at: now)
        }
        return flights.count == Self.recoveryStep
    }

    private func strayFlights() throws -> [FlightRow] {
        var flights: [FlightRow] = []
        let select = try session.prepared(
            "SELECT job, attempt, slot, launched, decision, recall, cause, reserved, inquiry FROM flight ORDER BY job LIMIT ?1"
        )
        try select.bind(1, Self.recoveryStep).each { flights.append(FlightRow($0)) }
        return flights
    }

    private func recover(
        _ job: JobRow, _ flight: FlightRow, _ note: AttemptNote?, by rules: RecoveryRules, at now: Instant
    ) throws {
        if flight.isInquiry { return try recoverInquiry(job, flight, at: now) }
        switch note {
        case .answered(let code, let text):
            let judged = rules.judge(code, text, try facts(job))
            let settlement = Settlement(
                attempt: flight.attempt, job: JobKey(job.key), slot: flight.slot, fate: judged.fate,
                evidence: judged.evidence)
            try settle(settlement, at: now)
        case .endNotHandedOver: try backAfterCrash(job, flight, at: now)
        case .endHandedOver, nil: try doubtAfterCrash(job, flight, then: rules.doubtStep(facts(job)), at: now)
        }
    }

    /// Certainly not sent: ready at once, unless it was in the air in too many crashes.
    private func backAfterCrash(_ job: JobRow, _ flight: FlightRow, at now: Instant) throws {
        var job = job
        job.crashes += 1
        try settleReservation(of: &job, flight, mayHaveGone: false)
        if try endsInstead(job, flight, at: now) { return }
        guard job.crashes < Self.mostCrashes else {
            if job.doubt == nil { return try poison(job, flight, at: now) }
            return try park(job, because: Self.convicted(job), decision: flight.decision, at: now)
        }
        try land(job, flight, at: now)
    }

    /// What is not parked may come to be in the air again: it is counted. One that was in too many crashes is parked: it
    /// may have gone, so it is no `poison`.
    private func doubtAfterCrash(
        _ job: JobRow, _ flight: FlightRow, then step: Settlement.DoubtStep, at now: Instant
    ) throws {
        var (job, words) = (job, EventWords())
        words.decision = flight.decision
        if step != .park { job.crashes += 1 }
        try settleReservation(of: &job, flight, mayHaveGone: true)
        let isSpent = job.crashes >= Self.mostCrashes
        if isSpent { words.detail = Self.convicted(job) }
        try doubt(
            job, flight, then: isSpent ? .park : step, attempt: job.attempts + 1, at: now, words: words)
    }

    private static func convicted(_ job: JobRow) -> String {
        "the daemon ended \(job.crashes) times while it was in flight"
    }

    private func poison(_ job: JobRow, _ flight: FlightRow, at now: Instant) throws {
        var words = EventWords()
        words.decision = flight.decision
        words.detail = Self.convicted(job)
        try end(job, .failed, FailureReason.poison.rawValue, at: now, attempt: max(1, job.attempts), words: words)
    }

    /// Holds up to `recoveryStep` jobs of a restored database that could go out by themselves. False: none is left.
    func holdRestored(at now: Instant) throws -> Bool {
        var keys: [Int64] = []
        try session.prepared("SELECT key FROM job WHERE state IN (2, 3) ORDER BY key LIMIT ?1")
            .bind(1, Self.recoveryStep).each { keys.append($0.int(0)) }
        for key in keys {
            guard let job = try job(key) else { continue }
            if job.state == .flying {
                let isInquiry = try flight(key)?.isInquiry ?? false
                try land(key)
                // Nothing was going to be sent.
                if isInquiry {
                    try place(job, state: .doubt)
                    continue
                }
            }
            try holdBack(job, why: "restored from a backup", hold: nil, at: now)
        }
        return keys.count == Self.recoveryStep
    }
}
