// SPDX-License-Identifier: Apache-2.0
//
// MemoryBook: a delivery book without a disk, that keeps the port's promises and watches that the engine keeps its own.

import GatewayModel
import Synchronization

@testable import Engine

final class MemoryBook: DeliveryBook {
    enum State: Hashable { case ready(Instant?), flying(AttemptID), held(String), doubt, ended }

    struct Entry {
        var facts: JobFacts
        var record: [UInt8]
        var state: State
        /// What the books know of its recipient.
        var recipient = RecipientFacts()
        var recall: Recall?
        var events: [Note] = []
        var launches: [Instant] = []
        /// Its place in the queue while it is in the air.
        var place: Instant?
        /// When its provider was asked about it.
        var asked: [Instant] = []
        /// How often it was to be, and its route was closed.
        var putOff = 0
        var kept: KeptRequest?
        var segments: Int?
        /// The last attempt's own words.
        var detail: String?
    }
    enum Recall { case cancelled, held }
    struct Note: Hashable {
        var event: Event
        var reason: String?
    }

    struct Pages {
        var jobs: [JobKey: Entry] = [:]
        /// In order.
        var ready: [LaneID: [Priority: [DueCursor]]] = [:]
        var lanes: [LaneKey: LaneID] = [:]
        var orders = StandingOrders()
        var tallies: [LaneTally] = []
        var attempts: UInt32 = 0
        var flying: [AttemptID: JobKey] = [:]
        /// Doubts, and when their provider is to be asked.
        var asks: [JobKey: Instant] = [:]
        /// Of what is in the air, the questions.
        var asking: Set<AttemptID> = []
        /// Tasks to be closed; of what is in the air, their closing; and what came of each.
        var changes: [JobKey: Change] = [:]
        var changing: Set<AttemptID> = []
        var changed: [JobKey: Settlement.Fate] = [:]
        /// Requests may not be kept so many times.
        var keepingFails = 0
        var ended = 0
        var held = 0
        var launches = 0
        var tidies = 0
        /// Wants answered, per lane.
        var reads: [LaneKey: Int] = [:]
        /// What the engine must never do, and did.
        var wrongs: [String] = []
        var failure: StoreError?
        var fullFor = 0
        var exchanges = 0
        /// Versions of the policies that came into force, in order.
        var policies: [String] = []
        var policyFullFor = 0
        /// Launches that took a place under caps.
        var reservations = 0
        /// What can be in the air at a time.
        var places = 8192
        var waiters: [Waiter] = []
    }

    /// A task that was made and is to be closed.
    struct Change {
        var id: String? = "T1"
        var due: Instant
        /// When somebody said no.
        var since: Instant
        var tries = 0
        /// Nothing stands against it any more.
        var isLifted = false
    }

    struct Waiter {
        var id: Int
        var holds: (Pages) -> Bool
        var waiting: CheckedContinuation<Void, any Error>
    }

    private let pages = Mutex(Pages())
    private let nextWaiter = Atomic(0)
    let listener: Inbox
    /// Told after each exchange and tidy, outside the lock.
    let onTurn = Mutex<(@Sendable () -> Void)?>(nil)

    init(listener: Inbox) { self.listener = listener }

    func look<Value: Sendable>(_ read: (Pages) -> Value) -> Value { pages.withLock { read($0) } }

