// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension Store {
    public func dueAmendments(at now: Instant, limit: Int) async throws(StoreError) -> [JobKey] {
        try await read { session in
            var keys: [JobKey] = []
            // Those of a paused route are left out, not only passed over: they must not stand before the others.
            let select = try session.prepared(
                """
                SELECT job FROM made_task WHERE due <= ?1 AND attempt IS NULL AND NOT EXISTS (SELECT 1 FROM route_order
                    WHERE route_order.route = made_task.route AND route_order.paused IS NOT NULL)
                    ORDER BY due LIMIT ?2
                """)
            try select.bind(1, now).bind(2, limit).each { keys.append(JobKey($0.int(0))) }
            return keys
        }
    }

    public func launchAmendments(
        _ jobs: [JobKey], controllers: [String: String], at now: Instant
    ) async throws(StoreError) -> [Departure] {
        guard !jobs.isEmpty else { return [] }
        return try await write(.exchange) { ledger in
            try jobs.compactMap { try ledger.launchAmendment($0, controllers: controllers, at: now) }
        }
    }
}
