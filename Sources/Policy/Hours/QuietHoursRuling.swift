// SPDX-License-Identifier: Apache-2.0
//
// HoursGate: quiet hours and blackouts that hold for one job, in every zone where its recipient may be (CONTRACT 8.2,
// 8.3, 8.8). Pure.

import GatewayModel

/// Hours that hold together. Presets and blackouts may be tested in different zones.
struct HoursInForce: Sendable {
    var quiet: OpenHours?
    var blackout: OpenHours?
    /// Hours hold, and nobody knows the zone: no instant can be named (CONTRACT 8.3).
    var isUnknown = false

    /// The first instant from `from` on, and before `before`, at which all is open. Bounded: each turn leaves a closed
    /// stretch behind; what alternates longer than that is taken to be closed.
    func nextOpening(from: Instant, before: Instant) -> Instant? {
        var instant = from
        for _ in 0..<Self.mostTurns {
            let start = instant
            for hours in [quiet, blackout] {
                guard let hours else { continue }
                guard let next = hours.nextOpening(from: instant, before: before) else { return nil }
                instant = next
            }
            if instant == start { return instant }
        }
        return nil
    }
    private static let mostTurns = 1000

    /// How long all stays open from an opening on; a week where nothing closes before.
    func window(from opening: Instant) -> Duration {
        closing(after: opening).map { $0 - opening } ?? .seconds(7 * 86_400)
    }

    /// The first instant from `instant` on at which something is closed; nil where nothing is within eight days.
    func closing(after instant: Instant) -> Instant? {
        [quiet, blackout].compactMap { $0?.closing(after: instant) }.min()
    }
}

struct HoursRuling: Sendable {
    var inForce: HoursInForce
    /// Caps that come with the presets in force.
    var caps: [CapRule]
    var quietAnswer: RuleAnswer
    var blackoutAnswer: RuleAnswer
}

enum HoursGate {
    /// Nothing goes out by telephone in the last minutes before closing: what is slow must not ring at night (facts E3).
    static func guardBand(_ contact: ContactChannel) -> Duration { contact.usesPhone ? .seconds(300) : .zero }

    static func ask(
        _ job: JobFacts, _ policy: GatePolicy, in places: PlaceRuling, at now: Instant
    ) -> HoursRuling {
        let rules = policy.rules.quietHours.filter { $0.applies(to: job) }
        let quiet = QuietHoursChoice(rules, job.contact, policy, in: places)
        let blackouts = policy.rules.blackouts.enumerated().filter { _, rule in
            rule.applies(to: job) && (rule.regions.isEmpty || places.mayLie(in: rule.regions))
        }
        var inForce = HoursInForce(isUnknown: quiet.isUnknown)
        inForce.quiet = quiet.hours(policy, guardBand: guardBand(job.contact))
        inForce.isUnknown = inForce.isUnknown || (inForce.quiet == nil && !quiet.tests.isEmpty)
        if !blackouts.isEmpty {
            inForce.blackout = policy.table.flatMap { table in
                try? OpenHours(
                    presets: [], zones: places.clocksOrEarth, table: table, guardBand: guardBand(job.contact),
                    blackouts: blackouts.map { BlackoutSpan($0.element) })
            }
            inForce.isUnknown = inForce.isUnknown || inForce.blackout == nil
        }
        let scheduled = max(now, job.notBefore ?? now)
        if quiet.isGuess, !inForce.isUnknown {
            let end = job.expiresAt ?? scheduled + OpenHours.horizon
            inForce.isUnknown = scheduled < end && inForce.quiet?.nextOpening(from: scheduled, before: end) == nil
        }
        return HoursRuling(
            inForce: inForce, caps: quiet.choice.applied.flatMap(\.caps),
            quietAnswer: quiet.answer(inForce, asked: !rules.isEmpty, at: now, from: scheduled, until: job.expiresAt),
            blackoutAnswer: answer(blackouts.map(\.offset), inForce.blackout, at: now))
    }

    private static func answer(_ asked: [Int], _ hours: OpenHours?, at now: Instant) -> RuleAnswer {
        var saw = JSONObject()
        if !asked.isEmpty { saw.note("asked", .integer(asked.count)) }
        var isClosed = false
        if case .blackout(let index, let zone) = hours?.firstRefusal(at: now) {
            isClosed = true
            saw.note("shut", .array([.integer(asked[index]), .string(zone)]))
        }
        let said = asked.isEmpty ? "none" : isClosed ? "closed" : "open"
        return RuleAnswer(rule: "blackout", version: "1", saw: saw, said: said)
    }
}
