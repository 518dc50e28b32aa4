// SPDX-License-Identifier: Apache-2.0
//
// A row of `job`, as narrow as it is stored.

import GatewayModel

struct JobRow {
    var key: Int64
    var state: JobState
    var lane: LaneID
    var priority: Priority
    /// Nil: not due until somebody releases it. Parked: when its doubt becomes final.
    var due: Instant?
    var expires: Instant?
    /// The producer's `created_at`, else its file's rename time: what a cancel's `as_of` looks at.
    var created: Instant
    var accepted: Instant
    var notBefore: Instant?
    var messageClass: Int64
    var channel: Int64
    var producer: Int64
    var template: Int64
    var brand: Int64
    var topic: Int64?
    var campaign: Int64?
    var recipient: String
    var email: Int64?
    var phone: Int64?
    var crm: Int64?
    var person: Int64?
    var attempts: Int
    var firstAttempt: Instant?
    var postponed: Postponement?
    /// How often a run ended while it was in flight.
    var crashes: Int
    /// `seq` of the `unknown` that stands open.
    var doubt: Int64?
    /// The standing hold that holds it.
    var hold: Int64?
    /// Why it is held.
    var why: String?
    /// A task's intended channel, as a stored number.
    var intended: Int64?
    var timezone: Int64?
    var country: Int64?
    var region: Int64?
    /// When a cap first postponed it.
    var firstCapped: Instant?
    /// When it took the place under the caps that it keeps although it is not in the air.
    var reserved: Instant?
    /// The route that it was moved away from, as a word.
    var home: Int64?

    init(_ row: Statement) {
        key = row.int(0)
        state = JobState(number: row.int(1))
        lane = LaneID(row.int(2))
        priority = Priority(rawValue: Int(row.int(3))) ?? .normal
        (due, expires, created, accepted) = (row.instantOrNil(4), row.instantOrNil(5), row.instant(6), row.instant(7))
        (notBefore, messageClass, channel, producer) = (row.instantOrNil(8), row.int(9), row.int(10), row.int(11))
        (template, brand, topic, campaign) = (row.int(12), row.int(13), row.intOrNil(14), row.intOrNil(15))
        recipient = row.text(16)
        (email, phone, crm, person) = (row.intOrNil(17), row.intOrNil(18), row.intOrNil(19), row.intOrNil(20))
        (attempts, firstAttempt) = (Int(row.int(21)), row.instantOrNil(22))
        postponed = row.intOrNil(23).map {
            Postponement(reason: PostponeReason(number: $0), until: row.instantOrNil(24))
        }
        (crashes, doubt, hold, why) = (Int(row.int(25)), row.intOrNil(26), row.intOrNil(27), row.textOrNil(28))
        (intended, timezone, country) = (row.intOrNil(29), row.intOrNil(30), row.intOrNil(31))
        (region, firstCapped, reserved) = (row.intOrNil(32), row.instantOrNil(33), row.instantOrNil(34))
        home = row.intOrNil(35)
    }

    init(
        key: Int64, lane: LaneID, placement: Placement, created: Instant, accepted: Instant, due: Instant,
        channel: ChannelKind,
        producer: Int64, template: Int64, brand: Int64, topic: Int64?, campaign: Int64?, recipient: String
    ) {
        (self.key, state, self.lane, priority) = (key, .ready, lane, placement.priority)
        (self.due, expires, self.created, self.accepted) = (due, placement.expiresAt, created, accepted)
        (notBefore, messageClass, self.channel) = (placement.notBefore, placement.messageClass.number, channel.number)
        (self.producer, self.template, self.brand, self.topic) = (producer, template, brand, topic)
        (self.campaign, self.recipient, attempts, crashes) = (campaign, recipient, 0, 0)
        (email, phone, crm, person, firstAttempt, postponed) = (nil, nil, nil, nil, nil, nil)
        (doubt, hold, why) = (nil, nil, nil)
        (intended, timezone, country, region, firstCapped, reserved, home) = (nil, nil, nil, nil, nil, nil, nil)
    }

    func isExpired(at now: Instant) -> Bool { expires.map { $0 <= now } ?? false }
}

extension Ledger {
    func job(_ key: Int64) throws -> JobRow? {
        let select = try session.prepared(
            """
            SELECT key, state, lane, priority, due, expires, created, accepted, notbefore, class, channel, producer,
                template, brand, topic, campaign, recipient, email, phone, crm, person, attempts, first, preason, puntil,
                crashes, doubt, hold, why, intended, timezone, country, region, capped, reserved, home
                FROM job WHERE key = ?1
            """)
        return try select.bind(1, key).first(JobRow.init)
    }

    func facts(_ job: JobRow) throws -> JobFacts {
        let lane = try laneBook.key(of: job.lane, in: session)
        let channel = ChannelKind(number: job.channel)
        var facts = JobFacts(
            key: JobKey(job.key), producer: try words.word(job.producer, in: session), channel: channel,
            messageClass: MessageClass(number: job.messageClass), template: try words.word(job.template, in: session),
            brand: try words.word(job.brand, in: session), topic: try job.topic.map { try words.word($0, in: session) },
            campaign: try job.campaign.map { try words.word($0, in: session) }, lane: job.lane, route: lane.route,
            domain: lane.domain, recipientDomain: channel == .email ? Self.domain(of: job.recipient) : nil,
            priority: job.priority, acceptedAt: job.accepted, notBefore: job.notBefore, expiresAt: job.expires,
            attempts: job.attempts, firstAttemptAt: job.firstAttempt, postponed: job.postponed)
        facts.crashes = job.crashes
        facts.intended = try job.intended.map(ContactChannel.init(stored:))
        facts.home = try job.home.map { try words.word($0, in: session) }
        if job.doubt != nil {
            let doubt = try doubt(of: job.key)
            (facts.isInDoubt, facts.inquiries) = (true, doubt?.asked ?? 0)
            facts.isResendOrdered = doubt?.isOrdered ?? false
        }
        return facts
    }

    private static func domain(of address: String) -> String? {
        address.utf8.lastIndex(of: UInt8(ascii: "@")).map { String(address[address.utf8.index(after: $0)...]) }
    }
}
