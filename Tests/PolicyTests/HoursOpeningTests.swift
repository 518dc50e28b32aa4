// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("Opening and closing")
struct HoursOpeningTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var what: String
        var zones: [String]
        var windows: [String]
        var guardMinutes: Int
        var from: String
        var opens: String?
        var closes: String?
        init(
            _ what: String, in zones: String..., windows: String, guardMinutes: Int = 0, from: String, opens: String?,
            closes: String? = nil
        ) {
            (self.what, self.zones, self.guardMinutes) = (what, zones, guardMinutes)
            self.windows = windows.split(separator: " ").map(String.init)
            (self.from, self.opens, self.closes) = (from, opens, closes)
        }
        var testDescription: String { what }
    }

    static let table = [
        Row(
            "open now is now", in: "America/New_York", windows: "08:00-21:00", from: "2026-11-20T15:00:00.25Z",
            opens: "2026-11-20T15:00:00.25Z", closes: "2026-11-21T02:00:00Z"),
        Row(
            "closing is closed", in: "America/New_York", windows: "08:00-21:00", from: "2026-11-21T02:00:00Z",
            opens: "2026-11-21T13:00:00Z"),
        Row(
            "a microsecond before closing is open", in: "America/New_York", windows: "08:00-21:00",
            from: "2026-11-21T01:59:59.999999Z", opens: "2026-11-21T01:59:59.999999Z", closes: "2026-11-21T02:00:00Z"),
        Row(
            "08:00 after the clock went forward", in: "America/New_York", windows: "08:00-21:00",
            from: "2026-03-08T06:30:00Z", opens: "2026-03-08T12:00:00Z"),
        Row(
            "08:00 after the clock went back", in: "America/New_York", windows: "08:00-21:00",
            from: "2026-11-01T05:30:00Z", opens: "2026-11-01T13:00:00Z"),
        Row(
            "start in a gap: the first instant after it", in: "America/New_York", windows: "02:30-05:00",
            from: "2026-03-08T05:00:00Z", opens: "2026-03-08T07:00:00Z", closes: "2026-03-08T09:00:00Z"),
        Row(
            "end in a gap: the gap closes it", in: "America/New_York", windows: "01:00-02:30",
            from: "2026-03-08T05:00:00Z", opens: "2026-03-08T06:00:00Z", closes: "2026-03-08T07:00:00Z"),
        Row(
            "a window within a gap never opens that day", in: "America/New_York", windows: "02:00-03:00",
            from: "2026-03-08T05:00:00Z", opens: "2026-03-09T06:00:00Z"),
        Row(
            "start in an overlap: the second time", in: "America/New_York", windows: "01:30-05:00",
            from: "2026-11-01T04:00:00Z", opens: "2026-11-01T06:30:00Z", closes: "2026-11-01T10:00:00Z"),
        Row(
            "start at the first minute of an overlap: the second time", in: "America/New_York", windows: "01:00-05:00",
            from: "2026-11-01T04:00:00Z", opens: "2026-11-01T06:00:00Z"),
        Row(
            "end in an overlap: the first time", in: "America/New_York", windows: "00:30-01:30",
            from: "2026-11-01T04:00:00Z", opens: "2026-11-01T04:30:00Z", closes: "2026-11-01T05:30:00Z"),
        Row(
            "after that end the second pass stays closed", in: "America/New_York", windows: "00:30-01:30",
            from: "2026-11-01T05:30:00Z", opens: "2026-11-02T05:30:00Z"),
        Row(
            "a window within an overlap is doubtful as a whole", in: "America/New_York", windows: "01:15-01:45",
            from: "2026-11-01T04:00:00Z", opens: "2026-11-02T06:15:00Z"),
        Row(
            "an overlap within a window does not matter", in: "America/New_York", windows: "00:30-05:00",
            from: "2026-11-01T04:00:00Z", opens: "2026-11-01T04:30:00Z", closes: "2026-11-01T10:00:00Z"),
        Row(
            "two windows in one overlap", in: "America/New_York", windows: "00:00-01:15 01:45-03:00",
            from: "2026-11-01T05:15:00Z", opens: "2026-11-01T06:45:00Z"),
        Row(
            "touching windows have no edge in an overlap", in: "America/New_York", windows: "00:00-01:30 01:30-03:00",
            from: "2026-11-01T04:00:00Z", opens: "2026-11-01T04:00:00Z", closes: "2026-11-01T08:00:00Z"),
        Row(
            "over midnight as two windows", in: "Europe/Berlin", windows: "00:00-02:00 22:00-24:00", guardMinutes: 5,
            from: "2026-11-21T20:00:00Z", opens: "2026-11-21T21:00:00Z", closes: "2026-11-22T00:55:00Z"),
        Row(
            "24:00 closes a day", in: "Europe/Berlin", windows: "22:00-24:00", from: "2026-11-21T20:00:00Z",
            opens: "2026-11-21T21:00:00Z", closes: "2026-11-21T23:00:00Z"),
        Row(
            "the guard band is closed", in: "America/New_York", windows: "08:00-20:00", guardMinutes: 5,
            from: "2026-11-21T00:55:00Z", opens: "2026-11-21T13:00:00Z", closes: "2026-11-22T00:55:00Z"),
        Row(
            "just before the guard band", in: "America/New_York", windows: "08:00-20:00", guardMinutes: 5,
            from: "2026-11-21T00:54:59Z", opens: "2026-11-21T00:54:59Z", closes: "2026-11-21T00:55:00Z"),
        Row(
            "the guard band counts true time, not the wall's", in: "America/New_York", windows: "01:00-03:03",
            guardMinutes: 5, from: "2026-03-08T06:58:00Z", opens: "2026-03-09T05:00:00Z"),
        Row(
            "a window as short as the guard band never opens", in: "America/New_York", windows: "08:00-08:05",
            guardMinutes: 5, from: "2026-11-20T00:00:00Z", opens: nil),
        Row(
            "a minute more is a minute", in: "America/New_York", windows: "08:00-08:06", guardMinutes: 5,
            from: "2026-11-20T00:00:00Z", opens: "2026-11-20T13:00:00Z", closes: "2026-11-20T13:01:00Z"),
        Row(
            "Alaska and Hawaii make the day short", in: "America/New_York", "Pacific/Honolulu", windows: "08:00-20:00",
            from: "2026-07-01T12:00:00Z", opens: "2026-07-01T18:00:00Z", closes: "2026-07-02T00:00:00Z"),
        Row(
            "contiguous states", in: "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
            windows: "08:00-21:00", from: "2026-07-01T12:00:00Z", opens: "2026-07-01T15:00:00Z",
            closes: "2026-07-02T01:00:00Z"),
        Row(
            "two ends of the earth have no hour in common", in: "Pacific/Kiritimati", "Pacific/Honolulu",
            "Europe/Paris",
            windows: "08:00-12:00", from: "2026-07-01T12:00:00Z", opens: nil),
        Row(
            "Lord Howe skips the half hour of the start", in: "Australia/Lord_Howe", windows: "02:15-20:00",
            from: "2026-10-03T14:00:00Z", opens: "2026-10-03T15:30:00Z"),
        Row(
            "Cairo has no midnight to open at", in: "Africa/Cairo", windows: "00:30-06:00",
            from: "2026-04-23T20:00:00Z", opens: "2026-04-23T22:00:00Z", closes: "2026-04-24T03:00:00Z"),
        Row(
            "Samoa skips a day and stays open", in: "Pacific/Apia", windows: "00:00-24:00", guardMinutes: 5,
            from: "2011-12-30T09:59:00Z", opens: "2011-12-30T09:59:00Z"),
        Row(
            "Samoa's evening is followed by the day after next", in: "Pacific/Apia", windows: "08:00-20:00",
            from: "2011-12-30T07:00:00Z", opens: "2011-12-30T18:00:00Z"),
        Row(
            "Kwajalein's too", in: "Pacific/Kwajalein", windows: "08:00-20:00", from: "1993-08-21T11:00:00Z",
            opens: "1993-08-21T20:00:00Z"),
    ]

    @Test("the next opening, and the closing after it", arguments: table)
    func opens(_ row: Row) throws {
        let week = Array(repeating: row.windows.map(HoursBench.window), count: 7)
        let hours = try HoursBench.hours(
            [HoursBench.preset(week: week)], row.zones, guardBand: .seconds(row.guardMinutes * 60))
        let from = Instant(rfc3339: row.from)!
        let opening = hours.nextOpening(from: from, before: from + OpenHours.horizon)
        #expect(opening == row.opens.map { Instant(rfc3339: $0)! })
        #expect(hours.isOpen(at: from) == (opening == from))
        guard let opening else { return }
        #expect(hours.isOpen(at: opening))
        if let closes = row.closes {
            #expect(hours.closing(after: opening) == Instant(rfc3339: closes)!)
            #expect(!hours.isOpen(at: Instant(rfc3339: closes)!))
        }
    }

    static let weekdays = HoursBench.preset(
        "weekdays",
        week: (0..<7).map { $0 < 5 ? [HoursBench.window("10:00-13:00"), HoursBench.window("14:00-20:00")] : [] },
        holidays: ["2026-11-11", "2026-12-25"], onHolidays: [])

    @Test("holidays, weekends and lunch are closed")
    func calendar() throws {
        let hours = try HoursBench.hours([Self.weekdays], ["Europe/Paris"])
        let openings = [
            ("2026-11-10T19:00:00Z", "2026-11-12T09:00:00Z"), ("2026-12-24T19:00:00Z", "2026-12-28T09:00:00Z"),
            ("2026-11-20T12:30:00Z", "2026-11-20T13:00:00Z"), ("2026-11-20T19:00:00Z", "2026-11-23T09:00:00Z"),
        ]
        for (from, opens) in openings {
            let from = Instant(rfc3339: from)!
            #expect(hours.nextOpening(from: from, before: from + OpenHours.horizon) == Instant(rfc3339: opens)!)
        }
    }

    @Test("a holiday may have hours of its own, by the date of each zone")
    func holidayHours() throws {
        let preset = HoursBench.preset(
            week: Array(repeating: [HoursBench.window("08:00-20:00")], count: 7), holidays: ["2026-11-26"],
            onHolidays: [HoursBench.window("12:00-14:00")])
        let hours = try HoursBench.hours([preset], ["America/New_York"])
        let from = Instant(rfc3339: "2026-11-26T05:00:00Z")!
        #expect(
            hours.nextOpening(from: from, before: from + OpenHours.horizon) == Instant(rfc3339: "2026-11-26T17:00:00Z")!
        )
        #expect(
            hours.closing(after: Instant(rfc3339: "2026-11-26T17:00:00Z")!) == Instant(rfc3339: "2026-11-26T19:00:00Z")!
        )
    }

    @Test("a preset with a zone of its own is tested there and nowhere else")
    func ownZone() throws {
        var central = HoursBench.daily("08:00-20:00", id: "us-ms")
        central.zone = "America/Chicago"
        let hours = try HoursBench.hours([central], ["America/New_York", "Asia/Tokyo"])
        let closed = Instant(rfc3339: "2026-07-01T12:59:59Z")!
        #expect(hours.refusals(at: closed) == [.preset("us-ms", zone: "America/Chicago")])
        #expect(hours.isOpen(at: Instant(rfc3339: "2026-07-01T13:00:00Z")!))
        central.zone = "America/Nowhere"
        #expect(throws: OpenHours.Problem.unknownZone("America/Nowhere", preset: "us-ms")) {
            try HoursBench.hours([central], ["America/New_York"])
        }
    }

    @Test("a Florida number in New York, 20:30: Florida's rule refuses, federal hours do not")
    func florida() throws {
        let presets = [HoursBench.daily("08:00-21:00", id: "us"), HoursBench.daily("08:00-20:00", id: "us-fl")]
        let hours = try HoursBench.hours(presets, ["America/New_York", "America/Chicago"], guardBand: .seconds(300))
        let now = Instant(rfc3339: "2026-11-21T01:30:00Z")!
        #expect(hours.refusals(at: now) == [.preset("us-fl", zone: "America/New_York")])
        #expect(hours.firstRefusal(at: now) == .preset("us-fl", zone: "America/New_York"))
        #expect(
            hours.nextOpening(from: now, before: now + .seconds(86_400)) == Instant(rfc3339: "2026-11-21T14:00:00Z")!)
    }

    @Test("a blackout is dark in each zone, guard band and doubtful hours included")
    func blackout() throws {
        let hours = try HoursBench.hours(
            [], ["America/New_York", "America/Chicago"], guardBand: .seconds(300),
            blackouts: [("2026-11-01T01:30", "2026-11-01T01:45"), ("2026-12-02T00:00", "2026-12-01T00:00")])
        // 01:30 EDT, the first one, to 01:45 CST, the second one.
        #expect(hours.isOpen(at: Instant(rfc3339: "2026-11-01T05:24:59Z")!))
        #expect(
            hours.firstRefusal(at: Instant(rfc3339: "2026-11-01T05:25:00Z")!) == .blackout(0, zone: "America/New_York"))
        #expect(
            hours.nextOpening(
                from: Instant(rfc3339: "2026-11-01T05:25:00Z")!, before: Instant(rfc3339: "2026-12-01T00:00:00Z")!)
                == Instant(rfc3339: "2026-11-01T07:45:00Z")!)
        #expect(
            hours.closing(after: Instant(rfc3339: "2026-11-01T00:00:00Z")!) == Instant(rfc3339: "2026-11-01T05:25:00Z")!
        )
        #expect(hours.closing(after: Instant(rfc3339: "2026-11-02T00:00:00Z")!) == nil)
    }

    @Test("nothing opens at or after the end")
    func before() throws {
        let hours = try HoursBench.hours([HoursBench.daily("08:00-20:00")], ["Europe/Berlin"])
        let (from, opening) = (Instant(rfc3339: "2026-11-21T20:00:00Z")!, Instant(rfc3339: "2026-11-22T07:00:00Z")!)
        #expect(hours.nextOpening(from: from, before: opening) == nil)
        #expect(hours.nextOpening(from: from, before: opening + .microseconds(1)) == opening)
        #expect(hours.nextOpening(from: opening, before: opening) == nil)
        #expect(hours.nextOpening(from: from, before: Instant(microseconds: .max)) == opening)
    }

    @Test("closed all week is never, no rule at all is always, no zone is an error")
    func edges() throws {
        let now = Instant(rfc3339: "2026-11-21T20:00:00.5Z")!
        let never = try HoursBench.hours([HoursBench.preset(week: Array(repeating: [], count: 7))], ["Europe/Berlin"])
        #expect(!never.isOpen(at: now) && never.nextOpening(from: now, before: now + OpenHours.horizon) == nil)
        #expect(never.closing(after: now) == now)
        let always = try HoursBench.hours([], [])
        #expect(always.isOpen(at: now) && always.nextOpening(from: now, before: now + .seconds(1)) == now)
        #expect(always.closing(after: now) == nil)
        #expect(throws: OpenHours.Problem.noZone) { try HoursBench.hours([HoursBench.daily("08:00-20:00")], []) }
        #expect(throws: OpenHours.Problem.noZone) {
            try HoursBench.hours([], [], blackouts: [("2026-11-01T01:30", "2026-11-01T01:45")])
        }
    }
}

