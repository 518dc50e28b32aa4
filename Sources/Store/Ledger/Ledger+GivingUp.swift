// SPDX-License-Identifier: Apache-2.0
//
// Jobs of a route that has carried nothing for as long as `give_up_after`: they end without having been tried.

import GatewayModel

extension Ledger {
    /// Jobs that one step ends: what is in the air waits for it.
    private static let giveUpStep = 200

    /// Ends up to a step of the route's jobs that have been due since `limit`. Pauses and holds are read in this
    /// transaction: what an operator stops does not run out. Returns whether there may be more.
    func giveUp(on route: String, dueBefore limit: Instant, because why: String, at now: Instant) throws -> Bool {
        guard try !pausedRoutes().contains(route) else { return false }
        let keys = try overdue(on: route, since: limit, at: now)
        for key in keys {
            guard let job = try job(key) else { continue }
            if let cancel = cancels.openMatch(job) {
                try cancelQueued(job, by: cancel, at: now)
            } else if let hold = try standingHold(over: job) {
                try holdBack(job, why: hold.why, hold: hold.id, at: now)
            } else if job.doubt != nil {
                try park(job, because: why, at: now)
            } else {
                try exhaust(job, since: limit, because: why, at: now)
            }
        }
        return keys.count == Self.giveUpStep
    }

    private func exhaust(_ job: JobRow, since limit: Instant, because why: String, at now: Instant) throws {
        let saw = JSONObject([("due", .time(job.due)), ("closed_since_before", .time(limit))])
        let answer = RuleAnswer(rule: "give_up_after", version: "1", saw: saw, said: "given up")
        var words = EventWords()
        words.detail = Scrub.text(why, of: job.recipient)
        words.decision = Decision(verdict: .proceed, at: now, answers: [answer]).encoded
        let attempt = job.attempts > 0 ? job.attempts : nil
        try end(job, .failed, FailureReason.retriesExhausted.rawValue, at: now, attempt: attempt, words: words)
    }

    /// The longest due first, lane by lane. What is scheduled counts from its time, though the gate has not been asked.
    /// Lanes that a standing hold stops as a whole are left alone; what has expired is for the sweep that ends it as that.
    private func overdue(on route: String, since limit: Instant, at now: Instant) throws -> [Int64] {
        var lanes: [Lane] = []
        try session.prepared("SELECT route, domain, brand, id FROM lane WHERE route = ?1 ORDER BY id").bind(1, route)
            .each { lanes.append(Lane(id: LaneID($0.int(3)), key: LaneBook.read($0))) }
        let holds = try standingHolds()
        var keys: [Int64] = []
        for lane in lanes where !holds.contains(where: { $0.coversLane(lane.key) }) {
            for priority in Priority.allCases {
                let select = try session.prepared(
                    """
                    SELECT key FROM job WHERE state = 2 AND lane = ?1 AND priority = ?2 AND due <= ?3
                        AND (notbefore IS NULL OR notbefore <= ?3) AND (expires IS NULL OR expires > ?4)
                        ORDER BY due, key LIMIT ?5
                    """)
                select.bind(1, lane.id.rawValue).bind(2, priority.rawValue).bind(3, limit).bind(4, now)
                try select.bind(5, Self.giveUpStep - keys.count).each { keys.append($0.int(0)) }
            }
        }
        return keys
    }
}
