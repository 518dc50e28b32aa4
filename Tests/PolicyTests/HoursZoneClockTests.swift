// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Policy

@Suite("Wall clocks of zones")
struct HoursZoneClockTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var what: String
        var zone: String
        var wall: String
        var instants: [String]
        init(_ what: String, _ zone: String, _ wall: String, _ instants: String...) {
            (self.what, self.zone, self.wall, self.instants) = (what, zone, wall, instants)
        }
        var testDescription: String { "\(zone) \(wall): \(what)" }
    }

    static let table = [
        Row("an ordinary time", "Europe/Berlin", "2026-11-21T20:00", "2026-11-21T19:00:00Z"),
        Row("skipped", "America/New_York", "2026-03-08T02:30"),
        Row("the first time after the gap", "America/New_York", "2026-03-08T03:00", "2026-03-08T07:00:00Z"),
        Row("twice", "America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"),
        Row("the end of both passes", "America/New_York", "2026-11-01T02:00", "2026-11-01T07:00:00Z"),
        Row("half an hour skipped", "Australia/Lord_Howe", "2026-10-04T02:15"),
        Row(
            "half an hour twice", "Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z",
            "2026-04-04T15:15:00Z"),
        Row("no midnight", "Africa/Cairo", "2026-04-24T00:00"),
        Row("no midnight", "Asia/Beirut", "2026-03-29T00:30"),
        Row("no midnight", "America/Santiago", "2026-09-06T00:00"),
        Row("no midnight", "America/Sao_Paulo", "2018-11-04T00:59"),
        Row("a day that Samoa never had", "Pacific/Apia", "2011-12-30T12:00"),
        Row("a day that Kwajalein never had", "Pacific/Kwajalein", "1993-08-21T12:00"),
        Row(
            "in Ramadan the clock goes back", "Africa/El_Aaiun", "2026-02-15T02:30", "2026-02-15T01:30:00Z",
            "2026-02-15T02:30:00Z"),
        Row("Irish winter is negative saving", "Europe/Dublin", "2026-01-15T12:00", "2026-01-15T12:00:00Z"),
        Row("Irish summer is standard", "Europe/Dublin", "2026-07-15T12:00", "2026-07-15T11:00:00Z"),
        Row(
            "a standard offset that changed", "Europe/Moscow", "2014-10-26T01:30", "2014-10-25T21:30:00Z",
            "2014-10-25T22:30:00Z"),
        Row("by the rule, past the table", "Europe/Berlin", "2087-07-01T12:00", "2087-07-01T10:00:00Z"),
        Row("no saving at all", "UTC", "2026-03-29T02:30", "2026-03-29T02:30:00Z"),
    ]

    @Test("a wall time has no, one or two instants", arguments: table)
    func instants(_ row: Row) {
        let clock = HoursBench.clock(row.zone)
        let expected = row.instants.map { Instant(rfc3339: $0)! }
        #expect(clock.instants(of: LocalTime(row.wall)!) == expected)
        for instant in expected { #expect(clock.wall(at: instant) == LocalTime(row.wall)!) }
    }

    @Test("weekday, day and wall go together over a midnight")
    func parts() {
        let clock = HoursBench.clock("Pacific/Auckland")
        let instant = Instant(rfc3339: "2026-11-21T11:30:15.5Z")!
        #expect(clock.wall(at: instant) == LocalTime("2026-11-22T00:30:15")!)
        #expect(clock.day(at: instant) == CalendarDay("2026-11-22")!)
        #expect(clock.weekday(at: instant) == .sunday)
        #expect(clock.weekday(at: Instant(seconds: -1)) == .thursday)
    }

    @Test("the next change of Lord Howe is half an hour")
    func nextChange() throws {
        let clock = HoursBench.clock("Australia/Lord_Howe")
        let change = try #require(clock.nextChange(after: Instant(rfc3339: "2026-08-01T00:00:00Z")!))
        #expect(change == Instant(rfc3339: "2026-10-03T15:30:00Z")!)
        #expect(clock.offset(at: change) - clock.offset(at: change - .seconds(1)) == 1800)
        #expect(HoursBench.clock("UTC").nextChange(after: change) == nil)
    }

    @Test(
        "names that are no zone have no clock",
        arguments: [
            "", "CET", "EST5EDT", "GMT+2", "Europe/Nowhere", "europe/berlin", "../etc/passwd", "Europe/../UTC",
            "Europe/", "/usr/share/zoneinfo/Europe/Berlin", "posix/Europe/Berlin", "right/Europe/Berlin", "Europe",
            "Europe/Berlin\0", String(repeating: "a/", count: 40),
        ])
    func unknown(_ name: String) { #expect(HoursBench.zones.clock(name) == nil) }

    @Test("a machine without the database is refused at the start")
    func missing() {
        #expect(throws: ZoneTableProblem.missing(directory: "/nonexistent")) {
            try ZoneTable(directory: "/nonexistent")
        }
    }

    @Test("the database says its version") func version() throws {
        let version = try #require(HoursBench.zones.version)
        #expect(version.hasPrefix("20") && version.count >= 5)
    }

    @Test("zones that keep the same time from now on are one")
    func distinct() {
        let now = Instant(rfc3339: "2026-11-21T00:00:00Z")!
        let names = ["America/New_York", "Europe/Berlin", "America/Detroit", "Europe/Paris", "Nowhere/At_All"]
        #expect(HoursBench.zones.distinct(names, from: now).map(\.name) == ["America/New_York", "Europe/Berlin"])
        #expect(HoursBench.zones.distinct(HoursBench.names, from: now).count < 120)
    }
}

