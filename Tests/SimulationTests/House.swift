// SPDX-License-Identifier: Apache-2.0
//
// House: the policy of the simulated year, as the gate gets it. What it means is written a second time, by hand, in
// Home and Witness.

import GatewayModel
import Policy

enum House {
    static let rules: PolicyRules = {
        var rules = PolicyRules(controllers: ["acme": "Acme Inc.", "nova": "Acme Inc.", "solo": "Solo Ltd"])
        rules.consent = [
            consent(.email, ["DE"], .confirmed), consent(.email, ["CA"], .any), consent(.sms, ["US"], .expressWritten),
        ]
        rules.caps = caps
        rules.quietHours = [
            hours(.email, ["default"]),
            hours(.sms, ["us", "ca-sms", "gb", "ie", "de", "fr-sms", "au-sms", "mx", "default"]),
        ]
        var strike = BlackoutRule(
            regions: ["FR"], from: LocalTime("2026-06-20T00:00")!, to: LocalTime("2026-06-23T00:00")!)
        strike.why = "a strike"
        rules.blackouts = [strike]
        return rules
    }()

    static func gate() throws -> Gate {
        let loaded = PresetLibrary.load(directory: nil)
        precondition(loaded.problems.isEmpty)
        return Gate(
            policy: GatePolicy(
                rules: rules, presets: loaded.library, zones: .system(), table: try ZoneTable(), version: "simulated"))
    }

    private static func consent(_ channel: ContactChannel, _ places: [String], _ level: ConsentLevel) -> ConsentRule {
        ConsentRule(
            channel: channel, messageClass: .marketing, jurisdictions: places, require: level, allowUnproven: false)
    }

    private static func hours(_ channel: ContactChannel, _ presets: [String]) -> QuietHoursRule {
        QuietHoursRule(
            channel: channel, messageClass: .marketing, presets: presets, minConfidence: .medium, unknownZone: .hold,
            exempt: [])
    }

    private static let caps: [CapRule] = PlainCap.all.map { plain in
        var rule = CapRule(name: plain.name, limit: plain.limit, window: plain.window)
        (rule.channel, rule.brand) = (plain.channel, plain.brand)
        rule.messageClass = plain.isTransactional ? .transactional : .marketing
        (rule.perPerson, rule.perAddress, rule.perCampaign) = (plain.perPerson, plain.perAddress, plain.perCampaign)
        rule.weekStarts = .sunday
        if let zone = plain.zone { rule.zone = .fixed(zone) }
        rule.over = plain.withholds ? .withhold : .postpone(.seconds(plain.hours * 3600))
        return rule
    }
}

/// A cap of the house, as both sides read it.
struct PlainCap: Sendable {
    var name: String
    var limit: Int
    var window: CapRule.Window
    var channel: ContactChannel?
    var brand: String?
    var perPerson = false
    var perAddress = false
    var perCampaign = false
    var isTransactional = false
    /// Nil: the recipient's.
    var zone: String?
    var withholds = false
    /// How long it puts off.
    var hours: Int64 = 48

    /// The three of a law; not one of the configuration.
    static let law = PlainCap(
        name: "law", limit: 3, window: .rolling(.seconds(86_400)), channel: .sms, perPerson: true, perAddress: true,
        perCampaign: true)

    static let all = [
        PlainCap(
            name: "week", limit: 2, window: .rolling(.seconds(7 * 86_400)), channel: .email, perPerson: true,
            perAddress: true),
        PlainCap(name: "day", limit: 1, window: .calendarDay, channel: .email, perPerson: true, hours: 72),
        PlainCap(
            name: "month", limit: 8, window: .calendarMonth, channel: .sms, perAddress: true, zone: "America/New_York",
            withholds: true),
        PlainCap(
            name: "campaign", limit: 5, window: .rolling(.seconds(30 * 86_400)), perPerson: true, perAddress: true,
            perCampaign: true, withholds: true),
        PlainCap(name: "solo", limit: 1, window: .calendarWeek, brand: "solo", perPerson: true),
        PlainCap(
            name: "service", limit: 4, window: .rolling(.seconds(86_400)), perAddress: true, isTransactional: true),
    ]
}
