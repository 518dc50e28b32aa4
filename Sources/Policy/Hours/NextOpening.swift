// SPDX-License-Identifier: Apache-2.0
//
// When hours open next, and when they close: the intersection of all that must be open, walked stretch by stretch.

import GatewayModel

extension OpenHours {
    /// How far ahead an opening is looked for, whatever the job's expiry.
    public static let horizon: Duration = .seconds(400 * 86_400)

    /// The earliest instant from `from` on, and before `before`, at which everything is open; nil where there is none,
    /// or none within `horizon`. It is `from` itself where everything is open then.
    public func nextOpening(from: Instant, before: Instant) -> Instant? {
        guard from < before else { return nil }
        var walk = Walk(from: from, before: before)
        guard let second = hours.isEmpty && blackouts.isEmpty ? from.seconds : walk.opening(of: self) else {
            return nil
        }
        let opening = max(from, Instant(seconds: second))
        return opening < before ? opening : nil
    }

    /// The first instant from `instant` on at which something is closed: `instant` itself where something is then.
    ///
    /// The guard band is taken off: the place closes so much later. Nil where all stays open until `before`, or eight
    /// days on where that is not given.
    public func closing(after instant: Instant, before: Instant? = nil) -> Instant? {
        let before = before ?? instant + .seconds(8 * 86_400)
        guard instant < before else { return nil }
        var walk = Walk(from: instant, before: before)
        guard let second = walk.closing(of: self) else { return instant }
        return second < before.seconds ? Instant(seconds: second) : nil
    }
}

/// One walk forward through the stretches of all hours. Bounded: each step leaves a stretch behind it.
private struct Walk {
    private var second: Int64
    private let limit: Int64
    private var stretches: [PresetHours.Stretch] = []

    init(from: Instant, before: Instant) {
        let last = min(before, from + OpenHours.horizon)
        second = from.seconds
        limit = last.seconds + (Instant(seconds: last.seconds) < last ? 1 : 0)
    }

    /// The first second from here on at which everything is open; nil where there is none before the limit.
    mutating func opening(of open: OpenHours) -> Int64? {
        var settled = false
        while !settled {
            guard second < limit else { return nil }
            let before = second
            guard passHours(open.hours) else { return nil }
            for blackout in open.blackouts where blackout.closed.contains(second) {
                second = blackout.closed.upperBound
            }
            settled = second == before
        }
        return second
    }

    /// Moves to where each of the hours, asked in turn, is open; false where one never is again.
    private mutating func passHours(_ hours: [PresetHours]) -> Bool {
        for (index, one) in hours.enumerated() {
            if index == stretches.count || second >= stretches[index].close {
                guard let next = one.stretch(endingAfter: second, until: limit) else { return false }
                if index == stretches.count { stretches.append(next) } else { stretches[index] = next }
            }
            second = max(second, stretches[index].open)
        }
        return true
    }

    /// The first second from here on at which something closes; nil where something is closed here.
    mutating func closing(of open: OpenHours) -> Int64? {
        let here = second
        guard opening(of: open) == here else { return nil }
        let closings = stretches.map(\.close) + open.blackouts.map(\.closed.lowerBound).filter { $0 > here }
        return closings.min() ?? limit
    }
}
