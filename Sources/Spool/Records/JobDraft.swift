// SPDX-License-Identifier: Apache-2.0
//
// JobDraft: a job record's fields, each read for itself (CONTRACT 4).
//
// Knows types and shapes, nothing of configuration: what may be missing, and what must fit together, `JobRules` says.

import GatewayModel

struct JobDraft {
    var id: String?
    var channel: ChannelKind?
    var template: String?
    var to: Recipient?
    var brand: String?
    var topic: String?
    var campaign: String?
    var data = JSONObject()
    var createdAt: Instant?
    var notBefore: Instant?
    var notBeforeLocal: LocalTime?
    var expiresAt: Instant?
    var priority = Priority.normal
    var route: String?
    var reference: JSONValue?
    var from: Mailbox?
    var replyTo: Mailbox?
    var headers: [HeaderField] = []
    var task: TaskDetails?
    /// The fields that were there, sound or not: what is there is not also called missing.
    private(set) var given: [Field] = []

    enum Field: String, CaseIterable {
        case id, kind, channel, template, to, brand, topic, campaign, data, priority, route, reference, from, headers,
            task
        case createdAt = "created_at"
        case notBefore = "not_before"
        case notBeforeLocal = "not_before_local"
        case expiresAt = "expires_at"
        case replyTo = "reply_to"

        static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
    }

    init(_ record: JSONObject, _ findings: inout Findings) {
        given.reserveCapacity(record.members.count)
        for member in record.members {
            if let field = Field.named[member.key] {
                given.append(field)
                read(field, member.value, &findings)
            } else {
                findings.noteUnknown(member.key, in: "", of: "a job", known: Field.allCases.map(\.rawValue))
            }
        }
    }

    private mutating func read(_ field: Field, _ value: JSONValue, _ findings: inout Findings) {
        switch field {
        case .id: id = findings.identifier(value, "id")
        case .kind: break  // "job": what else it may be was decided before
        case .channel: channel = findings.channel(value, "channel")
        case .template: template = findings.line(value, "template")
        case .to: to = findings.object(value, "to").map { Recipient(record: $0, &findings) }
        case .brand: brand = findings.line(value, "brand")
        case .topic: topic = findings.line(value, "topic")
        case .campaign: campaign = findings.line(value, "campaign")
        case .data: data = findings.object(value, "data") ?? JSONObject()
        case .createdAt: createdAt = findings.time(value, "created_at")
        case .notBefore: notBefore = findings.time(value, "not_before")
        case .notBeforeLocal: notBeforeLocal = findings.localTime(value, "not_before_local")
        case .expiresAt: expiresAt = findings.time(value, "expires_at")
        case .priority: priority = findings.priority(value, "priority") ?? .normal
        case .route: route = findings.line(value, "route")
        case .reference: reference = findings.reference(value, "reference")
        case .from: from = Mailbox(record: value, "from", &findings)
        case .replyTo: replyTo = Mailbox(record: value, "reply_to", &findings)
        case .headers: headers = HeaderField.all(record: value, &findings)
        case .task: task = findings.object(value, "task").map { TaskDetails(record: $0, &findings) }
        }
    }

    /// The job, where everything that every job needs is there.
    func job() -> Job? {
        guard let id, let channel, let template, let to, let brand else { return nil }
        var job = Job(id: id, channel: channel, template: template, to: to, brand: brand)
        (job.topic, job.campaign, job.data, job.priority, job.route) = (topic, campaign, data, priority, route)
        (job.createdAt, job.notBefore, job.notBeforeLocal) = (createdAt, notBefore, notBeforeLocal)
        (job.expiresAt, job.reference, job.from, job.replyTo) = (expiresAt, reference, from, replyTo)
        (job.headers, job.task) = (headers, task)
        return job
    }
}

extension Findings {
    mutating func channel(_ value: JSONValue, _ field: String) -> ChannelKind? {
        word(value, field, among: ChannelKind.allCases.map(\.rawValue)) { ChannelKind(rawValue: $0) }
    }

    mutating func priority(_ value: JSONValue, _ field: String) -> Priority? {
        word(value, field, among: Priority.allCases.map(\.word)) { Priority(word: $0) }
    }

    /// Anything, up to 4 KiB when written without white space.
    mutating func reference(_ value: JSONValue, _ field: String) -> JSONValue? {
        let size = value.encoded.count
        guard size <= 4096 else {
            note(.badValue, field, "is \(size) bytes long; at most 4096 are taken")
            return nil
        }
        return value == .null ? nil : value
    }
}
