// SPDX-License-Identifier: Apache-2.0
//
// GatePolicy: everything the gate goes by, as one immutable snapshot. Taken once per batch, replaced whole on reload.

import GatewayModel

public struct GatePolicy: Sendable {
    /// Region codes are canonical here, whatever alias the configuration used.
    public let rules: PolicyRules
    public let presets: PresetLibrary
    public let places: PlaceTable
    public let regions: RegionTable
    public let zones: CountryZones
    /// Nil: no time zone database. Then no zone is known, and what depends on one waits.
    public let table: ZoneTable?
    /// As decisions carry it: `PolicyBundle.version`.
    public let version: String?

    public init(
        rules: PolicyRules, presets: PresetLibrary, places: PlaceTable = .shipped, regions: RegionTable = .shipped,
        zones: CountryZones, table: ZoneTable?, version: String?
    ) {
        self.rules = rules.canonical(by: regions)
        (self.presets, self.places, self.regions) = (presets, places, regions)
        (self.zones, self.table, self.version) = (zones, table, version)
    }

    /// What the books are to read and keep for it: the longest look back of any cap that can be in force.
    public var interest: PolicyInterest {
        let named = rules.quietHours.flatMap { rule in rule.presets.flatMap(presets.named) }
        let caps = rules.caps + named.flatMap(\.caps)
        return PolicyInterest(
            capHorizon: caps.map(\.window.reach).max() ?? .zero,
            countsTransactional: caps.contains { $0.messageClass == .transactional },
            consentOfTransactional: rules.consent.contains { $0.messageClass == .transactional })
    }

    func clock(_ name: String) -> ZoneClock? { table?.clock(name) }

    /// Whether any rule that holds for the job looks at where its recipient is.
    func asksPlace(of job: JobFacts, _ recipient: RecipientFacts) -> Bool {
        rules.quietHours.contains { $0.applies(to: job) } || rules.blackouts.contains { $0.applies(to: job) }
            || rules.consent.contains { $0.jurisdictions != nil && $0.applies(to: job) }
            || recipient.consents.contains { $0.basis?.lastsMonths != nil }
            || rules.caps.contains { $0.asksPlace && $0.applies(to: job) }
    }
}

extension CapRule {
    fileprivate var asksPlace: Bool {
        if jurisdictions != nil { return true }
        if case .rolling = window { return false }
        return zone == .recipient
    }
}

extension PolicyRules {
    fileprivate func canonical(by regions: RegionTable) -> PolicyRules {
        let canonical = { (codes: [String]) in codes.map { regions.canonical($0) ?? $0 } }
        var rules = self
        for index in rules.consent.indices {
            rules.consent[index].jurisdictions = consent[index].jurisdictions.map(canonical)
        }
        for index in rules.caps.indices { rules.caps[index].jurisdictions = caps[index].jurisdictions.map(canonical) }
        for index in rules.blackouts.indices { rules.blackouts[index].regions = canonical(blackouts[index].regions) }
        return rules
    }
}
