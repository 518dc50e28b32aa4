// SPDX-License-Identifier: Apache-2.0
//
// What the command line asks and orders. Every order is journalled with who gave it.

import GatewayModel

extension Store {
    /// Up to `limit` queued jobs behind `after`, in order of their keys; fewer than `limit`: these were the last.
    public func queue(
        matching filter: JobFilter, after: JobKey? = nil, limit: Int = 500
    ) async throws(StoreError) -> [QueuedJob] {
        let key = subjectKey
        var jobs: [QueuedJob] = []
        var start = Int64?.some(after?.rawValue ?? 0)
        while let from = start, jobs.count < limit {
            let room = limit - jobs.count
            let page = try await read { session in
                var finder = JobFinder(subjects: SubjectBook(key: key))
                let found = try finder.keys(
                    matching: filter, states: JobState.allCases, after: from, limit: room, in: session)
                let ledger = Ledger(session: session, subjectKey: key, slots: nil)
                return (jobs: try found.keys.compactMap { try ledger.queuedJob($0) }, next: found.next)
            }
            jobs += page.jobs
            start = page.next
        }
        return jobs
    }

    /// Jobs of that id, queued or ended: of every producer where `producer` is nil.
    public func job(producer: String? = nil, id: String) async throws(StoreError) -> [JobRecord] {
        let key = subjectKey
        return try await read { session in
            let ledger = Ledger(session: session, subjectKey: key, slots: nil)
            return try JobFinder.keys(ofID: id, producer: producer, in: session).map { found in
                try ledger.record(of: found.key, id: id, producer: found.producer)
            }
        }
    }

    /// Counts by lane and state. Reads the whole queue's narrow rows: for people, not for loops.
    public func depths() async throws(StoreError) -> [QueueDepth] {
        try await read { session in
            var depths: [QueueDepth] = []
            try session.prepared(
                """
                SELECT lane.route, lane.domain, lane.brand, job.state, count(*), min(job.due) FROM job JOIN lane ON lane.id = job.lane
                    GROUP BY job.lane, job.state ORDER BY lane.route, lane.domain, lane.brand, job.state
                """
            ).each { row in
                depths.append(
                    QueueDepth(
                        lane: LaneBook.read(row), state: JobState(number: row.int(3)), count: Int(row.int(4)),
                        oldestDue: row.instantOrNil(5)))
            }
            return depths
        }
    }

    /// One step of at most 500 jobs. Call again with `next` until it is nil.
    public func change(
        _ change: QueueChange, matching filter: JobFilter, after: JobKey? = nil, by signature: Signature
    ) async throws(StoreError) -> QueueStep {
        let now = options.timepiece.now()
        return try await write(.operatorChange) { ledger in
            try ledger.change(change, matching: filter, after: after, by: signature, at: now)
        }
    }

    /// Adds a standing hold, for jobs now and later; its number is returned (the one given is ignored). Matching
    /// attempts that have not begun are recalled.
    public func addHold(_ hold: StandingOrders.Hold, by signature: Signature) async throws(StoreError) -> Int64 {
        let now = options.timepiece.now()
        return try await write(.operatorChange) { try $0.addHold(hold, by: signature, at: now) }
    }

    /// Removes a hold and sets free what it held and no other hold reaches, in bounded steps.
    /// Returns how many jobs went free; nil: there is no such hold.
    public func removeHold(_ id: Int64, by signature: Signature) async throws(StoreError) -> Int? {
        let now = options.timepiece.now()
        guard try await write(.operatorChange, { try $0.removeHold(id, by: signature, at: now) }) else { return nil }
        var released = 0
        while true {
            let step = try await write(.operatorChange) { try $0.releaseHeld(by: id, limit: Ledger.changeStep) }
            released += step.released
            if step.seen < Ledger.changeStep { return released }
        }
    }

    public func pauseRoute(_ name: String, by signature: Signature) async throws(StoreError) {
        let now = options.timepiece.now()
        try await write(.operatorChange) { ledger in
            try ledger.pause(route: name, why: signature.why ?? "paused by an operator", by: signature, at: now)
        }
    }

    /// Also clears an automatic pause.
    public func resumeRoute(_ name: String, by signature: Signature) async throws(StoreError) {
        let now = options.timepiece.now()
        try await write(.operatorChange) { try $0.resume(route: name, by: signature, at: now) }
    }

    /// Accepts the clock as it is after a jump (CONTRACT 8.7).
    public func acceptClock(by signature: Signature) async throws(StoreError) {
        let now = options.timepiece.now()
        try await write(.operatorChange) { try $0.acceptClock(by: signature, at: now) }
    }

    /// Matching attempts in the air now, for `--wait`.
    public func inFlight(matching filter: JobFilter) async throws(StoreError) -> Int {
        let key = subjectKey
        return try await read { session in
            var finder = JobFinder(subjects: SubjectBook(key: key))
            var (count, after) = (0, Int64?.some(0))
            while let start = after {
                let step = try finder.keys(matching: filter, states: [.flying], after: start, limit: 500, in: session)
                (count, after) = (count + step.keys.count, step.next)
            }
            return count
        }
    }

    /// The same for a standing hold.
    public func inFlight(under hold: StandingOrders.Hold) async throws(StoreError) -> Int {
        var filter = JobFilter()
        (filter.campaign, filter.brand, filter.template) = (hold.campaign, hold.brand, hold.template)
        (filter.route, filter.messageClass) = (hold.route, hold.messageClass)
        return try await inFlight(matching: filter)
    }

    /// Counts per event and reason, broken down; `since` is taken to the hour.
    public func report(by dimensions: [ReportDimension], since: Instant? = nil) async throws(StoreError) -> [ReportRow]
    {
        try await read { try Report(by: dimensions, since: since).rows(in: $0) }
    }
}

extension Ledger {
    func queuedJob(_ key: Int64) throws -> QueuedJob? {
        guard let job = try job(key) else { return nil }
        let words = try jobWords(of: key)
        let due = job.state == .doubt ? nil : job.due
        return QueuedJob(
            facts: try facts(job), state: job.state, id: words?[.id], recipient: job.recipient, person: words?[.person],
            due: due, why: job.why, inquiry: job.doubt == nil ? nil : try doubt(of: key)?.due,
            reference: job.doubt == nil ? nil : subjects.messageToken(of: key))
    }

    fileprivate func record(of key: Int64, id: String, producer: String) throws -> JobRecord {
        let record = try session.prepared("SELECT record FROM body WHERE key = ?1").bind(1, key).first { $0.blob(0) }
        var query = OutcomeQuery()
        (query.job, query.producer, query.withDecisions) = (id, producer, true)
        var search = OutcomeSearch(query: query, subjectKey: subjectKey)
        let outcomes = try search.page(in: session).outcomes
        let queued = try queuedJob(key)
        let accepted = queued?.facts.acceptedAt ?? outcomes.first?.time ?? Instant(microseconds: 0)
        return JobRecord(
            id: id, producer: producer, acceptedAt: accepted, queued: queued, record: record, outcomes: outcomes,
            task: try task(key).map { MadeTaskRecord($0, reference: subjects.messageToken(of: key)) })
    }
}
