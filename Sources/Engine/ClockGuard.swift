// SPDX-License-Identifier: Apache-2.0
//
// ClockGuard: gate time (CONTRACT 8.7). Never runs backwards by itself; a jump of more than five minutes against the
// clock that is never set makes the time suspect, until it has settled or an operator accepts it.

import GatewayModel

struct ClockGuard: Sendable {
    private(set) var gateTime: Instant
    /// How long gate time will stand still: the wall was set back a little.
    private(set) var standstill = Duration.zero
    /// Wall minus boot clock, in microseconds: constant while nobody sets the wall.
    private var trusted: Int64
    private var suspect: (offset: Int64, since: Duration)?

    /// - Parameter last: the latest time in the journal; a wall clock before it by more than five minutes is suspect.
    init(wall: Instant, sinceBoot: Duration, last: Instant?) {
        let offset = wall.microseconds - sinceBoot.wholeMicroseconds
        gateTime = max(wall, last ?? wall)
        trusted = offset
        if let last, last - wall > Self.jump {
            trusted = offset + (last.microseconds - wall.microseconds)
            suspect = (offset, sinceBoot)
        }
    }

    var isSuspect: Bool { suspect != nil }

    /// Reads both clocks; call at every turn.
    mutating func observe(wall: Instant, sinceBoot: Duration) {
        let offset = wall.microseconds - sinceBoot.wholeMicroseconds
        if abs(offset - trusted) <= Self.jump.wholeMicroseconds {
            (trusted, suspect) = (offset, nil)
        } else if let known = suspect, abs(known.offset - offset) <= Self.jump.wholeMicroseconds {
            if sinceBoot - known.since >= Self.settling { accept(wall, offset) }
        } else {
            suspect = (offset, sinceBoot)
        }
        if suspect == nil { gateTime = max(gateTime, wall) }
        standstill = max(.zero, gateTime - wall)
    }

    /// An operator says that the wall clock is right.
    mutating func acceptWall(_ wall: Instant, sinceBoot: Duration) {
        accept(wall, wall.microseconds - sinceBoot.wholeMicroseconds)
    }

    /// Gate time becomes the accepted time, also where that is earlier: standing still until the wall had caught up
    /// would stop every rate and retry for as long as the clock was wrong, and end jobs before their time.
    private mutating func accept(_ wall: Instant, _ offset: Int64) {
        (trusted, suspect, gateTime, standstill) = (offset, nil, wall, .zero)
    }

    static let jump = Duration.seconds(300)
    /// A new time that has stood for this long has settled.
    static let settling = Duration.seconds(900)
}
