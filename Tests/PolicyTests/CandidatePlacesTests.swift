// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

/// Evidence, and what follows from it.
private struct EvidenceRow: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var evidence: PlaceEvidence
    var zones: String
    var jurisdictions: String
    /// How each piece stands, in the order zone, region, phone, country.
    var standing: [CandidatePlaces.Piece.Standing]

    init(
        _ name: String, zone: String? = nil, region: String? = nil, phone: String? = nil, country: String? = nil,
        zones: String, jurisdictions: String, _ standing: CandidatePlaces.Piece.Standing...
    ) {
        testDescription = name
        evidence = PlaceEvidence(timezone: zone, country: country, region: region, phone: phone)
        (self.zones, self.jurisdictions, self.standing) = (zones, jurisdictions, standing)
    }
}

private let (miami, pensacola, birmingham, losAngeles) = (
    "+13055550100", "+18505550100", "+12055550100", "+12135550100"
)
private let (eastern, central, pacific) = ("America/New_York", "America/Chicago", "America/Los_Angeles")

private let table = [
    EvidenceRow("nothing said is nothing known", zones: "", jurisdictions: ""),
    EvidenceRow("a zone alone", zone: "Europe/Paris", zones: "Europe/Paris", jurisdictions: "FR", .counts),
    EvidenceRow("a link", zone: "US/Eastern", zones: "US/Eastern", jurisdictions: "US", .counts),
    EvidenceRow("UTC is a zone of no country", zone: "UTC", zones: "UTC", jurisdictions: "", .counts),
    EvidenceRow("no zone at all", zone: "EST5", zones: "", jurisdictions: "", .unknown),
    EvidenceRow(
        "an unknown zone leaves the rest", zone: "Mars/Olympus", country: "FR", zones: "Europe/Paris",
        jurisdictions: "FR", .unknown, .counts),
    EvidenceRow("a country", country: "FR", zones: "Europe/Paris", jurisdictions: "FR", .counts),
    EvidenceRow("a country in lower case", country: "fr", zones: "Europe/Paris", jurisdictions: "FR", .counts),
    EvidenceRow("no country", country: "XX", zones: "", jurisdictions: "", .unknown),
    EvidenceRow("a region", region: "US-FL", zones: "\(eastern) \(central)", jurisdictions: "US-FL", .counts),
    EvidenceRow("an old region", region: "fr-j", zones: "Europe/Paris", jurisdictions: "FR-IDF", .counts),
    EvidenceRow(
        "a region that does not exist is its country", region: "GB-XYZ", zones: "Europe/London",
        jurisdictions: "GB-XYZ", .counts),
    EvidenceRow(
        "a part that is a country of its own", region: "US-PR", zones: "America/Puerto_Rico", jurisdictions: "PR",
        .counts),
    EvidenceRow("a phone", phone: miami, zones: eastern, jurisdictions: "US-FL", .counts),
    EvidenceRow(
        "the phone refines the country", phone: miami, country: "US", zones: eastern, jurisdictions: "US-FL", .counts,
        .refined),
    EvidenceRow(
        "the phone refines the zones of its region", region: "US-FL", phone: miami, zones: eastern,
        jurisdictions: "US-FL", .counts, .counts),
    EvidenceRow(
        "a zone refines what spans two", zone: central, phone: pensacola, zones: central, jurisdictions: "US-FL",
        .counts, .counts),
    EvidenceRow(
        "a Florida phone and a zone of New York agree", zone: eastern, phone: miami, zones: eastern,
        jurisdictions: "US-FL", .counts, .counts),
    EvidenceRow(
        "another zone than the phone's: both", zone: pacific, phone: miami, zones: "\(pacific) \(eastern)",
        jurisdictions: "US-FL", .counts, .counts),
    EvidenceRow(
        "a Florida phone in California: both", region: "US-CA", phone: miami, zones: "\(pacific) \(eastern)",
        jurisdictions: "US-CA US-FL", .counts, .counts),
    EvidenceRow(
        "an Alabama phone does not narrow Florida", region: "US-FL", phone: birmingham, zones: "\(eastern) \(central)",
        jurisdictions: "US-FL US-AL", .counts, .counts),
    EvidenceRow(
        "all four agree", zone: eastern, region: "US-FL", phone: miami, country: "US", zones: eastern,
        jurisdictions: "US-FL", .counts, .counts, .refined, .refined),
    EvidenceRow(
        "a foreign phone: both countries", phone: "+33612345678", country: "DE", zones: "Europe/Paris Europe/Berlin",
        jurisdictions: "FR DE", .counts, .counts),
    EvidenceRow(
        "the country refines an Australian mobile by no more than it says", phone: "+61412345678", country: "AU",
        zones: "*AU", jurisdictions: "AU", .counts, .refined),
    EvidenceRow(
        "a zone refines a country with many", zone: "Australia/Perth", country: "AU", zones: "Australia/Perth",
        jurisdictions: "AU", .counts, .counts),
    EvidenceRow(
        "a zone that is not the country's: both", zone: "Europe/Paris", country: "JP",
        zones: "Europe/Paris Asia/Tokyo", jurisdictions: "FR JP", .counts, .counts),
    EvidenceRow(
        "a zone abroad brings its country's rules beside the phone's", zone: eastern, phone: "+33612345678",
        zones: "\(eastern) Europe/Paris", jurisdictions: "US FR", .counts, .counts),
    EvidenceRow(
        "the country narrows a number of no area", phone: "+18005550100", country: "CA", zones: "*CA",
        jurisdictions: "CA", .refined, .counts),
    EvidenceRow(
        "Indiana by region and phone", region: "US-IN", phone: "+13175550100",
        zones: eastern, jurisdictions: "US-IN", .counts, .counts),
]

