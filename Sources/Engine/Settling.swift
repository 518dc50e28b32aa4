// SPDX-License-Identifier: Apache-2.0
//
// Settling: step 10 of 10, the part that decides. What one report means for its job. Pure.

import GatewayModel
import Providers
import Settings

/// An attempt in the air, a question about one, or the closing of a task that one made.
struct Flight: Sendable {
    var facts: JobFacts
    var slot: WireSlot
    /// When its place in the rate windows was taken.
    var launchedAt: Instant
    var errand = Departure.Errand.send
    /// Rendered and given to its channel; before that it is still ours to take back.
    var isHandedOver = false
    var messageID: String?
    var contentSHA256: String?
    var templateDigest: String?
    /// Parts of a text.
    var segments: Int?
    /// `[sandbox]` sent it to another address than the job's; its outcome says so.
    var isRedirected = false

    init(
        facts: JobFacts, slot: WireSlot, launchedAt: Instant, errand: Departure.Errand = .send
    ) {
        (self.facts, self.slot, self.launchedAt, self.errand) = (facts, slot, launchedAt, errand)
    }

    var isInquiry: Bool { if case .inquire = errand { true } else { false } }
    var isAmendment: Bool { if case .amend = errand { true } else { false } }
    var firstAttemptAt: Instant { facts.firstAttemptAt ?? launchedAt }
    /// How often its provider has been asked without being able to say, this flight included.
    var asked: Int { isInquiry ? facts.inquiries + 1 : 0 }
}

public struct Settling: Sendable {
    let backoff: Backoff
    let doubt: DoubtRule
    /// Its route is closed and another may carry it at once.
    var hasStandIn = false
    let now: Instant

    init(_ doubt: DoubtRule, hasStandIn: Bool = false) {
        (self.doubt, backoff, now) = (doubt, doubt.backoff, doubt.now)
        self.hasStandIn = hasStandIn
    }

    /// - Parameter chance: 0 to 1, for jitter.
    func settlement(of report: AttemptReport, for flight: Flight, chance: Double) -> Settlement {
        var settlement = Settlement(
            attempt: report.attempt, job: flight.facts.key, slot: flight.slot,
            fate: fate(of: report, for: flight, chance: chance), evidence: report.evidence)
        if flight.isRedirected { settlement.evidence?.text = "redirected by [sandbox]: \(report.evidence.text)" }
        settlement.messageID = flight.messageID
        settlement.contentSHA256 = flight.contentSHA256
        settlement.templateDigest = flight.templateDigest
        settlement.segments = flight.segments
        return settlement
    }

    private func fate(of report: AttemptReport, for flight: Flight, chance: Double) -> Settlement.Fate {
        flight.isInquiry ? inquiryFate(report, flight, chance) : sendingFate(report, flight, chance)
    }

    private func sendingFate(_ report: AttemptReport, _ flight: Flight, _ chance: Double) -> Settlement.Fate {
        switch report.result {
        case .accepted: .sent
        // Said of the address that the sandbox put in its place: nothing follows for the job's own.
        case .badAddress where flight.isRedirected, .optedOut where flight.isRedirected: .failed(.refused)
        case .content where leavesDoubt(.content, flight), .refused where leavesDoubt(.refused, flight): .unknown(.park)
        case .badAddress: .failed(.badAddress)
        case .optedOut: .failed(.optedOut)
        case .content: .failed(.content)
        case .refused: .failed(.refused)
        case .configuration where mayBeOfTheMessage(report, flight):
            again(flight, .routeDown, atLeast: nil, movesOn: hasStandIn, chance)
        case .configuration where report.evidence.isBeforeTheEnvelope: routeDown(flight)
        case .configuration where leavesDoubt(.configuration, flight): .unknown(.park)
        case .configuration: .failed(.configuration)
        case .throttled(let after): again(flight, .throttled, atLeast: after, movesOn: hasStandIn, chance)
        case .transient: again(flight, .retry, atLeast: nil, movesOn: false, chance)
        case .unreachable: routeDown(flight)
        case .recalled: .recalled
        case .unknown, .absent: inDoubt(flight, chance)
        }
    }

