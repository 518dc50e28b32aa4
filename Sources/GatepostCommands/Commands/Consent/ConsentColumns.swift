// SPDX-License-Identifier: Apache-2.0
//
// Consent events as rows: the history, and the export for reviewers.

import GatewayModel
import Store

enum ConsentColumns {
    static let forPeople = [
        Column("event"), Column("occurred"), Column("type"), Column("channel"), Column("brand"), Column("topics"),
        Column("basis"), Column("method"), Column("actor"), Column("proof"),
        Column("note", nil, .left, isFlexible: true),
    ]

    static func cellsForPeople(_ record: ConsentRecord) -> [Cell] {
        let (event, details) = (record.event, record.details)
        return [
            .text(event.id), .time(event.occurredAt), .text(event.type.rawValue, event.type.tone),
            .text(event.channel?.rawValue ?? any(event)), .text(event.brand ?? any(event)),
            .text(event.topics?.joined(separator: " ") ?? any(event)), .text(event.basis?.rawValue),
            .text(details.method), .text(details.actor ?? record.signature?.actor ?? details.producer),
            .text(proof(event)), .text(note(record)),
        ]
    }

    /// Opt-outs that name none reach all; a correction has no scope.
    private static func any(_ event: ConsentEvent) -> String? { event.type.isOptOut ? "any" : nil }

    private static func proof(_ event: ConsentEvent) -> String? {
        guard event.type.isOptIn || event.type == .requested else { return nil }
        switch (event.hasWording, event.hasEvidence) {
        case (true, true): return "wording, evidence"
        case (true, false): return "wording"
        case (false, true): return "evidence"
        case (false, false): return "none"
        }
    }

    private static func note(_ record: ConsentRecord) -> String? {
        let details = record.details
        let parts = [
            record.event.corrects.map { "corrects c\($0)" }, details.batch.map { "import \($0)" },
            record.signature?.why, details.damage,
        ]
        let said = parts.compactMap(\.self)
        return said.isEmpty ? nil : said.joined(separator: "; ")
    }

    static let whole = [
        "event", "recorded_at", "occurred_at", "occurred_as_given", "address", "type", "channel", "brand", "topics",
        "basis", "basis_day", "basis_facts", "method", "wording_sha256", "language", "disclosures", "evidence",
        "attachments", "has_wording", "has_evidence", "import", "batch", "corrects", "actor", "recorded_by",
        "system_user", "why", "producer", "record_id", "damage", "seq",
    ].map { Column($0) }

    static func cellsWhole(_ record: ConsentRecord) -> [Cell] {
        let (event, details) = (record.event, record.details)
        return [
            .text(event.id), .time(event.recordedAt), .time(event.occurredAt), .text(details.occurredText),
            .text(record.address?.description), .text(event.type.rawValue), .text(event.channel?.rawValue),
            .text(event.brand), .json(event.topics.map { .array($0.map(JSONValue.string)) }),
            .text(event.basis?.rawValue), .text(event.basisDay?.description),
            .json(details.basisFacts.map(JSONValue.object)),
            .text(details.method), .text(details.wordingSHA256), .text(details.language),
            .json(details.disclosures.map(JSONValue.object)), .json(details.evidence.map(JSONValue.object)),
            .json(details.attachments.isEmpty ? nil : .array(details.attachments.map(JSONValue.string))),
            .flag(event.hasWording), .flag(event.hasEvidence), .flag(event.isImport), .text(details.batch),
            .text(event.corrects.map { "c\($0)" }), .text(details.actor), .text(record.signature?.actor),
            .text(record.signature?.systemUser), .text(record.signature?.why), .text(details.producer),
            .text(details.recordID), .text(details.damage), .number(record.seq),
        ]
    }
}

extension Cell {
    /// Whatever JSON can say.
    static func json(_ value: JSONValue?) -> Cell { Cell(value ?? .null, shown: value?.text ?? "") }
}

extension ConsentType {
    var tone: Tone {
        switch self {
        case .granted, .confirmed, .renewed: .good
        case .withdrawn, .objected, .reassigned: .bad
        case .requested, .imported, .corrected: .plain
        }
    }
}
