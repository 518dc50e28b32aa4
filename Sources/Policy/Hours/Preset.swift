// SPDX-License-Identifier: Apache-2.0
//
// Preset: hours in which a place allows messages, as a dated, cited data file. Not law: what somebody read, and when.

import GatewayModel

public struct Preset: Hashable, Sendable {
    /// A part of a day in minutes since its midnight, half open; `close` 1440 is `24:00`.
    public struct Window: Hashable, Sendable {
        public var open: Int
        public var close: Int
        public init(open: Int, close: Int) { (self.open, self.close) = (open, close) }
    }
    public enum Weekday: Int, Hashable, Sendable, CaseIterable {
        case monday = 0, tuesday, wednesday, thursday, friday, saturday, sunday
    }

    public var id: String
    public var version: String
    public var asOf: CalendarDay
    /// Statute, regulation or page it was read from, in words and address.
    public var source: String
    public var confidence: Confidence
    public var note: String?
    /// A family that brings it in by its own name, as `us`; nil: it has to be named.
    public var family: String?
    /// ISO 3166-1 or 3166-2 codes; `*` is everywhere that no other preset named beside it covers.
    public var covers: [String]
    /// Covers its country only where the region is not known.
    public var onlyUnknownRegion: Bool
    /// The contacts it was written for.
    public var channels: [ContactChannel]
    /// The zone that its hours are stated in, where that is not the recipient's.
    public var zone: String?
    /// Monday first; no window: closed all day. Disjoint, in order, none over midnight (such a one is two).
    public var week: [[Window]]
    public var holidays: HolidayCalendar?
    /// What a holiday allows instead of its weekday's windows.
    public var onHolidays: [Window]
    /// Caps that come with it; each names the preset.
    public var caps: [CapRule]

    public init(
        id: String, version: String, asOf: CalendarDay, source: String, confidence: Confidence, covers: [String],
        week: [[Window]]
    ) {
        (self.id, self.version, self.asOf, self.source) = (id, version, asOf, source)
        (self.confidence, self.covers, self.week) = (confidence, covers, week)
        (note, family, onlyUnknownRegion, channels, zone) = (nil, nil, false, ContactChannel.allCases, nil)
        (holidays, onHolidays, caps) = (nil, [], [])
    }

    /// Whether it speaks of that place. `*` covers nothing by itself: it stands in where no other preset does.
    public func covers(_ jurisdiction: Jurisdiction) -> Bool {
        guard !(onlyUnknownRegion && jurisdiction.region != nil) else { return false }
        return covers.contains { jurisdiction.lies(in: $0) }
    }
    /// Covers what no preset named beside it covers.
    public var coversTheRest: Bool { covers.contains("*") }

    /// The windows of that day, its holiday rule included.
    public func windows(on day: CalendarDay, _ weekday: Weekday) -> [Window] {
        if let holidays, holidays.contains(day) { return onHolidays }
        return week[weekday.rawValue]
    }
}
