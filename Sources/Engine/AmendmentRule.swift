// SPDX-License-Identifier: Apache-2.0
//
// AmendmentRule: whether a task that was made is to be closed, and what a report means for one. Pure. What is not certain
// is tried again; the book ends it after three days, for by then a person has to look.

import GatewayModel

struct AmendmentRule: Sendable {
    let backoff: Backoff
    let now: Instant

    func fate(of report: AttemptReport, for facts: JobFacts, chance: Double) -> Settlement.Fate {
        switch report.seenOfAnAmendment.result {
        case .accepted: .sent
        case .recalled: .recalled
        case .badAddress, .optedOut, .content, .refused: .failed(.refused)
        case .throttled(let after): again(facts, .throttled, atLeast: after ?? .zero, chance)
        case .configuration, .unreachable: again(facts, .routeDown, atLeast: .zero, chance)
        case .transient, .unknown, .absent: again(facts, .retry, atLeast: .zero, chance)
        }
    }

    /// After a growing while.
    func again(_ facts: JobFacts, _ reason: PostponeReason, atLeast: Duration, _ chance: Double) -> Settlement.Fate {
        let delay = max(backoff.delay(afterAttempts: facts.attempts + 1, chance: chance), atLeast)
        return .again(at: now + delay, reason, counts: true)
    }
}

extension GatewaySnapshot {
    /// Whom the gate would not let be contacted now because somebody has said no. A consent that is missing, weak or has run
    /// out closes nothing: how strict the need is depends on places, which are not kept with the task.
    func objection(to task: JobFacts, _ recipient: RecipientFacts, at now: Instant) -> WithholdReason? {
        guard case .withhold(let reason) = gate.decide(inStricterClass(task), recipient, at: now).verdict else {
            return nil
        }
        switch reason {
        case .consentWithdrawn, .suppressed: return reason
        case .noConsent, .consentExpired, .consentTooWeak, .frequencyCap, .expired, .noAllowedTime: return nil
        }
    }
}

extension AttemptReport {
    /// Faults of these numbers are about that task: it is gone, or cannot be changed so. They say nothing of the route.
    private static let ofTheTask: Set<Int> = [400, 404, 409, 410, 422]

    var seenOfAnAmendment: AttemptReport {
        guard result == .configuration, let code = evidence.code, Self.ofTheTask.contains(code) else { return self }
        return AttemptReport(attempt: attempt, result: .refused, evidence: evidence)
    }
}
