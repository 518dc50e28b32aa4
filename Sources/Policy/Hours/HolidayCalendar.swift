// SPDX-License-Identifier: Apache-2.0
//
// HolidayCalendar: which days a place keeps as holidays, from rules in a data file.
//
// Days of the years people plan for are worked out once, when the calendar is made; asking is one look-up.

import GatewayModel

/// Days that a calendar names as holidays.
public struct HolidayCalendar: Hashable, Sendable {
    public let id: String
    /// Of the data file; nil where the days were given one by one.
    public let source: String?
    public let asOf: CalendarDay?
    let rules: [HolidayRule]
    private let observance: HolidayObservance
    private let known: Set<CalendarDay>

    /// Years worked out beforehand; others are worked out when they are asked for.
    static let prepared = 2000...2060

    public init(id: String) { self.init(id: id, days: []) }

    /// A calendar of single days.
    public init(id: String, days: [CalendarDay]) {
        self.init(
            id: id, source: nil, asOf: nil,
            rules: days.map { HolidayRule(name: "\($0)", date: .once($0)) }, observance: HolidayObservance())
    }

    init(id: String, source: String?, asOf: CalendarDay?, rules: [HolidayRule], observance: HolidayObservance) {
        (self.id, self.source, self.asOf) = (id, source, asOf)
        (self.rules, self.observance) = (rules, observance)
        known = Set(Self.prepared.flatMap { Self.days(of: rules, observance, in: $0) })
    }

    /// Whether that day is a holiday, or kept in the place of one.
    public func contains(_ day: CalendarDay) -> Bool {
        Self.prepared.contains(day.year) ? known.contains(day) : days(in: day.year).contains(day)
    }

    /// All of a year's, in order.
    public func days(in year: Int) -> [CalendarDay] { Self.days(of: rules, observance, in: year).sorted() }

    /// A day moved over the turn of a year belongs to the year it is moved to.
    private static func days(of rules: [HolidayRule], _ observance: HolidayObservance, in year: Int) -> Set<CalendarDay>
    {
        var days: Set<CalendarDay> = []
        for near in (year - 1)...(year + 1) {
            let own = rules.compactMap { rule in rule.date.day(in: near).map { (rule, $0) } }
            var taken = Set(own.map(\.1))
            days.formUnion(taken)
            for (rule, day) in own {
                guard let kept = (rule.observance ?? observance).instead(of: day, taken: taken) else { continue }
                taken.insert(kept)
                days.insert(kept)
            }
        }
        return days.filter { $0.year == year }
    }

    public static func == (a: HolidayCalendar, b: HolidayCalendar) -> Bool {
        a.id == b.id && a.rules == b.rules && a.observance == b.observance
    }
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
