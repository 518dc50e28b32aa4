// SPDX-License-Identifier: Apache-2.0

/// What is known of a job without opening its body: what the agenda and the gate look at.
public struct JobFacts: Hashable, Sendable {
    public var key: JobKey
    public var producer: String
    public var channel: ChannelKind
    public var messageClass: MessageClass
    public var template: String
    public var brand: String
    public var topic: String?
    public var campaign: String?
    public var lane: LaneID
    public var route: String
    public var domain: String?
    /// The recipient's mail domain (A-label), where the channel is e-mail.
    public var recipientDomain: String?
    public var priority: Priority
    public var acceptedAt: Instant
    public var notBefore: Instant?
    public var expiresAt: Instant?
    /// Attempts made so far (unreachable routes and recalls do not count).
    public var attempts: Int
    /// The first try, even one that found its route closed: what `give_up_after` counts from.
    public var firstAttemptAt: Instant?
    /// The last `postponed` that was journalled for it, if any since the last attempt.
    public var postponed: Postponement?
    /// How often in a row the daemon has ended while the job was in the air.
    public var crashes = 0
    /// The route that its match chose, where failover has taken it to another.
    public var home: String?
    /// An `unknown` of it stands open: it may have gone, so only what settles that may happen to it.
    public var isInDoubt = false
    /// How often its provider has been asked about that doubt since the last attempt, and could not say.
    public var inquiries = 0
    /// An operator has ordered that it be sent again in spite of that doubt.
    public var isResendOrdered = false
    /// A task's intended channel.
    public var intended: ContactChannel?
    /// How its person is reached: what consent, suppression, caps and hours go by.
    public var contact: ContactChannel { ContactChannel(channel, intended: intended) }

    public init(
        key: JobKey, producer: String, channel: ChannelKind, messageClass: MessageClass, template: String,
        brand: String,
        topic: String?, campaign: String?, lane: LaneID, route: String, domain: String?, recipientDomain: String?,
        priority: Priority, acceptedAt: Instant, notBefore: Instant?, expiresAt: Instant?, attempts: Int,
        firstAttemptAt: Instant?, postponed: Postponement?
    ) {
        (self.key, self.producer, self.channel, self.messageClass) = (key, producer, channel, messageClass)
        (self.template, self.brand, self.topic, self.campaign) = (template, brand, topic, campaign)
        (self.lane, self.route, self.domain, self.recipientDomain) = (lane, route, domain, recipientDomain)
        (self.priority, self.acceptedAt, self.notBefore, self.expiresAt) = (priority, acceptedAt, notBefore, expiresAt)
        (self.attempts, self.firstAttemptAt, self.postponed) = (attempts, firstAttemptAt, postponed)
    }
}

public struct Postponement: Hashable, Sendable {
    public var reason: PostponeReason
    public var until: Instant?
    public init(reason: PostponeReason, until: Instant?) { (self.reason, self.until) = (reason, until) }
}

/// What the engine says of a candidate, inside the admission transaction.
public enum AdmissionDecision: Sendable {
    /// The job flies: an attempt id and a wire slot are given, the decision is kept. `reserves`: it takes its place under
    /// the caps of its person and its address, and keeps it unless it certainly was not sent (DESIGN D6). `restraint`: a
    /// task that goes now and tells its owner to wait.
    case launch(Decision, reserves: Bool, restraint: Restraint? = nil)
    /// Back to the queue, due at `until` (nil: not due until somebody releases it).
    case postpone(until: Instant?, PostponeReason, Decision)
    /// Ends here.
    case withhold(WithholdReason, Decision)
    /// It is in doubt, and is not to be sent again though the gate would let it go: it stays in doubt, and says why.
    case park(because: String, Decision)
    /// Its route, brand or template is gone or broken: state `held`, with why, journalled once.
    case hold(why: String)
    /// The configuration places it in another lane now, or its route is closed and another carries it meanwhile: goes
    /// there, due as before, nothing journalled. Its home stays what it was.
    case move(LaneKey)
    /// Left as it is, nothing written (no capacity after all).
    case leave
}

