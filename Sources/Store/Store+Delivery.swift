// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension Store: DeliveryBook {
    public var mostInFlight: Int { WireLog.slots }

    public func lanes() async throws(StoreError) -> [Lane] {
        try await read { session in
            var lanes: [Lane] = []
            try session.prepared("SELECT route, domain, brand, id FROM lane ORDER BY id").each { row in
                lanes.append(Lane(id: LaneID(row.int(3)), key: LaneBook.read(row)))
            }
            return lanes
        }
    }

    public func due(_ wants: [LaneWant], at now: Instant) async throws(StoreError) -> [LaneSupply] {
        try await read { session in try wants.map { try Self.supply($0, at: now, in: session) } }
    }

    private static func supply(_ want: LaneWant, at now: Instant, in session: Session) throws -> LaneSupply {
        var due: [DueCursor] = []
        var start = Instant(microseconds: .min)
        if let after = want.after {
            // Behind the cursor's key within its own instant first: as one condition SQLite would walk all of that
            // instant.
            let select = try session.prepared(
                """
                SELECT due, key FROM job WHERE state = 2 AND lane = ?1 AND priority = ?2 AND due = ?3 AND key > ?4
                    ORDER BY key LIMIT ?5
                """)
            select.bind(1, want.lane.rawValue).bind(2, want.priority.rawValue).bind(3, after.due).bind(
                4, after.key.rawValue)
            try select.bind(5, after.due <= now ? want.limit : 0).each { due.append(DueCursor($0)) }
            start = after.due
        }
        let select = try session.prepared(
            """
            SELECT due, key FROM job WHERE state = 2 AND lane = ?1 AND priority = ?2 AND due > ?3 AND due <= ?4
                ORDER BY due, key LIMIT ?5
            """)
        select.bind(1, want.lane.rawValue).bind(2, want.priority.rawValue).bind(3, start).bind(4, now)
        try select.bind(5, want.limit - due.count).each { due.append(DueCursor($0)) }
        guard due.count < want.limit else { return LaneSupply(want: want, due: due, nextDue: nil) }
        let next = try session.prepared(
            "SELECT due FROM job WHERE state = 2 AND lane = ?1 AND priority = ?2 AND due > ?3 ORDER BY due LIMIT 1")
        let nextDue = try next.bind(1, want.lane.rawValue).bind(2, want.priority.rawValue).bind(3, now).first {
            $0.instant(0)
        }
        return LaneSupply(want: want, due: due, nextDue: nextDue)
    }

    public func exchange(
        settled: [Settlement], candidates: [JobKey], runsShort: Bool, at now: Instant, interest: PolicyInterest,
        decide: @escaping @Sendable (JobFacts, RecipientFacts) -> AdmissionDecision
    ) async throws(StoreError) -> [Departure] {
        let settle: @Sendable (Ledger) throws -> [Departure] = { ledger in
            ledger.gathered.traffic.exchanged(runsShort: runsShort)
            ledger.gateTime = now
            ledger.capHorizon = interest.capHorizon
            try ledger.cancels.load(from: ledger.session, at: now)
            for settlement in settled { try ledger.settle(settlement, at: now) }
            return []
        }
        let admit: @Sendable (Ledger, inout [Departure]) throws -> Void = { ledger, departures in
            for key in candidates {
                if let departure = try ledger.admit(key, at: now, interest: interest, decide: decide) {
                    departures.append(departure)
                }
            }
        }
        return try await write(.exchange, settle, last: candidates.isEmpty ? nil : admit)
    }

    public func enforce(_ policy: PolicyBundle, at now: Instant) async throws(StoreError) {
        _ = try await write(.operatorChange) { try $0.enforce(policy, at: now) }
    }

    public func standingOrders() async throws(StoreError) -> StandingOrders {
        try await read { session in
            var orders = StandingOrders()
            try session.prepared("SELECT id, campaign, brand, template, route, class, why FROM hold ORDER BY id")
                .each { orders.holds.append(StandingOrders.Hold($0)) }
            try session.prepared("SELECT route, paused, resumed FROM route_order").each { row in
                orders.pausedRoutes[row.text(0)] = row.textOrNil(1)
                orders.resumed[row.text(0)] = row.int(2)
            }
            orders.clockAccepted =
                try session.prepared("SELECT value FROM meta WHERE key = 'clock_accepted'").first { $0.int(0) } ?? 0
            return orders
        }
    }

    public func attemptsToRecall() async throws(StoreError) -> [AttemptID] {
        try await read { session in
            var attempts: [AttemptID] = []
            try session.prepared("SELECT attempt FROM flight WHERE recall IS NOT NULL")
                .each { attempts.append(AttemptID(rawValue: UInt64(bitPattern: $0.int(0)))) }
            return attempts
        }
    }

    public func tallies(since: Instant) async throws(StoreError) -> [LaneTally] {
        try await read { session in
            var tallies: [LaneTally] = []
            try session.prepared(
                """
                SELECT route, domain, brand, minute, count FROM lane_minute JOIN lane ON lane.id = lane_minute.lane
                    WHERE minute >= ?1 ORDER BY minute
                """
            ).bind(1, since.seconds / 60).each { row in
                tallies.append(
                    LaneTally(
                        lane: LaneBook.read(row), minute: Instant(seconds: row.int(3) * 60), count: Int(row.int(4))))
            }
            return tallies
        }
    }

    public func tidy(at now: Instant) async throws(StoreError) -> Bool {
        let retention = Retention(
            bodies: options.keepBodies, decisions: options.keepDecisions, outcomes: options.keepOutcomes,
            ids: options.dedupeHorizon)
        return try await write(.housekeeping) { try $0.tidy(at: now, keeping: retention) }
    }

    public func giveUp(
        on route: String, dueBefore limit: Instant, because why: String, at now: Instant
    ) async throws(StoreError) -> Bool {
        try await write(.housekeeping) { ledger in
            ledger.gateTime = now
            try ledger.cancels.load(from: ledger.session, at: now)
            return try ledger.giveUp(on: route, dueBefore: limit, because: why, at: now)
        }
    }
}

extension DueCursor {
    fileprivate init(_ row: Statement) { self.init(due: row.instant(0), key: JobKey(row.int(1))) }
}
