// SPDX-License-Identifier: Apache-2.0
//
// What settles doubts, and the requests kept for repeating.

import GatewayModel

extension Store {
    public func dueInquiries(at now: Instant, limit: Int) async throws(StoreError) -> [JobKey] {
        try await read { session in
            var keys: [JobKey] = []
            // Those of a paused route are left out, not only passed over: they must not stand before the others.
            let select = try session.prepared(
                """
                SELECT doubt.job FROM doubt JOIN job ON job.key = doubt.job
                    WHERE doubt.due <= ?1 AND +job.state = 5 AND NOT EXISTS (SELECT 1 FROM lane
                        JOIN route_order ON route_order.route = lane.route
                        WHERE lane.id = job.lane AND route_order.paused IS NOT NULL)
                    ORDER BY doubt.due LIMIT ?2
                """)
            try select.bind(1, now).bind(2, limit).each { keys.append(JobKey($0.int(0))) }
            return keys
        }
    }

    public func launchInquiries(_ jobs: [JobKey], at now: Instant) async throws(StoreError) -> [Departure] {
        guard !jobs.isEmpty else { return [] }
        return try await write(.exchange) { ledger in
            try jobs.compactMap { try ledger.launchInquiry($0, at: now) }
        }
    }

    public func keep(_ requests: [KeptRequest]) async throws(StoreError) {
        guard !requests.isEmpty else { return }
        try await write(.exchange) { ledger in
            for request in requests { try ledger.keep(request) }
        }
    }

    /// Settles the doubt whose provider brings back our reference: with its id for the message, or with its refusal.
    /// False: no doubt stands open under that reference, or an attempt or an inquiry about it is in the air; then its
    /// verdict is to come first, and this may be tried again.
    ///
    /// - Parameter token: `Departure.messageToken`.
    public func settleByReference(
        token: String, accepted: Bool, providerID: String?, at now: Instant
    ) async throws(StoreError) -> Bool {
        try await write(.exchange) { ledger in
            try ledger.settle(reference: token, accepted: accepted, providerID: providerID, at: now)
        }
    }
}

extension Ledger {
    fileprivate func settle(
        reference token: String, accepted: Bool, providerID: String?, at now: Instant
    ) throws -> Bool {
        guard let job = try jobInDoubt(token: token), job.state != .flying else { return false }
        var words = EventWords()
        words.provider = providerID.map {
            Outcome.Provider(id: Scrub.text($0, of: job.recipient), code: nil, enhanced: nil)
        }
        let attempt = max(1, job.attempts)
        if accepted {
            try endAsSent(job, id: providerID, at: now, attempt: attempt, words: words)
        } else {
            var job = job
            try giveUpReservation(of: &job)
            try end(job, .failed, FailureReason.refused.rawValue, at: now, attempt: attempt, words: words)
        }
        return true
    }
}
