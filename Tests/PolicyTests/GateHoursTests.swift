// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("Quiet hours and blackouts in the gate (CONTRACT 8.2, 8.3, 8.8; facts E1, E2)")
struct GateHoursTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var place: PlaceEvidence
        var presets = ["us", "fr-sms", "default"]
        var confidence: Confidence = .medium
        var unknownZone: QuietHoursRule.UnknownZone = .hold
        var exempt: [String] = []
        var job = GateScene.job(.sms)
        var blackouts: [BlackoutRule] = []
        var now = "2026-11-24T15:00:00Z"
        var expected: Verdict
        /// What the quiet hours' answer says.
        var said: String
    }

    /// Opens at 8, 9, 10 …: who decides shows in the opening.
    static let presets: [Preset] = {
        var us = GateScene.preset("us", 8, 21, covers: ["US"], family: "us")
        us.channels = [.sms, .voice]
        let florida = GateScene.preset("us-fl", 8, 20, covers: ["US-FL"], family: "us")
        let texas = GateScene.preset("us-tx", 9, 21, covers: ["US-TX"], family: "us")
        let doubtful = GateScene.preset("us-ma", 12, 13, covers: ["US-MA"], family: "us", confidence: .low)
        var unknown = GateScene.preset("us-default", 9, 20, covers: ["US"], family: "us")
        unknown.onlyUnknownRegion = true
        var calls = GateScene.preset("us-ky", 10, 21, covers: ["US-KY"], family: "us")
        calls.channels = [.voice]
        let france = GateScene.preset("fr-sms", 8, 20, covers: ["FR"])
        let rest = GateScene.preset("default", 8, 20, covers: ["*"])
        return [us, florida, texas, doubtful, unknown, calls, france, rest]
    }()

    static func until(_ text: String, _ reason: PostponeReason = .quietHours) -> Verdict {
        .postpone(until: Instant(rfc3339: text)!, reason)
    }
    static let newYork = PlaceEvidence(timezone: "America/New_York", region: "US-FL")
    static let night = "2026-11-25T01:30:00Z"  // 20:30 in New York, a Tuesday

    static let hours = [
        Row(testDescription: "afternoon in Florida", place: newYork, expected: .proceed, said: "open"),
        Row(
            testDescription: "after eight in Florida", place: newYork, now: night,
            expected: until("2026-11-25T13:00:00Z"), said: "closed"),
        Row(
            testDescription: "after eight in New York", place: PlaceEvidence(region: "US-NY"), now: night,
            expected: .proceed,
            said: "open"),
        Row(
            testDescription: "the last five minutes are closed for texts", place: PlaceEvidence(region: "US-NY"),
            now: "2026-11-25T01:55:00Z", expected: until("2026-11-25T13:00:00Z"), said: "closed"),
        Row(
            testDescription: "and open until then", place: PlaceEvidence(region: "US-NY"), now: "2026-11-25T01:54:59Z",
            expected: .proceed, said: "open"),
        Row(
            testDescription: "a state nobody knows: the family's default, in every zone of the country",
            place: PlaceEvidence(country: "US"), expected: until("2026-11-24T19:00:00Z"), said: "closed"),
        Row(
            testDescription: "two states contradict: both hold",
            place: PlaceEvidence(region: "US-TX", phone: "+13055550100"),
            now: "2026-11-24T14:30:00Z", expected: until("2026-11-24T16:00:00Z"), said: "closed"),
        Row(
            testDescription: "a preset of too little confidence is left out", place: PlaceEvidence(region: "US-MA"),
            expected: .proceed, said: "open"),
        Row(
            testDescription: "unless it is enough", place: PlaceEvidence(region: "US-MA"), confidence: .low,
            expected: until("2026-11-24T17:00:00Z"), said: "closed"),
        Row(
            testDescription: "an exempt preset is left out", place: newYork, exempt: ["us-fl"], now: night,
            expected: .proceed, said: "open"),
        Row(
            testDescription: "hours for calls do not hold for texts", place: PlaceEvidence(region: "US-KY", phone: nil),
            now: "2026-11-24T14:30:00Z", expected: .proceed, said: "open"),
        Row(
            testDescription: "unless they are named themselves", place: PlaceEvidence(region: "US-KY"),
            presets: ["us", "us-ky"], now: "2026-11-24T14:30:00Z", expected: until("2026-11-24T16:00:00Z"),
            said: "closed"),
        Row(
            testDescription: "what no preset covers has the default", place: PlaceEvidence(country: "JP"),
            expected: until("2026-11-24T23:00:00Z"), said: "closed"),
        Row(
            testDescription: "what a preset covers has no default", place: PlaceEvidence(country: "FR"),
            presets: ["us", "fr-sms", "default"], expected: .proceed, said: "open"),
        Row(
            testDescription: "without a default, what no preset covers is open", place: PlaceEvidence(country: "JP"),
            presets: ["us"], expected: .proceed, said: "not_covered"),
        Row(
            testDescription: "zone and phone of different countries: both",
            place: PlaceEvidence(timezone: "Asia/Tokyo", phone: "+33612345678"),
            now: "2026-11-24T11:30:00Z", expected: until("2026-11-25T07:00:00Z"), said: "closed"),
        Row(
            testDescription: "expires before it opens", place: newYork,
            job: GateScene.job(.sms, expiresAt: Instant(rfc3339: "2026-11-25T13:00:00Z")!), now: night,
            expected: .withhold(.noAllowedTime), said: "closed"),
        Row(
            testDescription: "begins later than it opens", place: newYork,
            job: GateScene.job(.sms, notBefore: Instant(rfc3339: "2026-11-25T14:00:00Z")!), now: night,
            expected: until("2026-11-25T14:00:00Z", .notBefore), said: "closed"),
        Row(
            testDescription: "transactional messages know no quiet hours", place: newYork,
            job: GateScene.job(.sms, .transactional), now: night, expected: .proceed, said: "none"),
        Row(
            testDescription: "a rule for texts says nothing of mail", place: newYork, job: GateScene.job(.email),
            now: night,
            expected: .proceed, said: "none"),
    ]

    static let unknown = [
        Row(
            testDescription: "no zone: held", place: PlaceEvidence(), expected: .postpone(until: nil, .unknownZone),
            said: "unknown_zone"),
        Row(
            testDescription: "a stand-in is asked in every zone that it covers", place: PlaceEvidence(),
            unknownZone: .preset("fr-sms"), now: "2026-11-24T06:30:00Z", expected: until("2026-11-24T07:00:00Z"),
            said: "closed"),
        Row(
            testDescription: "a stand-in for everywhere is never open: held", place: PlaceEvidence(),
            unknownZone: .preset("default"), expected: .postpone(until: nil, .unknownZone), said: "unknown_zone"),
        Row(
            testDescription: "a stand-in that does not exist: held", place: PlaceEvidence(),
            unknownZone: .preset("gone"),
            expected: .postpone(until: nil, .unknownZone), said: "unknown_zone"),
    ]

    static func blackout(_ regions: [String], _ from: String, _ to: String) -> BlackoutRule {
        BlackoutRule(regions: regions, from: LocalTime(from)!, to: LocalTime(to)!)
    }
    static let blackouts = [
        Row(
            testDescription: "a blackout where the recipient is", place: newYork,
            blackouts: [blackout(["US-FL"], "2026-11-24T00:00", "2026-11-25T12:00")],
            expected: until("2026-11-25T17:00:00Z"), said: "open"),
        Row(
            testDescription: "a blackout elsewhere", place: newYork,
            blackouts: [blackout(["US-LA"], "2026-11-24T00:00", "2026-11-25T12:00")], expected: .proceed, said: "open"),
        Row(
            testDescription: "a blackout everywhere that ends at night", place: newYork,
            blackouts: [blackout([], "2026-11-24T00:00", "2026-11-24T23:00")], expected: until("2026-11-25T13:00:00Z"),
            said: "open"),
        Row(
            testDescription: "a blackout for mail, where nobody knows the zone: as long as it lasts anywhere",
            place: PlaceEvidence(), job: GateScene.job(.email),
            blackouts: [blackout([], "2026-11-24T00:00", "2026-11-25T00:00")], expected: until("2026-11-25T12:00:00Z"),
            said: "none"),
    ]

    @Test("each place has one verdict", arguments: hours + unknown + blackouts)
    func decides(_ row: Row) {
        let rule = QuietHoursRule(
            channel: .sms, messageClass: nil, presets: row.presets, minConfidence: row.confidence,
            unknownZone: row.unknownZone, exempt: row.exempt)
        let policy = GateScene.policy(
            PolicyRules(quietHours: [rule], blackouts: row.blackouts), presets: Self.presets)
        let facts = GateScene.recipient(row.place, contact: row.job.contact)
        let decision = Gate(policy: policy).decide(row.job, facts, at: Instant(rfc3339: row.now)!)
        #expect(decision.verdict == row.expected, "\(decision.answers)")
        #expect(decision.answers.first { $0.rule == "quiet_hours" }?.said == row.said)
    }

    @Test("a machine without a time zone database sends nothing that hours hold for")
    func failsClosed() {
        let rule = QuietHoursRule(
            channel: nil, messageClass: nil, presets: ["fr-sms"], minConfidence: .medium, unknownZone: .hold, exempt: []
        )
        let rules = [
            PolicyRules(quietHours: [rule]),
            PolicyRules(blackouts: [Self.blackout([], "2026-01-01T00:00", "2026-01-02T00:00")]),
        ]
        for rules in rules {
            let gate = Gate(policy: GateScene.policy(rules, presets: Self.presets, table: nil))
            let facts = GateScene.recipient(PlaceEvidence(timezone: "Europe/Paris", country: "FR"))
            #expect(
                gate.decide(GateScene.job(), facts, at: GateScene.now).verdict == .postpone(until: nil, .unknownZone))
        }
    }

    @Test("a preset's caps hold where the preset does")
    func capsComeAlong() {
        var presets = Self.presets
        presets[1].caps = [
            CapGateTests.cap(3) { ($0.name, $0.channels, $0.jurisdictions) = ("us-fl", [.sms, .voice], ["US-FL"]) }
        ]
        let rule = QuietHoursRule(
            channel: .sms, messageClass: nil, presets: ["us"], minConfidence: .medium, unknownZone: .hold, exempt: [])
        let gate = Gate(policy: GateScene.policy(PolicyRules(quietHours: [rule]), presets: presets))
        let now = Instant(rfc3339: "2026-11-24T15:00:00Z")!
        var facts = GateScene.recipient(Self.newYork, contact: .sms)
        facts.sends = (Int64(2)...4).map { number in
            var entry = CapGateTests.sent(number) { $0.channel = .voice }
            entry.at = now - .seconds(3600)
            return entry
        }
        // Room again at 10:00 on the next day, in opening hours.
        #expect(
            gate.decide(GateScene.job(.sms), facts, at: now).verdict
                == .postpone(until: now + .seconds(23 * 3600), .frequencyCap))
        facts.place = PlaceEvidence(region: "US-NY")
        #expect(gate.decide(GateScene.job(.sms), facts, at: now).verdict == .proceed)
    }

    @Test("what waits for an opening is spread behind it, the same each time")
    func spreads() {
        let rule = QuietHoursRule(
            channel: .sms, messageClass: nil, presets: ["us"], minConfidence: .medium, unknownZone: .hold, exempt: [])
        let gate = Gate(policy: GateScene.policy(PolicyRules(quietHours: [rule]), presets: Self.presets))
        let opening = Instant(rfc3339: "2026-11-25T13:00:00Z")!
        var facts = GateScene.recipient(Self.newYork, contact: .sms)
        facts.queued = 500_000
        var seen: Set<Instant> = []
        for key in 1...50 {
            let job = GateScene.job(.sms, key: Int64(key), expiresAt: opening + .seconds(700))
            let verdict = gate.decide(job, facts, at: Instant(rfc3339: Self.night)!).verdict
            guard case .postpone(let until?, .quietHours) = verdict else {
                Issue.record("\(verdict)")
                continue
            }
            #expect(until >= opening && until < opening + .seconds(700))
            #expect(gate.decide(job, facts, at: Instant(rfc3339: "2026-11-25T05:00:00Z")!).verdict == verdict)
            seen.insert(until)
        }
        #expect(seen.count > 20)
    }
}
