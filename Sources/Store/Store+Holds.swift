// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// A standing hold, and who ordered it when.
public struct SignedHold: Hashable, Sendable {
    public var hold: StandingOrders.Hold
    public var since: Instant
    /// The named actor, else the system's user; nil for a hold from before this was kept.
    public var by: String?
}

extension Store {
    /// The holds that stand, in the order in which they were given.
    public func signedHolds() async throws(StoreError) -> [SignedHold] {
        try await read { session in
            var holds: [SignedHold] = []
            try session.prepared(
                "SELECT id, campaign, brand, template, route, class, why, since, by FROM hold ORDER BY id"
            ).each { row in
                holds.append(
                    SignedHold(hold: StandingOrders.Hold(row), since: row.instant(7), by: row.textOrNil(8)))
            }
            return holds
        }
    }
}
