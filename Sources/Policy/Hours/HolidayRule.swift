// SPDX-License-Identifier: Apache-2.0
//
// One holiday of a calendar: how its day follows from the year, and what is kept where it falls on a weekend.

import GatewayModel

struct HolidayRule: Hashable, Sendable {
    var name: String
    var date: HolidayDate
    /// Nil: as the calendar says.
    var observance: HolidayObservance?

    init(name: String, date: HolidayDate, observance: HolidayObservance? = nil) {
        (self.name, self.date, self.observance) = (name, date, observance)
    }
}

enum HolidayDate: Hashable, Sendable {
    /// The same day each year; 29 February only in leap years.
    case fixed(month: Int, day: Int)
    /// `ordinal` 1 to 4, or -1 for the last; `later` days after it.
    case nth(ordinal: Int, weekday: Preset.Weekday, month: Int, later: Int)
    /// Days after Western Easter Sunday; negative: before.
    case easter(offset: Int)
    /// The Tuesday after the first Monday of November (2 U.S.C. 7).
    case electionDay(evenYearsOnly: Bool)
    /// The Monday nearest to a fixed day, as Utah keeps 19 June.
    case nearestMonday(month: Int, day: Int)
    case once(CalendarDay)

    func day(in year: Int) -> CalendarDay? {
        switch self {
        case .fixed(let month, let day): return CalendarDay(year: year, month: month, day: day)
        case .nth(let ordinal, let weekday, let month, let later):
            return Self.nth(ordinal, weekday, month, year)?.advanced(by: later)
        case .easter(let offset): return Self.easter(year)?.advanced(by: offset)
        case .electionDay(let evenYearsOnly):
            if evenYearsOnly, year % 2 != 0 { return nil }
            return Self.nth(1, .monday, 11, year)?.advanced(by: 1)
        case .nearestMonday(let month, let day):
            guard let date = CalendarDay(year: year, month: month, day: day) else { return nil }
            let past = date.weekday.rawValue
            return date.advanced(by: past <= 3 ? -past : 7 - past)
        case .once(let day): return day.year == year ? day : nil
        }
    }

    private static func nth(_ ordinal: Int, _ weekday: Preset.Weekday, _ month: Int, _ year: Int) -> CalendarDay? {
        let length = CalendarDay.length(year: year, month: month)
        guard let first = CalendarDay(year: year, month: month, day: 1) else { return nil }
        let start = 1 + (weekday.rawValue - first.weekday.rawValue + 7) % 7
        let day = ordinal > 0 ? start + (ordinal - 1) * 7 : start + (length - start) / 7 * 7
        return CalendarDay(year: year, month: month, day: day)
    }

    /// Western Easter Sunday by the Gregorian computus.
    private static func easter(_ year: Int) -> CalendarDay? {
        let (golden, century) = (year % 19, year / 100)
        let skipped = century - century / 4 - (8 * century + 13) / 25
        let epact = (skipped + 19 * golden + 15) % 30
        let moon = epact - epact / 28 * (1 - epact / 28 * (29 / (epact + 1)) * ((21 - golden) / 11))
        let weekday = (year + year / 4 + moon + 2 - century + century / 4) % 7
        let days = moon - weekday
        let month = 3 + (days + 40) / 44
        return CalendarDay(year: year, month: month, day: days + 28 - 31 * (month / 4))
    }
}

/// What is kept besides a holiday that falls on a weekend. The holiday itself stays one.
struct HolidayObservance: Hashable, Sendable {
    enum Shift: String, Hashable, Sendable, CaseIterable {
        case none
        case previousFriday = "previous_friday"
        case nextMonday = "next_monday"
        /// The next day from Monday to Friday that is no holiday already.
        case nextFreeWeekday = "next_free_weekday"
    }
    var saturday = Shift.none
    var sunday = Shift.none

    func instead(of day: CalendarDay, taken: Set<CalendarDay>) -> CalendarDay? {
        let shift: Shift
        switch day.weekday {
        case .saturday: shift = saturday
        case .sunday: shift = sunday
        case .monday, .tuesday, .wednesday, .thursday, .friday: return nil
        }
        switch shift {
        case .none: return nil
        case .previousFriday: return day.advanced(by: day.weekday == .saturday ? -1 : -2)
        case .nextMonday: return day.advanced(by: day.weekday == .saturday ? 2 : 1)
        case .nextFreeWeekday:
            return (1...14).lazy.map { day.advanced(by: $0) }.first {
                $0.weekday.rawValue < Preset.Weekday.saturday.rawValue && !taken.contains($0)
            }
        }
    }
}

extension CalendarDay {
    var weekday: Preset.Weekday { DayNumber(self).weekday }
    func advanced(by days: Int) -> CalendarDay { (DayNumber(self) + Int64(days)).day }
}