/// Words to a task's owner: the person must not be contacted before then.
public struct Restraint: Hashable, Sendable {
    public var until: Instant
    /// `quiet_hours` or `frequency_cap`.
    public var reason: PostponeReason
    /// For people, one line, without personal data: which rule says so, by its source.
    public var words: String
    public init(until: Instant, reason: PostponeReason, words: String) {
        (self.until, self.reason, self.words) = (until, reason, words)
    }
}

/// A request as it left, kept until its job has ended: repeating it means the same bytes (an idempotency key demands it).
public struct KeptRequest: Hashable, Sendable {
    public var job: JobKey
    /// The only route on which it may be repeated.
    public var route: String
    public var load: RequestLoad
    public init(job: JobKey, route: String, load: RequestLoad) {
        (self.job, self.route, self.load) = (job, route, load)
    }
}

/// A job that has been admitted: durable as `flying` before anyone sees this.
public struct Departure: Sendable {
    /// To send, to ask the provider about an attempt without a verdict, or to amend what was made.
    public enum Errand: Hashable, Sendable {
        case send
        /// The attempt asked about left then.
        case inquire(since: Instant)
        /// The task that its job made is closed or annotated; the job has ended.
        case amend(Amendment)
    }
    public var facts: JobFacts
    public var attempt: AttemptID
    public var slot: WireSlot
    /// The record as it came in; empty for an amendment whose job's body is gone.
    public var record: [UInt8]
    /// Secret per job and the same at every attempt: what Message-ID is made from. Lower-case base32, 26 characters.
    public var messageToken: String
    public var errand = Errand.send
    public var restraint: Restraint?
    /// Its request as it left before on the same route; goes again byte for byte.
    public var kept: KeptRequest?
    public init(facts: JobFacts, attempt: AttemptID, slot: WireSlot, record: [UInt8], messageToken: String) {
        (self.facts, self.attempt, self.slot) = (facts, attempt, slot)
        (self.record, self.messageToken) = (record, messageToken)
        (restraint, kept) = (nil, nil)
    }
}

/// How an attempt is to be booked.
public struct Settlement: Sendable {
    public enum Fate: Hashable, Sendable {
        case sent
        case failed(FailureReason)
        /// Certainly not sent; due again then. `counts` is false where the attempt says nothing of the job: it keeps its
        /// place in the queue.
        case again(at: Instant, PostponeReason, counts: Bool)
        /// Never began: back to where it was, nothing journalled.
        case recalled
        /// No verdict: journalled once, however often it comes for the same doubt.
        case unknown(DoubtStep)
        /// An inquiry found nothing of it: certainly not sent after all. Due again at once; settles the doubt with
        /// `postponed`.
        case absent
        /// Configuration changed under it: held with a reason.
        case held(why: String)
    }

    /// How a doubt may be settled next.
    public enum DoubtStep: Hashable, Sendable {
        /// By receipt, by an operator, or after 7 days.
        case park
        /// Sent again then, after the gate has been asked. A gate that says no leaves it parked.
        case resend(at: Instant)
        /// The provider is asked then; nothing is sent.
        case inquire(at: Instant)
    }

    public var attempt: AttemptID
    public var job: JobKey
    public var slot: WireSlot
    public var fate: Fate
    public var evidence: DeliveryEvidence?
    public var messageID: String?
    /// Lower-case hex over the exact bytes.
    public var contentSHA256: String?
    public var templateDigest: String?
    /// Parts of a text message (3GPP TS 23.040).
    public var segments: Int?
    public init(attempt: AttemptID, job: JobKey, slot: WireSlot, fate: Fate, evidence: DeliveryEvidence?) {
        (self.attempt, self.job, self.slot, self.fate, self.evidence) = (attempt, job, slot, fate, evidence)
        (messageID, contentSHA256, templateDigest, segments) = (nil, nil, nil, nil)
    }
}

/// A place in a lane's order: due time, then key.
public struct DueCursor: Hashable, Sendable, Comparable {
    public var due: Instant
    public var key: JobKey
    public init(due: Instant, key: JobKey) { (self.due, self.key) = (due, key) }
    public static func < (a: DueCursor, b: DueCursor) -> Bool { a.due == b.due ? a.key < b.key : a.due < b.due }
}

