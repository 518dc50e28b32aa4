// SPDX-License-Identifier: Apache-2.0
//
// PolicySummary: what the policy in force asks of messages, for people.

import GatewayModel
import Policy
import Settings

struct PolicySummary {
    let policy: GatePolicy

    /// One line, for the log.
    var line: String {
        let rules = policy.rules
        let presets = Set(rules.quietHours.flatMap { chosen(by: $0).inForce.map(\.id) })
        let hours = rules.quietHours.isEmpty ? "no quiet hours" : "quiet hours by \(counted(presets.count, "preset"))"
        return
            "policy \(policy.version ?? "unnamed") in force: expiry, schedule, suppression, consent "
            + "(\(counted(rules.consent.count, "rule"))), \(counted(rules.caps.count, "cap")), \(hours), "
            + counted(rules.blackouts.count, "blackout")
    }

    /// Every rule, and every preset with what it rests on.
    var lines: [String] {
        let rules = policy.rules
        return ["policy \(policy.version ?? "unnamed")"]
            + (rules.consent.isEmpty
                ? ["  consent      marketing: express (no [[policy.consent]] says otherwise)"] : [])
            + rules.consent.map { "  consent      \(Self.words(of: $0))" }
            + rules.caps.map { "  cap          \($0.name): \(Self.words(of: $0))" }
            + rules.quietHours.flatMap(words(of:)) + rules.blackouts.map { "  blackout     \(Self.words(of: $0))" }
    }

    // MARK: Rules

    private static func words(of rule: ConsentRule) -> String {
        let matching = matching(rule.channel, rule.messageClass, rule.jurisdictions)
        return "\(matching): \(rule.require.rawValue)" + (rule.allowUnproven ? ", also unproven" : "")
    }

    private static func words(of rule: CapRule) -> String {
        let more = [rule.brand, rule.topic, rule.campaign].compactMap(\.self)
        let per = [("person", rule.perPerson), ("address", rule.perAddress), ("campaign", rule.perCampaign)]
        return
            ([matching(rule.channel, rule.messageClass, rule.jurisdictions)] + more).joined(separator: ", ")
            + ": \(rule.limit) in \(rule.window.text) per \(per.filter(\.1).map(\.0).joined(separator: " and ")), "
            + "then \(rule.over.text)"
    }

    private static func words(of rule: BlackoutRule) -> String {
        let matching = matching(
            rule.channel, rule.messageClass, rule.regions.isEmpty ? nil : rule.regions)
        return "\(matching): \(rule.from) to \(rule.to)" + (rule.why.map { " (\($0))" } ?? "")
    }

    private static func matching(_ channel: ContactChannel?, _ messageClass: MessageClass?, _ places: [String]?)
        -> String
    {
        let words = [channel?.rawValue, (messageClass ?? .marketing).rawValue, places?.joined(separator: "/")]
        return words.compactMap(\.self).joined(separator: ", ")
    }

    // MARK: Quiet hours

    private func words(of rule: QuietHoursRule) -> [String] {
        let (inForce, leftOut) = chosen(by: rule)
        let unknownZone =
            switch rule.unknownZone {
            case .hold: "hold"
            case .preset(let name): name
            }
        let head =
            "  quiet hours  \(Self.matching(rule.channel, rule.messageClass, nil)): "
            + "\(rule.presets.joined(separator: ", ")); unknown zone: \(unknownZone)"
        let width = inForce.map(\.id.count).max() ?? 0
        let presets = inForce.map { preset in
            "    \(preset.id.padding(toLength: width, withPad: " ", startingAt: 0))  \(preset.confidence.rawValue)  "
                + "\(preset.asOf)  \(preset.source)"
        }
        guard !leftOut.isEmpty else { return [head] + presets }
        let names = leftOut.map { "\($0.id) (\($0.confidence.rawValue))" }.joined(separator: ", ")
        return [head] + presets + ["    left out, less sure than \(rule.minConfidence.rawValue): \(names)"]
    }

    /// The presets that a rule brings in somewhere, and those that are not sure enough for it.
    private func chosen(by rule: QuietHoursRule) -> (inForce: [Preset], leftOut: [Preset]) {
        var found: [Preset] = []
        for name in rule.presets {
            let members = policy.presets.family(name).filter { preset in
                preset.id != name && (rule.channel.map(preset.channels.contains) ?? true)
            }
            for preset in (policy.presets[name].map { [$0] } ?? []) + members
            where !rule.exempt.contains(preset.id) && !found.contains(where: { $0.id == preset.id }) {
                found.append(preset)
            }
        }
        return (
            found.filter { $0.confidence >= rule.minConfidence }, found.filter { $0.confidence < rule.minConfidence }
        )
    }
}
