// SPDX-License-Identifier: Apache-2.0
//
// Days, weeks and months of a zone as stretches of time, for caps that count by the calendar.
//
// A period begins at the first instant that its first day has, be that midnight or not, and ends where the next begins.
// So every instant lies in exactly one day, one week, one month. Where a clock is set back over midnight and the old
// date shows again for some minutes, these count to the new day: the new day has begun.

import GatewayModel

extension ZoneClock {
    public func day(containing instant: Instant) -> Range<Instant> {
        period(containing: instant, from: { $0 }, next: { $0 + 1 })
    }

    public func week(containing instant: Instant, startsOn first: CapRule.Weekday) -> Range<Instant> {
        let offset = Int64(first.fromMonday)
        return period(
            containing: instant, from: { $0 + -(((($0.rawValue + 3 - offset) % 7) + 7) % 7) }, next: { $0 + 7 })
    }

    public func month(containing instant: Instant) -> Range<Instant> {
        period(
            containing: instant,
            from: { number in
                var day = number.day
                day.day = 1
                return DayNumber(day)
            },
            next: { DayNumber($0.day.adding(months: 1)) })
    }

    /// The last period that begins at or before `instant`: `from` gives the first day of a day's period, `next` the
    /// first day of the one after.
    private func period(
        containing instant: Instant, from first: (DayNumber) -> DayNumber, next: (DayNumber) -> DayNumber
    ) -> Range<Instant> {
        let second = instant.seconds
        var day = first(DayNumber(wallSeconds: wallSeconds(at: second)))
        var start = firstSecond(reaching: day.wallSeconds)
        while true {
            let following = next(day)
            let end = firstSecond(reaching: following.wallSeconds)
            if end > second { return Instant(seconds: start)..<Instant(seconds: end) }
            (day, start) = (following, end)
        }
    }
}

extension CapRule.Weekday {
    /// Days after Monday.
    fileprivate var fromMonday: Int {
        switch self {
        case .monday: 0
        case .saturday: 5
        case .sunday: 6
        }
    }
}