/// "Give me up to `limit` jobs of this lane and priority that are due at `now`, behind `after`."
public struct LaneWant: Hashable, Sendable {
    public var lane: LaneID
    public var priority: Priority
    public var after: DueCursor?
    public var limit: Int
    public init(lane: LaneID, priority: Priority, after: DueCursor?, limit: Int) {
        (self.lane, self.priority, self.after, self.limit) = (lane, priority, after, limit)
    }
}

public struct LaneSupply: Hashable, Sendable {
    public var want: LaneWant
    /// In order.
    public var due: [DueCursor]
    /// When the next one of this lane and priority falls due, where fewer than `limit` are due now.
    public var nextDue: Instant?
    public init(want: LaneWant, due: [DueCursor], nextDue: Instant?) {
        (self.want, self.due, self.nextDue) = (want, due, nextDue)
    }
}

/// Jobs that became ready, or will at `earliest`, in that lane: intake, retries, releases.
public struct LaneArrival: Hashable, Sendable {
    public var lane: Lane
    public var earliest: Instant
    public init(lane: Lane, earliest: Instant) { (self.lane, self.earliest) = (lane, earliest) }
}

/// What operators have ordered, standing until they take it back.
public struct StandingOrders: Hashable, Sendable {
    public struct Hold: Hashable, Sendable {
        public var id: Int64
        /// Nil matches any; all nil is `--all`.
        public var campaign: String?
        public var brand: String?
        public var template: String?
        public var route: String?
        public var messageClass: MessageClass?
        public var why: String
        public init(
            id: Int64, campaign: String?, brand: String?, template: String?, route: String?,
            messageClass: MessageClass?,
            why: String
        ) {
            (self.id, self.campaign, self.brand, self.template) = (id, campaign, brand, template)
            (self.route, self.messageClass, self.why) = (route, messageClass, why)
        }
        public func matches(_ facts: JobFacts) -> Bool {
            (campaign ?? facts.campaign) == facts.campaign && (brand ?? facts.brand) == facts.brand
                && (template ?? facts.template) == facts.template && (route ?? facts.route) == facts.route
                && (messageClass ?? facts.messageClass) == facts.messageClass
        }
        /// A hold that names only what a lane is made of stops the lane: nothing is read, nothing is written per job.
        public func coversLane(_ lane: LaneKey) -> Bool {
            campaign == nil && template == nil && messageClass == nil && (brand ?? lane.brand) == lane.brand
                && (route ?? lane.route) == lane.route
        }
    }
    public var holds: [Hold]
    /// Routes paused by an operator, with why.
    public var pausedRoutes: [String: String]
    /// Rises each time an operator resumes a route: clears an automatic pause.
    public var resumed: [String: Int64]
    /// Rises each time an operator accepts the clock as it is (CONTRACT 8.7).
    public var clockAccepted: Int64
    public init(
        holds: [Hold] = [], pausedRoutes: [String: String] = [:], resumed: [String: Int64] = [:],
        clockAccepted: Int64 = 0
    ) {
        (self.holds, self.pausedRoutes, self.resumed) = (holds, pausedRoutes, resumed)
        self.clockAccepted = clockAccepted
    }
}

/// Attempts made in a lane in one minute, for rebuilding rate windows at start.
public struct LaneTally: Hashable, Sendable {
    public var lane: LaneKey
    /// Start of the minute.
    public var minute: Instant
    public var count: Int
    public init(lane: LaneKey, minute: Instant, count: Int) {
        (self.lane, self.minute, self.count) = (lane, minute, count)
    }
}

