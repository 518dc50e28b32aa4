// SPDX-License-Identifier: Apache-2.0
//
// Settling: step 10 of 10, the part that decides. What one report means for its job. Pure.

import GatewayModel
import Settings

/// An attempt in the air.
struct Flight: Sendable {
    var facts: JobFacts
    var slot: WireSlot
    /// When its place in the rate windows was taken.
    var launchedAt: Instant
    /// Rendered and given to its channel; before that it is still ours to take back.
    var isHandedOver = false
    var messageID: String?
    var contentSHA256: String?
    var templateDigest: String?
    /// `[sandbox]` sent it to another address than the job's; its outcome says so.
    var isRedirected = false

    var firstAttemptAt: Instant { facts.firstAttemptAt ?? launchedAt }
}

public struct Settling: Sendable {
    let backoff: Backoff
    let inDoubt: InDoubt?
    let now: Instant

    /// - Parameter chance: 0 to 1, for jitter.
    func settlement(of report: AttemptReport, for flight: Flight, chance: Double) -> Settlement {
        var settlement = Settlement(
            attempt: report.attempt, job: flight.facts.key, slot: flight.slot,
            fate: fate(of: report, for: flight, chance: chance), evidence: report.evidence)
        if flight.isRedirected { settlement.evidence?.text = "redirected by [sandbox]: \(report.evidence.text)" }
        settlement.messageID = flight.messageID
        settlement.contentSHA256 = flight.contentSHA256
        settlement.templateDigest = flight.templateDigest
        return settlement
    }

    private func fate(of report: AttemptReport, for flight: Flight, chance: Double) -> Settlement.Fate {
        switch report.result {
        case .accepted: .sent
        case .badAddress: .failed(.badAddress)
        case .optedOut: .failed(.optedOut)
        case .content: .failed(.content)
        case .refused: .failed(.refused)
        case .configuration where report.evidence.isBeforeTheEnvelope: routeDown(flight, chance)
        case .configuration: .failed(.configuration)
        case .throttled(let after): again(flight, .throttled, atLeast: after, chance)
        case .transient: again(flight, .retry, atLeast: nil, chance)
        case .unreachable: routeDown(flight, chance)
        case .recalled: .recalled
        case .unknown: .unknown(resendAt: resendAt(flight.facts))
        }
    }

    private func again(_ flight: Flight, _ reason: PostponeReason, atLeast: Duration?, _ chance: Double)
        -> Settlement.Fate
    {
        if backoff.givesUp(firstAttempt: flight.firstAttemptAt, at: now) { return .failed(.retriesExhausted) }
        let delay = max(backoff.delay(afterAttempts: flight.facts.attempts + 1, chance: chance), atLeast ?? .zero)
        return .again(at: now + delay, reason, counts: true)
    }

    /// The attempt says nothing of the job: due again at once. While the route is closed its lanes are not read; whoever
    /// opens it, a probe or an operator, finds the job waiting.
    private func routeDown(_ flight: Flight, _ chance: Double) -> Settlement.Fate {
        if backoff.givesUp(firstAttempt: flight.firstAttemptAt, at: now) { return .failed(.retriesExhausted) }
        return .again(at: now + .seconds(1), .routeDown, counts: false)
    }

    private func resendAt(_ facts: JobFacts) -> Instant? {
        InDoubtRule.resendAt(facts, route: inDoubt, backoff: backoff, at: now)
    }
}

/// What becomes of a request that left and got no verdict: parked or sent again (CONTRACT 5, `in_doubt`).
public enum InDoubtRule {
    /// Nil: parked. Marketing parks and transactional resends unless the route says otherwise.
    static func resendAt(_ facts: JobFacts, route: InDoubt?, backoff: Backoff, at now: Instant) -> Instant? {
        let rule = route ?? (facts.messageClass == .transactional ? .resend : .park)
        return rule == .park ? nil : now + backoff.delay(afterAttempts: facts.attempts + 1, chance: 0.5)
    }

    /// The same rule for recovery, which has only the settings.
    public static func resendAt(_ facts: JobFacts, settings: GatewaySettings, at now: Instant) -> Instant? {
        resendAt(
            facts, route: settings.route(facts.route)?.inDoubt, backoff: Backoff(settings: settings.retry), at: now)
    }
}

extension Settling {
    /// How recovery books an answer that the wire log kept: as it would have been booked live.
    public static func recovered(
        _ result: DeliveryResult, _ evidence: DeliveryEvidence, of facts: JobFacts, settings: GatewaySettings,
        at now: Instant
    ) -> Settlement.Fate {
        let rules = Settling(
            backoff: Backoff(settings: settings.retry), inDoubt: settings.route(facts.route)?.inDoubt,
            now: now)
        let flight = Flight(facts: facts, slot: WireSlot(index: 0), launchedAt: now)
        let report = AttemptReport(attempt: AttemptID(rawValue: 0), result: result, evidence: evidence)
        return rules.fate(of: report, for: flight, chance: 0.5)
    }
}
