// SPDX-License-Identifier: Apache-2.0
//
// AdmissionRules: step 6 of 10, the part that decides. Asked by the store for each candidate inside the admission
// transaction; pure, so it may be asked again. Standing holds and pauses are the store's to look up: what is known of
// them here may be older than the transaction.

import GatewayModel
import Policy
import Providers
import Settings
import Templates

struct AdmissionRules: Sendable {
    let snapshot: GatewaySnapshot
    /// Templates that failed too often in a row, with why.
    let failingTemplates: [String: String]
    let quarantine: Quarantine.Pass
    /// Until when what is let go must have arrived.
    let closings: Closings
    /// How the routes stand, where some have stand-ins; else empty.
    let doors: [String: Failover.Door]
    let now: Instant

    func decide(_ facts: JobFacts, _ recipient: RecipientFacts) -> AdmissionDecision {
        guard let route = snapshot.settings.route(facts.route) else { return stranded(facts) }
        if doors[facts.route] == .shut { return elsewhere(facts) }
        if let why = missing(for: facts) { return .hold(why: why) }
        let lane = RouteTable.lane(on: route, domain: facts.recipientDomain, brand: facts.brand)
        if lane != LaneKey(route: facts.route, domain: facts.domain, brand: facts.brand) { return .move(lane) }
        let answer = ask(facts, recipient)
        if case .launch = answer, Quarantine.isSuspect(facts), !quarantine.admits(facts.key) { return .leave }
        return answer
    }

    /// Its route is gone. One that failover had brought there goes home.
    private func stranded(_ facts: JobFacts) -> AdmissionDecision {
        guard !facts.isInDoubt, let home = facts.home, let lane = lane(of: facts, on: home) else {
            return .hold(why: "route \"\(facts.route)\" is not configured any more")
        }
        return .move(lane)
    }

    /// Its route is closed: it was read only for another to carry it.
    private func elsewhere(_ facts: JobFacts) -> AdmissionDecision {
        snapshot.failover.next(for: facts, doors: doors).flatMap { lane(of: facts, on: $0) }.map { .move($0) } ?? .leave
    }

    private func lane(of facts: JobFacts, on route: String) -> LaneKey? {
        snapshot.settings.route(route).map {
            RouteTable.lane(on: $0, domain: facts.recipientDomain, brand: facts.brand)
        }
    }

    private func missing(for facts: JobFacts) -> String? {
        snapshot.missingParts(of: facts) ?? failingTemplates[facts.template]
    }

    private func ask(_ facts: JobFacts, _ recipient: RecipientFacts) -> AdmissionDecision {
        let facts = snapshot.inStricterClass(facts)
        let ruling = snapshot.gate.rule(on: facts, recipient, at: now)
        let decision = ruling.decision
        if facts.isInDoubt, decision.verdict == .proceed, !doubts(on: facts.route).mayResend(facts) {
            return .park(because: DoubtRule.isOver, decision)
        }
        switch decision.verdict {
        case .proceed:
            if facts.channel == .sms { closings.note(facts.key, ruling.closing(after: now)) }
            return .launch(decision, reserves: counts(facts))
        case .postpone(let until?, let reason) where facts.channel == .crmTask && restrains(facts, reason):
            return restrained(facts, decision, until, reason)
        case .postpone(let until, let reason): return .postpone(until: until, reason, decision)
        case .withhold(let reason): return .withhold(reason, decision)
        }
    }

    private func counts(_ facts: JobFacts) -> Bool {
        facts.messageClass == .marketing || snapshot.interest.countsTransactional
    }

    private func doubts(on route: String) -> DoubtRule {
        DoubtRule(settings: snapshot.settings, providers: snapshot.providers, route: route, now: now)
    }

    /// Whether a task may be made now although its person may not be contacted yet. One that is repeated word for word
    /// cannot be told so any more: it waits.
    private func restrains(_ facts: JobFacts, _ reason: PostponeReason) -> Bool {
        if facts.isInDoubt, case .key = snapshot.providers[facts.route]?.description.repeatRule { return false }
        return reason == .quietHours || reason == .frequencyCap
    }

    /// The task goes now, and says how long its owner is to wait; but not before its own time.
    private func restrained(
        _ facts: JobFacts, _ decision: Decision, _ until: Instant, _ reason: PostponeReason
    ) -> AdmissionDecision {
        if let start = facts.notBefore, start > now { return .postpone(until: start, .notBefore, decision) }
        let words = RestraintWords.of(decision, until: until, policy: snapshot.gate.policy)
        let restraint = Restraint(until: until, reason: reason, words: words)
        return .launch(decision, reserves: counts(facts), restraint: restraint)
    }
}
