// SPDX-License-Identifier: Apache-2.0
//
// PlaceRuling: where the recipient may be, as the rules of one decision ask for it. What is not known to be elsewhere
// may be here: doubt never means send (CONTRACT 8.8).

import GatewayModel

struct PlaceRuling: Sendable {
    /// Each candidate zone, those that keep the same time once; empty: nothing is known.
    var clocks: [ZoneClock]
    var jurisdictions: [Jurisdiction]
    /// For the answer: nil where no rule asked.
    var answer: RuleAnswer

    /// No rule asks where the recipient is.
    static let notAsked = PlaceRuling(
        clocks: [], jurisdictions: [],
        answer: RuleAnswer(rule: "places", version: "1", saw: JSONObject(), said: "not_asked"))

    /// Weighs what the job says of the place, where some rule asks for it.
    static func of(
        _ recipient: RecipientFacts, asked: Bool, _ policy: GatePolicy
    ) -> PlaceRuling {
        guard asked else { return notAsked }
        let found = CandidatePlaces.resolve(
            recipient.place, places: policy.places, regions: policy.regions, countries: policy.zones)
        let clocks = found.zones.compactMap(policy.clock)
        return PlaceRuling(clocks: clocks, jurisdictions: found.jurisdictions, answer: answer(found, clocks))
    }

    /// How many zones and places an answer names; of more it gives the number.
    private static let named = 3

    private static func answer(_ found: CandidatePlaces, _ clocks: [ZoneClock]) -> RuleAnswer {
        var saw = JSONObject()
        for (key, standing) in [
            ("by", CandidatePlaces.Piece.Standing.counts), ("idle", .refined), ("unread", .unknown),
        ] {
            let words = found.trail.filter { $0.standing == standing }.map { JSONValue.string($0.evidence.rawValue) }
            if !words.isEmpty { saw.note(key, .array(words)) }
        }
        note(clocks.map(\.name), as: "zones", in: &saw)
        note(found.jurisdictions.map(\.description), as: "in", in: &saw)
        let said = clocks.isEmpty ? "zone_unknown" : found.jurisdictions.isEmpty ? "place_unknown" : "known"
        return RuleAnswer(rule: "places", version: "1", saw: saw, said: said)
    }

    private static func note(_ names: [String], as key: String, in saw: inout JSONObject) {
        guard !names.isEmpty else { return }
        saw.note(key, names.count > named ? .integer(names.count) : .array(names.map(JSONValue.string)))
    }

    var knowsJurisdiction: Bool { !jurisdictions.isEmpty }
    var clocksOrEarth: [ZoneClock] { clocks.isEmpty ? Earth.clocks : clocks }

    func lies(_ place: Jurisdiction, in codes: [String]) -> Bool { codes.contains { place.lies(in: $0) } }

    /// Whether a candidate lies in one of those places, or nothing is known of where the recipient is.
    func mayLie(in codes: [String]) -> Bool {
        jurisdictions.isEmpty || jurisdictions.contains { lies($0, in: codes) }
    }

    /// The calendar day that has come furthest among the candidates.
    func latestDay(at instant: Instant) -> CalendarDay {
        clocks.map { $0.day(at: instant) }.max() ?? Earth.first.day(at: instant)
    }
    /// The day that lags furthest behind.
    func earliestDay(at instant: Instant) -> CalendarDay {
        clocks.map { $0.day(at: instant) }.min() ?? Earth.last.day(at: instant)
    }
}

/// Every whole hour that a zone may differ from Greenwich: asked where nothing is known of the zone.
enum Earth {
    static let clocks: [ZoneClock] = (-12...14).map { hours in
        ZoneClock(
            name: "UTC\(hours < 0 ? "" : "+")\(hours)", changes: OffsetChanges(first: Int32(hours * 3600), changes: []))
    }
    /// Where a day begins first, and last.
    static let first = clocks[26]
    static let last = clocks[0]
}
