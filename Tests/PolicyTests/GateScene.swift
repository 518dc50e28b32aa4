// SPDX-License-Identifier: Apache-2.0

import GatewayModel

@testable import Policy

/// Jobs, books and policies for the gate's tests.
enum GateScene {
    static let now = Instant(rfc3339: "2026-11-21T20:00:00Z")!
    static let table = try! ZoneTable()
    static let countries = CountryZones.system()

    static func at(_ text: String) -> Instant { Instant(rfc3339: text.contains("Z") ? text : "\(text)T12:00:00Z")! }

    static func job(
        _ channel: ChannelKind = .email, _ messageClass: MessageClass = .marketing, brand: String = "acme",
        topic: String? = "news", campaign: String? = "spring", intended: ContactChannel? = nil, key: Int64 = 1,
        notBefore: Instant? = nil, expiresAt: Instant? = nil
    ) -> JobFacts {
        var job = JobFacts(
            key: JobKey(key), producer: "default", channel: channel, messageClass: messageClass, template: "welcome",
            brand: brand, topic: topic, campaign: campaign, lane: LaneID(1), route: "relay", domain: nil,
            recipientDomain: nil, priority: .normal, acceptedAt: now - .seconds(60), notBefore: notBefore,
            expiresAt: expiresAt, attempts: 0, firstAttemptAt: nil, postponed: nil)
        job.intended = intended
        return job
    }

    /// A recipient with proven express written consent for everything that `job` can be.
    static func recipient(_ place: PlaceEvidence = PlaceEvidence(), contact: ContactChannel = .email) -> RecipientFacts
    {
        var facts = RecipientFacts()
        facts.address = contact.usesPhone ? .phone(place.phone ?? "+33612345678") : .email("ada@example.com")
        (facts.hasPerson, facts.place) = (true, place)
        var grant = event(1, .granted, "2026-01-01", channel: contact)
        grant.basis = .expressWritten
        facts.consents = [grant]
        return facts
    }

    /// Wording on record, channel email, brand acme, topic news.
    static func event(
        _ number: Int64, _ type: ConsentType, _ occurred: String, channel: ContactChannel? = .email,
        brand: String? = "acme", topics: [String]? = ["news"]
    ) -> ConsentEvent {
        var event = ConsentEvent(number: number, recordedAt: at(occurred), occurredAt: at(occurred), type: type)
        (event.channel, event.brand, event.topics, event.hasWording) = (channel, brand, topics, true)
        return event
    }

    static func policy(
        _ rules: PolicyRules = PolicyRules(), presets: [Preset] = [], table: ZoneTable? = GateScene.table
    ) -> GatePolicy {
        GatePolicy(
            rules: rules, presets: PresetLibrary(presets), zones: countries, table: table, version: "0123456789ab")
    }

    static func preset(
        _ id: String, _ open: Int, _ close: Int, covers: [String], family: String? = nil, confidence: Confidence = .high
    ) -> Preset {
        let week = Array(repeating: [Preset.Window(open: open * 60, close: close * 60)], count: 7)
        var preset = Preset(
            id: id, version: "3", asOf: CalendarDay("2026-11-21")!, source: "Source of \(id)", confidence: confidence,
            covers: covers, week: week)
        preset.family = family
        return preset
    }

    static func places(_ zones: [String], _ jurisdictions: [Jurisdiction] = []) -> PlaceRuling {
        var places = PlaceRuling.notAsked
        (places.clocks, places.jurisdictions) = (zones.map { table.clock($0)! }, jurisdictions)
        return places
    }
}

/// SplitMix64: the same seed, the same histories.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