    /// Waits until the book says so. Throws when the dispatcher has failed, or the test is called off.
    func until(_ holds: @escaping @Sendable (Pages) -> Bool) async throws {
        let id = nextWaiter.add(1, ordering: .relaxed).newValue
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiting in
                let now = pages.withLock { pages in
                    if holds(pages) { return true }
                    pages.waiters.append(Waiter(id: id, holds: holds, waiting: waiting))
                    return false
                }
                if now { waiting.resume() }
            }
        } onCancel: {
            giveUp(CancellationError())
        }
    }

    func giveUp(_ error: any Error) {
        let waiters = pages.withLock { pages in
            defer { pages.waiters = [] }
            return pages.waiters
        }
        for waiter in waiters { waiter.waiting.resume(throwing: error) }
    }

    /// Changes pages under the lock, then resumes those whose condition holds and tells of arrivals.
    @discardableResult
    func write<Value: Sendable>(_ change: (inout Pages, inout [LaneArrival]) throws -> Value) rethrows -> Value {
        var arrivals: [LaneArrival] = []
        let (value, woken) = try pages.withLock { pages in
            let value = try change(&pages, &arrivals)
            let woken = pages.waiters.filter { $0.holds(pages) }
            pages.waiters.removeAll { waiter in woken.contains { $0.id == waiter.id } }
            return (value, woken.map(\.waiting))
        }
        if !arrivals.isEmpty { listener.jobsArrived(arrivals) }
        for waiting in woken { waiting.resume() }
        return value
    }

    // MARK: What producers and operators do

    func take(_ jobs: [Entry]) {
        write { pages, arrivals in
            for job in jobs {
                var job = job
                let key = LaneKey(route: job.facts.route, domain: job.facts.domain, brand: job.facts.brand)
                job.facts.lane = pages.lane(key)
                job.facts.key = JobKey(Int64(pages.jobs.count + 1))
                pages.jobs[job.facts.key] = job
                guard case .ready(let due?) = job.state else { continue }
                pages.shelve(job.facts, due, &arrivals)
            }
        }
    }

    func order(_ change: (inout StandingOrders) -> Void) {
        write { pages, _ in change(&pages.orders) }
        listener.ordersChanged()
    }

    /// A cancel or a hold that reaches what is in the air.
    func recall(_ recall: Recall, where matches: (JobFacts) -> Bool) {
        write { pages, _ in
            for key in pages.flying.values where matches(pages.jobs[key]!.facts) { pages.jobs[key]!.recall = recall }
        }
        listener.ordersChanged()
    }

    func release(_ key: JobKey, due: Instant) {
        write { pages, arrivals in
            guard case .held = pages.jobs[key]!.state else { return }
            pages.held -= 1
            pages.makeReady(key, due: due, &arrivals)
        }
    }

    // MARK: The port

    var mostInFlight: Int { look(\.places) }

    func giveUp(
        on route: String, dueBefore limit: Instant, because why: String, at now: Instant
    ) async throws(StoreError) -> Bool {
        write { pages, _ in pages.giveUp(on: route, dueBefore: limit) }
        onTurn.withLock { $0 }?()
        return false
    }

    func lanes() -> [Lane] { look { pages in pages.lanes.map { Lane(id: $0.value, key: $0.key) } } }

    func due(_ wants: [LaneWant], at now: Instant) -> [LaneSupply] {
        write { pages, _ in wants.map { pages.supply($0, at: now) } }
    }

    func enforce(_ policy: PolicyBundle, at now: Instant) async throws(StoreError) {
        let isFull = write { pages, _ in
            if pages.policyFullFor > 0 {
                pages.policyFullFor -= 1
                return true
            }
            if pages.policies.last != policy.version { pages.policies.append(policy.version) }
            return false
        }
        if isFull { throw .full("no room") }
    }

    func exchange(
        settled: [Settlement], candidates: [JobKey], runsShort: Bool, at now: Instant, interest: PolicyInterest,
        decide: @escaping @Sendable (JobFacts, RecipientFacts) -> AdmissionDecision
    ) async throws(StoreError) -> [Departure] {
        let answer = write { pages, arrivals -> Result<[Departure], StoreError> in
            if let failure = pages.failure { return .failure(failure) }
            if pages.fullFor > 0 {
                pages.fullFor -= 1
                return .failure(.full("no room"))
            }
            pages.exchanges += 1
            if Set(candidates).count < candidates.count { pages.wrongs.append("a candidate was named twice") }
            for settlement in settled { pages.settle(settlement, at: now, &arrivals) }
            return .success(candidates.compactMap { pages.admit($0, at: now, decide, &arrivals) })
        }
        onTurn.withLock { $0 }?()
        return try answer.get()
    }

    func standingOrders() -> StandingOrders { look(\.orders) }

    func attemptsToRecall() -> [AttemptID] {
        look { pages in pages.flying.filter { pages.jobs[$0.value]!.recall != nil }.map(\.key) }
    }

    func tallies(since: Instant) -> [LaneTally] { look { $0.tallies.filter { $0.minute >= since } } }

    func tidy(at now: Instant) async throws(StoreError) -> Bool {
        write { pages, _ in pages.tidies += 1 }
        onTurn.withLock { $0 }?()
        return false
    }
}

