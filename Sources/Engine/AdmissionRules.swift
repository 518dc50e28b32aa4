// SPDX-License-Identifier: Apache-2.0
//
// AdmissionRules: step 6 of 10, the part that decides. Asked by the store for each candidate inside the admission
// transaction; pure, so it may be asked again. Standing holds and pauses are the store's to look up: what is known of
// them here may be older than the transaction.

import GatewayModel
import Policy
import Settings
import Templates

struct AdmissionRules: Sendable {
    let snapshot: GatewaySnapshot
    /// Templates that failed too often in a row, with why.
    let failingTemplates: [String: String]
    let quarantine: Quarantine.Pass
    let now: Instant

    func decide(_ facts: JobFacts, _ recipient: RecipientFacts) -> AdmissionDecision {
        guard let route = snapshot.settings.route(facts.route) else {
            return .hold(why: "route \"\(facts.route)\" is not configured any more")
        }
        if let why = snapshot.missingParts(of: facts) ?? failingTemplates[facts.template] { return .hold(why: why) }
        let lane = RouteTable.lane(on: route, domain: facts.recipientDomain, brand: facts.brand)
        if lane != LaneKey(route: facts.route, domain: facts.domain, brand: facts.brand) { return .move(lane) }
        let answer = ask(facts, recipient)
        if case .launch = answer, Quarantine.isSuspect(facts), !quarantine.admits(facts.key) { return .leave }
        return answer
    }

    private func ask(_ facts: JobFacts, _ recipient: RecipientFacts) -> AdmissionDecision {
        let facts = snapshot.inStricterClass(facts)
        let decision = snapshot.gate.decide(facts, recipient, at: now)
        switch decision.verdict {
        case .proceed:
            let counts = facts.messageClass == .marketing || snapshot.interest.countsTransactional
            return .launch(decision, reserves: counts)
        case .postpone(let until, let reason): return .postpone(until: until, reason, decision)
        case .withhold(let reason): return .withhold(reason, decision)
        }
    }
}
