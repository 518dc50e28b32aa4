// SPDX-License-Identifier: Apache-2.0
//
// CountryZones: which zones a country keeps, and which zones are the same clock under two names.
//
// Read from the machine's time zone database: `zone.tab` for the countries, `tzdata.zi` for the links. Prepared once per
// configuration; a look-up is one dictionary access. Immutable; any thread.

import Foundation
import GatewayModel

/// Zones of each country, from the time zone database's `zone.tab`.
public struct CountryZones: Sendable {
    private let zones: [String: [TimeZone]]
    private let spans: [String: ZoneSpan]
    private let countries: [String: [String]]
    /// Zone name to the first name in `zone.tab` that keeps the same time; names without an entry stand for themselves.
    private let clocks: [String: String]

    /// Every name is a clock of its own.
    public init(zones: [String: [TimeZone]]) { self.init(zones: zones, clocks: [:], links: []) }

    /// `links` are other names of zones in the table.
    init(zones: [String: [TimeZone]], clocks: [String: String], links: [(alias: String, target: String)]) {
        let clocks = clocks.merging(links.compactMap { link in clocks[link.target].map { (link.alias, $0) } }) {
            own, _ in own
        }
        (self.zones, self.clocks) = (zones, clocks)
        spans = zones.mapValues { ZoneSpan($0.map(\.identifier)) { clocks[$0] ?? $0 } }
        var countries: [String: [String]] = [:]
        for (country, zones) in zones.sorted(by: { $0.key < $1.key }) {
            for zone in zones { countries[zone.identifier, default: []].append(country) }
        }
        for link in links where countries[link.alias] == nil { countries[link.alias] = countries[link.target] }
        self.countries = countries
    }

    /// Reads the system's table; a machine without one knows no country's zones (`ZoneTable.check` says so at start),
    /// and every job without an explicit zone is taken to be in the last zone on earth.
    public static func system(path: String = "/usr/share/zoneinfo/zone.tab") -> CountryZones {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return CountryZones(zones: [:]) }
        var zones: [String: [TimeZone]] = [:]
        var names: [String] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: "\t")
            guard fields.count >= 3, let zone = TimeZone(identifier: String(fields[2])) else { continue }
            zones[String(fields[0]), default: []].append(zone)
            names.append(String(fields[2]))
        }
        let directory = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
        return CountryZones(
            zones: zones, clocks: clocks(of: names, directory: directory), links: links(directory))
    }

    func of(_ country: String) -> [TimeZone] { zones[country] ?? zones[country.uppercased()] ?? [] }

    /// Whether there are zones for it; every ISO 3166-1 country has some, save uninhabited islands.
    public func knows(_ country: String) -> Bool { zones[country] != nil }

    /// One name for each clock in the country.
    func span(of country: String) -> ZoneSpan { spans[country] ?? ZoneSpan() }

    /// The zones under one name per clock, in the order given.
    func span(named names: [String]) -> ZoneSpan { ZoneSpan(names) { clocks[$0] ?? $0 } }

    /// Countries in which the zone is kept, by the names of `zone.tab`; links stand for their zone.
    public func countries(of zone: String) -> [String] { countries[zone] ?? [] }
}

extension CountryZones {
    /// Differences before it do not matter any more.
    private static let recent = Instant(rfc3339: "2025-01-01T00:00:00Z")!

    private static func clocks(of names: [String], directory: String) -> [String: String] {
        guard let table = try? ZoneTable(directory: directory) else { return [:] }
        var clocks: [String: String] = [:]
        var distinct: [ZoneClock] = []
        for name in names where clocks[name] == nil {
            guard let clock = table.clock(name) else { continue }
            let same = distinct.first { $0.keepsTime(of: clock, from: recent) }
            if same == nil { distinct.append(clock) }
            clocks[name] = same?.name ?? name
        }
        return clocks
    }

    /// Lines `L TARGET ALIAS` of the database's source.
    private static func links(_ directory: String) -> [(alias: String, target: String)] {
        guard let text = try? String(contentsOfFile: "\(directory)/tzdata.zi", encoding: .utf8) else { return [] }
        return text.split(separator: "\n").filter { $0.hasPrefix("L ") }.compactMap { line in
            let fields = line.split(separator: " ")
            return fields.count == 3 ? (String(fields[2]), String(fields[1])) : nil
        }
    }
}

/// Some zones, each clock once: names for people, clocks to compare by.
struct ZoneSpan: Hashable, Sendable {
    private(set) var names: [String] = []
    private(set) var clocks: [String] = []

    init() {}

    init(_ names: [String], clock: (String) -> String) {
        for name in names { add(name, clock(name)) }
    }

    var isEmpty: Bool { names.isEmpty }

    func isSubset(of other: ZoneSpan) -> Bool { clocks.allSatisfy(other.clocks.contains) }

    mutating func formUnion(_ other: ZoneSpan) {
        for (name, clock) in zip(other.names, other.clocks) { add(name, clock) }
    }

    private mutating func add(_ name: String, _ clock: String) {
        guard !clocks.contains(clock) else { return }
        names.append(name)
        clocks.append(clock)
    }
}

extension ZoneTable {
    /// Asks whether the machine's time zone database can be relied on: a zone with daylight saving, and countries.
    ///
    /// The daemon refuses to start with the problem it gives: without zones no quiet hour can be kept.
    public static func check(directory: String = "/usr/share/zoneinfo") -> ZoneTableProblem? {
        do throws(ZoneTableProblem) {
            _ = try ZoneTable(directory: directory)
        } catch {
            return error
        }
        let countries = CountryZones.system(path: "\(directory)/zone.tab")
        return countries.knows("US") && countries.knows("FR") ? nil : .missing(directory: "\(directory)/zone.tab")
    }
}
