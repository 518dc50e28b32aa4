// SPDX-License-Identifier: Apache-2.0
//
// PresetHours: one preset in one zone. See OpenHours for which instants are open.

import GatewayModel

/// A class, so that a list of them is walked without copying presets. Immutable; any thread. Times in whole seconds.
final class PresetHours: Sendable {
    /// An open stretch: admission from `open` to `close`, the guard band taken off, `close` not included.
    struct Stretch: Hashable, Sendable {
        var open: Int64
        var close: Int64
    }

    private let preset: Preset
    private let clock: ZoneClock
    private let guardSeconds: Int64
    private let hasHolidays: Bool
    let refusal: OpenHours.Refusal

    init(_ preset: Preset, in clock: ZoneClock, guardSeconds: Int64) {
        (self.preset, self.clock, self.guardSeconds) = (preset, clock, guardSeconds)
        hasHolidays = preset.holidays != nil
        refusal = .preset(preset.id, zone: clock.name)
    }

    func isOpen(at second: Int64) -> Bool {
        let span = clock.span(at: second)
        guard span.isQuiet(around: second, within: Self.calm + guardSeconds) else {
            return stretch(endingAfter: second, until: second + 1).map { $0.open <= second } ?? false
        }
        return isOpen(onWall: second + Int64(span.offset))
    }

    /// Two days: further from a change of offset, the wall alone tells what is open.
    private static let calm: Int64 = 2 * 86_400

    private func isOpen(onWall wall: Int64) -> Bool {
        let day = DayNumber(wallSeconds: wall)
        let minuteSeconds = wall - day.wallSeconds
        for window in windows(on: day) where minuteSeconds < window.close * 60 {
            guard minuteSeconds >= window.open * 60 else { return false }
            return wall + guardSeconds < day.wallSeconds + Int64(window.close * 60)
                || touching(after: day, window, reachesPast: wall + guardSeconds)
        }
        return false
    }

    /// Whether the windows that follow `window` without a break last longer than to `wall`.
    private func touching(after day: DayNumber, _ window: Preset.Window, reachesPast wall: Int64) -> Bool {
        var end = day.wallSeconds + Int64(window.close * 60)
        for next in walk(day, DayNumber(wallSeconds: wall) + 1) where next.close > end {
            guard next.open <= end else { return false }
            end = next.close
            if wall < end { return true }
        }
        return false
    }

    /// The first open stretch that ends after `second`; nil where none begins before `limit`.
    ///
    /// Past `limit` nobody looks: a stretch that ends later may be longer than said.
    func stretch(endingAfter second: Int64, until limit: Int64) -> Stretch? {
        let first = DayNumber(wallSeconds: clock.wallSeconds(at: second)) + -2
        let last = DayNumber(wallSeconds: limit + guardSeconds) + 2
        var run: Run?
        for window in walk(first, last) {
            let (opens, closes) = (clock.lastSecond(showing: window.open), clock.firstSecond(reaching: window.close))
            if let open = run, open.wallClose == window.open || opens <= open.close {
                run = Run(open: open.open, close: max(closes, open.close), wallClose: window.close)
            } else {
                if let stretch = run?.stretch(endingAfter: second, guardSeconds) { return stretch }
                if opens >= limit { return nil }
                run = Run(open: opens, close: closes, wallClose: window.close)
            }
            if let run, run.close - guardSeconds >= limit { break }
        }
        return run?.stretch(endingAfter: second, guardSeconds)
    }

    /// Windows that touch, as one. It is empty (`close` before `open`) where both its edges are doubtful.
    private struct Run {
        var open: Int64
        var close: Int64
        var wallClose: Int64

        func stretch(endingAfter second: Int64, _ guardSeconds: Int64) -> Stretch? {
            let close = close - guardSeconds
            return close > max(second, open) ? Stretch(open: open, close: close) : nil
        }
    }
}

extension PresetHours {
    /// The windows of those days, in order, in seconds on the wall.
    private func walk(_ first: DayNumber, _ last: DayNumber) -> WindowWalk {
        WindowWalk(hours: self, day: first, last: last, today: windows(on: first))
    }

    private func windows(on day: DayNumber) -> [Preset.Window] {
        hasHolidays ? preset.windows(on: day.day, day.weekday) : preset.week[day.weekday.rawValue]
    }

    private struct WindowWalk: Sequence, IteratorProtocol {
        let hours: PresetHours
        var day: DayNumber
        let last: DayNumber
        var today: [Preset.Window]
        var index = 0

        mutating func next() -> (open: Int64, close: Int64)? {
            while index == today.count {
                guard day < last else { return nil }
                day = day + 1
                (today, index) = (hours.windows(on: day), 0)
            }
            let window = today[index]
            index += 1
            return (day.wallSeconds + Int64(window.open * 60), day.wallSeconds + Int64(window.close * 60))
        }
    }
}
