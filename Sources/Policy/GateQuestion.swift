// SPDX-License-Identifier: Apache-2.0
//
// What the gate was before it knew policy: expiry and schedule alone. Goes as soon as the engine asks with a policy.

import GatewayModel

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

extension Gate {
    public static let enforced = ["expiry", "schedule"]
    public static let notYetEnforced = ["consent", "suppression", "frequency caps", "quiet hours"]

    public func decide(_ question: GateQuestion, at now: Instant) -> Decision {
        let expiry = ExpiryRule.ask(question.expiresAt, at: now)
        let schedule = ScheduleRule.ask(question.notBefore, at: now)
        let search = TimeSearch(
            now: now, notBefore: question.notBefore, expiresAt: question.expiresAt, hours: .always,
            caps: CapRuling(free: now))
        return Decision(
            verdict: expiry.expired ? .withhold(.expired) : search.verdict(), at: now,
            answers: [expiry.answer, schedule])
    }
}
