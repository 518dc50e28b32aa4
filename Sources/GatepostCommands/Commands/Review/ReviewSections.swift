// SPDX-License-Identifier: Apache-2.0
//
// The sections of the monthly review: what each is called, and how its rows are laid out.

import GatewayModel
import Store

extension ReviewSection {
    static let grantsWithoutProof = ReviewSection(
        key: "grants_without_proof", title: "Grants without wording or proof",
        columns: ["time", "id", "address", "what", "channel", "brand", "topics", "basis", "method"].map { Column($0) }
            + by)

    static let suppressionsLifted = ReviewSection(
        key: "suppressions_lifted", title: "Suppressions lifted",
        columns: ["time", "id", "lifts", "what", "address", "channel", "brand", "actor", "system_user"].map {
            Column($0)
        } + [Column("why")])

    static let optOutsVoided = ReviewSection(
        key: "opt_outs_voided", title: "Opt-outs voided by a correction",
        columns: ["time", "id", "corrects", "what", "address"].map { Column($0) } + by + [Column("why")])

    static let sentDespite = ReviewSection(
        key: "sent_despite_opt_out", title: "Sent in spite of an opt-out",
        columns: [
            "time", "id", "occurred_at", "recorded_at", "address", "job", "producer", "template", "channel", "brand",
            "admitted_at", "what",
        ].map { Column($0) })

    static let policyChanges = ReviewSection(
        key: "policy_changes", title: "Policy changes",
        columns: [
            Column("time"), Column("before"), Column("id", "NOW"), Column("added", "LINES ADDED", .right),
            Column("removed", "LINES REMOVED", .right),
        ])

    static let templateChanges = ReviewSection(
        key: "template_changes", title: "Template changes, as first sent",
        columns: ["time", "template", "before", "id"].map { Column($0, $0 == "id" ? "NOW" : nil) })

    static let damagedOptOuts = ReviewSection(
        key: "damaged_opt_outs", title: "Opt-outs that came in damaged",
        columns: ["time", "what", "id", "producer", "record_id", "field"].map { Column($0) } + [Column("damage")])

    static let tasksNotClosed = ReviewSection(
        key: "tasks_not_closed", title: "Tasks that could not be closed",
        columns: [
            Column("time"), Column("job"), Column("producer"), Column("route"), Column("id", "TASK"),
            Column("what", "ITS OWNER WAS TO BE TOLD"), Column("why"),
        ])

    static let transactionalVolume = ReviewSection(
        key: "transactional_volume", title: "Sent by transactional template",
        columns: [Column("template"), Column("count", nil, .right)])

    static let operatorActions = ReviewSection(
        key: "operator_actions", title: "Operators' actions by actor",
        columns: [Column("actor"), Column("system_user"), Column("what", "ACTION"), Column("count", nil, .right)])

    static let optOutsByDoor = ReviewSection(
        key: "opt_outs_by_door", title: "Opt-outs by door",
        columns: [Column("door"), Column("what", "TYPE"), Column("channel"), Column("count", nil, .right)])

    /// By which way, and by whom, an event came in.
    private static let by = ["actor", "recorded_by", "system_user", "producer", "record_id", "batch"].map { Column($0) }

    private static func byWhom(_ record: ConsentRecord) -> [Cell] {
        let (details, signature) = (record.details, record.signature)
        return [
            .text(details.actor), .text(signature?.actor), .text(signature?.systemUser), .text(details.producer),
            .text(details.recordID), .text(details.batch),
        ]
    }

    static func cells(_ record: ConsentRecord) -> [Cell] {
        let event = record.event
        let cells: [Cell] = [
            .time(event.recordedAt), .text(event.id), .text(record.address?.description), .text(event.type.rawValue),
            .text(event.channel?.rawValue), .text(event.brand), .text(event.topics?.joined(separator: " ")),
            .text(event.basis?.rawValue), .text(record.details.method),
        ]
        return cells + byWhom(record)
    }

    static func cells(_ record: ConsentRecord, voiding optOut: ConsentRecord) -> [Cell] {
        let cells: [Cell] = [
            .time(record.event.recordedAt), .text(record.event.id), .text(optOut.event.id),
            .text(optOut.event.type.rawValue), .text(record.address?.description),
        ]
        return cells + byWhom(record) + [.text(record.signature?.why)]
    }

