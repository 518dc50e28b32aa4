// SPDX-License-Identifier: Apache-2.0
//
// AmendmentRule: what a report means for a task that was to be closed. Pure. Amending twice does no harm, so whatever is
// not certain is tried again; but not for ever, for by then a person has to look.

import GatewayModel

struct AmendmentRule: Sendable {
    let backoff: Backoff
    let now: Instant

    /// From when somebody said no.
    private static let patience = Duration.seconds(3 * 86_400)

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

    /// After a growing while; three days after somebody said no it is given up.
    func again(_ facts: JobFacts, _ reason: PostponeReason, atLeast: Duration, _ chance: Double) -> Settlement.Fate {
        if isSpent(facts) { return .failed(.retriesExhausted) }
        let delay = max(backoff.delay(afterAttempts: facts.attempts + 1, chance: chance), atLeast)
        return .again(at: now + delay, reason, counts: true)
    }

    func isSpent(_ facts: JobFacts) -> Bool { now - (facts.firstAttemptAt ?? now) >= Self.patience }
}

extension AttemptReport {
    /// A fault that the provider finds in an amendment is about that task: it is gone, or may not be changed. It says
    /// nothing of the route; only what comes before any answer does, and a token that is not taken.
    var seenOfAnAmendment: AttemptReport {
        guard result == .configuration, let code = evidence.code, code != 401 else { return self }
        return AttemptReport(attempt: attempt, result: .refused, evidence: evidence)
    }
}
