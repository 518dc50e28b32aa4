// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("Which sends count against which cap (CONTRACT 5, 8.7)")
struct CapGateTests {
    static let now = GateScene.now

    static func sent(
        _ job: Int64, _ hoursAgo: Int = 1, by: CapEntry.Key = .person, _ change: (inout CapEntry) -> Void = { _ in }
    ) -> CapEntry {
        var entry = CapEntry(
            job: JobKey(job), at: now - .seconds(hoursAgo * 3600), by: by, channel: .email, messageClass: .marketing,
            brand: "acme", topic: "news", campaign: "spring")
        change(&entry)
        return entry
    }
    static func cap(_ limit: Int = 1, _ change: (inout CapRule) -> Void = { _ in }) -> CapRule {
        CapCountTests.rule(limit, .rolling(.seconds(24 * 3600)), change)
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var cap: CapRule
        var sends: [CapEntry]
        var job = GateScene.job()
        var hasPerson = true
        var place = PlaceEvidence()
        var firstCapped: Instant?
        var expected: Verdict
    }
    static let tomorrow = Verdict.postpone(until: now + .seconds(23 * 3600), .frequencyCap)

    static let matching = [
        Row(testDescription: "one is too many", cap: cap(), sends: [sent(7)], expected: tomorrow),
        Row(testDescription: "the job itself never counts", cap: cap(), sends: [sent(1)], expected: .proceed),
        Row(
            testDescription: "a job under both keys counts once",
            cap: cap(2) { $0.perAddress = true }, sends: [sent(7), sent(7, by: .address)], expected: .proceed),
        Row(
            testDescription: "by person, what went to the address under no name or another counts too", cap: cap(),
            sends: [sent(7, by: .address)], expected: tomorrow),
        Row(
            testDescription: "who is nobody's person is capped by address", cap: cap(), sends: [sent(7, by: .address)],
            hasPerson: false, expected: tomorrow),
        Row(
            testDescription: "by person or by address", cap: cap { $0.perAddress = true },
            sends: [sent(7, by: .address)],
            expected: tomorrow),
        Row(
            testDescription: "by address, sends to the person elsewhere do not count",
            cap: cap { ($0.perPerson, $0.perAddress) = (false, true) }, sends: [sent(7)], expected: .proceed),
        Row(
            testDescription: "another channel's sends count where no channel is named", cap: cap(),
            sends: [sent(7) { $0.channel = .sms }], expected: tomorrow),
        Row(
            testDescription: "and do not where one is", cap: cap { $0.channel = .email },
            sends: [sent(7) { $0.channel = .sms }], expected: .proceed),
        Row(
            testDescription: "a cap of another channel says nothing", cap: cap { $0.channel = .sms },
            sends: [sent(7) { $0.channel = .sms }], expected: .proceed),
        Row(
            testDescription: "calls and texts count together",
            cap: cap { $0.channels = [.sms, .voice] }, sends: [sent(7) { $0.channel = .voice }],
            job: GateScene.job(.sms), expected: tomorrow),
        Row(
            testDescription: "another topic", cap: cap { $0.topic = "news" }, sends: [sent(7) { $0.topic = "offers" }],
            expected: .proceed),
        Row(
            testDescription: "a cap of another topic", cap: cap { $0.topic = "offers" }, sends: [sent(7)],
            expected: .proceed),
        Row(
            testDescription: "another brand", cap: cap { $0.brand = "acme" }, sends: [sent(7) { $0.brand = "apex" }],
            expected: .proceed),
        Row(
            testDescription: "another campaign where campaigns count apart", cap: cap { $0.perCampaign = true },
            sends: [sent(7) { $0.campaign = "fall" }], expected: .proceed),
        Row(
            testDescription: "the same campaign where campaigns count apart", cap: cap { $0.perCampaign = true },
            sends: [sent(7)], expected: tomorrow),
        Row(
            testDescription: "a named campaign", cap: cap { $0.campaign = "spring" },
            sends: [sent(7) { $0.campaign = "fall" }], expected: .proceed),
        Row(
            testDescription: "transactional sends do not count", cap: cap(),
            sends: [sent(7) { $0.messageClass = .transactional }], expected: .proceed),
        Row(
            testDescription: "transactional messages are exempt", cap: cap(), sends: [sent(7)],
            job: GateScene.job(.email, .transactional), expected: .proceed),
        Row(
            testDescription: "unless a cap names their class", cap: cap { $0.messageClass = .transactional },
            sends: [sent(7) { $0.messageClass = .transactional }], job: GateScene.job(.email, .transactional),
            expected: tomorrow),
        Row(
            testDescription: "a cap for a place where the recipient is", cap: cap { $0.jurisdictions = ["US-FL"] },
            sends: [sent(7)], place: PlaceEvidence(region: "US-FL"), expected: tomorrow),
        Row(
            testDescription: "a cap for a place where the recipient is not", cap: cap { $0.jurisdictions = ["US-FL"] },
            sends: [sent(7)], place: PlaceEvidence(country: "FR"), expected: .proceed),
        Row(
            testDescription: "nobody knows where the recipient is: it may be there",
            cap: cap { $0.jurisdictions = ["US-FL"] }, sends: [sent(7)], expected: tomorrow),
    ]

