// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("What a task tells its owner, and how long hours hold")
struct RestraintWordsTests {
    static let quiet = QuietHoursRule(
        channel: nil, messageClass: nil, presets: ["us"], minConfidence: .medium, unknownZone: .hold, exempt: [])
    static let florida = PlaceEvidence(timezone: "America/New_York", region: "US-FL")

    static func policy(_ change: (inout PolicyRules) -> Void = { _ in }) -> GatePolicy {
        var rules = PolicyRules(quietHours: [quiet])
        change(&rules)
        return GateScene.policy(rules, presets: GateHoursTests.presets)
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var place = RestraintWordsTests.florida
        var now = "2026-11-25T01:30:00Z"
        var policy: GatePolicy
        var sends = 0
        var words: String
    }

    static let table = [
        Row(
            testDescription: "quiet hours by their source, on the recipient's clock", policy: policy(),
            words: "Do not contact before 2026-11-25 08:00 (America/New_York): quiet hours us-fl (Source of us-fl)."),
        Row(
            testDescription: "in UTC where the zone is not one", place: PlaceEvidence(region: "US-FL"),
            policy: policy(),
            words: "Do not contact before 2026-11-25 14:00 UTC: quiet hours us-fl (Source of us-fl)."),
        Row(
            testDescription: "a cap by its name",
            now: "2026-11-24T15:00:00Z",
            policy: policy {
                var cap = CapRule(name: "promo-week", limit: 1, window: .rolling(.seconds(90 * 60)))
                cap.over = .postpone(.seconds(48 * 3600))
                $0.caps = [cap]
            }, sends: 1,
            words: "Do not contact before 2026-11-24 10:30 (America/New_York): frequency cap promo-week."),
        Row(
            testDescription: "a blackout by what the operator says", now: "2026-11-24T15:00:00Z",
            policy: policy {
                var storm = BlackoutRule(
                    regions: ["US-FL"], from: LocalTime("2026-11-24T09:00")!, to: LocalTime("2026-11-24T18:00")!)
                storm.why = "hurricane"
                $0.blackouts = [storm]
            },
            words: "Do not contact before 2026-11-24 18:00 (America/New_York): a blackout (hurricane)."),
    ]

    @Test("until when, by which rule", arguments: table)
    func words(_ row: Row) throws {
        let now = GateScene.at(row.now)
        var job = GateScene.job(.crmTask, intended: .sms)
        var recipient = GateScene.recipient(row.place, contact: .sms)
        for number in 0..<row.sends {
            recipient.sends.append(
                CapEntry(
                    job: JobKey(Int64(50 + number)), at: now - .seconds(3600), by: .person, channel: .sms,
                    messageClass: .marketing, brand: "acme", topic: "news", campaign: nil))
        }
        job.campaign = nil
        let decision = Gate(policy: row.policy).decide(job, recipient, at: now)
        guard case .postpone(let until?, _) = decision.verdict else {
            Issue.record("not put off: \(decision.verdict)")
            return
        }
        #expect(RestraintWords.of(decision, until: until, policy: row.policy) == row.words)
    }

    @Test("hours hold until the first closing, the guard band included; nil where nothing closes")
    func closing() {
        let now = GateScene.at("2026-11-24T15:00:00Z")
        let job = GateScene.job(.sms)
        let recipient = GateScene.recipient(Self.florida, contact: .sms)
        let gate = Gate(policy: Self.policy())
        let ruling = gate.rule(on: job, recipient, at: now)
        #expect(ruling.decision == gate.decide(job, recipient, at: now) && ruling.decision.verdict == .proceed)
        // 20:00 in Florida.
        #expect(ruling.closing(after: now) == GateScene.at("2026-11-25T01:00:00Z"))
        // A blackout that begins before.
        let storm = BlackoutRule(
            regions: ["US-FL"], from: LocalTime("2026-11-24T15:00")!, to: LocalTime("2026-11-24T18:00")!)
        let stormy = Gate(policy: Self.policy { $0.blackouts = [storm] }).rule(on: job, recipient, at: now)
        #expect(stormy.closing(after: now) == GateScene.at("2026-11-24T20:00:00Z"))
        // Mail has no guard band, and here no hours.
        let free = Gate(policy: GateScene.policy()).rule(on: GateScene.job(), recipient, at: now)
        #expect(free.closing(after: now) == nil)
        // Closed now: nothing to hold.
        let night = GateScene.at("2026-11-25T02:00:00Z")
        #expect(gate.rule(on: job, recipient, at: night).closing(after: night) == nil)
    }
}
