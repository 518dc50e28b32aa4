// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("How much consent is asked for where (CONTRACT 5)")
struct GateConsentRulesTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var rules: [ConsentRule]
        var places: [Jurisdiction] = []
        var messageClass: MessageClass = .marketing
        /// As decisions say it; nil: nothing is asked for.
        var expected: String?
        var proof = true
    }

    static func rule(
        _ level: ConsentLevel, in jurisdictions: [String]? = nil, channel: ContactChannel? = nil,
        _ messageClass: MessageClass? = nil, unproven: Bool = false
    ) -> ConsentRule {
        ConsentRule(
            channel: channel, messageClass: messageClass, jurisdictions: jurisdictions, require: level,
            allowUnproven: unproven)
    }
    static let florida = Jurisdiction(country: "US", region: "US-FL")
    static let france = Jurisdiction(country: "FR")

    static let table: [Row] = [
        Row(testDescription: "no rule: express", rules: [], expected: "express"),
        Row(
            testDescription: "no rule for transactional: nothing", rules: [], messageClass: .transactional,
            expected: nil),
        Row(
            testDescription: "a rule of another channel: express", rules: [rule(.none, channel: .sms)],
            expected: "express"),
        Row(testDescription: "one rule", rules: [rule(.any)], expected: "any"),
        Row(
            testDescription: "the strongest of all", rules: [rule(.any), rule(.expressWritten), rule(.none)],
            expected: "express_written"),
        Row(
            testDescription: "written and confirmed are both asked for",
            rules: [rule(.confirmed), rule(.expressWritten)], expected: "express_written+confirmed"),
        Row(
            testDescription: "unproven where every rule allows it", rules: [rule(.any, unproven: true)],
            expected: "any", proof: false),
        Row(
            testDescription: "proof where one does not", rules: [rule(.any, unproven: true), rule(.express)],
            expected: "express"),
        Row(
            testDescription: "a rule that asks for nothing asks for no proof",
            rules: [rule(.none), rule(.express, unproven: true)], expected: "express", proof: false),
        Row(
            testDescription: "a country's rule holds in its states", rules: [rule(.expressWritten, in: ["US"])],
            places: [florida], expected: "express_written"),
        Row(
            testDescription: "a state's rule by an alias of its code", rules: [rule(.expressWritten, in: ["us-fl"])],
            places: [florida], expected: "express_written"),
        Row(
            testDescription: "elsewhere express holds", rules: [rule(.none, in: ["US"])], places: [france],
            expected: "express"),
        Row(
            testDescription: "of two candidates each must be satisfied", rules: [rule(.none, in: ["US"])],
            places: [florida, france], expected: "express"),
        Row(
            testDescription: "a rule for a place loosens nothing where the place is unknown",
            rules: [rule(.none, in: ["US"])], expected: "express"),
        Row(
            testDescription: "an unknown place may be any that a rule names",
            rules: [rule(.any), rule(.expressWritten, in: ["US"])], expected: "express_written"),
        Row(
            testDescription: "a rule for everywhere and one for a place",
            rules: [rule(.any), rule(.express, in: ["FR"])],
            places: [florida], expected: "any"),
        Row(
            testDescription: "transactional by a rule that names it",
            rules: [rule(.express, in: nil, channel: nil, .transactional)], messageClass: .transactional,
            expected: "express"),
    ]

    @Test("each set of rules asks for one thing", arguments: table)
    func asks(_ row: Row) {
        let policy = GateScene.policy(PolicyRules(consent: row.rules))
        let need = ConsentNeed.asked(
            policy.rules.consent, of: GateScene.job(.email, row.messageClass),
            in: GateScene.places(["UTC"], row.places))
        #expect(need?.word == row.expected)
        #expect((need?.proof ?? true) == row.proof || need?.strength == ConsentNeed.Strength.none)
    }
}