@Suite("Where the recipient may be")
struct CandidatePlacesTests {
    static let zones = CountryZones.system()

    private func resolve(_ evidence: PlaceEvidence) -> CandidatePlaces {
        CandidatePlaces.resolve(evidence, places: .shipped, regions: .shipped, countries: Self.zones)
    }

    @Test("each evidence has its candidates", arguments: table)
    fileprivate func candidates(_ row: EvidenceRow) {
        let found = resolve(row.evidence)
        let country = row.zones.hasPrefix("*") ? String(row.zones.dropFirst()) : nil
        let expected = country.map { Self.zones.span(of: $0).names } ?? row.zones.split(separator: " ").map(String.init)
        let clocks = { (names: [String]) in Set(Self.zones.span(named: names).clocks) }
        #expect(clocks(found.zones) == clocks(expected), "\(found.zones)")
        #expect(found.zones.count == clocks(expected).count)
        #expect(found.jurisdictions.map(\.description) == row.jurisdictions.split(separator: " ").map(String.init))
        #expect(found.trail.map(\.standing) == row.standing, "\(found.trail)")
    }

    @Test("adding evidence that agrees never adds a zone; any evidence leaves somewhere to be")
    func monotone() {
        let regions = RegionTable.shipped
        for code in regions.regions(of: "US") {
            let alone = resolve(PlaceEvidence(region: code))
            let withCountry = resolve(PlaceEvidence(country: "US", region: code))
            #expect(alone.zones == withCountry.zones && alone.jurisdictions == withCountry.jurisdictions)
            #expect(!alone.zones.isEmpty)
        }
        for row in PlaceTable.shipped.rows {
            let found = resolve(PlaceEvidence(phone: "+\(row.prefix)"))
            #expect(!found.zones.isEmpty && !found.jurisdictions.isEmpty, "\(row)")
        }
    }

    @Test("every explicit zone of the database is a candidate under its own name")
    func explicitZones() {
        for zone in [
            "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Indiana/Knox", "Asia/Calcutta",
        ] {
            let found = resolve(PlaceEvidence(timezone: zone, phone: "+919812345678"))
            #expect(found.zones.contains(zone))
        }
    }
}
