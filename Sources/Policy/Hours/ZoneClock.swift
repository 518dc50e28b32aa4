// SPDX-License-Identifier: Apache-2.0
//
// ZoneClock: the clock on the wall in one zone, to and from instants.
//
// A table of every change of offset that the time zone database knows or foretells until 2100; a look-up is one binary
// search, without Calendar and without locks. Daylight saving is nothing special here: only offsets count, so negative
// daylight saving, half-hour shifts and skipped days need no case of their own. Immutable; any thread.

import GatewayModel

/// The clock of one IANA zone, in whole seconds. From 2100 on, the last offset stays.
public struct ZoneClock: Sendable {
    /// The name it was asked for by, as `America/New_York`.
    public let name: String
    private let changes: OffsetChanges

    init(name: String, changes: OffsetChanges) { (self.name, self.changes) = (name, changes) }

    /// Seconds east of Greenwich.
    public func offset(at instant: Instant) -> Int { span(at: instant.seconds).offset }

    /// What the wall shows then, the fraction of a second left out.
    public func wall(at instant: Instant) -> LocalTime {
        LocalTime(utc: Instant(seconds: wallSeconds(at: instant.seconds)))
    }

    public func day(at instant: Instant) -> CalendarDay { DayNumber(wallSeconds: wallSeconds(at: instant.seconds)).day }

    public func weekday(at instant: Instant) -> Preset.Weekday {
        DayNumber(wallSeconds: wallSeconds(at: instant.seconds)).weekday
    }

    /// Every instant at which the wall shows `local`, in order: none in a gap, two in an overlap.
    public func instants(of local: LocalTime) -> [Instant] {
        let wall = local.asUTC.seconds
        let both = [firstSecond(reaching: wall), lastSecond(showing: wall)].filter { wallSeconds(at: $0) == wall }
        return (both.first == both.last ? Array(both.prefix(1)) : both).map { Instant(seconds: $0) }
    }

    /// The next change of offset after that instant; nil where none is known.
    public func nextChange(after instant: Instant) -> Instant? {
        let end = span(at: instant.seconds).end
        return end == .max ? nil : Instant(seconds: end)
    }
}

extension ZoneClock {
    /// Whether both walls show the same from `instant` on.
    func keepsTime(of other: ZoneClock, from instant: Instant) -> Bool {
        changes.isSame(as: other.changes, from: instant.seconds)
    }

    /// Every change of offset, oldest first.
    var everyChange: [(second: Int64, offset: Int)] { changes.all }
}

// In seconds since the epoch ("second") and in seconds on the wall, read as if it stood in Greenwich ("wall").
extension ZoneClock {
    /// A stretch of time with one offset, `start` within it, `end` not.
    struct Span: Hashable, Sendable {
        var start: Int64
        var end: Int64
        var offset: Int

        /// Whether no change of offset lies within so many seconds of `second`, which lies in this span.
        func isQuiet(around second: Int64, within margin: Int64) -> Bool {
            start < second - margin && end > second + margin
        }
    }

    func span(at second: Int64) -> Span { changes.span(changes.index(at: second)) }

    func wallSeconds(at second: Int64) -> Int64 { second + Int64(span(at: second).offset) }

    /// The first second at which the wall shows `wall`; the first one after the gap where it never does.
    func firstSecond(reaching wall: Int64) -> Int64 {
        var index = changes.index(at: wall - OffsetChanges.widest)
        while true {
            let span = changes.span(index)
            let second = max(wall - Int64(span.offset), span.start)
            if second < span.end { return second }
            index += 1
        }
    }

    /// The last second at which the wall shows `wall`; the first one after the gap where it never does.
    func lastSecond(showing wall: Int64) -> Int64 {
        var index = changes.index(at: wall + OffsetChanges.widest)
        while true {
            let span = changes.span(index)
            let second = min(wall - Int64(span.offset), span.end)
            if second >= span.start { return second }
            index -= 1
        }
    }
}

/// The offsets of a zone, one after the other.
final class OffsetChanges: Sendable {
    /// No zone was ever further from Greenwich than this, in seconds; Manila came closest.
    static let widest: Int64 = 26 * 3600

    private let starts: [Int64]
    private let offsets: [Int32]

    /// `first` holds before any of `changes`, which are in order. What changes nothing is dropped.
    init(first: Int32, changes: [(second: Int64, offset: Int32)]) {
        var (starts, offsets) = ([Int64.min], [first])
        for change in changes where change.offset != offsets.last {
            starts.append(change.second)
            offsets.append(change.offset)
        }
        (self.starts, self.offsets) = (starts, offsets)
    }

    func index(at second: Int64) -> Int {
        starts.withUnsafeBufferPointer { starts in
            var (low, high) = (0, starts.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if starts[middle] <= second { low = middle } else { high = middle }
            }
            return low
        }
    }

    func span(_ index: Int) -> ZoneClock.Span {
        ZoneClock.Span(
            start: starts[index], end: index + 1 < starts.count ? starts[index + 1] : .max, offset: Int(offsets[index]))
    }

    /// Every change, for who compares zones.
    var all: [(second: Int64, offset: Int)] { zip(starts, offsets).dropFirst().map { ($0, Int($1)) } }

    /// Whether two zones keep the same time from `second` on.
    func isSame(as other: OffsetChanges, from second: Int64) -> Bool {
        let (mine, theirs) = (index(at: second), other.index(at: second))
        return offsets[mine...] == other.offsets[theirs...]
            && starts[(mine + 1)...] == other.starts[(theirs + 1)...]
    }
}

/// Days since 1970-01-01 in nobody's zone.
struct DayNumber: Hashable, Comparable, Sendable {
    var rawValue: Int64

    init(_ rawValue: Int64) { self.rawValue = rawValue }
    init(wallSeconds wall: Int64) { self.init((wall >= 0 ? wall : wall - 86_399) / 86_400) }
    init(_ day: CalendarDay) {
        let midnight = LocalTime(year: day.year, month: day.month, day: day.day, hour: 0, minute: 0)
        self.init(wallSeconds: midnight?.asUTC.seconds ?? 0)
    }

    /// Its midnight on the wall.
    var wallSeconds: Int64 { rawValue * 86_400 }

    var day: CalendarDay {
        let date = LocalTime(utc: Instant(seconds: wallSeconds))
        guard let day = CalendarDay(year: date.year, month: date.month, day: date.day) else {
            preconditionFailure("day \(rawValue) has no date")
        }
        return day
    }

    /// 1970-01-01 was a Thursday.
    var weekday: Preset.Weekday { Preset.Weekday.allCases[Int(((rawValue + 3) % 7 + 7) % 7)] }

    static func < (a: DayNumber, b: DayNumber) -> Bool { a.rawValue < b.rawValue }
    static func + (day: DayNumber, count: Int64) -> DayNumber { DayNumber(day.rawValue + count) }
}
