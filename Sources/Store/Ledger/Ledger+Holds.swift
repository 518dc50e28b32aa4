// SPDX-License-Identifier: Apache-2.0
//
// Standing holds, paused routes and the clock: what operators have ordered until they take it back.

import GatewayModel

extension StandingOrders.Hold {
    static let columns = "id, campaign, brand, template, route, class, why"

    init(_ row: Statement) {
        self.init(
            id: row.int(0), campaign: row.textOrNil(1), brand: row.textOrNil(2), template: row.textOrNil(3),
            route: row.textOrNil(4), messageClass: row.intOrNil(5).map(MessageClass.init(number:)), why: row.text(6))
    }

    /// In words, for the journal's side row.
    var about: String {
        let parts = [
            ("campaign", campaign), ("brand", brand), ("template", template), ("route", route),
            ("class", messageClass?.rawValue),
        ]
        let given = parts.compactMap { name, value in value.map { "\(name) \($0)" } }
        return "hold \(id): " + (given.isEmpty ? "all" : given.joined(separator: ", "))
    }
}

extension Ledger {
    func standingHolds() throws -> [StandingOrders.Hold] {
        if let holds = gathered.holds { return holds }
        var holds: [StandingOrders.Hold] = []
        let select = try session.prepared(
            "SELECT id, campaign, brand, template, route, class, why FROM hold ORDER BY id")
        try select.each { holds.append(StandingOrders.Hold($0)) }
        gathered.holds = holds
        return holds
    }

    func pausedRoutes() throws -> Set<String> {
        if let routes = gathered.pausedRoutes { return routes }
        var routes: Set<String> = []
        try session.prepared("SELECT route FROM route_order WHERE paused IS NOT NULL").each {
            routes.insert($0.text(0))
        }
        gathered.pausedRoutes = routes
        return routes
    }

    func standingHold(over job: JobRow) throws -> StandingOrders.Hold? {
        let holds = try standingHolds()
        guard !holds.isEmpty else { return nil }
        let facts = try facts(job)
        return holds.first { $0.matches(facts) }
    }

    /// Adds a standing hold and marks what it reaches in the air.
    func addHold(_ hold: StandingOrders.Hold, by signature: Signature, at now: Instant) throws -> Int64 {
        let insert = try session.prepared(
            """
            INSERT INTO hold (campaign, brand, template, route, class, why, since, by)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id
            """)
        insert.bind(1, hold.campaign).bind(2, hold.brand).bind(3, hold.template).bind(4, hold.route)
        insert.bind(5, hold.messageClass?.number).bind(6, hold.why).bind(7, now)
        insert.bind(8, signature.actor ?? signature.systemUser)
        var added = hold
        added.id = try insert.first { $0.int(0) } ?? 0
        gathered.holds = nil
        try record("hold_add", by: signature, about: added.about, at: now)
        for job in try flyingJobs() where added.matches(try facts(job)) { try recall(job, .held, cause: added.why) }
        gathered.ordersChanged = true
        return added.id
    }

    /// Removes the hold; `releaseHeld` then sets free what it held. False: there is no such hold.
    func removeHold(_ id: Int64, by signature: Signature, at now: Instant) throws -> Bool {
        guard let hold = try standingHolds().first(where: { $0.id == id }) else { return false }
        try session.prepared("DELETE FROM hold WHERE id = ?1").bind(1, id).run()
        gathered.holds = nil
        try record("hold_remove", by: signature, about: hold.about, at: now)
        gathered.ordersChanged = true
        return true
    }

    /// Sets free up to `limit` jobs that this removed hold held, or gives them to another hold that reaches them.
    /// Returns how many it looked at and how many went free.
    func releaseHeld(by hold: Int64, limit: Int) throws -> (seen: Int, released: Int) {
        var keys: [Int64] = []
        try session.prepared("SELECT key FROM job WHERE hold = ?1 LIMIT ?2").bind(1, hold).bind(2, limit)
            .each { keys.append($0.int(0)) }
        var released = 0
        for key in keys {
            guard var job = try job(key) else { continue }
            let other = try standingHold(over: job)
            (job.hold, job.why) = (other?.id, other?.why)
            if other != nil {
                try place(job, state: .held)
            } else {
                job.postponed = nil
                try makeReady(job)
                released += 1
            }
        }
        return (keys.count, released)
    }

    /// Sets free what is held by a hold that is gone: who took it back was killed before it had done so.
    func releaseStrays(limit: Int) throws -> Bool {
        let standing = Set(try standingHolds().map(\.id))
        var last: Int64 = 0
        while let id = try nextHold(after: last) {
            if !standing.contains(id) { return try releaseHeld(by: id, limit: limit).seen == limit }
            last = id
        }
        return false
    }

    /// The next number that any job is held under: one step in the index, however many jobs there are.
    private func nextHold(after id: Int64) throws -> Int64? {
        try session.prepared("SELECT hold FROM job WHERE hold IS NOT NULL AND hold > ?1 ORDER BY hold LIMIT 1")
            .bind(1, id).first { $0.int(0) }
    }

    func flyingJobs() throws -> [JobRow] {
        var keys: [Int64] = []
        try session.prepared("SELECT job FROM flight").each { keys.append($0.int(0)) }
        return try keys.compactMap { try job($0) }
    }

    func pause(route: String, why: String, by signature: Signature, at now: Instant) throws {
        let upsert = try session.prepared(
            """
            INSERT INTO route_order (route, paused, resumed) VALUES (?1, ?2, 0)
                ON CONFLICT (route) DO UPDATE SET paused = excluded.paused
            """)
        try upsert.bind(1, route).bind(2, why).run()
        gathered.pausedRoutes = nil
        try record("route_pause", by: signature, about: "route \(route)", at: now)
        gathered.ordersChanged = true
    }

    func resume(route: String, by signature: Signature, at now: Instant) throws {
        let upsert = try session.prepared(
            """
            INSERT INTO route_order (route, paused, resumed) VALUES (?1, NULL, 1)
                ON CONFLICT (route) DO UPDATE SET paused = NULL, resumed = resumed + 1
            """)
        try upsert.bind(1, route).run()
        gathered.pausedRoutes = nil
        try record("route_resume", by: signature, about: "route \(route)", at: now)
        gathered.ordersChanged = true
    }

    func acceptClock(by signature: Signature, at now: Instant) throws {
        try setMeta("clock_accepted", (meta("clock_accepted") ?? 0) + 1)
        try record("clock_accept", by: signature, about: nil, at: now)
        gathered.ordersChanged = true
    }
}