extension MemoryBook.Pages {
    mutating func lane(_ key: LaneKey) -> LaneID {
        if let id = lanes[key] { return id }
        lanes[key] = LaneID(Int64(lanes.count + 1))
        return lanes[key]!
    }

    fileprivate mutating func shelve(_ facts: JobFacts, _ due: Instant, _ arrivals: inout [LaneArrival]) {
        let cursor = DueCursor(due: due, key: facts.key)
        let place = ready[facts.lane]?[facts.priority]?.place(of: cursor) ?? 0
        ready[facts.lane, default: [:]][facts.priority, default: []].insert(cursor, at: place)
        let key = LaneKey(route: facts.route, domain: facts.domain, brand: facts.brand)
        arrivals.append(LaneArrival(lane: Lane(id: facts.lane, key: key), earliest: due))
    }

    mutating func makeReady(_ key: JobKey, due: Instant, _ arrivals: inout [LaneArrival]) {
        jobs[key]!.state = .ready(due)
        shelve(jobs[key]!.facts, due, &arrivals)
    }

    fileprivate mutating func unshelve(_ job: MemoryBook.Entry, due: Instant) {
        let cursor = DueCursor(due: due, key: job.facts.key)
        guard let place = ready[job.facts.lane]?[job.facts.priority]?.place(of: cursor) else { return }
        ready[job.facts.lane]?[job.facts.priority]?.remove(at: place)
    }

    fileprivate mutating func supply(_ want: LaneWant, at now: Instant) -> LaneSupply {
        let key = lanes.first { $0.value == want.lane }!.key
        reads[key, default: 0] += 1
        if want.limit <= 0 || want.limit > 512 { wrongs.append("a want of \(want.limit)") }
        let shelf = ready[want.lane]?[want.priority] ?? []
        let waiting = shelf[(want.after.map { shelf.place(behind: $0) } ?? 0)...]
        let due = Array(waiting.prefix { $0.due <= now }.prefix(want.limit))
        return LaneSupply(
            want: want, due: due, nextDue: due.count < want.limit ? waiting.first { $0.due > now }?.due : nil)
    }

    /// A decision names the policy that is on record.
    private mutating func check(_ decision: Decision) {
        if decision.policy != policies.last { wrongs.append("decided under a policy that is not in force") }
    }

    fileprivate mutating func admit(
        _ key: JobKey, at now: Instant, _ decide: (JobFacts, RecipientFacts) -> AdmissionDecision,
        _ arrivals: inout [LaneArrival]
    ) -> Departure? {
        guard var job = jobs[key], case .ready(let due?) = job.state, due <= now else { return nil }
        let order = orders.holds.first { $0.matches(job.facts) }
        let decision = order.map { .hold(why: $0.why) } ?? decide(job.facts, job.recipient)
        if case .leave = decision { return nil }
        // From a paused route there is one way only: to another.
        if orders.pausedRoutes[job.facts.route] != nil {
            guard case .move(let lane) = decision, orders.pausedRoutes[lane.route] == nil else { return nil }
        }
        unshelve(job, due: due)
        switch decision {
        case .leave: break
        case .launch(let decision, let reserves, let restraint):
            check(decision)
            if reserves { reservations += 1 }
            if flying.count >= places { wrongs.append("more was launched than there are places") }
            attempts += 1
            launches += 1
            let attempt = AttemptID(run: 1, counter: attempts)
            job.state = .flying(attempt)
            job.launches.append(now)
            job.place = due
            jobs[key] = job
            flying[attempt] = key
            var departure = departure(of: job, attempt)
            departure.restraint = restraint
            return departure
        case .postpone(let until, let reason, let decision):
            check(decision)
            jobs[key]!.events.append(.init(event: .postponed, reason: reason.rawValue))
            jobs[key]!.state = .ready(until)
            if let until { makeReady(key, due: until, &arrivals) }
        case .withhold(let reason, let decision):
            check(decision)
            // What may have gone is parked instead.
            end(key, job.facts.isInDoubt ? .unknown : .withheld, job.facts.isInDoubt ? "in_doubt" : reason.rawValue)
        case .park(_, let decision):
            check(decision)
            if !job.facts.isInDoubt { wrongs.append("what is in no doubt was parked") }
            end(key, .unknown, "in_doubt")
        case .hold(let why): hold(key, why)
        case .move(let lane):
            move(key, to: lane)
            makeReady(key, due: due, &arrivals)
        }
        return nil
    }

