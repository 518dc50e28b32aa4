// SPDX-License-Identifier: Apache-2.0
//
// CandidatePlaces: where the recipient may be, by all that the job says (CONTRACT 8.8).
//
// Each piece of evidence names zones and jurisdictions. A piece that another one refines (the country by a region in it)
// adds nothing; pieces that contradict each other all count. Pure; a few dictionary look-ups.

import GatewayModel

public struct CandidatePlaces: Hashable, Sendable {
    public enum Evidence: String, Hashable, Sendable {
        case timezone, region, phone, country
    }

    /// What one piece of evidence says, and what became of it.
    public struct Piece: Hashable, Sendable {
        public enum Standing: String, Hashable, Sendable {
            /// Its places are candidates.
            case counts
            /// Another piece says the same more closely.
            case refined
            /// It names no place that we know.
            case unknown
        }
        public var evidence: Evidence
        public var standing: Standing
        /// One name for each clock; empty: it says nothing about zones.
        public var zones: [String]
        public var jurisdictions: [Jurisdiction]
    }

    /// IANA names, one for each clock. Empty: nobody knows what time it is there.
    public var zones: [String]
    /// Empty: nobody knows whose rules hold.
    public var jurisdictions: [Jurisdiction]
    /// Every piece that was given, the explicit zone first.
    public var trail: [Piece]

    /// Nothing is known.
    public static let nowhere = CandidatePlaces(zones: [], jurisdictions: [], trail: [])

    /// Weighs the evidence that is given.
    ///
    /// An explicit zone names its countries where nothing else names a place in one of them: where it contradicts what
    /// else is known, or where nothing is. Beside a phone of Florida, New York's zone says no more than Florida.
    public static func resolve(
        _ evidence: PlaceEvidence, places: PlaceTable, regions: RegionTable, countries: CountryZones
    ) -> CandidatePlaces {
        let tables = PlaceTables(places: places, regions: regions, countries: countries)
        var claims: [PlaceClaim] = []
        if let zone = evidence.timezone { claims.append(tables.zone(zone)) }
        if let region = evidence.region { claims.append(tables.region(region)) }
        if let phone = evidence.phone { claims.append(tables.phone(phone)) }
        if let country = evidence.country { claims.append(tables.country(country)) }
        if let zone = evidence.timezone {
            let own = tables.jurisdictions(ofZone: zone)
            let isNamed = claims.contains { claim in
                claim.jurisdictions.contains { named in own.contains { named.lies(in: $0) } }
            }
            if !isNamed { claims[0].jurisdictions = own }
        }
        return weigh(claims)
    }

    private static func weigh(_ claims: [PlaceClaim]) -> CandidatePlaces {
        var zones = ZoneSpan()
        var (jurisdictions, trail): ([Jurisdiction], [Piece]) = ([], [])
        trail.reserveCapacity(claims.count)
        for (number, claim) in claims.enumerated() {
            let others = claims.enumerated().lazy.filter { $0.offset != number }
            let zonesCount =
                !claim.zones.isEmpty
                && !others.contains { claim.isRefinedInZones(by: $0.element, earlier: $0.offset < number) }
            let placesCount =
                !claim.jurisdictions.isEmpty
                && !others.contains { claim.isRefinedInPlaces(by: $0.element, earlier: $0.offset < number) }
            if zonesCount { zones.formUnion(claim.zones) }
            if placesCount {
                for jurisdiction in claim.jurisdictions where !jurisdictions.contains(jurisdiction) {
                    jurisdictions.append(jurisdiction)
                }
            }
            let standing: Piece.Standing =
                claim.isUnknown ? .unknown : zonesCount || placesCount ? .counts : .refined
            trail.append(
                Piece(
                    evidence: claim.evidence, standing: standing, zones: claim.zones.names,
                    jurisdictions: claim.jurisdictions))
        }
        return CandidatePlaces(zones: zones.names, jurisdictions: jurisdictions, trail: trail)
    }
}

