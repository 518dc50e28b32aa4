// SPDX-License-Identifier: Apache-2.0
//
// ConsentReader: a consent record, to events or to its problems. The file queue, `consent import` and `consent record` all
// read by it.
//
// Grants are strict: anything doubtful refuses them. Opt-outs fail wide: only an unusable address loses one.

import GatewayModel

/// By which door a consent comes in.
public enum ConsentDoor: Hashable, Sendable {
    /// The file queue, with an id.
    case queue(producer: String)
    case command
    /// Never lifts an opt-out (CONTRACT 8.5).
    case list(batch: String)
}

/// What a consent record comes to.
public enum ConsentReading: Sendable {
    /// Its line is the caller's to say.
    case taken(NewConsentRecord)
    case refused([Problem])
    /// An opt-out that nobody can use: somebody has to be told.
    case lost([Problem])
}

public struct ConsentReader: Sendable {
    private let rules: IntakeRules
    private let producer: IntakeRules.Producer
    private let door: ConsentDoor
    private let now: Instant

    /// For a producer of the queue.
    init(rules: IntakeRules, producer: IntakeRules.Producer, door: ConsentDoor, now: Instant) {
        (self.rules, self.producer, self.door, self.now) = (rules, producer, door, now)
    }

    /// For whoever may do everything.
    ///
    /// - Parameter rules: only brands and topics are asked.
    public init(rules: IntakeRules, door: ConsentDoor, now: Instant) {
        self.init(rules: rules, producer: IntakeRules.Producer(), door: door, now: now)
    }

    /// - Parameter slips: what was wrong with it before it was known to be a consent.
    public func read(_ record: JSONObject, reserving size: Int = 256, slips: [Problem] = []) -> ConsentReading {
        var findings = Findings()
        findings.note(slips)
        var forbidden = Findings()
        if !producer.mayRecordConsent || producer.brands?.isEmpty == true {
            forbidden.note(.notPermitted, "kind", "this producer may not record consents")
        }
        guard let type = type(of: record, &findings) else { return .refused(forbidden.problems + findings.problems) }
        var draft = ConsentDraft(record, anySpelling: type.isOptOut, &findings)
        if let value = record["brand"] {
            draft.brand = findings.brand(
                value, "brand", rules: rules, producer: producer, forbidden: &forbidden)
        }
        if let value = record["topics"] { draft.topics = topics(value, brand: draft.brand, &findings) }
        fit(&draft, type, &findings)
        if !forbidden.problems.isEmpty { return .refused(forbidden.problems + findings.problems) }
        let digest = CanonicalDigest.of(record, reserving: size)
        return type.isOptOut
            ? optOut(draft, type, digest, findings) : grant(draft, type, digest, &findings)
    }

    // MARK: Parts

    /// Nil where a finding says why. What was plainly meant to be an opt-out is one.
    private func type(of record: JSONObject, _ findings: inout Findings) -> ConsentType? {
        guard let value = record["type"] else {
            findings.note(.missingField, "type", "every consent needs \"type\"")
            return nil
        }
        let words = ConsentType.allCases.map(\.rawValue)
        guard let text = value.string, ConsentType(rawValue: text) == nil else {
            return findings.word(value, "type", among: words) { ConsentType(rawValue: $0) }
        }
        let nearest = Spelling.nearest(to: text, among: words).flatMap { ConsentType(rawValue: $0) }
        let meant = nearest.flatMap { $0.isOptOut ? $0 : nil } ?? OptOutWord.meaning(of: text)
        guard let meant else { return findings.word(value, "type", among: words) { ConsentType(rawValue: $0) } }
        findings.note(.badValue, "type", "\"\(Spelling.shown(text))\" is no type; read as \"\(meant.rawValue)\"")
        return meant
    }

    private func topics(_ value: JSONValue, brand: String?, _ findings: inout Findings) -> [String]? {
        guard case .array(let items) = value, !items.isEmpty, items.count <= Self.mostTopics else {
            findings.note(.badType, "topics", "must be a list of 1 to \(Self.mostTopics) topics")
            return nil
        }
        var topics: [String] = []
        for (index, item) in items.enumerated() {
            guard let topic = findings.topic(item, "topics[\(index)]", brand: brand, rules: rules) else { continue }
            if !topics.contains(topic) { topics.append(topic) }
        }
        return topics.isEmpty || topics.count < Set(items).count ? nil : topics
    }

    private static let mostTopics = 100

    /// What is sound in itself and does not fit together.
    private func fit(_ draft: inout ConsentDraft, _ type: ConsentType, _ findings: inout Findings) {
        if let channel = draft.channel, let address = draft.address, !channel.reaches(address) {
            findings.note(.badValue, "channel", "\(channel.rawValue) does not reach such an address")
            draft.channel = nil
        }
        if type != .corrected, draft.given.contains(.corrects) {
            findings.note(.badValue, "corrects", "only a consent of type \"corrected\" takes it")
            draft.corrects = nil
        }
        if let occurred = draft.occurred, occurred.earliest > now + OptOut.clockTolerance {
            findings.note(.badTime, "occurred_at", "lies in the future")
            (draft.occurred, draft.details.occurredText) = (nil, nil)
        }
    }

    // MARK: Grants

