// SPDX-License-Identifier: Apache-2.0
//
// Pace: when the next exchange with the store is worth its commit.
//
// A commit costs a sync however much is in it. While the wire has enough to do, what comes back is gathered; as soon as
// a route runs dry, or something has waited long enough, the exchange goes.

import GatewayModel

struct Pace: Sendable {
    /// The longest that a report or a pick waits for company.
    static let patience = Duration.milliseconds(5)

    private var waitingSince: Duration?

    /// Something is there that an exchange would book or launch.
    mutating func somethingWaits(sinceBoot now: Duration) { waitingSince = waitingSince ?? now }
    mutating func exchanged() { waitingSince = nil }

    /// - Parameters:
    ///   - isWireBusy: each route that has work has at least half a window of it under way.
    ///   - isBatchFull: half a window has come back or can be launched.
    func goes(sinceBoot now: Duration, isWireBusy: Bool, isBatchFull: Bool) -> Bool {
        guard let waitingSince else { return false }
        return !isWireBusy || isBatchFull || now - waitingSince >= Self.patience
    }

    func remaining(sinceBoot now: Duration) -> Duration? {
        waitingSince.map { max(.zero, Self.patience - (now - $0)) }
    }
}
