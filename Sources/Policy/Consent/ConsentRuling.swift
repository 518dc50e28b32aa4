// SPDX-License-Identifier: Apache-2.0
//
// ConsentRuling: what was agreed to, held against what the rules ask for (CONTRACT 8.1, facts A4).

import GatewayModel

/// What consent says of one message.
public struct ConsentRuling: Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
        /// The message's class needs none and no rule asks for any.
        case exempt
        /// Nothing was taken back, and no grant is asked for.
        case notRequired
        case given
        case withheld(WithholdReason)
    }
    public var outcome: Outcome
    /// Nil where nothing was asked for.
    public var need: ConsentNeed?
    public var state: ConsentState
    /// The grant that decided: the one that is enough, else the last that is not.
    public var grant: StandingGrant?
    /// The recipient has no address for this contact: nothing can be known.
    public var isMissingAddress = false

    /// Nil where nothing is withheld.
    var withheld: WithholdReason? {
        if case .withheld(let reason) = outcome { reason } else { nil }
    }
}

enum ConsentGate {
    static func ask(
        _ job: JobFacts, _ recipient: RecipientFacts, _ policy: GatePolicy, in places: PlaceRuling, at now: Instant
    ) -> ConsentRuling {
        let need = ConsentNeed.asked(policy.rules.consent, of: job, in: places)
        let state = ConsentState(
            recipient.consents, of: ConsentScope(job), controllers: policy.rules.controllers, at: now)
        var ruling = judge(state, need, in: places, at: now)
        if recipient.address == nil, job.messageClass == .marketing {
            (ruling.outcome, ruling.isMissingAddress) = (.withheld(.noConsent), true)
        }
        return ruling
    }

    /// One grant has to satisfy everything that is asked.
    static func judge(
        _ state: ConsentState, _ need: ConsentNeed?, in places: PlaceRuling, at now: Instant
    ) -> ConsentRuling {
        guard let need else { return ConsentRuling(outcome: .exempt, need: nil, state: state, grant: nil) }
        if state.optOut != nil, state.grants.isEmpty {
            return ConsentRuling(outcome: .withheld(.consentWithdrawn), need: need, state: state, grant: nil)
        }
        if need.strength == .none {
            return ConsentRuling(outcome: .notRequired, need: need, state: state, grant: state.grants.last)
        }
        let lasting = state.grants.filter { !ConsentExpiry.isExpired($0, in: places, at: now) }
        if let enough = lasting.last(where: { $0.satisfies(need) }) {
            return ConsentRuling(outcome: .given, need: need, state: state, grant: enough)
        }
        let last = lasting.last ?? state.grants.last
        let reason: WithholdReason =
            if last == nil { .noConsent } else { lasting.isEmpty ? .consentExpired : .consentTooWeak }
        return ConsentRuling(outcome: .withheld(reason), need: need, state: state, grant: last)
    }

    static func answer(_ ruling: ConsentRuling) -> RuleAnswer {
        var saw = JSONObject()
        if ruling.isMissingAddress { saw.note("address", .bool(false)) }
        if let need = ruling.need {
            saw.note("need", .string(need.word))
            if need.strength > .none, !need.proof { saw.note("unproven", .bool(true)) }
        }
        if let grant = ruling.grant {
            saw.note("in", .integer(grant.event))
            saw.note("basis", .string(grant.basis.rawValue))
            if !grant.isProven { saw.note("proof", .bool(false)) }
            if grant.isConfirmed { saw.note("confirmed", .bool(true)) }
        }
        if let optOut = ruling.state.optOut { saw.note("out", .integer(optOut)) }
        if let pending = ruling.state.pending { saw.note("asked", .integer(pending)) }
        return RuleAnswer(rule: "consent", version: "1", saw: saw, said: said(ruling.outcome))
    }

    private static func said(_ outcome: ConsentRuling.Outcome) -> String {
        switch outcome {
        case .exempt: "exempt"
        case .notRequired: "not_required"
        case .given: "given"
        case .withheld(let reason): reason.rawValue
        }
    }
}

extension StandingGrant {
    func satisfies(_ need: ConsentNeed) -> Bool {
        basis.strength >= need.strength && (isConfirmed || !need.confirmed) && (isProven || !need.proof)
    }
}

extension ConsentBasis {
    /// What a grant on it is enough for.
    var strength: ConsentNeed.Strength {
        switch self {
        case .expressWritten: .expressWritten
        case .express: .express
        case .softOptIn, .impliedPurchase, .impliedInquiry, .impliedPublished, .legitimateInterest, .noneNeeded: .any
        }
    }

    /// Calendar months from the purchase or inquiry (CASL s. 10(10)); nil: does not end by itself.
    public var lastsMonths: Int? {
        switch self {
        case .impliedPurchase: 24
        case .impliedInquiry: 6
        case .express, .expressWritten, .softOptIn, .impliedPublished, .legitimateInterest, .noneNeeded: nil
        }
    }
}

/// Counted in calendar days where the recipient may be; the day itself is too late (facts A4).
enum ConsentExpiry {
    static func isExpired(_ grant: StandingGrant, in places: PlaceRuling, at now: Instant) -> Bool {
        guard let months = grant.basis.lastsMonths else { return false }
        let first = grant.basisDay ?? places.earliestDay(at: grant.occurredAt)
        return places.latestDay(at: now) >= first.adding(months: months)
    }
}