    static let over = [
        Row(
            testDescription: "withhold", cap: cap { $0.over = .withhold }, sends: [sent(7)],
            expected: .withhold(.frequencyCap)),
        Row(
            testDescription: "postponed no longer than allowed", cap: cap { $0.over = .postpone(.seconds(22 * 3600)) },
            sends: [sent(7)], expected: .withhold(.frequencyCap)),
        Row(
            testDescription: "to the second", cap: cap { $0.over = .postpone(.seconds(23 * 3600)) }, sends: [sent(7)],
            expected: tomorrow),
        Row(
            testDescription: "counted from the first time", cap: cap { $0.over = .postpone(.seconds(30 * 3600)) },
            sends: [sent(7)], firstCapped: now - .seconds(8 * 3600), expected: .withhold(.frequencyCap)),
        Row(
            testDescription: "however long that is past, a free cap lets it go",
            cap: cap { $0.over = .postpone(.seconds(3600)) }, sends: [], firstCapped: now - .seconds(90 * 86_400),
            expected: .proceed),
        Row(
            testDescription: "a limit of 0 withholds at once", cap: cap(0), sends: [],
            expected: .withhold(.frequencyCap)),
        Row(
            testDescription: "no room before it expires", cap: cap(), sends: [sent(7)],
            job: GateScene.job(expiresAt: now + .seconds(23 * 3600)), expected: .withhold(.frequencyCap)),
        Row(
            testDescription: "not yet to be sent, and over: what refuses now is the cap", cap: cap(), sends: [sent(7)],
            job: GateScene.job(notBefore: now + .seconds(40 * 3600)),
            expected: .postpone(until: now + .seconds(40 * 3600), .frequencyCap)),
        Row(
            testDescription: "a cap that withholds is judged when its time has come",
            cap: cap { $0.over = .withhold }, sends: [sent(7)], job: GateScene.job(notBefore: now + .seconds(3600)),
            expected: .postpone(until: now + .seconds(3600), .frequencyCap)),
    ]

    @Test("each book has one verdict", arguments: matching + over)
    func decides(_ row: Row) {
        var facts = GateScene.recipient(row.place, contact: row.job.contact)
        (facts.sends, facts.hasPerson, facts.firstCapped) = (row.sends, row.hasPerson, row.firstCapped)
        let gate = Gate(policy: GateScene.policy(PolicyRules(caps: [row.cap])))
        #expect(gate.decide(row.job, facts, at: Self.now).verdict == row.expected)
    }

    @Test("all caps are ANDed, and the last to come free decides")
    func areAnded() {
        var facts = GateScene.recipient()
        facts.sends = [Self.sent(7, 1), Self.sent(8, 2)]
        let rules = [
            Self.cap(2), CapCountTests.rule(1, .rolling(.seconds(40 * 3600))) { $0.name = "slow" }, Self.cap(99),
        ]
        let decision = Gate(policy: GateScene.policy(PolicyRules(caps: rules))).decide(
            GateScene.job(), facts, at: Self.now)
        #expect(decision.verdict == .postpone(until: Self.now + .seconds(39 * 3600), .frequencyCap))
        #expect(
            decision.answers.last?.saw.text
                == #"{"caps":[["promo",2,2,"2026-11-22T18:00:00Z"],["slow",2,1,"2026-11-23T11:00:00Z"],["promo",2,99]]}"#
        )
    }

    @Test("the books are read as far back as the longest cap looks")
    func looksBack() {
        var preset = GateScene.preset("us-fl", 8, 20, covers: ["US-FL"], family: "us")
        preset.caps = [CapCountTests.rule(3, .rolling(.seconds(9 * 86_400)))]
        let quiet = QuietHoursRule(
            channel: nil, messageClass: nil, presets: ["us"], minConfidence: .medium, unknownZone: .hold, exempt: [])
        #expect(GateScene.policy().interest == PolicyInterest())
        let policy = GateScene.policy(
            PolicyRules(
                caps: [CapCountTests.rule(1, .calendarDay) { $0.messageClass = .transactional }], quietHours: [quiet]),
            presets: [preset])
        #expect(policy.interest == PolicyInterest(capHorizon: .seconds(9 * 86_400), countsTransactional: true))
        for (messageClass, reads) in [(MessageClass.transactional, true), (.marketing, false), (nil, false)] {
            let rule = ConsentRule(
                channel: nil, messageClass: messageClass, jurisdictions: nil, require: .none, allowUnproven: false)
            #expect(GateScene.policy(PolicyRules(consent: [rule])).interest.consentOfTransactional == reads)
        }
    }
}