@Suite("Every zone on earth, 1990 to 2040")
struct HoursEveryZoneTests {
    static let years = (from: Int64(631_152_000), to: Int64(2_240_611_200))

    /// Foundation's changes are found by asking it for the next one; in the long run by looking at every six hours, so
    /// that none is missed which Foundation does not call daylight saving.
    @Test("offsets change when and as Foundation says, in every zone")
    func changes() throws {
        #expect(HoursBench.names.count > 400 && HoursBench.differing.count < 20)
        #expect(HoursBench.allNames.allSatisfy { HoursBench.zones.clock($0) != nil })
        for name in HoursBench.names {
            let zone = try #require(TimeZone(identifier: name))
            let clock = try #require(HoursBench.zones.clock(name), "\(name)")
            let mine = clock.everyChange.map(\.second).filter { (Self.years.from..<Self.years.to).contains($0) }
            let theirs = HoursBench.isLong ? Self.scanned(zone) : Self.told(zone)
            #expect(mine == theirs, "\(name)")
            for second in mine.flatMap({ [$0 - 1, $0] }) + [Self.years.from, Self.years.to] {
                #expect(clock.offset(at: Instant(seconds: second)) == zone.offset(second), "\(name) \(second)")
            }
        }
    }

    private static func told(_ zone: TimeZone) -> [Int64] {
        var (found, second): ([Int64], Int64) = ([], years.from)
        while let next = zone.nextDaylightSavingTimeTransition(after: Date(timeIntervalSince1970: Double(second))) {
            second = Int64(next.timeIntervalSince1970)
            if second >= years.to { break }
            if zone.offset(second) != zone.offset(second - 1) { found.append(second) }
        }
        return found
    }

    private static func scanned(_ zone: TimeZone) -> [Int64] {
        let step: Int64 = 6 * 3600
        return stride(from: years.from, to: years.to, by: Int(step)).compactMap { second in
            guard zone.offset(second) != zone.offset(second + step) else { return nil }
            var (low, high) = (second, second + step)
            while high - low > 1 {
                let middle = (low + high) / 2
                if zone.offset(middle) == zone.offset(low) { low = middle } else { high = middle }
            }
            return high
        }
    }

    @Test("there and back again, around every change")
    func roundTrips() {
        for name in HoursBench.names {
            let clock = HoursBench.clock(name)
            for change in clock.everyChange where (Self.years.from..<Self.years.to).contains(change.second) {
                for second in [-7201, -1, 0, 1, 1799, 7200].map({ change.second + $0 }) {
                    let instant = Instant(seconds: second)
                    let both = clock.instants(of: clock.wall(at: instant))
                    if !both.contains(instant) || both != both.sorted() || both.count > 2 {
                        Issue.record("\(name) \(second): \(both)")
                    }
                }
            }
        }
    }
}

extension TimeZone {
    fileprivate func offset(_ second: Int64) -> Int {
        secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
    }
}
