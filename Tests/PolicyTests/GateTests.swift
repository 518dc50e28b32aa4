// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("The gate")
struct GateTests {
    static let now = GateScene.now
    static let later = now + .seconds(3600)
    static let rules = ["expiry", "suppression", "consent", "schedule", "places", "quiet_hours", "blackout", "cap"]

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var job = GateScene.job()
        var facts = GateScene.recipient()
        var rules = PolicyRules()
        var expected: Verdict
    }

    @Test("each job has one verdict, and all rules are asked", arguments: schedule + precedence)
    func decides(_ row: Row) {
        let decision = Gate(policy: GateScene.policy(row.rules)).decide(row.job, row.facts, at: Self.now)
        #expect(decision.verdict == row.expected)
        #expect(decision.answers.map(\.rule) == Self.rules)
        #expect(decision.policy == "0123456789ab")
    }

    static let schedule = [
        Row(testDescription: "nothing said goes now", expected: .proceed),
        Row(
            testDescription: "its time has come to the microsecond", job: GateScene.job(notBefore: now),
            expected: .proceed),
        Row(
            testDescription: "its time is to come", job: GateScene.job(notBefore: later),
            expected: .postpone(until: later, .notBefore)),
        Row(
            testDescription: "expired a moment ago", job: GateScene.job(expiresAt: now - .microseconds(1)),
            expected: .withhold(.expired)),
        Row(
            testDescription: "expires exactly now is too late", job: GateScene.job(expiresAt: now),
            expected: .withhold(.expired)),
        Row(
            testDescription: "expires in a moment goes", job: GateScene.job(expiresAt: now + .microseconds(1)),
            expected: .proceed),
        Row(
            testDescription: "begins only when it has expired", job: GateScene.job(notBefore: later, expiresAt: later),
            expected: .withhold(.noAllowedTime)),
        Row(
            testDescription: "a start years ahead is no reason to withhold",
            job: GateScene.job(notBefore: now + .seconds(900 * 86_400)),
            expected: .postpone(until: now + .seconds(900 * 86_400), .notBefore)),
    ]

    static func suppressed(_ reason: SuppressionReason) -> RecipientFacts {
        var facts = GateScene.recipient()
        facts.suppressions = [SuppressionStateTests.added(5, reason)]
        return facts
    }
    static func without(_ change: (inout RecipientFacts) -> Void) -> RecipientFacts {
        var facts = GateScene.recipient()
        change(&facts)
        return facts
    }

    static let precedence = [
        Row(
            testDescription: "expired wins over scheduled",
            job: GateScene.job(notBefore: later, expiresAt: now - .seconds(1)), expected: .withhold(.expired)),
        Row(
            testDescription: "expired wins over suppressed", job: GateScene.job(expiresAt: now),
            facts: suppressed(.legal), expected: .withhold(.expired)),
        Row(
            testDescription: "suppressed wins over withdrawn",
            facts: {
                var facts = suppressed(.legal); facts.consents = []; return facts
            }(),
            expected: .withhold(.suppressed)),
        Row(
            testDescription: "without consent wins over later", job: GateScene.job(notBefore: later),
            facts: without { $0.consents = [] }, expected: .withhold(.noConsent)),
        Row(
            testDescription: "marketing without any rule needs express consent",
            facts: without { $0.consents[0].basis = .softOptIn }, expected: .withhold(.consentTooWeak)),
        Row(
            testDescription: "and proof of it", facts: without { $0.consents[0].hasWording = false },
            expected: .withhold(.consentTooWeak)),
        Row(
            testDescription: "marketing without an address for it knows no consent",
            facts: without { $0.address = nil }, expected: .withhold(.noConsent)),
        Row(
            testDescription: "even where no rule asks for any", facts: without { $0.address = nil },
            rules: consent(nil, .none), expected: .withhold(.noConsent)),
        Row(
            testDescription: "transactional goes without consent", job: GateScene.job(.email, .transactional),
            facts: without { $0.consents = [] }, expected: .proceed),
        Row(
            testDescription: "and against a withdrawal", job: GateScene.job(.email, .transactional),
            facts: without { $0.consents = [GateScene.event(2, .withdrawn, "2026-02-01", topics: nil)] },
            expected: .proceed),
        Row(
            testDescription: "but not where a rule names its class", job: GateScene.job(.email, .transactional),
            facts: without { $0.consents = [GateScene.event(2, .withdrawn, "2026-02-01", topics: nil)] },
            rules: consent(.transactional, .none), expected: .withhold(.consentWithdrawn)),
        Row(
            testDescription: "a rule without a class is for marketing", job: GateScene.job(.email, .transactional),
            facts: without { $0.consents = [] }, rules: consent(nil, .confirmed), expected: .proceed),
        Row(
            testDescription: "transactional without an address goes", job: GateScene.job(.crmTask, .transactional),
            facts: without { ($0.address, $0.consents) = (nil, []) }, expected: .proceed),
        Row(
            testDescription: "unless the person is suppressed", job: GateScene.job(.crmTask, .transactional),
            facts: without {
                ($0.address, $0.suppressions) = (nil, [SuppressionStateTests.added(5, .deceased, match: .person)])
            }, expected: .withhold(.suppressed)),
    ]

    static func consent(_ messageClass: MessageClass?, _ level: ConsentLevel) -> PolicyRules {
        PolicyRules(consent: [
            ConsentRule(
                channel: nil, messageClass: messageClass, jurisdictions: nil, require: level, allowUnproven: false)
        ])
    }

    @Test("a task is judged by the contact that it is about")
    func judgesTasksByTheirContact() {
        let gate = Gate(policy: GateScene.policy())
        let job = GateScene.job(.crmTask, intended: .voice)
        var facts = GateScene.recipient(contact: .voice)
        #expect(gate.decide(job, facts, at: Self.now).verdict == .proceed)
        facts.consents = [GateScene.event(1, .granted, "2026-01-01", channel: .sms)]
        #expect(gate.decide(job, facts, at: Self.now).verdict == .withhold(.noConsent))
    }

    @Test("the same question always has the same answer")
    func isPure() {
        let gate = Gate(policy: GateScene.policy())
        let first = gate.decide(GateScene.job(), GateScene.recipient(), at: Self.now)
        #expect(first == gate.decide(GateScene.job(), GateScene.recipient(), at: Self.now))
    }
}
