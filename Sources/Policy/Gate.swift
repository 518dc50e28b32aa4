// SPDX-License-Identifier: Apache-2.0
//
// Gate: step 5 of 10. May this job go, at this moment, and why.
//
// Pure: the same question at the same time always gets the same answer. All rules are always asked, and each answer is
// kept, also of those that did not decide (CONTRACT 8.1). Consent, suppression, caps and quiet hours join here.

import GatewayModel

/// What the gate is asked about.
public struct GateQuestion: Hashable, Sendable {
    public var messageClass: MessageClass
    public var notBefore: Instant?
    public var expiresAt: Instant?

    public init(messageClass: MessageClass, notBefore: Instant?, expiresAt: Instant?) {
        (self.messageClass, self.notBefore, self.expiresAt) = (messageClass, notBefore, expiresAt)
    }

    public init(_ facts: JobFacts) {
        self.init(messageClass: facts.messageClass, notBefore: facts.notBefore, expiresAt: facts.expiresAt)
    }
}

/// The rules in force. A value: taken once per batch, replaced whole on reload.
public struct Gate: Sendable {
    public init() {}

    /// What this gate enforces, for `check` and `run` to say aloud.
    public static let enforced = ["expiry", "schedule"]
    public static let notYetEnforced = ["consent", "suppression", "frequency caps", "quiet hours"]

    /// Asks every rule; the first that withholds gives the verdict, else the latest that postpones, else `proceed`.
    public func decide(_ question: GateQuestion, at now: Instant) -> Decision {
        let expiry = ExpiryRule.ask(question, at: now)
        let schedule = ScheduleRule.ask(question, at: now)
        return Decision(
            verdict: Self.verdict(
                expired: expiry.expired, opening: schedule.opening, expiresAt: question.expiresAt, at: now),
            at: now, answers: [expiry.answer, schedule.answer])
    }

    /// CONTRACT 8.1 and 8.2: expiry first, then the earliest allowed instant before it.
    private static func verdict(expired: Bool, opening: Instant, expiresAt: Instant?, at now: Instant) -> Verdict {
        if expired { return .withhold(.expired) }
        if opening <= now { return .proceed }
        if let expiresAt, opening >= expiresAt { return .withhold(.noAllowedTime) }
        return .postpone(until: opening, .notBefore)
    }
}

/// Too late is never sent (CONTRACT 8.1).
enum ExpiryRule {
    static func ask(_ question: GateQuestion, at now: Instant) -> (expired: Bool, answer: RuleAnswer) {
        let expired = question.expiresAt.map { $0 <= now } ?? false
        let saw = JSONObject([("expires_at", .time(question.expiresAt))])
        return (expired, RuleAnswer(rule: "expiry", version: "1", saw: saw, said: expired ? "expired" : "in_time"))
    }
}

/// Not before its time (CONTRACT 4, `not_before` and `not_before_local`).
enum ScheduleRule {
    static func ask(_ question: GateQuestion, at now: Instant) -> (opening: Instant, answer: RuleAnswer) {
        let opening = max(question.notBefore ?? now, now)
        let saw = JSONObject([("not_before", .time(question.notBefore))])
        return (opening, RuleAnswer(rule: "schedule", version: "1", saw: saw, said: opening > now ? "later" : "open"))
    }
}
