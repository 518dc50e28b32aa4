// SPDX-License-Identifier: Apache-2.0
//
// Requests as they left, for as long as their jobs are queued: who repeats one sends the same bytes.

import GatewayModel

extension Ledger {
    /// One kept before for the same job and route stays. That of a job that has ended is not kept.
    func keep(_ request: KeptRequest) throws {
        let insert = try session.prepared(
            """
            INSERT OR IGNORE INTO request (job, route, load)
                SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM job WHERE key = ?1)
            """)
        insert.bind(1, request.job.rawValue).bind(2, request.route)
        try insert.bind(3, RequestBytes.encode(request.load)).run()
    }

    /// As it left before on that route.
    func keptRequest(of job: JobRow, on route: String) throws -> KeptRequest? {
        guard job.mayHaveRequest else { return nil }
        let select = try session.prepared("SELECT load FROM request WHERE job = ?1 AND route = ?2")
        guard let bytes = try select.bind(1, job.key).bind(2, route).first({ $0.blob(0) }) else { return nil }
        guard let load = RequestBytes.decode(bytes) else {
            throw StoreError.fatal("the database is damaged: the request kept for job \(job.key) cannot be read")
        }
        return KeptRequest(job: JobKey(job.key), route: route, load: load)
    }

    func dropRequests(of job: JobRow) throws {
        guard job.mayHaveRequest else { return }
        try session.prepared("DELETE FROM request WHERE job = ?1").bind(1, job.key).run()
    }
}

extension JobRow {
    /// Mail goes by SMTP: no table is looked into for it.
    fileprivate var mayHaveRequest: Bool { ChannelKind(number: channel) != .email }
}