/// The engine's side of the store. The hot call is `exchange`; no SQL type passes here (DESIGN D11).
public protocol DeliveryBook: Sendable {
    /// How many attempts can be in the air at a time; launched and not settled durably counts.
    var mostInFlight: Int { get }
    func lanes() async throws(StoreError) -> [Lane]
    /// Reads only; may see a job that an exchange under way is about to change.
    func due(_ wants: [LaneWant], at now: Instant) async throws(StoreError) -> [LaneSupply]
    /// One transaction: attempts settled, then each candidate that is still ready and due put to `decide`, with what the
    /// books know of its recipient in that transaction.
    ///
    /// Standing holds and paused routes are looked up in that transaction and come before `decide`: a job they name is
    /// held, or left as it is.
    /// `decide` is pure and may be called again. On return all of it is durable; `launch`ed jobs are `flying`.
    /// Settlements whose job was cancelled, expired or given up meanwhile end as that.
    ///
    /// - Parameter runsShort: some route has no more jobs to send: taking in more comes first again.
    func exchange(
        settled: [Settlement], candidates: [JobKey], runsShort: Bool, at now: Instant, interest: PolicyInterest,
        decide: @escaping @Sendable (JobFacts, RecipientFacts) -> AdmissionDecision
    ) async throws(StoreError) -> [Departure]
    /// Doubts whose provider is to be asked by now, at most `limit`, the longest due first.
    func dueInquiries(at now: Instant, limit: Int) async throws(StoreError) -> [JobKey]
    /// One transaction: those of them that still are in doubt and due fly as inquiries. The gate is not asked: nothing is
    /// sent. They are settled as `sent`, `absent` or `unknown` (asked, and could not say: counted in `JobFacts.inquiries`);
    /// one that was not asked as `recalled` (due as before) or `again` with `counts` false (due then), nothing journalled.
    func launchInquiries(_ jobs: [JobKey], at now: Instant) async throws(StoreError) -> [Departure]
    /// Jobs on that route whose task was made, or may have been, and whose person may have said no since; at most `limit`,
    /// the longest due first.
    func dueAmendments(on route: String, at now: Instant, limit: Int) async throws(StoreError) -> [JobKey]
    /// One transaction: those of them that something stands against fly as amendments, `limit` at most; of the others each
    /// that was asked about is left as it is. Of
    /// their facts only what the task is about is true; `attempts` are the amendments that came to nothing,
    /// `firstAttemptAt` is when somebody said no, and `acceptedAt` when the task was let go. They are settled as `sent` or
    /// `failed` (both: over), as `again`, or as `recalled` (due as before). What a crash leaves in the air is due again;
    /// what three days of trying could not amend is over.
    func launchAmendments(
        _ jobs: [JobKey], limit: Int, at now: Instant, interest: PolicyInterest, object: @escaping TaskObjection
    ) async throws(StoreError) -> [Departure]
    /// On return they are durable: only then may they leave. One kept before for the same job and route stays.
    func keep(_ requests: [KeptRequest]) async throws(StoreError)
    /// Makes that the policy in force: kept once by its digest, journalled where it changed. Where it did, jobs that
    /// hours, caps or an unknown zone have put off are due again at once, to be asked anew (CONTRACT 8.4).
    func enforce(_ policy: PolicyBundle, at now: Instant) async throws(StoreError)
    func standingOrders() async throws(StoreError) -> StandingOrders
    /// Attempts in the air whose job was cancelled or held by an operator: to be recalled if not begun.
    func attemptsToRecall() async throws(StoreError) -> [AttemptID]
    /// Attempts per lane and minute since then.
    func tallies(since: Instant) async throws(StoreError) -> [LaneTally]
    /// Ends what is due to end without being asked for: jobs expired while held or parked, doubts older than 7 days,
    /// what `[keep]` lets go. Bounded work each call; returns whether there is more.
    func tidy(at now: Instant) async throws(StoreError) -> Bool
    /// Ends jobs of a route as failed, `retries_exhausted`, that have been due since `limit` or longer; for a route that
    /// has carried nothing since then. Not those that an operator's pause or hold stops. Bounded work each call; returns
    /// whether there is more.
    func giveUp(
        on route: String, dueBefore limit: Instant, because why: String, at now: Instant
    ) async throws(StoreError) -> Bool
}

/// Told by the store, on its own thread: must return at once.
public protocol QueueListener: Sendable {
    func jobsArrived(_ arrivals: [LaneArrival])
    /// Another process, or an operator's command, changed holds, pauses or jobs.
    func ordersChanged()
    /// A new terminal or other event is in the journal; the highest seq that is visible.
    func journalGrew(to seq: Int64)
    /// The store has failed for good: stop, exit 74.
    func storeFailed(_ error: StoreError)
}
