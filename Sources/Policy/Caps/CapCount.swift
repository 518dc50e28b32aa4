// SPDX-License-Identifier: Apache-2.0
//
// CapCount: how much of one frequency cap is used, and when there is room again (CONTRACT 5, 8.7; facts D2). Pure.
//
// A send counts from the moment it was admitted until the window has moved past it; one that lies ahead of now counts
// too, for the clock may have been set back. So the count only ever falls while nothing is sent, and there is one
// instant from which there is room.

import GatewayModel

public struct CapCount: Hashable, Sendable {
    /// Distinct jobs in the window now.
    public var used: Int
    public var limit: Int
    /// The first instant, now or later, at which one more fits; nil: never.
    public var free: Instant?

    /// - Parameters:
    ///   - sends: when each counted job was admitted, a job once.
    ///   - clocks: the zones in which calendar windows are counted; the worst of them holds. Rolling ones need none.
    public init(_ rule: CapRule, sends: [Instant], clocks: [ZoneClock], at now: Instant) {
        limit = max(0, rule.limit)
        let start = rule.window.start(at: now, weekStarts: rule.weekStarts, clocks)
        let counted = sends.filter { $0 >= start }
        used = counted.count
        guard used >= limit else {
            free = now
            return
        }
        guard limit > 0 else { return }
        let lastToLeave = counted.sorted()[used - limit]
        free = rule.window.end(of: lastToLeave, weekStarts: rule.weekStarts, clocks)
    }

    /// Whether one more is too many at that instant: `now`, or later.
    public func refuses(at instant: Instant) -> Bool { free.map { $0 > instant } ?? true }
}

extension CapRule.Window {
    /// The first instant that still counts at `now`.
    fileprivate func start(at now: Instant, weekStarts: CapRule.Weekday, _ clocks: [ZoneClock]) -> Instant {
        if case .rolling(let length) = self { return now - length + .microseconds(1) }
        return clocks.map { period(containing: now, weekStarts, in: $0).lowerBound }.min() ?? now
    }

    /// From when on a send at `instant` does not count any more.
    fileprivate func end(of instant: Instant, weekStarts: CapRule.Weekday, _ clocks: [ZoneClock]) -> Instant {
        if case .rolling(let length) = self { return instant + length }
        return clocks.map { period(containing: instant, weekStarts, in: $0).upperBound }.max() ?? instant
    }

    private func period(
        containing instant: Instant, _ weekStarts: CapRule.Weekday, in clock: ZoneClock
    ) -> Range<Instant> {
        switch self {
        case .calendarWeek: clock.week(containing: instant, startsOn: weekStarts)
        case .calendarMonth: clock.month(containing: instant)
        case .calendarDay, .rolling: clock.day(containing: instant)
        }
    }

    /// How far back it can look, zones and changes of offset included.
    var reach: Duration {
        switch self {
        case .rolling(let length): length
        case .calendarDay: .seconds(2 * 86_400)
        case .calendarWeek: .seconds(8 * 86_400)
        case .calendarMonth: .seconds(32 * 86_400)
        }
    }
}
