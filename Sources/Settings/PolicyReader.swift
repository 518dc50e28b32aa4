// SPDX-License-Identifier: Apache-2.0
//
// Reads `[policy]`: what is asked before anything goes (CONTRACT 5). A rule that was written down and not understood is
// an error, never a rule less.

import GatewayModel
import StrictTOML

/// A name in the policy that only those can check who know presets and places, with where it stands.
public struct PolicyMention: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// One preset.
        case preset
        /// A preset, or a family of them.
        case presetOrFamily
        case jurisdiction
    }
    public var kind: Kind
    public var name: String
    public var place: TOMLPlace
    /// As `policy.quiet_hours[0].presets[1]`.
    public var keyPath: String
}

enum PolicyReader {
    /// How far back a cap may look, and how long it may put off.
    static let capWindows = Duration.seconds(1)...Duration.days(400)
    /// More than anybody sends to one person.
    static let capLimits = 0...1_000_000

    static func read(_ root: inout StrictTable, into draft: inout SettingsDraft) {
        var read = SettingsDraft.Policy()
        root.table("policy") { policy in
            policy.tables("consent") { read.consent(&$0) }
            policy.tables("cap") { read.cap(&$0) }
            policy.tables("quiet_hours") { read.quietHours(&$0) }
            policy.tables("blackout") { read.blackout(&$0) }
        }
        draft.policy = read
        draft.settings.policy = PolicyRules(
            consent: read.consents, caps: read.caps.map(\.value), quietHours: read.hours, blackouts: read.blackouts,
            controllers: Dictionary(draft.brands.map { ($0.value.id, $0.value.controller) }) { first, _ in first })
    }
}

extension SettingsDraft {
    /// The policy as far as it could be read.
    struct Policy {
        var consents: [ConsentRule] = []
        var caps: [Placed<CapRule>] = []
        var hours: [QuietHoursRule] = []
        var blackouts: [BlackoutRule] = []
        var mentions: [PolicyMention] = []
    }
}

// MARK: - The sections

extension SettingsDraft.Policy {
    fileprivate mutating func consent(_ table: inout StrictTable) {
        let channel = table.optional("channel", .contactChannel)
        let messageClass = table.optional("class", TOMLShape<MessageClass>.word)
        let places = jurisdictions("jurisdictions", &table)
        let require = table.required("require", TOMLShape<ConsentLevel>.word)
        let allowUnproven = table.optional("allow_unproven", .boolean) ?? false
        guard let require else { return }
        consents.append(
            ConsentRule(
                channel: channel, messageClass: messageClass, jurisdictions: places, require: require,
                allowUnproven: allowUnproven))
    }

    fileprivate mutating func cap(_ table: inout StrictTable) {
        let name = table.required("name", .identifier)
        let limit = table.required("limit", .integer(in: PolicyReader.capLimits))
        let window = table.required("window", .capWindow)
        var rule = CapRule(name: name ?? "", limit: limit ?? 0, window: window ?? .calendarDay)
        rule.channel = table.optional("channel", TOMLShape<ContactChannel>.word)
        rule.messageClass = table.optional("class", TOMLShape<MessageClass>.word)
        (rule.topic, rule.campaign) = (table.optional("topic", .identifier), table.optional("campaign", .line))
        rule.brand = table.optional("brand", .identifier)
        rule.jurisdictions = jurisdictions("jurisdictions", &table)
        table.set(&rule.zone, "zone", .capZone)
        table.set(&rule.weekStarts, "week_starts", TOMLShape<CapRule.Weekday>.word)
        table.set(&rule.over, "over", .capOver)
        Self.subject(of: &rule, &table)
        Self.oddities(of: rule, hasLimit: limit != nil, hasWindow: window != nil, table)
        guard name != nil, limit != nil, window != nil else { return }
        caps.append(Placed(value: rule, table: table))
    }

    /// Whose messages count.
    private static func subject(of rule: inout CapRule, _ table: inout StrictTable) {
        enum Part: String, CaseIterable { case person, address, campaign }
        let shape = TOMLShape<[Part]>.list(of: TOMLShape<Part>.word, "a list of \"person\", \"address\", \"campaign\"")
        guard let parts = table.optional("per", shape) else { return }
        (rule.perPerson, rule.perAddress) = (parts.contains(.person), parts.contains(.address))
        rule.perCampaign = parts.contains(.campaign)
        if !rule.perPerson, !rule.perAddress {
            table.complain("must name \"person\" or \"address\": whose messages are counted", about: "per")
        }
    }

