// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension Store {
    public func dueAmendments(on route: String, at now: Instant, limit: Int) async throws(StoreError) -> [JobKey] {
        try await read { session in
            var keys: [JobKey] = []
            let select = try session.prepared(
                """
                SELECT job FROM made_task WHERE route = ?1 AND due <= ?2 AND attempt IS NULL
                    AND NOT EXISTS (SELECT 1 FROM job LEFT JOIN doubt ON doubt.job = job.key
                        WHERE job.key = made_task.job AND (job.state <> 5 OR doubt.due IS NOT NULL))
                    ORDER BY due LIMIT ?3
                """)
            try select.bind(1, route).bind(2, now).bind(3, limit).each { keys.append(JobKey($0.int(0))) }
            return keys
        }
    }

    /// Tasks whose person has said no and that are not closed yet, by route.
    public func tasksToClose() async throws(StoreError) -> [String: Int] {
        try await read { session in
            var counts: [String: Int] = [:]
            try session.prepared(
                "SELECT route, count(*) FROM made_task WHERE due IS NOT NULL AND since IS NOT NULL GROUP BY route"
            ).each { counts[$0.text(0)] = Int($0.int(1)) }
            return counts
        }
    }

    public func launchAmendments(
        _ jobs: [JobKey], limit: Int, at now: Instant, interest: PolicyInterest, object: @escaping TaskObjection
    ) async throws(StoreError) -> [Departure] {
        guard !jobs.isEmpty else { return [] }
        return try await write(.exchange) { ledger in
            var departures: [Departure] = []
            for job in jobs where departures.count < limit {
                let departure = try ledger.launchAmendment(job, at: now, interest: interest, object: object)
                if let departure { departures.append(departure) }
            }
            return departures
        }
    }
}
