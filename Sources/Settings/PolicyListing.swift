// SPDX-License-Identifier: Apache-2.0
//
// The policy's part of the listing. Caps go by their names; the other rules by their order, which has no meaning.

import GatewayModel
import StrictTOML

extension SettingsListing {
    static func policy(_ policy: PolicyRules) -> [Section] {
        policy.consent.enumerated().map { consent($1, number: $0 + 1) } + policy.caps.map(cap)
            + policy.quietHours.enumerated().map { quietHours($1, number: $0 + 1) }
            + policy.blackouts.enumerated().map { blackout($1, number: $0 + 1) }
    }

    private static func consent(_ rule: ConsentRule, number: Int) -> Section {
        Section(
            name: "policy consent \(number)",
            entries: matching(rule.channel, rule.messageClass) + [
                Entry(key: "jurisdictions", value: words(rule.jurisdictions)),
                Entry(key: "require", value: rule.require.rawValue),
                Entry(key: "allow_unproven", value: rule.allowUnproven ? "yes" : "no"),
            ])
    }

    private static func cap(_ rule: CapRule) -> Section {
        let per = [("person", rule.perPerson), ("address", rule.perAddress), ("campaign", rule.perCampaign)]
        return Section(
            name: "policy cap \(rule.name)",
            entries: matching(rule.channel, rule.messageClass) + [
                Entry(key: "brand", value: rule.brand ?? "any"), Entry(key: "topic", value: rule.topic ?? "any"),
                Entry(key: "campaign", value: rule.campaign ?? "any"),
                Entry(key: "jurisdictions", value: words(rule.jurisdictions)),
                Entry(key: "limit", value: "\(rule.limit)"), Entry(key: "window", value: rule.window.text),
                Entry(key: "zone", value: rule.zone.text), Entry(key: "week_starts", value: rule.weekStarts.rawValue),
                Entry(key: "per", value: words(per.filter(\.1).map(\.0))), Entry(key: "over", value: rule.over.text),
            ])
    }

    private static func quietHours(_ rule: QuietHoursRule, number: Int) -> Section {
        let unknownZone =
            switch rule.unknownZone {
            case .hold: "hold"
            case .preset(let name): name
            }
        return Section(
            name: "policy quiet_hours \(number)",
            entries: matching(rule.channel, rule.messageClass) + [
                Entry(key: "presets", value: words(rule.presets)),
                Entry(key: "min_confidence", value: rule.minConfidence.rawValue),
                Entry(key: "unknown_zone", value: unknownZone),
                Entry(key: "exempt", value: rule.exempt.isEmpty ? "none" : words(rule.exempt)),
            ])
    }

    private static func blackout(_ rule: BlackoutRule, number: Int) -> Section {
        Section(
            name: "policy blackout \(number)",
            entries: matching(rule.channel, rule.messageClass) + [
                Entry(key: "regions", value: rule.regions.isEmpty ? "any" : words(rule.regions)),
                Entry(key: "from", value: rule.from.description), Entry(key: "to", value: rule.to.description),
                Entry(key: "why", value: rule.why ?? "none"),
            ])
    }

    private static func matching(_ channel: ContactChannel?, _ messageClass: MessageClass?) -> [Entry] {
        [
            Entry(key: "channel", value: channel?.rawValue ?? "any"),
            Entry(key: "class", value: messageClass?.rawValue ?? "any"),
        ]
    }
}

// MARK: - As they stand in the configuration

extension CapRule.Window {
    public var text: String {
        switch self {
        case .rolling(let length): "rolling \(DurationText.print(length))"
        case .calendarDay: "calendar day"
        case .calendarWeek: "calendar week"
        case .calendarMonth: "calendar month"
        }
    }
}

extension CapRule.Zone {
    public var text: String {
        switch self {
        case .recipient: "recipient"
        case .fixed(let name): name
        }
    }
}

extension CapRule.Over {
    public var text: String {
        switch self {
        case .postpone(let length): "postpone \(DurationText.print(length))"
        case .withhold: "withhold"
        }
    }
}