@Suite("Spreading behind an opening")
struct HoursSpreadTests {
    static let opening = Instant(rfc3339: "2026-11-22T07:00:00Z")!

    func delays(window: Int, queued: Int) -> [Duration] {
        (1...2000).map {
            Spread.delay(job: JobKey($0), opening: Self.opening, window: .seconds(window), queued: queued)
        }
    }

    @Test("few jobs are not spread") func few() {
        #expect(delays(window: 43_200, queued: 499).allSatisfy { $0 == .zero })
        #expect(delays(window: 43_200, queued: 0).allSatisfy { $0 == .zero })
        #expect(delays(window: 0, queued: 1_000_000).allSatisfy { $0 == .zero })
        #expect(delays(window: -5, queued: -5).allSatisfy { $0 == .zero })
    }

    @Test(
        "the least of a quarter of the window, two hours, and the time that the queue needs",
        arguments: [(43_200, 50_000, 100), (43_200, 10_000_000, 7200), (3600, 10_000_000, 900)])
    func bounds(window: Int, queued: Int, seconds: Int) {
        let delays = delays(window: window, queued: queued)
        #expect(delays.allSatisfy { $0 >= .zero && $0 < .seconds(seconds) })
        // Spread evenly: a tenth of the jobs in each tenth of the time, give or take a third.
        for tenth in 0..<10 {
            let slot = Duration.seconds(seconds) * tenth / 10..<Duration.seconds(seconds) * (tenth + 1) / 10
            #expect((133...267).contains(delays.count { slot.contains($0) }))
        }
    }

    @Test("the same job and opening, the same place; another opening, another order") func fixed() {
        #expect(delays(window: 43_200, queued: 50_000) == delays(window: 43_200, queued: 50_000))
        let known = Spread.delay(job: JobKey(1), opening: Self.opening, window: .seconds(43_200), queued: 50_000)
        #expect(known == .microseconds(76_819_960), "a place that changes between versions moves every waiting job")
        let other = Spread.delay(
            job: JobKey(1), opening: Self.opening + .seconds(86_400), window: .seconds(43_200), queued: 50_000)
        #expect(known != other)
    }

    @Test("who is first in a small queue is first in a large one") func order() {
        let (small, large) = (delays(window: 43_200, queued: 50_000), delays(window: 43_200, queued: 500_000))
        let order = { (delays: [Duration]) in delays.indices.sorted { (delays[$0], $0) < (delays[$1], $1) } }
        #expect(Set(order(small).prefix(20)) == Set(order(large).prefix(20)))
    }
}
