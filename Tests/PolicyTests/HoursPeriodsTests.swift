// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("Days, weeks and months of a zone")
struct HoursPeriodsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        enum Kind: Sendable { case day, week(CapRule.Weekday), month }
        var what: String
        var kind: Kind
        var zone: String
        var instant: String
        var start: String
        var end: String
        init(_ what: String, _ kind: Kind, _ zone: String, _ instant: String, _ start: String, _ end: String) {
            (self.what, self.kind, self.zone) = (what, kind, zone)
            (self.instant, self.start, self.end) = (instant, start, end)
        }
        var testDescription: String { "\(zone) \(instant): \(what)" }
    }

    static let table = [
        Row("a day", .day, "Europe/Berlin", "2026-11-21T22:59:59Z", "2026-11-20T23:00:00Z", "2026-11-21T23:00:00Z"),
        Row(
            "midnight begins it", .day, "Europe/Berlin", "2026-11-21T23:00:00Z", "2026-11-21T23:00:00Z",
            "2026-11-22T23:00:00Z"),
        Row(
            "23 hours", .day, "America/New_York", "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"
        ),
        Row(
            "25 hours", .day, "America/New_York", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"
        ),
        Row(
            "it begins at one", .day, "Africa/Cairo", "2026-04-24T12:00:00Z", "2026-04-23T22:00:00Z",
            "2026-04-24T21:00:00Z"),
        Row(
            "it begins at one", .day, "Asia/Beirut", "2026-03-29T12:00:00Z", "2026-03-28T22:00:00Z",
            "2026-03-29T21:00:00Z"),
        Row(
            "it begins at one", .day, "America/Santiago", "2026-09-06T12:00:00Z", "2026-09-06T04:00:00Z",
            "2026-09-07T03:00:00Z"),
        Row(
            "it begins at one", .day, "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z",
            "2018-11-05T02:00:00Z"),
        Row(
            "midnight twice, the first begins it", .day, "America/Havana", "2026-11-01T05:30:00Z",
            "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
        Row(
            "the last before the lost day", .day, "Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29T10:00:00Z",
            "2011-12-30T10:00:00Z"),
        Row(
            "the first after the lost day", .day, "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z",
            "2011-12-31T10:00:00Z"),
        Row(
            "the old date again for 59 minutes: the new day goes on", .day, "America/St_Johns", "2010-11-07T02:40:00Z",
            "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"),
        Row(
            "from Monday", .week(.monday), "Europe/Berlin", "2026-11-22T22:00:00Z", "2026-11-15T23:00:00Z",
            "2026-11-22T23:00:00Z"),
        Row(
            "from Sunday", .week(.sunday), "Europe/Berlin", "2026-11-22T22:00:00Z", "2026-11-21T23:00:00Z",
            "2026-11-28T23:00:00Z"),
        Row(
            "from Saturday", .week(.saturday), "Europe/Berlin", "2026-11-22T22:00:00Z", "2026-11-20T23:00:00Z",
            "2026-11-27T23:00:00Z"),
        Row(
            "over a change", .week(.sunday), "America/New_York", "2026-11-03T12:00:00Z", "2026-11-01T04:00:00Z",
            "2026-11-08T05:00:00Z"),
        Row(
            "a month over a change", .month, "America/New_York", "2026-11-30T12:00:00Z", "2026-11-01T04:00:00Z",
            "2026-12-01T05:00:00Z"),
        Row(
            "the turn of the year", .month, "Pacific/Auckland", "2026-12-31T12:00:00Z", "2026-12-31T11:00:00Z",
            "2027-01-31T11:00:00Z"),
        Row(
            "February of a leap year", .month, "UTC", "2028-02-29T23:59:59Z", "2028-02-01T00:00:00Z",
            "2028-03-01T00:00:00Z"),
    ]

    @Test("an instant lies in one day, week and month", arguments: table)
    func period(_ row: Row) {
        let clock = HoursBench.clock(row.zone)
        let instant = Instant(rfc3339: row.instant)!
        let period =
            switch row.kind {
            case .day: clock.day(containing: instant)
            case .week(let first): clock.week(containing: instant, startsOn: first)
            case .month: clock.month(containing: instant)
            }
        #expect(period.lowerBound.rfc3339 == Instant(rfc3339: row.start)!.rfc3339)
        #expect(period.upperBound.rfc3339 == Instant(rfc3339: row.end)!.rfc3339)
    }

    @Test("days follow one another without a gap, around every change of every zone")
    func partition() {
        for name in HoursBench.names {
            let clock = HoursBench.clock(name)
            let changes = clock.everyChange.map(\.second).filter { $0 > 631_152_000 && $0 < 2_240_611_200 }
            for change in HoursBench.isLong ? changes : Array(changes.suffix(4)) {
                var day = clock.day(containing: Instant(seconds: change - 100_000))
                for _ in 0..<3 {
                    let next = clock.day(containing: day.upperBound)
                    let last = clock.day(containing: day.upperBound - .microseconds(1))
                    if next.lowerBound != day.upperBound || last != day || next.isEmpty {
                        Issue.record("\(name) \(change): \(day), \(next)")
                    }
                    day = next
                }
            }
        }
    }
}