/// What one piece of evidence claims.
struct PlaceClaim: Sendable {
    var evidence: CandidatePlaces.Evidence
    var zones: ZoneSpan
    var jurisdictions: [Jurisdiction]

    var isUnknown: Bool { zones.isEmpty && jurisdictions.isEmpty }

    /// Whether `other` says the same places or fewer. Of two that say the same the earlier stands.
    ///
    /// A claim that contradicts this one's jurisdictions refines nothing, though its zones may lie within: somebody with
    /// a number of Alabama and an address in Florida may be in any part of Florida.
    func isRefinedInZones(by other: PlaceClaim, earlier: Bool) -> Bool {
        guard !other.zones.isEmpty, other.zones.isSubset(of: zones), agrees(with: other) else { return false }
        return earlier || !zones.isSubset(of: other.zones)
    }

    func isRefinedInPlaces(by other: PlaceClaim, earlier: Bool) -> Bool {
        guard !other.jurisdictions.isEmpty, other.liesWithin(self) else { return false }
        return earlier || !liesWithin(other)
    }

    /// Whether one of the two lies within the other, as far as both name jurisdictions.
    private func agrees(with other: PlaceClaim) -> Bool {
        jurisdictions.isEmpty || other.jurisdictions.isEmpty || other.liesWithin(self) || liesWithin(other)
    }

    private func liesWithin(_ other: PlaceClaim) -> Bool {
        jurisdictions.allSatisfy { mine in other.jurisdictions.contains { mine.lies(in: $0) } }
    }
}

/// Turns evidence into claims.
private struct PlaceTables {
    var places: PlaceTable
    var regions: RegionTable
    var countries: CountryZones

    /// A zone that this machine does not know says nothing.
    func zone(_ name: String) -> PlaceClaim {
        let isKnown = !countries.countries(of: name).isEmpty || LocalSchedule.zone(named: name) != nil
        let span = isKnown ? countries.span(named: [name]) : ZoneSpan()
        return PlaceClaim(evidence: .timezone, zones: span, jurisdictions: [])
    }

    func jurisdictions(ofZone name: String) -> [Jurisdiction] {
        countries.countries(of: name).map { Jurisdiction(country: $0) }
    }

    func region(_ code: String) -> PlaceClaim {
        guard let jurisdiction = regions.jurisdiction(of: code) else { return nothing(.region) }
        let zones = jurisdiction.region.map(regions.zones(of:)) ?? []
        return PlaceClaim(
            evidence: .region, zones: zones.isEmpty ? span(of: [jurisdiction.country]) : countries.span(named: zones),
            jurisdictions: [jurisdiction])
    }

    func phone(_ number: String) -> PlaceClaim {
        guard let place = places.phone(number) else { return nothing(.phone) }
        var jurisdictions = place.regions.compactMap { regions.jurisdiction(of: $0) }
        for country in place.countries where !jurisdictions.contains(where: { $0.country == country }) {
            jurisdictions.append(Jurisdiction(country: country))
        }
        return PlaceClaim(
            evidence: .phone,
            zones: place.zones.isEmpty ? span(of: place.countries) : countries.span(named: place.zones),
            jurisdictions: jurisdictions)
    }

    func country(_ code: String) -> PlaceClaim {
        guard let jurisdiction = regions.jurisdiction(of: code) else { return nothing(.country) }
        return PlaceClaim(
            evidence: .country, zones: span(of: [jurisdiction.country]), jurisdictions: [jurisdiction])
    }

    private func span(of codes: [String]) -> ZoneSpan {
        guard codes.count != 1 else { return countries.span(of: codes[0]) }
        return codes.reduce(into: ZoneSpan()) { $0.formUnion(countries.span(of: $1)) }
    }

    private func nothing(_ evidence: CandidatePlaces.Evidence) -> PlaceClaim {
        PlaceClaim(evidence: evidence, zones: ZoneSpan(), jurisdictions: [])
    }
}
