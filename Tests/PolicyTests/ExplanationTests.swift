// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("A decision in plain words")
struct ExplanationTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var answer: RuleAnswer
        var standing: Explanation.Standing
        var text: String
        var testDescription: String { "\(answer.rule): \(answer.said)" }

        init(_ rule: String, _ said: String, _ standing: Explanation.Standing, _ text: String) {
            self.init(rule, said, "{}", standing, text)
        }
        init(_ rule: String, _ said: String, _ saw: String, _ standing: Explanation.Standing, _ text: String) {
            let saw = try! JSONValue.parse(Array(saw.utf8)).object!
            answer = RuleAnswer(rule: rule, version: "1", saw: saw, said: said)
            (self.standing, self.text) = (standing, text)
        }
    }

    static let table = [
        Row("expiry", "in_time", .allows, "Does not expire."),
        Row(
            "expiry", "in_time", #"{"expires_at":"2026-11-23T00:00:00Z"}"#, .allows, "Expires at 2026-11-23T00:00:00Z."),
        Row(
            "expiry", "expired", #"{"expires_at":"2026-11-20T00:00:00Z"}"#, .refuses, "Expired at 2026-11-20T00:00:00Z."
        ),
        Row("suppression", "clear", .allows, "Not on the suppression list."),
        Row(
            "suppression", "clear", #"{"elsewhere":2}"#, .allows,
            "2 on the suppression list, for other messages than this."),
        Row(
            "suppression", "suppressed", #"{"by":[[8,"hard_bounce","address"],[9,"legal","person"]],"more":3}"#,
            .refuses,
            "Suppressed by s8 (hard_bounce, matched by address), s9 (legal, matched by person) and 3 more."),
        Row("consent", "exempt", .allows, "A transactional message; no rule asks for consent."),
        Row(
            "consent", "not_required", #"{"need":"none"}"#, .allows,
            "No grant is asked for, and nothing stands withdrawn."),
        Row(
            "consent", "given", #"{"need":"confirmed","in":7,"basis":"express","confirmed":true}"#, .allows,
            "Express consent with double opt-in is needed; c7 (express) gives it, by double opt-in."),
        Row("consent", "no_consent", #"{"need":"express"}"#, .refuses, "Express consent is needed; none is on record."),
        Row(
            "consent", "no_consent", #"{"need":"express","asked":4}"#, .refuses,
            "Express consent is needed; c4 asked for a double opt-in that was not completed in time."),
        Row(
            "consent", "no_consent", #"{"address":false,"need":"express"}"#, .refuses,
            "The recipient has no address for this contact: nothing can be known."),
        Row(
            "consent", "consent_withdrawn", #"{"need":"express","out":9}"#, .refuses,
            "Withdrawn by c9, and no grant by the person came after."),
        Row(
            "consent", "consent_expired", #"{"need":"any","in":7,"basis":"implied_purchase"}"#, .refuses,
            "Some consent is needed; c7 (implied_purchase) has run out."),
        Row(
            "consent", "consent_too_weak", #"{"need":"confirmed","in":7,"basis":"express","proof":false}"#, .refuses,
            "Express consent with double opt-in is needed; c7 (express) is not enough: no wording or evidence is on record, the double opt-in was not completed."
        ),
        Row("schedule", "open", .allows, "Has no start time."),
        Row("schedule", "later", #"{"not_before":"2026-11-23T00:00:00Z"}"#, .waits, "Not before 2026-11-23T00:00:00Z."),
        Row("places", "not_asked", .allows, "No rule asks where the recipient is."),
        Row(
            "places", "known", #"{"by":["phone"],"zones":29,"in":["US"]}"#, .allows,
            "By phone: in US, clock of any of 29 zones."),
        Row(
            "places", "zone_unknown", #"{"unread":["timezone"]}"#, .allows,
            "Nothing says what time it is where the recipient is. The timezone names no place that is known."),
        Row("quiet_hours", "none", .allows, "No quiet hours hold for it."),
        Row(
            "quiet_hours", "not_covered", #"{"unsure":["us-ma"]}"#, .allows,
            "No preset that the rules name covers the place. Left out for want of confidence: us-ma."),
        Row(
            "quiet_hours", "open", #"{"open":["us/1","us-fl/1"],"more":2}"#, .allows,
            "Open under us, us-fl and 2 more."),
        Row(
            "quiet_hours", "unknown_zone", .waits,
            "Quiet hours hold, and nobody knows what time it is at the recipient's."),
        Row("blackout", "none", .allows, "No blackout holds here."),
        Row(
            "blackout", "closed", #"{"asked":1,"shut":[0,"America/Chicago"]}"#, .waits,
            "Blackout (hurricane) for US-LA from 2026-08-28T00:00:00 to 2026-08-31T00:00:00 on the clock of America/Chicago."
        ),
        Row("cap", "none", .allows, "No frequency cap matches."),
        Row("cap", "free", #"{"caps":[["promo",1,3]]}"#, .allows, "promo: 1 of 3 used."),
        Row(
            "cap", "over", #"{"caps":[["promo",3,3,"2026-11-23T00:00:00Z"],["none",0,0,null],["wide",1,9]],"more":1}"#,
            .waits,
            "promo: 3 of 3 used, room from 2026-11-23T00:00:00Z; none: 0 of 0 used, never room; wide: 1 of 9 used; 1 more have room."
        ),
        Row("of_tomorrow", "unheard", #"{"n":1}"#, .allows, #"unheard: {"n":1}"#),
    ]

    @Test("each answer is one sentence", arguments: table)
    func explains(_ row: Row) {
        var blackout = GateHoursTests.blackout(["US-LA"], "2026-08-28T00:00", "2026-08-31T00:00")
        blackout.why = "hurricane"
        let policy = GateScene.policy(PolicyRules(blackouts: [blackout]))
        let line = Explanation([row.answer], policy: policy).lines[0]
        #expect(line.text == row.text)
        #expect(line.standing == row.standing)
    }

    static let headlines: [(Verdict, String)] = [
        (.proceed, "May go now."),
        (
            .postpone(until: GateScene.now, .quietHours), "Not now (quiet_hours): due again 2026-11-21T20:00:00Z."
        ),
        (.postpone(until: nil, .unknownZone), "Held (unknown_zone) until the recipient's zone is known."),
        (.withhold(.consentWithdrawn), "May not go (consent_withdrawn)."),
    ]
    @Test("the verdict is one sentence", arguments: headlines)
    func headline(_ verdict: Verdict, _ text: String) { #expect(Explanation.headline(verdict) == text) }

    /// 20:30 in New York on a Tuesday; the number is Miami's.
    static func florida() -> (decision: Decision, policy: GatePolicy) {
        let quiet = QuietHoursRule(
            channel: .sms, messageClass: .marketing, presets: ["us"], minConfidence: .medium, unknownZone: .hold,
            exempt: [])
        let policy = GatePolicy(
            rules: PolicyRules(quietHours: [quiet]), presets: PresetLibrary.load(directory: nil).library,
            zones: GateScene.countries, table: GateScene.table, version: "0123456789ab")
        let place = PlaceEvidence(timezone: "America/New_York", phone: "+13055550100")
        let decision = Gate(policy: policy).decide(
            GateScene.job(.sms, expiresAt: Instant(rfc3339: "2026-11-30T00:00:00Z")!),
            GateScene.recipient(place, contact: .sms), at: Instant(rfc3339: "2026-11-25T01:30:00Z")!)
        return (decision, policy)
    }

    @Test("a Florida phone at 20:30 in New York: no, under Florida's rule, with its source, date and next opening")
    func floridaAtNight() throws {
        let (decision, policy) = Self.florida()
        #expect(decision.verdict == .postpone(until: Instant(rfc3339: "2026-11-25T13:00:00Z")!, .quietHours))
        let line = try #require(Explanation(decision, policy: policy).lines.first { $0.rule == "quiet_hours" })
        #expect(line.standing == .waits)
        #expect(line.text.contains("us-fl (Fla. Stat. 501.616(6)"))
        #expect(line.text.contains("confidence H) in America/New_York"))
        #expect(line.text.contains("Opens 2026-11-25T13:00:00Z (2026-11-25T08:00 in America/New_York)."))
        let source = try #require(line.sources.first { $0.preset == "us-fl" })
        #expect(source.text.contains("501.616(6)"))
        #expect(source.asOf == CalendarDay("2026-11-21"))
        #expect(source.confidence == .high)
        #expect(line.text.contains("as of 2026-11-21"))
        #expect(!line.text.contains("us (47 CFR"), "the federal hours are open")
    }

    @Test("a stored decision reads the same")
    func readsStored() throws {
        let (decision, policy) = Self.florida()
        let answers = try #require(Explanation.answers(in: decision.encoded))
        #expect(answers == decision.answers)
        #expect(Explanation(answers, policy: policy).lines == Explanation(decision, policy: policy).lines)
        #expect(Explanation.answers(in: Array("nonsense".utf8)) == nil)
    }

    @Test("a preset that has changed since says so")
    func namesTheVersion() {
        let policy = GateScene.policy(presets: GateHoursTests.presets)
        let answer = Row("quiet_hours", "open", #"{"open":["us-fl/2"]}"#, .allows, "").answer
        let source = Explanation([answer], policy: policy).lines[0].sources[0]
        #expect((source.version, source.versionNow) == ("2", "3"))
    }

    @Test("ordinary decisions fit their room in the journal")
    func areSmall() {
        #expect(Self.florida().decision.encoded.count <= 600)
        var caps: [CapRule] = []
        for name in ["promo-week", "promo-day", "all-month"] {
            caps.append(CapGateTests.cap(3) { $0.name = name })
        }
        let quiet = QuietHoursRule(
            channel: nil, messageClass: nil, presets: ["us", "fr-sms", "default"], minConfidence: .medium,
            unknownZone: .hold, exempt: [])
        let gate = Gate(
            policy: GateScene.policy(PolicyRules(caps: caps, quietHours: [quiet]), presets: GateHoursTests.presets))
        for country in ["US", "FR", "JP", "RU"] {
            let facts = GateScene.recipient(PlaceEvidence(country: country))
            let decision = gate.decide(
                GateScene.job(notBefore: GateScene.now, expiresAt: GateScene.now + .seconds(86_400)), facts,
                at: GateScene.now + .microseconds(123_456))
            #expect(
                decision.encoded.count <= 600, "\(decision.encoded.count): \(DecisionText.json(decision.encoded)!.text)"
            )
        }
    }
}
