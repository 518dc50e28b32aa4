// SPDX-License-Identifier: Apache-2.0

import Shipped
//
// RegionTable: countries and their parts by ISO 3166, with what people write instead.
//
// Prepared once from `places/countries.csv` and `places/regions.csv`. Immutable; any thread.

/// Countries (ISO 3166-1) and regions (ISO 3166-2) that the gate knows by name.
public struct RegionTable: Sendable {
    /// When the codes were read.
    public let date: String
    private let countries: [String: String]
    private let regions: [String: Region]
    /// Also codes that are countries of their own, as `US-PR`.
    private let aliases: [String: String]

    private struct Region: Sendable {
        var name: String
        var zones: [String]
    }

    /// The table in the binary.
    public static let shipped = RegionTable(
        countries: ShippedFile.named("places/countries.csv")?.text ?? "",
        regions: ShippedFile.named("places/regions.csv")?.text ?? "")

    /// Lines `code,name` and `code,name,zones,aliases`; a region without zones is one that is an alias only.
    init(countries: String, regions: String) {
        let file = PlaceFile(regions)
        date = file.remark("date") ?? "unknown"
        let named = PlaceFile(countries).rows.filter { $0.count == 2 }.map { ($0[0], $0[1]) }
        self.countries = Dictionary(named) { first, _ in first }
        var (known, aliases): ([String: Region], [String: String]) = ([:], [:])
        for row in file.rows where row.count == 4 {
            if row[0].contains("-") { known[row[0]] = Region(name: row[1], zones: PlaceFile.list(row[2])) }
            for alias in PlaceFile.list(row[3]) { aliases[alias] = row[0] }
        }
        (self.regions, self.aliases) = (known, aliases)
    }

    public func isCountry(_ code: String) -> Bool { countries[code] != nil }

    /// Whether the table lists that country's regions; of others any well-formed code is taken as it is.
    public func isListed(_ region: String) -> Bool { regions[region] != nil }

    /// The code in the form that presets and rules use: `us-fl` and `US-FL` give `US-FL`, old codes their new one,
    /// overseas parts that are countries of their own that country, as `US-PR` gives `PR`.
    ///
    /// A region that is not listed keeps its own code where its country exists. Nil for what is no code at all.
    public func canonical(_ code: String) -> String? {
        if regions[code] != nil || countries[code] != nil { return code }
        let folded = code.uppercased()
        if let target = aliases[folded] { return target }
        if regions[folded] != nil || countries[folded] != nil { return folded }
        return Self.isRegionCode(folded) && countries[String(folded.prefix(2))] != nil ? folded : nil
    }

    /// The country of a canonical code.
    public func country(of code: String) -> String? {
        let country = String(code.prefix(2))
        return countries[country] != nil ? country : nil
    }

    /// The zones of a listed region; empty: not known more closely than its country's.
    public func zones(of region: String) -> [String] { regions[region]?.zones ?? [] }

    public func name(of code: String) -> String? { regions[code]?.name ?? countries[code] }

    /// Where that code lies. A region of a listed country that does not exist is taken for the country.
    public func jurisdiction(of code: String) -> Jurisdiction? {
        guard let canonical = canonical(code), let country = country(of: canonical) else { return nil }
        return Jurisdiction(country: country, region: canonical.utf8.count > 2 ? canonical : nil)
    }

    /// All region codes of one country, in order.
    public func regions(of country: String) -> [String] {
        regions.keys.filter { $0.hasPrefix("\(country)-") }.sorted()
    }

    /// `CC-` and one to three letters or digits.
    private static func isRegionCode(_ code: String) -> Bool {
        let bytes = Array(code.utf8)
        let isCapital = { (byte: UInt8) in (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        return (4...6).contains(bytes.count) && isCapital(bytes[0]) && isCapital(bytes[1])
            && bytes[2] == UInt8(ascii: "-") && bytes[3...].allSatisfy { isCapital($0) || isDigit($0) }
    }
}
