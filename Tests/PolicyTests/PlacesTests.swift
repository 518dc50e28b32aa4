// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Policy

/// A number, and where it is from.
private struct PhoneRow: CustomTestStringConvertible, Sendable {
    var phone: String
    var countries: String
    var regions: String
    /// Nil: all zones of the country.
    var zones: String?
    var testDescription: String { phone }
    init(_ phone: String, _ countries: String, _ regions: String, _ zones: String?) {
        (self.phone, self.countries, self.regions, self.zones) = (phone, countries, regions, zones)
    }
}

private let (eastern, central, mountain, pacific) = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
)

private let phones = [
    PhoneRow("+13055550100", "US", "US-FL", eastern),
    PhoneRow("+12125550100", "US", "US-NY", eastern),
    PhoneRow("+12035550100", "US", "US-CT", eastern),
    PhoneRow("+13105550100", "US", "US-CA", pacific),
    PhoneRow("+17135550100", "US", "US-TX", central),
    PhoneRow("+17185550100", "US", "US-NY", eastern),
    PhoneRow("+12025550100", "US", "US-DC", eastern),
    PhoneRow("+18085550100", "US", "US-HI", "Pacific/Honolulu"),
    PhoneRow("+14155550100", "US", "US-CA", pacific),
    PhoneRow("+15125550100", "US", "US-TX", central),
    // Facts E2: area codes that span zones, and those laid over them.
    PhoneRow("+12085550100", "US", "US-ID", "America/Boise \(pacific)"),
    PhoneRow("+19865550100", "US", "US-ID", "America/Boise \(pacific)"),
    PhoneRow("+12195550100", "US", "US-IN", "\(central) \(eastern)"),
    PhoneRow("+18125550100", "US", "US-IN", "\(central) \(eastern)"),
    PhoneRow("+19305550100", "US", "US-IN", "\(central) \(eastern)"),
    PhoneRow("+12505550100", "CA", "CA-BC", "America/Creston America/Edmonton America/Vancouver"),
    PhoneRow("+16725550100", "CA", "CA-BC", "America/Creston America/Edmonton America/Vancouver"),
    PhoneRow("+12705550100", "US", "US-KY", "\(central) \(eastern)"),
    PhoneRow("+13645550100", "US", "US-KY", "\(central) \(eastern)"),
    PhoneRow("+13085550100", "US", "US-NE", "\(central) \(mountain)"),
    PhoneRow("+14235550100", "US", "US-TN", "\(central) \(eastern)"),
    PhoneRow("+19315550100", "US", "US-TN", "\(central) \(eastern)"),
    PhoneRow("+14585550100", "US", "US-OR", "\(mountain) \(pacific)"),
    PhoneRow("+15415550100", "US", "US-OR", "\(mountain) \(pacific)"),
    PhoneRow("+16055550100", "US", "US-SD", "\(central) \(mountain)"),
    PhoneRow("+16205550100", "US", "US-KS", "\(central) \(mountain)"),
    PhoneRow("+17855550100", "US", "US-KS", "\(central) \(mountain)"),
    PhoneRow("+17015550100", "US", "US-ND", "\(central) \(mountain)"),
    PhoneRow("+18075550100", "CA", "CA-ON", "America/Atikokan America/Toronto America/Winnipeg"),
    PhoneRow("+18505550100", "US", "US-FL", "\(central) \(eastern)"),
    PhoneRow("+14485550100", "US", "US-FL", "\(central) \(eastern)"),
    PhoneRow("+19065550100", "US", "US-MI", "\(central) \(eastern)"),
    PhoneRow("+19075550100", "US", "US-AK", "America/Adak America/Anchorage Pacific/Honolulu"),
    PhoneRow("+19155550100", "US", "US-TX", "\(central) \(mountain)"),
    PhoneRow("+19285550100", "US", "US-AZ", "\(mountain) America/Phoenix"),
    // Countries within country code 1, and elsewhere.
    PhoneRow("+17875550100", "PR", "", nil),
    PhoneRow("+18765550100", "JM", "", nil),
    PhoneRow("+19025550100", "CA", "CA-NS CA-PE", "America/Halifax"),
    PhoneRow("+447400123456", "GB", "", nil),
    PhoneRow("+441481256789", "GG", "", nil),
    PhoneRow("+33612345678", "FR", "", nil),
    PhoneRow("+262692123456", "RE", "", nil),
    PhoneRow("+61412345678", "AU", "", nil),
    PhoneRow("+61212345678", "AU", "AU-NSW AU-ACT", "Australia/Sydney Australia/Lord_Howe"),
    PhoneRow("+61891641234", "CX", "", nil),
    PhoneRow("+5511961234567", "BR", "BR-SP", "America/Sao_Paulo"),
    PhoneRow("+5592961234567", "BR", "BR-AM", "America/Manaus America/Eirunepe"),
    PhoneRow("+56961234567", "CL", "", nil),
    PhoneRow("+6281234567890", "ID", "", nil),
    PhoneRow("+79161234567", "RU", "", nil),
    PhoneRow("+77011234567", "KZ", "", nil),
    PhoneRow("+919812345678", "IN", "", nil),
]

