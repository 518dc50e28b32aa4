// SPDX-License-Identifier: Apache-2.0
//
// SuppressReader: a suppress record, to suppressions or to its problems (CONTRACT 4). It fails wide: only an unusable
// target loses one.

import GatewayModel

struct SuppressReader {
    enum Reading {
        /// Its line is the caller's to say.
        case taken(NewSuppressRecord)
        case refused([Problem])
        case lost([Problem])
    }

    let rules: IntakeRules
    let producer: IntakeRules.Producer
    let name: String
    let now: Instant

    /// - Parameter slips: what was wrong with it before it was known to be a suppression.
    func read(_ record: JSONObject, reserving size: Int, slips: [Problem] = []) -> Reading {
        var findings = Findings()
        findings.note(slips)
        var forbidden = Findings()
        if !producer.maySuppress || producer.brands?.isEmpty == true {
            forbidden.note(.notPermitted, "kind", "this producer may not suppress anybody")
        }
        var draft = SuppressDraft(record, &findings)
        if let value = record["scope"] {
            draft.scope =
                findings.scope(value, "scope", rules: rules, producer: producer, forbidden: &forbidden)
                ?? SuppressionScope()
        }
        settle(&draft, &findings)
        if !forbidden.problems.isEmpty { return .refused(forbidden.problems + findings.problems) }
        guard let target = draft.target else {
            if record["target"] == nil {
                findings.note(.missingField, "target", "a suppression needs the \"target\" it is for")
            }
            return .lost(findings.problems)
        }
        return .taken(taken(draft, target, CanonicalDigest.of(record, reserving: size), findings))
    }

    /// What must be there, and what does not fit together.
    private func settle(_ draft: inout SuppressDraft, _ findings: inout Findings) {
        for field in [SuppressDraft.Field.id, .reason] where !draft.given.contains(field) {
            findings.note(.missingField, field.rawValue, "every suppression needs \"\(field.rawValue)\"")
        }
        guard let expires = draft.expires else { return }
        if draft.reason?.mayExpire != true {
            let words = SuppressionReason.allCases.filter(\.mayExpire).map(\.rawValue).joined(separator: ", ")
            findings.note(.badValue, "expires_at", "only \(words) may expire")
            draft.expires = nil
        } else if expires.end <= now {
            findings.note(.badTime, "expires_at", "lies in the past")
            draft.expires = nil
        }
    }

    private func taken(
        _ draft: SuppressDraft, _ target: SuppressionTarget, _ digest: [UInt8], _ findings: Findings
    ) -> NewSuppressRecord {
        let problems = findings.problems.map { OptOut.answered($0, consequences: Self.consequences) }
        let id = draft.id ?? OptOut.id(derivedFrom: digest)
        var details = SuppressionDetails()
        (details.note, details.source, details.producer, details.recordID) = (draft.note, "record", name, id)
        details.damage = OptOut.damage(problems)
        let all = OptOut.brands(draft.scope.brand, by: producer).map { brand in
            var scope = draft.scope
            scope.brand = brand
            // A reason nobody knows blocks as a foreign list's would.
            return NewSuppression(
                target: target, reason: draft.reason ?? .imported, scope: scope, expiresAt: draft.expires?.end,
                details: details)
        }
        var record = NewSuppressRecord(
            line: 0, id: id, suppression: all[0], contentDigest: digest, problems: problems)
        record.more = Array(all.dropFirst())
        return record
    }

    private static let consequences = [
        "kind": "as a suppression", "id": "under an id made from its content", "scope": "everywhere",
        "scope.channel": "for every channel",
        "scope.brand": "for every brand", "scope.topic": "for every topic", "scope.campaign": "for every campaign",
        "scope.class": "for every class", "reason": "as \"imported\"", "expires_at": "and never expires",
    ]
}

/// A suppress record's fields, each read for itself.
struct SuppressDraft {
    var id: String?
    var target: SuppressionTarget?
    var scope = SuppressionScope()
    var reason: SuppressionReason?
    var expires: Moment?
    var note: String?
    private(set) var given: Set<Field> = []

    enum Field: String, CaseIterable {
        case id, kind, target, scope, reason, note
        case expiresAt = "expires_at"

        static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
    }

    init(_ record: JSONObject, _ findings: inout Findings) {
        for member in record.members {
            guard let field = Field.named[member.key] else {
                findings.noteUnknown(member.key, in: "", of: "a suppression", known: Field.allCases.map(\.rawValue))
                continue
            }
            given.insert(field)
            let value = member.value
            switch field {
            case .kind, .scope: break  // the scope is read where the rules are at hand
            case .id: id = findings.identifier(value, "id")
            case .target: target = findings.target(value, "target")
            case .reason: reason = findings.suppressionReason(value, "reason")
            case .expiresAt: expires = findings.moment(value, "expires_at")
            case .note: note = findings.line(value, "note", limit: 1000)
            }
        }
    }
}

extension Findings {
    fileprivate mutating func target(_ value: JSONValue, _ field: String) -> SuppressionTarget? {
        guard let text = string(value, field) else { return nil }
        do throws(AddressFault) {
            let target = try SuppressionTarget(anySpelling: text)
            guard let zero = TrunkZero(in: target) else { return target }
            note(.badAddress, field, zero.repair)
            return .address(zero.address)
        } catch {
            note(.badAddress, field, "\(error), and no pattern as \"@example.com\", \"*.example.com\" or \"+33*\"")
            return nil
        }
    }

    /// The contract's words; capitals, blanks and hyphens make no difference.
    fileprivate mutating func suppressionReason(_ value: JSONValue, _ field: String) -> SuppressionReason? {
        word(value, field, among: SuppressionReason.allCases.map(\.rawValue)) { SuppressionReason(word: $0) }
    }

    /// Nil where it is no object: then it holds everywhere.
    fileprivate mutating func scope(
        _ value: JSONValue, _ field: String, rules: IntakeRules, producer: IntakeRules.Producer,
        forbidden: inout Findings
    ) -> SuppressionScope? {
        guard let object = object(value, field) else { return nil }
        var scope = SuppressionScope()
        if let value = object["brand"] {
            scope.brand = brand(value, "scope.brand", rules: rules, producer: producer, forbidden: &forbidden)
        }
        for member in object.members {
            let value = member.value
            switch member.key {
            case "brand": break
            case "channel":
                scope.channel = word(value, "scope.channel", among: ContactChannel.allCases.map(\.rawValue)) {
                    ContactChannel(rawValue: $0)
                }
            case "topic": scope.topic = topic(value, "scope.topic", brand: scope.brand, rules: rules)
            case "campaign": scope.campaign = line(value, "scope.campaign")
            case "class":
                scope.messageClass = word(value, "scope.class", among: MessageClass.allCases.map(\.rawValue)) {
                    MessageClass(rawValue: $0)
                }
            default:
                noteUnknown(
                    member.key, in: "scope.", of: "\"scope\"",
                    known: ["channel", "brand", "topic", "campaign", "class"])
            }
        }
        return scope
    }
}
