// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

/// All holidays of a year, as `MM-DD` parted by blanks.
private struct HolidayYear: CustomTestStringConvertible, Sendable {
    var id: String
    var year: Int
    var days: String
    var testDescription: String { "\(id) \(year)" }
    init(_ id: String, _ year: Int, _ days: String) { (self.id, self.year, self.days) = (id, year, days) }
}

private let years = [
    HolidayYear("fr", 2024, "01-01 04-01 05-01 05-08 05-09 05-20 07-14 08-15 11-01 11-11 12-25"),
    HolidayYear("fr", 2025, "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-01 11-11 12-25"),
    HolidayYear("fr", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25"),
    HolidayYear("fr", 2027, "01-01 03-29 05-01 05-06 05-08 05-17 07-14 08-15 11-01 11-11 12-25"),
    HolidayYear("fr", 2028, "01-01 04-17 05-01 05-08 05-25 06-05 07-14 08-15 11-01 11-11 12-25"),
    HolidayYear("au", 2024, "01-01 01-26 03-29 04-01 04-25 12-25 12-26"),
    HolidayYear("au", 2025, "01-01 01-26 01-27 04-18 04-21 04-25 12-25 12-26"),
    HolidayYear("au", 2026, "01-01 01-26 04-03 04-06 04-25 12-25 12-26 12-28"),
    HolidayYear("au", 2027, "01-01 01-26 03-26 03-29 04-25 12-25 12-26 12-27 12-28"),
    HolidayYear("au", 2028, "01-01 01-03 01-26 04-14 04-17 04-25 12-25 12-26"),
    HolidayYear("us-federal", 2024, "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25"),
    HolidayYear("us-federal", 2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
    HolidayYear("us-federal", 2026, "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25"),
    // 1 January 2028 is a Saturday: its Friday lies in the year before.
    HolidayYear(
        "us-federal", 2027,
        "01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 12-31"),
    HolidayYear("us-federal", 2028, "01-01 01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-10 11-11 11-23 12-25"),
    HolidayYear("us-pa", 2024, "01-01 01-15 02-19 03-29 05-27 06-14 07-04 09-02 10-14 11-05 11-11 11-28 12-25"),
    HolidayYear("us-pa", 2026, "01-01 01-19 02-16 04-03 05-25 06-14 06-15 07-04 09-07 10-12 11-03 11-11 11-26 12-25"),
    HolidayYear(
        "us-pa", 2027, "01-01 01-18 02-15 03-26 05-31 06-14 07-04 07-05 09-06 10-11 11-02 11-11 11-25 12-25"),
    HolidayYear(
        "us-al", 2026,
        "01-01 01-19 02-16 02-17 04-27 05-25 06-01 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25"),
    HolidayYear("us-ms", 2026, "01-01 01-19 02-16 04-27 05-25 07-04 09-07 11-11 11-26 12-25"),
    HolidayYear("us-ms", 2027, "01-01 01-18 02-15 04-26 05-31 07-04 07-05 09-06 11-11 11-25 12-25"),
    HolidayYear(
        "us-la", 2026,
        "01-01 01-08 01-19 02-16 02-17 04-03 05-25 06-03 06-19 07-04 08-30 08-31 09-07 10-12 11-01 11-02 11-03 11-11 "
            + "11-26 11-27 12-25"),
    HolidayYear("us-ri", 2026, "01-01 01-19 02-16 05-04 05-25 06-19 07-04 08-10 09-07 10-12 11-03 11-11 11-26 12-25"),
    HolidayYear("us-ri", 2025, "01-01 01-20 02-17 05-04 05-26 06-19 07-04 08-11 09-01 10-13 11-11 11-27 12-25"),
    HolidayYear(
        "us-ut", 2024, "01-01 01-15 02-19 05-27 06-17 06-19 07-04 07-24 09-02 10-14 11-11 11-28 12-25"),
    HolidayYear(
        "us-ut", 2026, "01-01 01-19 02-16 05-25 06-19 06-22 07-03 07-04 07-24 09-07 10-12 11-11 11-26 12-25"),
]

@Suite("Holiday calendars")
struct HolidaysTests {
    private static let calendars: [String: HolidayCalendar] = {
        let library = PresetLibrary.load(directory: nil).library
        let used = library.ids.compactMap { library[$0]?.holidays }
        return Dictionary(used.map { ($0.id, $0) }) { first, _ in first }
    }()

    private func calendar(_ id: String) throws -> HolidayCalendar {
        // The federal one is in use only within us-any; its rules are there under its own observance.
        if id == "us-federal" { return try Self.federal() }
        return try #require(Self.calendars[id])
    }

    private static func federal() throws -> HolidayCalendar {
        let any = try #require(calendars["us-any"])
        let rules = Array(any.rules.prefix(11))
        return HolidayCalendar(id: "us-federal", source: nil, asOf: nil, rules: rules, observance: HolidayObservance())
    }

    @Test("a year's days are those of the almanac", arguments: years)
    fileprivate func days(_ row: HolidayYear) throws {
        let calendar = try calendar(row.id)
        let found = calendar.days(in: row.year).map { String("\($0)".dropFirst(5)) }
        #expect(found == row.days.split(separator: " ").map(String.init))
        for day in calendar.days(in: row.year) { #expect(calendar.contains(day)) }
        #expect(!calendar.contains(CalendarDay(year: row.year, month: 3, day: 3)!))
    }

    @Test("us-any has every day of every other calendar of the states")
    func unionOfStates() throws {
        let any = try calendar("us-any")
        for id in ["us-al", "us-la", "us-ms", "us-pa", "us-ri", "us-ut"] {
            for year in 2024...2028 {
                for day in try calendar(id).days(in: year) { #expect(any.contains(day), "\(id) \(day)") }
            }
        }
    }

    @Test("years that nobody prepared are worked out when asked for")
    func farYears() throws {
        let france = try calendar("fr")
        #expect(france.contains(CalendarDay("1995-07-14")!) && !france.contains(CalendarDay("1995-07-15")!))
        #expect(france.contains(CalendarDay("2075-04-08")!))
    }

    static let easters = [
        (1990, "1990-04-15"), (2000, "2000-04-23"), (2008, "2008-03-23"), (2019, "2019-04-21"), (2024, "2024-03-31"),
        (2025, "2025-04-20"), (2026, "2026-04-05"), (2027, "2027-03-28"), (2028, "2028-04-16"), (2038, "2038-04-25"),
        (2049, "2049-04-18"), (2076, "2076-04-19"),
    ]

    @Test("Easter", arguments: easters)
    func easter(year: Int, day: String) {
        #expect(HolidayDate.easter(offset: 0).day(in: year) == CalendarDay(day))
    }

    static let texts: [(String, Int, String?)] = [
        ("07-04", 2026, "2026-07-04"), ("02-29", 2026, nil), ("02-29", 2028, "2028-02-29"),
        ("3rd monday of january", 2026, "2026-01-19"), ("last monday of may", 2026, "2026-05-25"),
        ("last monday of may", 2027, "2027-05-31"), ("4th thursday of november", 2029, "2029-11-22"),
        ("day after 4th thursday of november", 2029, "2029-11-23"), ("easter -47", 2026, "2026-02-17"),
        ("election day", 2022, "2022-11-08"), ("election day", 2027, "2027-11-02"),
        ("election day of even years", 2027, nil), ("election day of even years", 2028, "2028-11-07"),
        ("monday nearest 06-19", 2023, "2023-06-19"), ("monday nearest 06-19", 2025, "2025-06-16"),
        ("monday nearest 06-19", 2026, "2026-06-22"), ("2026-07-03", 2026, "2026-07-03"), ("2026-07-03", 2027, nil),
    ]

    @Test("what a calendar file may say", arguments: texts)
    func text(text: String, year: Int, expected: String?) throws {
        let date = try #require(HolidayDate(text))
        #expect(date.day(in: year).map { "\($0)" } == expected)
    }

    @Test(
        "and what it may not",
        arguments: [
            "", "7-4", "02-30", "5th monday of may", "monday of may", "easter", "easter 1", "easter +400", "2026-02-30",
            "third monday of may", "election", "3rd Monday of may", "monday nearest 13-01", "day after",
        ])
    func nonsense(_ text: String) { #expect(HolidayDate(text) == nil) }
}
