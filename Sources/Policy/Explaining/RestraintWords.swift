// SPDX-License-Identifier: Apache-2.0
//
// RestraintWords: what a task tells its owner where the person may not be contacted yet (CONTRACT 4). One line, without
// personal data: until when, and which rules say so, each by its source. Pure.

import GatewayModel

public enum RestraintWords {
    /// As `Do not contact before 2026-11-24 08:00 (America/New_York): quiet hours us-fl (Fla. Stat. § 501.059).`
    ///
    /// The time is given on the recipient's clock where only one zone is a candidate, else in UTC; a minute that has
    /// begun counts as the next.
    ///
    /// - Parameters:
    ///   - decision: made under `policy`, with the verdict to wait.
    ///   - until: when the contact may be made.
    public static func of(_ decision: Decision, until: Instant, policy: GatePolicy) -> String {
        let causes = decision.answers.flatMap { Self.causes(of: $0, policy) }
        let because = causes.isEmpty ? "the rules in force say so" : causes.joined(separator: "; ")
        return "Do not contact before \(clock(until, decision, policy)): \(because)."
    }

    private static func clock(_ until: Instant, _ decision: Decision, _ policy: GatePolicy) -> String {
        let minute = Instant(seconds: (until.seconds + 59) / 60 * 60)
        let zones = decision.answers.first { $0.rule == "places" }?.saw["zones"]?.array ?? []
        if zones.count == 1, let zone = zones[0].string, let clock = policy.clock(zone) {
            return "\(shown(clock.wall(at: minute))) (\(zone))"
        }
        return "\(shown(LocalTime(utc: minute))) UTC"
    }

    private static func shown(_ wall: LocalTime) -> String {
        let text = wall.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
    }

    private static func causes(of answer: RuleAnswer, _ policy: GatePolicy) -> [String] {
        switch (answer.rule, answer.said) {
        case ("quiet_hours", "closed"):
            (answer.saw["shut"]?.array ?? []).compactMap { $0.array?.first?.string }.map { preset($0, policy) }
        case ("blackout", "closed"): [blackout(answer, policy)]
        case ("cap", "over"):
            // Those that are full come first, and only they say from when on there is room.
            (answer.saw["caps"]?.array ?? []).compactMap(\.array).filter { $0.count > 3 }.compactMap { $0[0].string }
                .map { "frequency cap \($0)" }
        default: []
        }
    }

    /// `us-fl/3` by its source.
    private static func preset(_ name: String, _ policy: GatePolicy) -> String {
        let id = String(name.prefix { $0 != "/" })
        return "quiet hours \(id)" + (policy.presets[id].map { " (\($0.source))" } ?? "")
    }

    private static func blackout(_ answer: RuleAnswer, _ policy: GatePolicy) -> String {
        guard let index = answer.saw["shut"]?.array?.first?.number?.int, policy.rules.blackouts.indices.contains(index)
        else { return "a blackout" }
        return "a blackout" + (policy.rules.blackouts[index].why.map { " (\($0))" } ?? "")
    }
}
