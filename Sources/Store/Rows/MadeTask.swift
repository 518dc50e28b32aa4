// SPDX-License-Identifier: Apache-2.0
//
// A row of `made_task`, and what of the books speaks against contacting its person. Pure.

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

    static let columns = """
        job, at, route, id, subject, crm, person, contact, brand, topic, campaign, due, since, tries, note, attempt
        """

    /// A row of `columns`.
    init(_ row: Statement) throws(StoreError) {
        (job, at, route, id) = (row.int(0), row.instant(1), row.text(2), row.textOrNil(3))
        (subject, crm, person) = (row.int(4), row.intOrNil(5), row.intOrNil(6))
        contact = try ContactChannel(stored: row.int(7))
        (brand, topic, campaign) = (row.int(8), row.intOrNil(9), row.intOrNil(10))
        (due, since, tries, note) = (row.instantOrNil(11), row.instantOrNil(12), Int(row.int(13)), row.textOrNil(14))
        attempt = row.intOrNil(15).map { AttemptID(rawValue: UInt64(bitPattern: $0)) }
    }
}

/// What stands against a task that was made.
struct Objection: Hashable {
    enum Kind: String { case withdrawn = "consent withdrawn", objected, reassigned, suppressed }
    var kind: Kind
    /// When it took effect.
    var on: Instant

    /// For the task's owner, as `Withdrawn: do not contact by sms (consent withdrawn 2026-11-22)`; the day is UTC's.
    func note(contact: ContactChannel) -> String {
        let way = contact == .crmTask ? "" : " by \(contact.rawValue)"
        return "Withdrawn: do not contact\(way) (\(kind.rawValue) \(on.rfc3339.prefix(10)))"
    }
}

extension [ConsentEvent] {
    /// The last opt-out from this task that came on record since `since` and stands: not void, and not lifted by a grant
    /// that took effect later. Imports lift nothing.
    func objection(to task: JobFacts, since: Instant, controllers: [String: String]) -> Objection? {
        let void = Set(filter { $0.type == .corrected }.compactMap(\.corrects))
        let valid = filter { !void.contains($0.number) }
        let grants = valid.filter { $0.type.isOptIn && $0.type != .imported && !$0.isImport && $0.gives(task) }
        let standing = valid.last { out in
            out.recordedAt >= since && out.reaches(task, controllers)
                && !grants.contains { ($0.occurredAt, $0.number) > (out.occurredAt, out.number) }
        }
        guard let standing else { return nil }
        let kind: Objection.Kind =
            switch standing.type {
            case .objected: .objected
            case .reassigned: .reassigned
            case .withdrawn, .requested, .granted, .confirmed, .renewed, .imported, .corrected: .withdrawn
            }
        return Objection(kind: kind, on: standing.occurredAt)
    }
}

extension ConsentEvent {
    /// Whether it takes away what the task rests on: as the gate sees it (CONTRACT 8.5).
    fileprivate func reaches(_ task: JobFacts, _ controllers: [String: String]) -> Bool {
        let isOurChannel = channel == nil || channel == task.contact
        switch type {
        case .reassigned: return true
        case .objected: return isOurChannel && isSameController(task.brand, controllers)
        case .withdrawn:
            let isOurTopic = topics.map { topics in task.topic.map(topics.contains) ?? false } ?? true
            return isOurChannel && (brand ?? task.brand) == task.brand && isOurTopic
        case .requested, .granted, .confirmed, .renewed, .imported, .corrected: return false
        }
    }

    fileprivate func gives(_ task: JobFacts) -> Bool {
        channel == task.contact && brand == task.brand && task.topic.map { (topics ?? []).contains($0) } ?? false
    }

    /// Of a brand that nobody knows any more the controller may be the same.
    private func isSameController(_ other: String, _ controllers: [String: String]) -> Bool {
        guard let brand, brand != other, let controller = controllers[brand] else { return true }
        return controller == controllers[other]
    }
}

extension [SuppressionEvent] {
    /// The last that came on record since `since`, stands, and means this task.
    func objection(to task: JobFacts, since: Instant, at now: Instant) -> Objection? {
        let lifted = Set(compactMap(\.lifts))
        let standing = last { event in
            event.act == .added && !lifted.contains(event.number) && event.recordedAt >= since
                && event.expiresAt.map { $0 > now } ?? true && event.reason.blocks(task.messageClass)
                && event.scope.reaches(task)
        }
        return standing.map { Objection(kind: .suppressed, on: $0.recordedAt) }
    }
}

extension SuppressionScope {
    fileprivate func reaches(_ task: JobFacts) -> Bool {
        (channel == nil || channel == task.contact || channel == .crmTask) && (brand ?? task.brand) == task.brand
            && (topic ?? task.topic) == task.topic && (campaign ?? task.campaign) == task.campaign
            && (messageClass ?? task.messageClass) == task.messageClass
    }
}
