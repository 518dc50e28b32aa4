// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// One blackout in one zone, in seconds since the epoch, its guard band included.
struct BlackoutHours: Sendable {
    let refusal: OpenHours.Refusal
    let closed: Range<Int64>

    /// Nil where it ends before it begins.
    init?(_ index: Int, _ span: BlackoutSpan, in clock: ZoneClock, guardSeconds: Int64) {
        let from = clock.firstSecond(reaching: span.from.asUTC.seconds)
        let to = clock.lastSecond(showing: span.to.asUTC.seconds)
        guard span.from.asUTC < span.to.asUTC, from < to else { return nil }
        closed = (from - guardSeconds)..<to
        refusal = .blackout(index, zone: clock.name)
    }
}
