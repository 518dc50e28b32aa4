// SPDX-License-Identifier: Apache-2.0
//
// ConsentDraft: a consent record's fields, each read for itself (CONTRACT 4). What must be there, and what a slip costs,
// `ConsentReader` says.

import GatewayModel

struct ConsentDraft {
    var id: String?
    var address: ContactAddress?
    var channel: ContactChannel?
    var brand: String?
    var topics: [String]?
    var basis: ConsentBasis?
    var basisDay: CalendarDay?
    var occurred: Moment?
    var corrects: Int64?
    var details = ConsentDetails()
    /// The fields that were there, sound or not.
    private(set) var given: Set<Field> = []

    enum Field: String, CaseIterable {
        case id, kind, address, channel, brand, topics, type, basis, method, wording, language, disclosures, evidence,
            actor, corrects
        case basisFacts = "basis_facts"
        case occurredAt = "occurred_at"

        static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
    }

    /// - Parameter anySpelling: the address is read in whatever spelling it comes: an opt-out must not be lost.
    init(_ record: JSONObject, anySpelling: Bool, _ findings: inout Findings) {
        for member in record.members {
            if let field = Field.named[member.key] {
                given.insert(field)
                read(field, member.value, anySpelling, &findings)
            } else {
                findings.noteUnknown(member.key, in: "", of: "a consent", known: Field.allCases.map(\.rawValue))
            }
        }
    }

    private mutating func read(
        _ field: Field, _ value: JSONValue, _ anySpelling: Bool, _ findings: inout Findings
    ) {
        switch field {
        case .kind, .type, .brand, .topics: break  // read where the rules are at hand
        case .id: id = findings.identifier(value, "id")
        case .address: address = findings.contact(value, "address", anySpelling: anySpelling)
        case .channel: channel = findings.contactChannel(value, "channel")
        case .basis:
            basis = findings.word(value, "basis", among: ConsentBasis.allCases.map(\.rawValue)) {
                ConsentBasis(rawValue: $0)
            }
        case .basisFacts:
            details.basisFacts = findings.object(value, "basis_facts", limit: Self.mostObject)
            basisDay = details.basisFacts.flatMap { findings.basisDay(in: $0) }
        case .method: details.method = findings.line(value, "method")
        case .occurredAt:
            occurred = findings.moment(value, "occurred_at")
            if occurred != nil { details.occurredText = value.string }
        case .wording: details.wording = findings.wording(value, "wording")
        case .language:
            details.language = findings.shaped(value, "language", "is no language tag as \"fr\" or \"fr-CA\"") {
                Shape.isLocale($0)
            }
        case .disclosures: details.disclosures = findings.object(value, "disclosures", limit: Self.mostObject)
        case .evidence: details.evidence = findings.object(value, "evidence", limit: Self.mostObject)
        case .actor: details.actor = findings.line(value, "actor")
        case .corrects: corrects = findings.consentNumber(value, "corrects")
        }
    }

    private static let mostObject = 16 << 10
}

extension Findings {
    /// - Parameter anySpelling: also with a display name, a scheme, spaces or a trunk zero in a number, and the like.
    mutating func contact(_ value: JSONValue, _ field: String, anySpelling: Bool) -> ContactAddress? {
        guard let text = string(value, field) else { return nil }
        let plain = ContactAddress(text)
        do throws(AddressFault) {
            let address = if let plain { plain } else { try ContactAddress(anySpelling: text) }
            if let zero = TrunkZero(in: address) {
                note(.badAddress, field, anySpelling ? zero.repair : zero.description)
                return anySpelling ? zero.address : nil
            }
            if anySpelling || plain != nil { return address }
            note(.badAddress, field, "is not written plainly; write it as \"\(address)\"")
        } catch {
            note(.badAddress, field, error.description)
        }
        return nil
    }

    /// A task is consented to by the channel it leads to.
    fileprivate mutating func contactChannel(_ value: JSONValue, _ field: String) -> ContactChannel? {
        let words = ContactChannel.allCases.filter { $0 != .crmTask }.map(\.rawValue)
        return word(value, field, among: words) { words.contains($0) ? ContactChannel(rawValue: $0) : nil }
    }

    /// `c812`.
    fileprivate mutating func consentNumber(_ value: JSONValue, _ field: String) -> Int64? {
        guard let text = string(value, field) else { return nil }
        if let number = ConsentEvent.number(text), number > 0 { return number }
        note(.badValue, field, "\"\(Spelling.shown(text))\" is no consent event as \"c812\"; see its history")
        return nil
    }

    fileprivate mutating func wording(_ value: JSONValue, _ field: String) -> String? {
        guard let text = string(value, field) else { return nil }
        guard (1...(256 << 10)).contains(text.utf8.count) else {
            note(.badValue, field, "must be 1 byte to 256 KiB long: the text that was shown")
            return nil
        }
        return text
    }

    /// The day that an implied basis counts from: `date`, `purchase_date` or `inquiry_date` of the facts, as a day or as a
    /// time, whose day as written counts.
    fileprivate mutating func basisDay(in facts: JSONObject) -> CalendarDay? {
        for name in ["date", "purchase_date", "inquiry_date"] {
            guard let value = facts[name] else { continue }
            let field = "basis_facts.\(name)"
            guard let moment = moment(value, field), let text = value.string else { return nil }
            switch moment {
            case .day(let day): return day
            case .instant: return CalendarDay(String(text.prefix(10)))
            }
        }
        return nil
    }
}
