// SPDX-License-Identifier: Apache-2.0
//
// Suppression events as rows: look-ups, and the export for reviewers.

import GatewayModel
import Store

enum SuppressionColumns {
    static let forPeople = [
        Column("event"), Column("time"), Column("act"), Column("target"), Column("reason"), Column("scope"),
        Column("state"), Column("until"), Column("by"), Column("note", nil, .left, isFlexible: true),
    ]

    static func cellsForPeople(_ record: SuppressionRecord, at now: Instant) -> [Cell] {
        let event = record.event
        let state = state(record, at: now)
        return [
            .text(event.id), .time(event.recordedAt), .text(event.act.rawValue), .text(record.target?.description),
            .text(event.reason.rawValue), .text(event.scope.text ?? "everywhere"),
            .text(state, state == "stands" ? .bad : .faint), .time(event.expiresAt),
            .text(record.signature?.actor ?? record.details.actor ?? record.details.producer ?? record.details.source),
            .text(note(record)),
        ]
    }

    private static func note(_ record: SuppressionRecord) -> String? {
        let parts = [
            record.event.lifts.map { "lifts s\($0)" }, record.details.note, record.signature?.why,
            record.batch.map { "import \($0)" }, record.details.damage,
        ]
        let said = parts.compactMap(\.self)
        return said.isEmpty ? nil : said.joined(separator: "; ")
    }

    /// Of an addition; nil of a removal.
    private static func state(_ record: SuppressionRecord, at now: Instant) -> String? {
        guard record.event.act == .added else { return nil }
        if record.liftedBy != nil { return "lifted" }
        return record.isStanding(at: now) ? "stands" : "expired"
    }

    static let whole = [
        "event", "recorded_at", "act", "target", "match", "reason", "blocks_transactional", "channel", "brand", "topic",
        "campaign", "class", "expires_at", "state", "lifts", "lifted_by", "note", "source", "batch", "evidence",
        "actor", "recorded_by", "system_user", "why", "producer", "record_id", "damage", "seq",
    ].map { Column($0) }

    static func cellsWhole(_ record: SuppressionRecord, at now: Instant) -> [Cell] {
        let (event, details) = (record.event, record.details)
        let scope = event.scope
        return [
            .text(event.id), .time(event.recordedAt), .text(event.act.rawValue), .text(record.target?.description),
            .text(event.match.rawValue), .text(event.reason.rawValue), .flag(event.reason.blocks(.transactional)),
            .text(scope.channel?.rawValue), .text(scope.brand), .text(scope.topic), .text(scope.campaign),
            .text(scope.messageClass?.rawValue), .time(event.expiresAt), .text(state(record, at: now)),
            .text(event.lifts.map { "s\($0)" }), .text(record.liftedBy.map { "s\($0)" }), .text(details.note),
            .text(details.source), .text(record.batch), .json(details.evidence.map(JSONValue.object)),
            .text(details.actor), .text(record.signature?.actor), .text(record.signature?.systemUser),
            .text(record.signature?.why), .text(details.producer), .text(details.recordID), .text(details.damage),
            .number(record.seq),
        ]
    }
}