    /// A provider that has answered a request with "you are not let in", and not for want of a token, may mean this
    /// message: it counts, and backs off, so that another job probes the route.
    private func mayBeOfTheMessage(_ report: AttemptReport, _ flight: Flight) -> Bool {
        guard flight.facts.channel != .email, report.evidence.isBeforeTheEnvelope else { return false }
        return report.evidence.code.map { $0 != 401 } ?? false
    }

    /// A refusal of the second request says nothing of the first: duplicates are refused so. Only one under the same own
    /// id speaks of both.
    private func leavesDoubt(_ reason: FailureReason, _ flight: Flight) -> Bool {
        guard flight.facts.isInDoubt else { return false }
        switch doubt.ways.repeats {
        case .upsert: return false
        case .key: return reason == .refused
        case nil: return true
        }
    }

    /// Only found and absent settle anything: every other answer leaves the doubt as it was. What was not asked after all
    /// is not counted.
    private func inquiryFate(_ report: AttemptReport, _ flight: Flight, _ chance: Double) -> Settlement.Fate {
        switch report.result {
        case .accepted: .sent
        case .absent: .absent
        case .recalled: .recalled
        case .unreachable: .again(at: now + Self.patience, .routeDown, counts: false)
        case .throttled(let after): .again(at: now + max(Self.patience, after ?? .zero), .throttled, counts: false)
        case .configuration where report.evidence.isBeforeTheEnvelope:
            .again(at: now + Self.patience, .routeDown, counts: false)
        case .badAddress, .optedOut, .content, .refused, .configuration, .transient, .unknown: inDoubt(flight, chance)
        }
    }

    /// How long after its route was found closed a question is looked at again.
    private static let patience = Duration.seconds(10)

    func inDoubt(_ flight: Flight, _ chance: Double) -> Settlement.Fate {
        .unknown(
            doubt.step(
                for: flight.facts, firstAttempt: flight.firstAttemptAt, asked: flight.asked, chance: chance))
    }

    private func again(
        _ flight: Flight, _ reason: PostponeReason, atLeast: Duration?, movesOn: Bool, _ chance: Double
    ) -> Settlement.Fate {
        if backoff.givesUp(firstAttempt: flight.firstAttemptAt, at: now) { return exhausted(flight) }
        if movesOn { return .again(at: now, reason, counts: true) }
        let delay = max(backoff.delay(afterAttempts: flight.facts.attempts + 1, chance: chance), atLeast ?? .zero)
        return .again(at: now + delay, reason, counts: true)
    }

    /// The attempt says nothing of the job: due again at once. While the route is closed its lanes are not read, or only
    /// for another route to take over; whoever opens it, a probe or an operator, finds the job waiting.
    private func routeDown(_ flight: Flight) -> Settlement.Fate {
        if backoff.givesUp(firstAttempt: flight.firstAttemptAt, at: now) { return exhausted(flight) }
        return .again(at: hasStandIn ? now : now + .seconds(1), .routeDown, counts: false)
    }

    /// What may have gone has not failed.
    private func exhausted(_ flight: Flight) -> Settlement.Fate {
        flight.facts.isInDoubt ? .unknown(.park) : .failed(.retriesExhausted)
    }
}

extension Settling {
    /// How recovery books an answer that the wire log kept: as it would have been booked live.
    public static func recovered(
        _ result: DeliveryResult, _ evidence: DeliveryEvidence, of facts: JobFacts, settings: GatewaySettings,
        providers: [String: Provider], at now: Instant
    ) -> Settlement.Fate {
        let rules = Settling(DoubtRule(settings: settings, providers: providers, route: facts.route, now: now))
        var flight = Flight(facts: facts, slot: WireSlot(index: 0), launchedAt: now)
        flight.isRedirected = settings.sandbox != nil  // it may have been
        let report = AttemptReport(attempt: AttemptID(rawValue: 0), result: result, evidence: evidence)
        return rules.fate(of: report, for: flight, chance: 0.5)
    }
}