    private func grant(
        _ draft: ConsentDraft, _ type: ConsentType, _ digest: [UInt8], _ findings: inout Findings
    ) -> ConsentReading {
        var draft = draft
        require(&draft, type, &findings)
        if let day = draft.basisDay, Moment.day(day).earliest > now {
            findings.note(.badTime, "basis_facts", "its day lies in the future")
        }
        guard findings.problems.isEmpty, let address = draft.address else { return .refused(findings.problems) }
        let occurred = min(draft.occurred?.start ?? now, now)
        let event = event(draft, type, occurredAt: occurred)
        return .taken(record(draft, [event], address, digest, [], id: draft.id ?? ""))
    }

    private func require(_ draft: inout ConsentDraft, _ type: ConsentType, _ findings: inout Findings) {
        var required: [ConsentDraft.Field] = [.address]
        if case .queue = door { required.append(.id) }
        if type == .corrected {
            required.append(.corrects)
        } else {
            required += [.channel, .topics]
            if !draft.given.contains(.brand) {
                draft.brand = rules.onlyBrand
                if draft.brand == nil { required.append(.brand) }
                if let brand = draft.brand, let own = producer.brands, !own.contains(brand) {
                    findings.note(.notPermitted, "brand", "this producer may not speak for the brand \"\(brand)\"")
                }
            }
        }
        for field in required where !draft.given.contains(field) {
            let more = field == .brand ? "; it may be left out only where one brand is configured" : ""
            findings.note(
                .missingField, field.rawValue,
                "a consent of type \"\(type.rawValue)\" needs \"\(field.rawValue)\"\(more)")
        }
    }

    // MARK: Opt-outs

    private func optOut(
        _ draft: ConsentDraft, _ type: ConsentType, _ digest: [UInt8], _ findings: Findings
    ) -> ConsentReading {
        guard let address = draft.address else {
            var findings = findings
            if !draft.given.contains(.address) {
                findings.note(.missingField, "address", "an opt-out needs the \"address\" it is for")
            }
            return .lost(findings.problems)
        }
        var findings = findings
        if case .queue = door, !draft.given.contains(.id) {
            findings.note(.missingField, "id", "every record needs \"id\"")
        }
        let problems = findings.problems.map { OptOut.answered($0, consequences: Self.consequences) }
        // A day without a time ends with its last moment; what lies ahead counts from now.
        let occurred = min(draft.occurred?.end ?? now, now)
        let events = OptOut.brands(draft.brand, by: producer).map { brand in
            var event = event(draft, type, occurredAt: occurred)
            (event.brand, event.basis, event.basisDay) = (brand, nil, nil)
            return event
        }
        let id = draft.id ?? OptOut.id(derivedFrom: digest)
        return .taken(record(draft, events, address, digest, problems, id: id))
    }

    private static let consequences = [
        "id": "under an id made from its content", "channel": "for every channel", "brand": "for every brand",
        "topics": "for every topic", "occurred_at": "from now on", "type": "as that",
        "kind": "as a consent",
    ]

    // MARK: Making

    private func event(_ draft: ConsentDraft, _ type: ConsentType, occurredAt: Instant) -> ConsentEvent {
        var event = ConsentEvent(number: 0, recordedAt: now, occurredAt: occurredAt, type: type)
        (event.channel, event.brand, event.topics) = (draft.channel, draft.brand, draft.topics)
        (event.basis, event.basisDay, event.corrects) = (draft.basis, draft.basisDay, draft.corrects)
        event.hasWording = draft.details.wording != nil
        event.hasEvidence = draft.details.evidence.map { !$0.isEmpty } ?? false
        event.isImport = isImport(draft, type)
        return event
    }

    private func isImport(_ draft: ConsentDraft, _ type: ConsentType) -> Bool {
        if case .list = door { return true }
        return type == .imported || draft.details.method?.lowercased() == "import"
    }

    /// - Precondition: there is an event.
    private func record(
        _ draft: ConsentDraft, _ events: [ConsentEvent], _ address: ContactAddress, _ digest: [UInt8],
        _ problems: [Problem], id: String
    ) -> NewConsentRecord {
        var details = draft.details
        details.damage = OptOut.damage(problems)
        switch door {
        case .queue(let producer): (details.producer, details.recordID) = (producer, id)
        case .command: break
        case .list(let batch): (details.batch, details.recordID) = (batch, draft.id)
        }
        let all = events.map { NewConsent(address: address, event: $0, details: details, brands: producer.brands) }
        var record = NewConsentRecord(line: 0, id: id, consent: all[0], contentDigest: digest, problems: problems)
        record.more = Array(all.dropFirst())
        return record
    }
}

extension ContactChannel {
    /// Whether a contact by this channel goes to an address of that kind.
    fileprivate func reaches(_ address: ContactAddress) -> Bool {
        switch address {
        case .email: self == .email
        case .phone: usesPhone
        case .crm: true
        }
    }
}

/// Words that other systems have for an opt-out.
enum OptOutWord {
    static func meaning(of text: String) -> ConsentType? {
        let letters = text.lowercased().filter { $0.isLetter }
        switch letters {
        case "unsubscribe", "unsubscribed", "optout", "optedout", "revoke", "revoked", "withdraw", "withdrawal", "stop",
            "removed", "declined", "denied":
            return .withdrawn
        case "objection", "object", "objects": return .objected
        default: return ConsentType.allCases.first { $0.isOptOut && $0.rawValue == letters }
        }
    }
}
