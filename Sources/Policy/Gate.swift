// SPDX-License-Identifier: Apache-2.0
//
// Gate: step 5 of 10. May this job go, at this moment, and why.
//
// Pure: the same job with the same facts at the same time under the same policy always gets the same answer. All rules
// are always asked, and each answer is kept, also of those that did not decide (CONTRACT 8.1).

import GatewayModel

/// The rules in force. A value: taken once per batch, replaced whole on reload.
public struct Gate: Sendable {
    public let policy: GatePolicy

    public init(policy: GatePolicy) { self.policy = policy }

    /// Asks every rule. Expiry, suppression and consent withhold, in that order; then the earliest allowed instant
    /// decides: now, later, or none (CONTRACT 8.1, 8.2).
    ///
    /// - Parameters:
    ///   - recipient: read in the transaction that acts on the answer.
    ///   - now: gate time, which never runs backwards (CONTRACT 8.7).
    public func decide(_ job: JobFacts, _ recipient: RecipientFacts, at now: Instant) -> Decision {
        rule(on: job, recipient, at: now).decision
    }

    /// The same, for those who also have to know how long it holds.
    public func rule(on job: JobFacts, _ recipient: RecipientFacts, at now: Instant) -> GateRuling {
        let places = PlaceRuling.of(recipient, asked: policy.asksPlace(of: job, recipient), policy)
        let expiry = ExpiryRule.ask(job.expiresAt, at: now)
        let suppression = SuppressionGate.ask(job, recipient, at: now)
        let consent = ConsentGate.ask(job, recipient, policy, in: places, at: now)
        let hours = HoursGate.ask(job, policy, in: places, at: now)
        let caps = CapGate.ask(job, recipient, caps: hours.caps + policy.rules.caps, policy, in: places, at: now)
        let search = TimeSearch(
            now: now, notBefore: job.notBefore, expiresAt: job.expiresAt, hours: hours.inForce, caps: caps,
            spread: { opening, window in
                Spread.delay(job: job.key, opening: opening, window: window, queued: recipient.queued)
            })
        let withheld: WithholdReason? = expiry.expired ? .expired : suppression.blocks ? .suppressed : consent.withheld
        let decision = Decision(
            verdict: withheld.map(Verdict.withhold) ?? search.verdict(), at: now,
            answers: [
                expiry.answer, suppression.answer, ConsentGate.answer(consent),
                ScheduleRule.ask(job.notBefore, at: now), places.answer, hours.quietAnswer, hours.blackoutAnswer,
                CapGate.answer(caps, at: now),
            ],
            policy: policy.version)
        return GateRuling(decision: decision, hours: hours.inForce, guardBand: HoursGate.guardBand(job.contact))
    }
}

/// A decision, and the hours that it went by.
public struct GateRuling: Sendable {
    public let decision: Decision
    let hours: HoursInForce
    let guardBand: Duration

    /// When the first of the hours that hold for the job closes: what is sent then must have arrived. The guard band
    /// before it still counts as open here, for what waits in it has been sent already. Nil where nothing closes within
    /// eight days, or something is closed at `instant`.
    public func closing(after instant: Instant) -> Instant? {
        guard let closing = hours.closing(after: instant), closing > instant else { return nil }
        return closing + guardBand
    }
}

/// Too late is never sent (CONTRACT 8.1).
enum ExpiryRule {
    static func ask(_ expiresAt: Instant?, at now: Instant) -> (expired: Bool, answer: RuleAnswer) {
        let expired = expiresAt.map { $0 <= now } ?? false
        var saw = JSONObject()
        if let expiresAt { saw.note("expires_at", .string(expiresAt.short)) }
        return (expired, RuleAnswer(rule: "expiry", version: "1", saw: saw, said: expired ? "expired" : "in_time"))
    }
}

/// Not before its time (CONTRACT 4, `not_before` and `not_before_local`).
enum ScheduleRule {
    static func ask(_ notBefore: Instant?, at now: Instant) -> RuleAnswer {
        var saw = JSONObject()
        if let notBefore { saw.note("not_before", .string(notBefore.short)) }
        let isLater = (notBefore ?? now) > now
        return RuleAnswer(rule: "schedule", version: "1", saw: saw, said: isLater ? "later" : "open")
    }
}

extension JSONObject {
    /// Adds a member: answers hold what was seen, and nothing for what was not.
    mutating func note(_ key: String, _ value: JSONValue) { members.append(Member(key, value)) }
}

extension Instant {
    /// RFC 3339 without a fraction where there is none: answers are kept by the million.
    var short: String {
        let text = rfc3339
        return microseconds % 1_000_000 == 0 ? text.prefix(19) + "Z" : text
    }
}