/// Zones that keep the same time under other names count as the same.
private func sameClocks(_ a: [String], _ b: [String], _ zones: CountryZones) -> Bool {
    Set(zones.span(named: a).clocks) == Set(zones.span(named: b).clocks)
}

@Suite("Telephone prefixes and regions")
struct PlacesTests {
    static let zones = CountryZones.system()

    @Test("a number has its place", arguments: phones)
    fileprivate func place(_ row: PhoneRow) throws {
        let place = try #require(PlaceTable.shipped.phone(row.phone))
        #expect(place.countries == row.countries.split(separator: " ").map(String.init))
        #expect(place.regions.sorted() == row.regions.split(separator: " ").map(String.init).sorted())
        let expected = row.zones?.split(separator: " ").map(String.init) ?? []
        #expect(place.zones.isEmpty == expected.isEmpty)
        #expect(sameClocks(place.zones, expected, Self.zones), "\(place.zones)")
    }

    @Test("country code 1 without a known area code may be anywhere in it")
    func tollFree() throws {
        for number in ["+18005550100", "+19995550100"] {
            let place = try #require(PlaceTable.shipped.phone(number))
            #expect(place.prefix == "1" && place.countries.count == 25 && place.zones.isEmpty && place.regions.isEmpty)
        }
    }

    @Test("what is no number has no place", arguments: ["", "+", "+0123456", "x", "+999"])
    func nowhere(_ text: String) { #expect(PlaceTable.shipped.phone(text) == nil) }

    @Test("the tables say what they were made from, and name only places and zones that there are")
    func tables() {
        let (phones, regions) = (PlaceTable.shipped, RegionTable.shipped)
        #expect(phones.version.hasPrefix("phonenumbers 9.") && phones.date == "2026-11-21")
        #expect(regions.date == "2026-11-21" && phones.count > 900)
        for row in phones.rows {
            #expect(row.countries.allSatisfy(regions.isCountry) && !row.countries.isEmpty, "\(row)")
            #expect(row.regions.allSatisfy(regions.isListed), "\(row)")
            #expect(row.zones.allSatisfy { TimeZone(identifier: $0) != nil }, "\(row)")
            #expect(phones.phone("+\(row.prefix)") == row)
        }
        for country in ["US", "CA", "AU", "MX", "BR", "FR", "RU"] {
            let codes = regions.regions(of: country)
            #expect(!codes.isEmpty)
            for code in codes {
                #expect(regions.zones(of: code).allSatisfy { !Self.zones.countries(of: $0).isEmpty }, "\(code)")
                #expect(!regions.zones(of: code).isEmpty)
            }
        }
        #expect(regions.regions(of: "US").count == 51)
    }

    static let codes: [(String, String?)] = [
        ("US-CA", "US-CA"), ("us-ca", "US-CA"), ("FR-IDF", "FR-IDF"), ("FR-J", "FR-IDF"), ("fr-75", "FR-IDF"),
        ("FR-2A", "FR-20R"), ("FR-COR", "FR-20R"), ("MX-DIF", "MX-CMX"), ("CA-NF", "CA-NL"), ("US-PR", "PR"),
        ("FR-974", "RE"), ("UK", "GB"), ("gb", "GB"), ("GB-SCT", "GB-SCT"), ("DE-BY", "DE-BY"), ("US-ZZ", "US-ZZ"),
        ("XX", nil), ("XX-1", nil), ("US-", nil), ("US-ABCD", nil), ("USCA", nil), ("", nil), ("California", nil),
        ("US_CA", nil),
    ]

    @Test("old codes, new codes, any case", arguments: codes)
    func canonical(code: String, expected: String?) {
        #expect(RegionTable.shipped.canonical(code) == expected)
    }

    @Test("a machine without zones is told so")
    func check() {
        #expect(ZoneTable.check() == nil)
        #expect(ZoneTable.check(directory: "/nonexistent") == .missing(directory: "/nonexistent"))
    }

    @Test("links and equal clocks are seen through")
    func clocks() {
        #expect(sameClocks(["US/Eastern", "America/Indiana/Indianapolis"], [eastern], Self.zones))
        #expect(!sameClocks(["America/Phoenix"], [mountain], Self.zones))
        #expect(Self.zones.countries(of: "US/Eastern") == ["US"] && Self.zones.countries(of: "Europe/Paris") == ["FR"])
        #expect(Self.zones.span(of: "US").names.count < 10 && Self.zones.span(of: "US").names.first == eastern)
    }
}
