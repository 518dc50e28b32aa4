// SPDX-License-Identifier: Apache-2.0
//
// ZoneRule: how a zone goes on after the last change that is written down, as `CET-1CEST,M3.5.0,M10.5.0/3`.

import GatewayModel

/// A TZ string of POSIX (IEEE Std 1003.1, section 8.3) with the hours of RFC 8536 section 3.3.1: -167 to 167.
struct ZoneRule: Hashable, Sendable {
    /// One day a year, and the second of that day on the wall; past its ends it means the days around.
    struct YearlyMoment: Hashable, Sendable {
        enum Day: Hashable, Sendable {
            /// Of `month`, the `week`th such weekday, Sunday 0; the fifth is the last.
            case weekday(month: Int, week: Int, weekday: Int)
            /// 1 to 365, 29 February never counted.
            case julian(Int)
            /// 0 to 365, 29 February counted.
            case ordinal(Int)
        }
        var day: Day
        var second: Int
    }

    /// Seconds east of Greenwich.
    var standard: Int
    var saving: (offset: Int, begins: YearlyMoment, ends: YearlyMoment)?

    /// Changes of offset later than `second`, in order, to the end of the year `last`.
    func changes(after second: Int64, through last: Int) -> [(second: Int64, offset: Int32)] {
        guard let saving else { return [] }
        let first = LocalTime(utc: Instant(seconds: min(max(second, Self.earliest), Self.latest))).year
        let all = (first...max(first, last)).flatMap { year in
            [
                (second: saving.begins.wallSeconds(year) - Int64(standard), offset: Int32(saving.offset)),
                (second: saving.ends.wallSeconds(year) - Int64(saving.offset), offset: Int32(standard)),
            ]
        }
        return all.filter { $0.second > second }.sorted { $0.second < $1.second }
    }

    /// 1900 and 2200: no file's table ends outside of these, unless it is damaged.
    private static let earliest: Int64 = -2_208_988_800
    private static let latest: Int64 = 7_258_118_400

    static func == (a: ZoneRule, b: ZoneRule) -> Bool {
        a.standard == b.standard && a.saving?.offset == b.saving?.offset && a.saving?.begins == b.saving?.begins
            && a.saving?.ends == b.saving?.ends
    }
    func hash(into hasher: inout Hasher) {
        hasher.combine(standard)
        hasher.combine(saving?.offset)
    }
}

extension ZoneRule.YearlyMoment {
    /// That moment of a year, in seconds on the wall.
    func wallSeconds(_ year: Int) -> Int64 { dayNumber(year).wallSeconds + Int64(second) }

    private func dayNumber(_ year: Int) -> DayNumber {
        switch day {
        case .weekday(let month, let week, let weekday):
            let first = Self.number(year, month)
            // 1970-01-01 was a Thursday, day 4 from Sunday.
            let ahead = (Int64(weekday) - (first.rawValue + 4) % 7 + 14) % 7
            let length = CalendarDay.length(year: year, month: month)
            let inMonth = Int(ahead) + (week - 1) * 7
            return first + Int64(inMonth < length ? inMonth : inMonth - 7)
        case .julian(let number):
            let isAfterFebruary = number >= 60
            let leapDay: Int64 = isAfterFebruary && CalendarDay.length(year: year, month: 2) == 29 ? 1 : 0
            return Self.number(year, 1) + (Int64(number) - 1 + leapDay)
        case .ordinal(let number): return Self.number(year, 1) + Int64(number)
        }
    }

    private static func number(_ year: Int, _ month: Int) -> DayNumber {
        guard let day = CalendarDay(year: year, month: month, day: 1) else {
            preconditionFailure("the reader lets no such month through")
        }
        return DayNumber(day)
    }
}
