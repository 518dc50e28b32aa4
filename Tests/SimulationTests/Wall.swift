// SPDX-License-Identifier: Apache-2.0
//
// Wall: what a clock on the wall shows, by Foundation's calendars and nothing of ours.

import Foundation
import GatewayModel

final class Wall {
    private var calendars: [String: Calendar] = [:]

    func calendar(_ zone: String) -> Calendar {
        if let known = calendars[zone] { return known }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zone)!
        calendar.firstWeekday = 1
        calendars[zone] = calendar
        return calendar
    }

    private static func date(_ instant: Instant) -> Date {
        Date(timeIntervalSince1970: Double(instant.microseconds) / 1e6)
    }

    /// Whether the wall of that zone shows a time within the hours.
    func isOpen(_ hours: PlainHours, _ zone: String, at instant: Instant) -> Bool {
        let parts = calendar(zone).dateComponents(
            [.year, .month, .day, .weekday, .hour, .minute], from: Self.date(instant))
        if !hours.holidays.isEmpty, hours.holidays.contains(Self.text(parts)) { return false }
        return hours.week[(parts.weekday! + 5) % 7]?.contains(parts.hour! * 60 + parts.minute!) ?? false
    }

    /// `2026-07-14` on the wall of that zone.
    func day(_ zone: String, at instant: Instant) -> String {
        Self.text(calendar(zone).dateComponents([.year, .month, .day], from: Self.date(instant)))
    }

    private static func text(_ parts: DateComponents) -> String {
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.year!)-\(two(parts.month!))-\(two(parts.day!))"
    }

    /// The day, week or month on that wall.
    func period(_ unit: Calendar.Component, _ zone: String, containing instant: Instant) -> Range<Instant> {
        let interval = calendar(zone).dateInterval(of: unit, for: Self.date(instant))!
        let start = Instant(seconds: Int64(interval.start.timeIntervalSince1970.rounded()))
        return start..<Instant(seconds: Int64(interval.end.timeIntervalSince1970.rounded()))
    }

    /// The day so many months after that one, as the wall's calendar counts.
    func day(_ text: String, months: Int) -> String {
        let calendar = calendar("UTC")
        let parts = text.split(separator: "-").map { Int($0)! }
        let date = calendar.date(from: DateComponents(year: parts[0], month: parts[1], day: parts[2]))!
        let later = calendar.date(byAdding: .month, value: months, to: date)!
        return Self.text(calendar.dateComponents([.year, .month, .day], from: later))
    }

    /// Whether the zone changes its offset within a day and a half of it: then our hours are narrower than the wall's.
    func isNearChange(_ zone: String, at instant: Instant) -> Bool {
        let (span, date, zone) = (129_600.0, Self.date(instant), calendar(zone).timeZone)
        return zone.secondsFromGMT(for: date - span) != zone.secondsFromGMT(for: date + span)
    }
}