    static func cells(_ record: SuppressionRecord) -> [Cell] {
        let (event, signature) = (record.event, record.signature)
        return [
            .time(event.recordedAt), .text(event.id), .text(event.lifts.map { "s\($0)" }), .text(event.reason.rawValue),
            .text(record.target?.description), .text(event.scope.channel?.rawValue), .text(event.scope.brand),
            .text(signature?.actor), .text(signature?.systemUser), .text(signature?.why),
        ]
    }

    /// - Parameter task: nil where its words are erased.
    static func cells(_ action: OperatorAction, _ task: TaskAmendment?) -> [Cell] {
        [
            .time(action.at), .text(task?.job.id), .text(task?.job.producer), .text(task?.route), .text(task?.task),
            .text(task?.note), .text(action.why),
        ]
    }

    static func cells(_ message: SentMessage, despite optOut: ConsentRecord) -> [Cell] {
        let event = optOut.event
        let kind: EvidenceMark.Kind = message.sentAt < event.recordedAt ? .sentBeforeOptOutKnown : .sentAsOptOutCame
        return [
            .time(message.sentAt), .text(event.id), .time(event.occurredAt), .time(event.recordedAt),
            .text(message.recipient), .text(message.job), .text(message.producer), .text(message.template),
            .text(message.channel.rawValue), .text(message.brand), .time(message.admittedAt), .text(kind.rawValue),
        ]
    }
}

/// An opt-out that came in with something wrong in it, as the daemon noted it.
struct OptOutDamage: Hashable, Sendable {
    /// How the journal calls it.
    static let action = "optout_damaged"

    enum Fate: Hashable, Sendable {
        /// Taken, wider than it was written.
        case consent(Int64)
        case suppression(Int64)
        /// Not taken: nobody could make out whom it was about.
        case lost(record: String?)
    }
    var at: Instant
    var producer: String?
    var fate: Fate
    var field: String?
    var what: String

    init(_ action: OperatorAction) {
        let about = action.about ?? "erased"
        (at, producer) = (action.at, action.actor)
        let number = about.dropFirst().prefix { $0.isNumber }
        let text = about.firstRange(of: "may be meant: ").map { String(about[$0.upperBound...]) } ?? about
        what = text
        switch (about.first, Int64(number)) {
        case ("c", let number?): fate = .consent(number)
        case ("s", let number?): fate = .suppression(number)
        default: fate = .lost(record: Self.record(in: about))
        }
        if case .lost = fate { return }
        field = text.firstRange(of: ": ").map { String(text[..<$0.lowerBound]) }
    }

    /// `lost: line 3 of f.ndjson, id out-7; its target is unusable`
    private static func record(in about: String) -> String? {
        guard let start = about.firstRange(of: ", id "), let end = about.lastIndex(of: ";"), start.upperBound < end
        else {
            return nil
        }
        return String(about[start.upperBound..<end])
    }

    func cells(record: String?) -> [Cell] {
        let (word, id): (String, String?) =
            switch fate {
            case .consent(let number): ("taken", "c\(number)")
            case .suppression(let number): ("taken", "s\(number)")
            case .lost: ("lost", nil)
            }
        return [.time(at), .text(word), .text(id), .text(producer), .text(record), .text(field), .text(what)]
    }
}

/// The way by which somebody said no.
struct OptOutDoor: Hashable, Sendable {
    var door: String
    var type: ConsentType
    var channel: ContactChannel?

    init(_ record: ConsentRecord) {
        (type, channel) = (record.event.type, record.event.channel)
        let details = record.details
        let way = details.producer != nil ? "record" : details.batch != nil ? "import" : "command"
        door = details.method ?? "\(way), no method stated"
    }

    var words: String { "\(door) \(type.rawValue) \(channel?.rawValue ?? "any")" }

    func cells(_ count: Int) -> [Cell] {
        [.text(door), .text(type.rawValue), .text(channel?.rawValue ?? "any"), .number(count)]
    }
}
