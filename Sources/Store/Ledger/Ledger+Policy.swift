// SPDX-License-Identifier: Apache-2.0
//
// Which policy is in force (CONTRACT 8.4): kept whole, once, by its digest, and journalled where it changed. Then jobs
// that the old one put off are asked again, a step at a time.

import GatewayModel

extension Ledger {
    /// Jobs that one step sets due, and rows it looks at.
    private static let askStep = 500
    private static let askReach = 10_000

    /// Makes the bundle the one in force. False: it is that already, and nothing is written.
    @discardableResult
    func enforce(_ policy: PolicyBundle, at now: Instant) throws -> Bool {
        let before = try session.prepared("SELECT sha256 FROM policy_change ORDER BY n DESC LIMIT 1").first {
            $0.text(0)
        }
        guard before != policy.sha256 else { return false }
        try session.prepared("INSERT OR IGNORE INTO policy_bundle (sha256, bytes, since) VALUES (?1, ?2, ?3)")
            .bind(1, policy.sha256).bind(2, policy.bytes).bind(3, now).run()
        let was = before.map { ", before \($0.prefix(12))" } ?? ", the first"
        try record("policy", by: Signature(systemUser: "gatepost"), about: "\(policy.version)\(was)", at: now)
        try session.prepared("INSERT INTO policy_change (at, sha256, before, seq) VALUES (?1, ?2, ?3, ?4)")
            .bind(1, now).bind(2, policy.sha256).bind(3, before).bind(4, gathered.lastSeq).run()
        // From the first job on: a pass that was under way begins again.
        try setMeta("ask_mark", 0)
        try setMeta("ask_end", meta("job_key") ?? 0)
        return true
    }

    /// One step of the pass over jobs that hours, caps or an unknown zone have put off. Returns whether there is more.
    func askPostponedAgain(at now: Instant) throws -> Bool {
        guard let end = try meta("ask_end"), end > 0 else { return false }
        let after = try meta("ask_mark") ?? 0
        let reach = try key(Self.askReach, behind: after)
        var keys: [Int64] = []
        // The state is taken out of the planner's hands: the pass goes by key.
        try session.prepared(
            """
            SELECT key FROM job WHERE key > ?1 AND key <= ?2 AND +state = 2 AND preason IN (1, 2, 7)
                AND (due IS NULL OR due > ?3) ORDER BY key LIMIT ?4
            """
        ).bind(1, after).bind(2, min(reach ?? .max, end)).bind(3, now).bind(4, Self.askStep).each {
            keys.append($0.int(0))
        }
        for key in keys {
            guard var job = try job(key) else { continue }
            job.due = now
            try makeReady(job)
        }
        let next = keys.count == Self.askStep ? keys.last : reach
        if let next, next < end {
            try setMeta("ask_mark", next)
            return true
        }
        try setMeta("ask_end", 0)
        return false
    }
}
