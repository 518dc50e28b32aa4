// SPDX-License-Identifier: Apache-2.0
//
// Cancels that are remembered: they reach jobs taken in later, for 7 days (CONTRACT 4).
//
// Looked up for every job taken in, so they are kept by the narrowest thing they name.
// Owner thread: "writer".

import GatewayModel

/// A cancel as it is stored. Every part given must hold.
struct CancelRow {
    var id: Int64
    var producer: Int64
    /// The producer's id for it: the `cause` of what it ends.
    var name: String
    /// 16-byte digest of a job's id.
    var job: [UInt8]?
    var email: Int64?
    var phone: Int64?
    var crm: Int64?
    var person: Int64?
    var campaign: Int64?
    var topic: Int64?
    var brand: Int64?
    var channel: Int64?
    var asOf: Instant
    var until: Instant
    /// Key up to which queued jobs were looked at; nil once all were.
    var swept: Int64?

    func matches(_ row: JobRow) -> Bool {
        producer == row.producer && row.created <= asOf && holds(email, row.email) && holds(phone, row.phone)
            && holds(crm, row.crm) && holds(person, row.person) && holds(campaign, row.campaign)
            && holds(topic, row.topic)
            && holds(brand, row.brand) && holds(channel, row.channel)
    }
    private func holds(_ wanted: Int64?, _ have: Int64?) -> Bool { wanted == nil || wanted == have }

    init(_ row: Statement) {
        (id, producer, name, job) = (row.int(0), row.int(1), row.text(2), row.blobOrNil(3))
        (email, phone, crm, person) = (row.intOrNil(4), row.intOrNil(5), row.intOrNil(6), row.intOrNil(7))
        (campaign, topic, brand, channel) = (row.intOrNil(8), row.intOrNil(9), row.intOrNil(10), row.intOrNil(11))
        (asOf, until, swept) = (row.instant(12), row.instant(13), row.intOrNil(14))
    }

    init(id: Int64, producer: Int64, name: String, asOf: Instant, until: Instant) {
        (self.id, self.producer, self.name, self.asOf, self.until, swept) = (id, producer, name, asOf, until, 0)
        (job, email, phone, crm, person, campaign, topic, brand, channel) = (
            nil, nil, nil, nil, nil, nil, nil, nil, nil
        )
    }

    var namesRecipient: Bool { person ?? email ?? phone ?? crm != nil }

    /// What it is kept under.
    fileprivate var handle: CancelMemory.Handle {
        if let job { return .job(job) }
        if let subject = person ?? email ?? phone ?? crm { return .subject(subject) }
        if let campaign { return .campaign(campaign) }
        return .anything
    }
}

struct CancelMemory {
    fileprivate enum Handle: Hashable { case job([UInt8]), subject(Int64), campaign(Int64), anything }
    private var kept: [Handle: [CancelRow]] = [:]
    private var isLoaded = false
    /// Cancels whose pass over the queue is under way: they hold at admission too.
    private(set) var open: [CancelRow] = []

    static let lifetime = Duration.seconds(7 * 86_400)

    mutating func forget() { self = CancelMemory() }

    mutating func load(from session: Session, at now: Instant) throws {
        guard !isLoaded else { return }
        let select = try session.prepared(
            """
            SELECT id, producer, name, job, email, phone, crm, person, campaign, topic, brand, channel, asof, until, swept
                FROM cancel WHERE until >= ?1 OR swept IS NOT NULL ORDER BY id
            """)
        try select.bind(1, now).each { keep(CancelRow($0)) }
        isLoaded = true
    }

    mutating func keep(_ cancel: CancelRow) {
        kept[cancel.handle, default: []].append(cancel)
        if cancel.swept != nil { open.append(cancel) }
    }

    mutating func drop(_ cancel: CancelRow) {
        kept[cancel.handle]?.removeAll { $0.id == cancel.id }
        if kept[cancel.handle]?.isEmpty ?? false { kept[cancel.handle] = nil }
    }

    mutating func advanced(_ id: Int64, to key: Int64?) {
        guard let index = open.firstIndex(where: { $0.id == id }) else { return }
        if let key { open[index].swept = key } else { open.remove(at: index) }
    }

    /// The oldest cancel that reaches a job taken in now.
    func match(_ row: JobRow, digest: [UInt8], at now: Instant) -> CancelRow? {
        guard !kept.isEmpty else { return nil }
        var handles: [Handle] = [.job(digest), .anything]
        for subject in [row.person, row.email, row.phone, row.crm] {
            if let subject { handles.append(.subject(subject)) }
        }
        if let campaign = row.campaign { handles.append(.campaign(campaign)) }
        return handles.flatMap { kept[$0] ?? [] }.filter { $0.until >= now && $0.matches(row) }.min { $0.id < $1.id }
    }

    /// A cancel that a pass under way would end this job by.
    func openMatch(_ row: JobRow) -> CancelRow? { open.first { $0.matches(row) } }
}
