// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Store

extension SuppressionRecord {
    /// `Suppressed (manual) for email, brand acme; matched by domain; ends 2027-01-01 00:00:00Z.`
    var sentence: String {
        let match = event.match == .address ? "" : "; matched by \(event.match.rawValue)"
        switch event.act {
        case .added:
            let end = event.expiresAt.map { "; ends \(TimeText.short($0))" } ?? ""
            let lifted = liftedBy.map { "; lifted by s\($0)" } ?? ""
            return "Suppressed (\(event.reason.rawValue)) \(scope)\(match)\(end)\(lifted)."
        case .removed:
            let what = event.lifts.map { "s\($0)" } ?? "a suppression"
            return "Lifted: \(what) (\(event.reason.rawValue)) \(scope)\(match)."
        }
    }

    private var scope: String {
        let scope = event.scope
        let parts = [
            scope.channel?.rawValue, scope.brand.map { "brand \($0)" }, scope.topic.map { "topic \($0)" },
            scope.campaign.map { "campaign \($0)" }, scope.messageClass?.rawValue,
        ].compactMap { $0 }
        return parts.isEmpty ? "everywhere" : "for " + parts.joined(separator: ", ")
    }

    /// Everything on record.
    var json: JSONObject {
        let scope = event.scope
        return JSONObject([
            ("target", .text(target?.description)), ("match", .string(event.match.rawValue)),
            ("act", .string(event.act.rawValue)), ("reason", .string(event.reason.rawValue)),
            ("recorded_at", .time(event.recordedAt)), ("channel", .text(scope.channel?.rawValue)),
            ("brand", .text(scope.brand)), ("topic", .text(scope.topic)), ("campaign", .text(scope.campaign)),
            ("class", .text(scope.messageClass?.rawValue)), ("expires_at", .time(event.expiresAt)),
            ("lifts", .text(event.lifts.map { "s\($0)" })), ("lifted_by", .text(liftedBy.map { "s\($0)" })),
            ("note", .text(details.note)), ("source", .text(details.source)),
            ("evidence", details.evidence.map(JSONValue.object) ?? .null), ("actor", .text(details.actor)),
            ("recorded_by", .text(signature?.actor)), ("system_user", .text(signature?.systemUser)),
            ("why", .text(signature?.why)), ("producer", .text(details.producer)),
            ("record_id", .text(details.recordID)),
            ("batch", .text(batch)), ("damage", .text(details.damage)),
        ])
    }
}
