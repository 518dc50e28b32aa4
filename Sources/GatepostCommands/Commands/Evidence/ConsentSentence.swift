// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Store

extension ConsentRecord {
    /// `Granted for email, brand acme, newsletter; basis express; took effect 2026-11-21 20:00:00Z.`
    var sentence: String {
        var parts = [verb + scope]
        if let basis = event.basis {
            parts.append("basis \(basis.rawValue)\(event.basisDay.map { " of \($0)" } ?? "")")
        }
        if event.basis == nil, event.type == .granted || event.type == .imported {
            parts.append("no basis stated, which counts as express")
        }
        if event.isImport { parts.append("by an import, which lifts no opt-out") }
        parts.append("took effect \(TimeText.short(event.occurredAt))" + given)
        if event.type.isOptOut, event.occurredAt < event.recordedAt {
            parts.append("known from \(TimeText.short(event.recordedAt))")
        }
        return parts.joined(separator: "; ") + "."
    }

    private var verb: String {
        switch event.type {
        case .requested: "Double opt-in asked"
        case .granted: "Granted"
        case .confirmed: "Double opt-in confirmed"
        case .renewed: "Renewed"
        case .withdrawn: "Withdrawn"
        case .objected: "Objected"
        case .imported: "Imported"
        case .corrected: "Corrects \(event.corrects.map { "c\($0)" } ?? "an event"), which is void"
        case .reassigned: "The address belongs to somebody else"
        }
    }

    private var scope: String {
        guard event.type != .corrected, event.type != .reassigned else { return "" }
        let channel = event.channel?.rawValue ?? "every channel"
        let brand = event.brand.map { "brand \($0)" } ?? "every brand"
        let topics = event.topics.map { $0.joined(separator: ", ") } ?? "every topic"
        return " for \(channel), \(brand), \(topics)"
    }

    /// As it was written, where that is not the same.
    private var given: String {
        guard let text = details.occurredText, Instant(rfc3339: text) != event.occurredAt else { return "" }
        return " (given as \(text))"
    }

    /// Everything on record.
    func json(wording: String?, attachments: [String: (name: String, bytes: Int)]) -> JSONObject {
        let files = details.attachments.map { digest in
            JSONValue.object(
                JSONObject([
                    ("sha256", .string(digest)), ("name", .text(attachments[digest]?.name)),
                    ("bytes", .integer(attachments[digest]?.bytes)),
                ]))
        }
        return JSONObject([
            ("address", .text(address?.description)), ("type", .string(event.type.rawValue)),
            ("occurred_at", .time(event.occurredAt)), ("recorded_at", .time(event.recordedAt)),
            ("occurred_as_given", .text(details.occurredText)), ("channel", .text(event.channel?.rawValue)),
            ("brand", .text(event.brand)),
            ("topics", event.topics.map { .array($0.map(JSONValue.string)) } ?? .null),
            ("basis", .text(event.basis?.rawValue)), ("basis_day", .text(event.basisDay?.description)),
            ("basis_facts", details.basisFacts.map(JSONValue.object) ?? .null), ("method", .text(details.method)),
            ("wording", .text(wording)), ("wording_sha256", .text(details.wordingSHA256)),
            ("language", .text(details.language)),
            ("disclosures", details.disclosures.map(JSONValue.object) ?? .null),
            ("evidence", details.evidence.map(JSONValue.object) ?? .null), ("attachments", .array(files)),
            ("has_wording", .bool(event.hasWording)), ("has_evidence", .bool(event.hasEvidence)),
            ("import", .bool(event.isImport)),
            ("corrects", .text(event.corrects.map { "c\($0)" })), ("actor", .text(details.actor)),
            ("recorded_by", .text(signature?.actor)), ("system_user", .text(signature?.systemUser)),
            ("why", .text(signature?.why)), ("producer", .text(details.producer)),
            ("record_id", .text(details.recordID)),
            ("batch", .text(details.batch)), ("damage", .text(details.damage)),
        ])
    }
}
