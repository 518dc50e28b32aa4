// SPDX-License-Identifier: Apache-2.0
//
// Reading a cancel record (CONTRACT 4, Cancel).

import GatewayModel

extension CancelRequest {
    /// Nil where the findings say why not.
    ///
    /// A producer of one brand cancels within that brand, whether it says so or not; one of several has to say which.
    init?(record: JSONObject, producer: IntakeRules.Producer, _ findings: inout Findings) {
        var id: String?
        var match: Match?
        var asOf: Instant?
        var all = false
        for member in record.members {
            switch member.key {
            case "kind": break
            case "id": id = findings.identifier(member.value, "id")
            case "match": match = findings.object(member.value, "match").map { Match(record: $0, &findings) }
            case "as_of": asOf = findings.time(member.value, "as_of")
            case "all": all = findings.bool(member.value, "all") ?? false
            default:
                findings.noteUnknown(
                    member.key, in: "", of: "a cancel", known: ["kind", "id", "match", "as_of", "all"])
            }
        }
        for field in ["id", "match"] where record[field] == nil {
            findings.note(.missingField, field, "every cancel needs \"\(field)\"")
        }
        guard findings.problems.isEmpty, let id, var match else { return nil }
        match.checkReach(all: all, &findings)
        match.confine(to: producer.brands, &findings)
        guard findings.problems.isEmpty else { return nil }
        self.init(id: id, match: match, asOf: asOf)
    }
}

extension CancelRequest.Match {
    private static let fields = [
        "id", "person", "email", "phone", "crm_contact", "campaign", "topic", "brand", "channel",
    ]

    fileprivate init(record: JSONObject, _ findings: inout Findings) {
        self.init()
        for member in record.members {
            let value = member.value
            switch member.key {
            case "id": id = findings.identifier(value, "match.id")
            case "person": person = findings.line(value, "match.person")
            case "email": email = findings.email(value, "match.email")?.normalised
            case "phone": phone = findings.phone(value, "match.phone")?.description
            case "crm_contact": crmContact = findings.line(value, "match.crm_contact")
            case "campaign": campaign = findings.line(value, "match.campaign")
            case "topic": topic = findings.line(value, "match.topic")
            case "brand": brand = findings.line(value, "match.brand")
            case "channel": channel = findings.channel(value, "match.channel")
            default: findings.noteUnknown(member.key, in: "match.", of: "\"match\"", known: Self.fields)
            }
        }
    }

    fileprivate func checkReach(all: Bool, _ findings: inout Findings) {
        if isEmpty {
            findings.note(.badValue, "match", "is empty and would match every job; say which are meant")
        } else if !namesRecipientOrID && !all {
            findings.note(
                .badValue, "match", "names no recipient and no id; if all jobs it matches are meant, say \"all\":true")
        }
    }

    fileprivate mutating func confine(to brands: Set<String>?, _ findings: inout Findings) {
        guard let brands else { return }
        if let brand {
            if !brands.contains(brand) {
                findings.note(.notPermitted, "match.brand", "this producer may not cancel for the brand \"\(brand)\"")
            }
        } else if let only = brands.first, brands.count == 1 {
            brand = only
        } else {
            findings.note(.notPermitted, "match.brand", "this producer has to say which of its brands is meant")
        }
    }
}
