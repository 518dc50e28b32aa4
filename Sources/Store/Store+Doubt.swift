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

    /// Settles a doubt by what its provider says of it, however that came to be known: with its id for the message, or as
    /// not sent. One transaction with the operator's row, where it is one.
    ///
    /// - Parameters:
    ///   - id: the provider's for the message, where it says one.
    ///   - signature: who says so; nil: the provider itself.
    public func settle(
        _ doubt: DoubtName, asSent isSent: Bool, id: String?, by signature: Signature? = nil, at now: Instant? = nil
    ) async throws(StoreError) -> DoubtSettlement {
        let now = now ?? options.timepiece.now()
        return try await write(signature == nil ? .exchange : .operatorChange) { ledger in
            try ledger.settle(doubt, asSent: isSent, id: id, by: signature, at: now)
        }
    }
}

/// A job in doubt, as somebody knows it.
public enum DoubtName: Hashable, Sendable {
    /// Ours, as its request carried it and the provider brings it back: `Departure.messageToken`.
    case reference(String)
    case job(JobKey)
}

public enum DoubtSettlement: Hashable, Sendable {
    case settled
    /// No doubt stands open under that name.
    case none
    /// An attempt or an inquiry about it is in the air: its verdict comes first, and this may be tried again.
    case underWay
}

extension Ledger {
    fileprivate func settle(
        _ doubt: DoubtName, asSent isSent: Bool, id: String?, by signature: Signature?, at now: Instant
    ) throws -> DoubtSettlement {
        let found =
            switch doubt {
            case .reference(let token): try jobInDoubt(token: token)
            case .job(let key): try job(key.rawValue)
            }
        guard var job = found, job.doubt != nil else { return .none }
        guard job.state != .flying else { return .underWay }
        var words = EventWords()
        words.detail = signature.map {
            Scrub.text("by an operator\($0.why.map { ": \($0)" } ?? "")", of: job.recipient)
        }
        words.provider = id.map { Outcome.Provider(id: Scrub.text($0, of: job.recipient), code: nil, enhanced: nil) }
        let attempt = max(1, job.attempts)
        if isSent {
            try endAsSent(job, id: id, at: now, attempt: attempt, words: words)
        } else {
            try giveUpReservation(of: &job)
            try dropTask(of: job)
            try end(job, .failed, FailureReason.refused.rawValue, at: now, attempt: attempt, words: words)
        }
        if let signature {
            let told = try jobWords(of: job.key)
            let whose = [told?[.producer].map { "producer \($0)" }, told?[.id].map { "id \($0)" }].compactMap(\.self)
            let about = "1 job, as \(isSent ? "sent" : "failed"): \(whose.joined(separator: ", "))"
            try record("queue_settle", by: signature, about: about, at: now)
        }
        return .settled
    }
}