    private static func oddities(of rule: CapRule, hasLimit: Bool, hasWindow: Bool, _ table: StrictTable) {
        if hasLimit, rule.limit == 0 {
            table.warn("0 blocks everything that this cap matches; for no cap leave it out", about: "limit")
        }
        guard hasWindow else { return }
        if case .rolling = rule.window, rule.zone != .recipient {
            table.warn("has no meaning here: a rolling window is the same in every zone", about: "zone")
        }
        if rule.window != .calendarWeek, rule.weekStarts != .monday {
            table.warn("has no meaning here: only a calendar week has a first day", about: "week_starts")
        }
    }

    fileprivate mutating func quietHours(_ table: inout StrictTable) {
        let names = TOMLShape<[String]>.list(of: .identifier, "a list of presets, as [\"us\", \"default\"]")
        let channel = table.optional("channel", .contactChannel)
        let messageClass = table.optional("class", TOMLShape<MessageClass>.word)
        let presets = table.required("presets", names)
        if presets?.isEmpty == true {
            table.complain("must name at least one preset; for no quiet hours leave the section out", about: "presets")
        }
        let minConfidence = table.optional("min_confidence", TOMLShape<Confidence>.word) ?? .medium
        let unknownZone = table.optional("unknown_zone", .unknownZone) ?? .hold
        let exempt = table.optional("exempt", names) ?? []
        mention(.presetOrFamily, "presets", table)
        mention(.preset, "exempt", table)
        if case .preset = unknownZone { mention(.preset, "unknown_zone", table) }
        guard let presets else { return }
        hours.append(
            QuietHoursRule(
                channel: channel, messageClass: messageClass, presets: presets, minConfidence: minConfidence,
                unknownZone: unknownZone, exempt: exempt))
    }

    fileprivate mutating func blackout(_ table: inout StrictTable) {
        let regions = jurisdictions("regions", &table) ?? []
        let from = table.required("from", .wallTime)
        let to = table.required("to", .wallTime)
        let channel = table.optional("channel", .contactChannel)
        let messageClass = table.optional("class", TOMLShape<MessageClass>.word)
        let why = table.optional("why", .line)
        guard let from, let to else { return }
        guard from.asUTC < to.asUTC else { return table.complain("must be after \"from\"", about: "to") }
        var rule = BlackoutRule(regions: regions, from: from, to: to)
        (rule.channel, rule.messageClass, rule.why) = (channel, messageClass, why)
        blackouts.append(rule)
    }

    private mutating func jurisdictions(_ key: String, _ table: inout StrictTable) -> [String]? {
        let shape = TOMLShape<[String]>.list(of: .placeCode, "a list of codes as [\"US\", \"US-FL\"]")
        let places = table.optional(key, shape)
        if places?.isEmpty == true { table.complain("matches nothing; leave it out to mean everywhere", about: key) }
        if places != nil { mention(.jurisdiction, key, table) }
        return places
    }

    /// Notes each name of a list, or the one there is.
    private mutating func mention(_ kind: PolicyMention.Kind, _ key: String, _ table: StrictTable) {
        guard let item = table.item.members.first(where: { $0.key == key })?.item else { return }
        let items = if case .array(let items) = item.content { items } else { [item] }
        for item in items {
            guard case .string(let name) = item.content else { continue }
            mentions.append(PolicyMention(kind: kind, name: name, place: item.place, keyPath: item.path))
        }
    }
}

// MARK: - Together with the rest

extension ConsistencyCheck {
    /// Caps name brands and topics that there are.
    func checkCaps() {
        refuseTwice(draft.policy.caps, key: "name", named: \.name)
        for cap in draft.policy.caps {
            if let brand = cap.value.brand { require(brand: brand, at: "brand", of: cap.table) }
            guard let topic = cap.value.topic else { continue }
            let fitting = draft.topics.map(\.value).filter {
                $0.brand == nil || cap.value.brand == nil || $0.brand == cap.value.brand
            }
            if !fitting.contains(where: { $0.id == topic }) {
                let nearest = Wording.suggestion(for: topic, among: fitting.map(\.id))
                cap.table.complain("no topic is called \"\(topic)\"\(nearest)", about: "topic")
            }
        }
    }
}