    fileprivate mutating func settle(_ settlement: Settlement, at now: Instant, _ arrivals: inout [LaneArrival]) {
        let key = settlement.job
        guard flying.removeValue(forKey: settlement.attempt) == key else {
            return wrongs.append("attempt \(settlement.attempt.rawValue) was settled twice")
        }
        if changing.remove(settlement.attempt) != nil { return settleChange(settlement) }
        let recall = jobs[key]!.recall
        jobs[key]!.recall = nil
        jobs[key]!.detail = settlement.evidence?.text
        jobs[key]!.segments = settlement.segments ?? jobs[key]!.segments
        if asking.remove(settlement.attempt) != nil { return settleInquiry(settlement, at: now, &arrivals) }
        switch settlement.fate {
        case .sent: end(key, .sent, nil)
        case .failed(let reason): end(key, .failed, reason.rawValue)
        case .unknown(let step):
            jobs[key]!.facts.inquiries = 0
            count(key)
            doubt(key, step, &arrivals)
        case .absent: wrongs.append("an attempt to send was settled as absent")
        case .held(let why): hold(key, why)
        case .again, .recalled: land(key, settlement.fate, recall, at: now, &arrivals)
        }
    }

    private mutating func land(
        _ key: JobKey, _ fate: Settlement.Fate, _ recall: MemoryBook.Recall?, at now: Instant,
        _ arrivals: inout [LaneArrival]
    ) {
        var due = now
        if case .again(let at, let reason, let counts) = fate {
            due = counts ? at : min(at, jobs[key]!.place ?? at)
            jobs[key]!.events.append(.init(event: .postponed, reason: reason.rawValue))
            count(key, counts)
        }
        switch recall {
        case .cancelled: end(key, .cancelled, "operator")
        case .held: hold(key, "held by an operator")
        case nil: makeReady(key, due: due, &arrivals)
        }
    }

    private mutating func count(_ key: JobKey, _ counts: Bool = true) {
        if counts { jobs[key]!.facts.attempts += 1 }
        jobs[key]!.facts.firstAttemptAt = jobs[key]!.facts.firstAttemptAt ?? jobs[key]!.launches.last
    }

    fileprivate mutating func giveUp(on route: String, dueBefore limit: Instant) {
        if orders.pausedRoutes[route] != nil { wrongs.append("a paused route was given up") }
        for (key, job) in jobs where job.facts.route == route {
            guard case .ready(let due?) = job.state, due <= limit else { continue }
            unshelve(job, due: due)
            end(key, .failed, "retries_exhausted")
        }
    }

    private mutating func hold(_ key: JobKey, _ why: String) {
        jobs[key]!.state = .held(why)
        held += 1
    }

    mutating func end(_ key: JobKey, _ event: Event, _ reason: String?) {
        if jobs[key]!.state == .ended { wrongs.append("job \(key.rawValue) ended twice") }
        jobs[key]!.state = .ended
        // What is parked has been told of.
        if event != .unknown || !jobs[key]!.facts.isInDoubt {
            jobs[key]!.events.append(.init(event: event, reason: reason))
        }
        ended += 1
    }

    /// Some job has not ended, or some task is still to be closed.
    var isUnfinished: Bool { ended + held < jobs.count || !changes.isEmpty }

    /// When the next ready job falls due, whatever lane it is in, or the next provider is to be asked.
    var nextDue: Instant? {
        (ready.values.flatMap(\.values).compactMap { $0.first?.due } + asks.values + changes.values.map(\.due)).min()
    }
}

extension [DueCursor] {
    /// The first place that is not before it.
    fileprivate func place(of cursor: DueCursor) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < cursor { low = middle + 1 } else { high = middle }
        }
        return low
    }

    fileprivate func place(behind cursor: DueCursor) -> Int {
        let place = place(of: cursor)
        return place < count && self[place] == cursor ? place + 1 : place
    }
}
