// SPDX-License-Identifier: Apache-2.0
//
// A row of `made_task`, and how it is told of. Pure.

import GatewayModel

struct MadeTask {
    var job: Int64
    /// When the attempt that made it was let go: what came on record before was weighed then.
    var at: Instant
    var route: String
    /// The provider's.
    var id: String?
    /// Subjects: the contact's address, the provider's contact, the person.
    var subject: Int64
    var crm: Int64?
    var person: Int64?
    var contact: ContactChannel
    var brand: Int64
    var topic: Int64?
    var campaign: Int64?
    /// When it is to be amended; nil: nobody has said no.
    var due: Instant?
    /// When that was first so.
    var since: Instant?
    /// Amendments that came to nothing.
    var tries: Int
    var note: String?
    /// The amendment in the air.
    var attempt: AttemptID?
    /// When it was amended or given up, and why the latter.
    var over: Instant?
    var said: String?

    static let columns = """
        job, at, route, id, subject, crm, person, contact, brand, topic, campaign, due, since, tries, note, attempt,
            over, said
        """

    /// A row of `columns`.
    init(_ row: Statement) throws(StoreError) {
        (job, at, route, id) = (row.int(0), row.instant(1), row.text(2), row.textOrNil(3))
        (subject, crm, person) = (row.int(4), row.intOrNil(5), row.intOrNil(6))
        contact = try ContactChannel(stored: row.int(7))
        (brand, topic, campaign) = (row.int(8), row.intOrNil(9), row.intOrNil(10))
        (due, since, tries, note) = (row.instantOrNil(11), row.instantOrNil(12), Int(row.int(13)), row.textOrNil(14))
        attempt = row.intOrNil(15).map { AttemptID(rawValue: UInt64(bitPattern: $0)) }
        (over, said) = (row.instantOrNil(16), row.textOrNil(17))
    }
}

/// A marketing task at its provider, as it is known here.
public struct MadeTaskRecord: Hashable, Sendable {
    public enum Standing: Hashable, Sendable {
        case stands
        /// Its person has said no since then.
        case toBeClosed(since: Instant)
        /// Closed or annotated.
        case closed(at: Instant)
        /// A person has to do it.
        case notClosed(at: Instant, why: String)
    }
    public var route: String
    /// The provider's; nil where it gave none.
    public var id: String?
    /// Ours, as the request carried it.
    public var reference: String
    public var standing: Standing
    /// What its owner was told, or is to be.
    public var note: String?
}

extension MadeTaskRecord {
    init(_ task: MadeTask, reference: String) {
        (route, id, self.reference, standing, note) = (task.route, task.id, reference, task.standing, task.note)
    }
}

extension MadeTask {
    fileprivate var standing: MadeTaskRecord.Standing {
        if let over { return said.map { .notClosed(at: over, why: $0) } ?? .closed(at: over) }
        return since.map { .toBeClosed(since: $0) } ?? .stands
    }
}

extension WithholdReason {
    /// For the task's owner, as `Withdrawn: do not contact by sms (consent withdrawn 2026-11-22)`; the day is UTC's.
    func note(contact: ContactChannel, since: Instant) -> String {
        let way = contact == .crmTask ? "" : " by \(contact.rawValue)"
        let why = rawValue.replacing("_", with: " ")
        return "Withdrawn: do not contact\(way) (\(why) \(since.rfc3339.prefix(10)))"
    }
}
