// SPDX-License-Identifier: Apache-2.0
//
// RateWindows: how many more may leave now under "N per window" limits.
//
// A value. Each limit is a ring of 60 slices: at most N in any window of that length, however it is laid, at the price
// of up to 1/60 less than N per window.

import GatewayModel
import Settings

/// Several limits that hold at once.
struct RateWindows: Sendable {
    private var windows: [RateWindow]

    init(_ limits: [RateLimit]) { windows = limits.map(RateWindow.init) }

    /// How many may leave at `now`; `Int.max` without limits.
    mutating func room(at now: Instant) -> Int {
        var room = Int.max
        for index in windows.indices { room = min(room, windows[index].room(at: now)) }
        return room
    }

    mutating func take(_ count: Int, at now: Instant) {
        for index in windows.indices { windows[index].take(count, at: now) }
    }

    /// What was taken at `then` did not leave after all.
    mutating func giveBack(_ count: Int, takenAt then: Instant) {
        for index in windows.indices { windows[index].giveBack(count, takenAt: then) }
    }

    /// What had left before this run, for windows of a minute and more.
    mutating func remember(_ count: Int, at then: Instant, now: Instant) {
        for index in windows.indices where windows[index].limit.window >= .minutes(1) {
            windows[index].remember(count, at: then, now: now)
        }
    }

    /// The earliest time at which there is room again; `now` where there is some.
    mutating func nextRoom(at now: Instant) -> Instant {
        var next = now
        for index in windows.indices { next = max(next, windows[index].nextRoom(at: now)) }
        return next
    }

    /// The longest window: how far back attempts must be read at start.
    var longest: Duration { windows.map(\.limit.window).max() ?? .zero }
    /// What a second brings at most, for sizing a lane's window; nil without limits.
    var perSecond: Double? {
        windows.map { Double($0.limit.count) / $0.limit.window.inSeconds }.min()
    }
}

private struct RateWindow: Sendable {
    let limit: RateLimit
    private let sliceMicroseconds: Int64
    private var slices = [Int](repeating: 0, count: RateWindow.sliceCount)
    private var total = 0
    /// Number of the newest slice that the ring holds, counted from the epoch.
    private var newest: Int64 = -1 << 60

    private static let sliceCount = 60

    init(_ limit: RateLimit) {
        self.limit = limit
        sliceMicroseconds = max(1, limit.window.wholeMicroseconds / Int64(Self.sliceCount - 1))
    }

    mutating func room(at now: Instant) -> Int {
        advance(to: slice(of: now))
        return max(0, limit.count - total)
    }

    mutating func take(_ count: Int, at now: Instant) {
        advance(to: slice(of: now))
        add(count, to: newest)
    }

    mutating func giveBack(_ count: Int, takenAt then: Instant) {
        let slice = slice(of: then)
        guard isHeld(slice) else { return }
        add(-min(count, slices[place(slice)]), to: slice)
    }

    mutating func remember(_ count: Int, at then: Instant, now: Instant) {
        advance(to: slice(of: now))
        if isHeld(slice(of: then)) { add(count, to: slice(of: then)) }
    }

    mutating func nextRoom(at now: Instant) -> Instant {
        guard room(at: now) == 0 else { return now }
        var freed = 0
        for slice in (newest - Int64(Self.sliceCount) + 1)...newest {
            freed += slices[place(slice)]
            if total - freed < limit.count {
                return Instant(microseconds: (slice + Int64(Self.sliceCount)) * sliceMicroseconds)
            }
        }
        return now + limit.window
    }

    private mutating func rebase(to slice: Int64) {
        let kept = total
        for index in slices.indices { slices[index] = 0 }
        (newest, total) = (slice, 0)
        add(kept, to: slice)
    }

    private func slice(of instant: Instant) -> Int64 { instant.microseconds / sliceMicroseconds }
    private func place(_ slice: Int64) -> Int { Int(((slice % 60) + 60) % 60) }
    private func isHeld(_ slice: Int64) -> Bool { slice <= newest && slice > newest - Int64(Self.sliceCount) }

    private mutating func add(_ count: Int, to slice: Int64) {
        slices[place(slice)] += count
        total += count
    }

    /// A clock set back a little keeps counting in the newest slice. One set back by more than the window counts all
    /// that is remembered as of now: it opens nothing, and is over after one window.
    private mutating func advance(to slice: Int64) {
        if newest - slice >= Int64(Self.sliceCount) { rebase(to: slice) }
        guard slice > newest else { return }
        if slice - newest >= Int64(Self.sliceCount) {
            for index in slices.indices { slices[index] = 0 }
            total = 0
        } else {
            for passed in (newest + 1)...slice {
                total -= slices[place(passed)]
                slices[place(passed)] = 0
            }
        }
        newest = slice
    }
}
