// SPDX-License-Identifier: Apache-2.0
//
// Consents and suppressions read back with the words beside them. What was erased is nil.

import GatewayModel

extension Ledger {
    // MARK: Consents

    func consentRecord(_ number: Int64) throws -> ConsentRecord? {
        let select = try session.prepared(
            """
            SELECT n, at, occurred, type, channel, brand, topics, basis, day, flags, corrects, seq FROM consent WHERE n = ?1
            """)
        return try select.bind(1, number).first { row in (try consent(row), row.int(11)) }.map { event, seq in
            try record(event, seq: seq)
        }
    }

    func consentRecords(of subject: Int64) throws -> [ConsentRecord] {
        var numbers: [Int64] = []
        try session.prepared("SELECT n FROM consent WHERE subject = ?1 ORDER BY n").bind(1, subject).each {
            numbers.append($0.int(0))
        }
        return try numbers.compactMap { try consentRecord($0) }
    }

    private func record(_ event: ConsentEvent, seq: Int64) throws -> ConsentRecord {
        let select = try session.prepared("SELECT words FROM consent_words WHERE n = ?1").bind(1, event.number)
        guard let words = try select.first({ FieldReader($0.blob(0)) }) else {
            return ConsentRecord(event: event, address: nil, details: ConsentDetails(), signature: nil, seq: seq)
        }
        return ConsentRecord(
            event: event, address: words.contactAddress, details: ConsentDetails(words), signature: words.signature,
            seq: seq)
    }

    // MARK: Suppressions

    func suppressionRecord(_ number: Int64) throws -> SuppressionRecord? {
        let select = try session.prepared(
            """
            SELECT n, kind, act, reason, channel, brand, topic, campaign, class, at, expires, lifts, seq FROM suppression
                WHERE n = ?1
            """)
        let found = try select.bind(1, number).first { (try suppression($0), $0.int(12)) }
        guard let (event, seq) = found else { return nil }
        let lifted = try session.prepared("SELECT n FROM suppression WHERE lifts = ?1 ORDER BY n LIMIT 1")
            .bind(1, number).first { $0.int(0) }
        var record = SuppressionRecord(
            event: event, target: nil, details: SuppressionDetails(), signature: nil, batch: nil, liftedBy: lifted,
            seq: seq)
        if let words = try suppressionWords(event, seq: seq) {
            (record.target, record.details) = (words.suppressionTarget, SuppressionDetails(words))
            (record.signature, record.batch) = (words.signature, words[.batch])
        }
        return record
    }

    /// A removal's words stand beside its operator row.
    private func suppressionWords(_ event: SuppressionEvent, seq: Int64) throws -> FieldReader? {
        switch event.act {
        case .added:
            try session.prepared("SELECT words FROM suppression_words WHERE n = ?1").bind(1, event.number).first {
                FieldReader($0.blob(0))
            }
        case .removed:
            try session.prepared("SELECT words FROM event_words WHERE seq = ?1").bind(1, seq).first {
                FieldReader($0.blob(0))
            }
        }
    }

    /// Of exactly that target, broadly spelled: adding and removing alike.
    func suppressionRecords(under form: SuppressionForm) throws -> [SuppressionRecord] {
        try suppressions(under: form).map(\.number).sorted().compactMap { try suppressionRecord($0) }
    }

    /// Whom the gate would look up for that target; nil for one that stands for many.
    func addressee(_ target: SuppressionTarget) -> Addressee? {
        switch target {
        case .address(.crm(let id)): Addressee(address: .crm(id), crm: id, person: nil)
        case .address(let address): Addressee(address: address, crm: nil, person: nil)
        case .person(let id): Addressee(address: nil, crm: nil, person: id)
        case .hash, .domain, .domainSuffix, .phonePrefix: nil
        }
    }
}

extension OutcomeReader {
    /// What a consent or a suppression tells the engines: of nobody's job, and so for every producer.
    func fill(_ outcome: inout Outcome, fromBook number: Int64) throws {
        switch outcome.event {
        case .consentChanged:
            guard let record = try books.consentRecord(number) else { return }
            outcome.channel = ChannelKind(record.event.channel)
            (outcome.recipient, outcome.brand) = (record.address?.description, record.event.brand)
            outcome.topic = record.event.topics?.joined(separator: ",")
            outcome.cause = record.details.recordID ?? record.details.batch
            outcome.detail = [record.event.id, record.event.channel == .voice ? "voice" : nil, record.details.method]
                .compactMap { $0 }.joined(separator: " ")
        case .suppressed:
            guard let record = try books.suppressionRecord(number) else { return }
            let scope = record.event.scope
            (outcome.channel, outcome.brand, outcome.topic) = (ChannelKind(scope.channel), scope.brand, scope.topic)
            (outcome.campaign, outcome.messageClass) = (scope.campaign, scope.messageClass)
            if case .person(let id) = record.target { outcome.person = id }
            (outcome.recipient, outcome.until) = (record.target?.description, record.event.expiresAt)
            outcome.cause = record.details.recordID ?? record.batch
            outcome.detail = [record.event.id, scope.channel == .voice ? "voice" : nil, record.details.note]
                .compactMap { $0 }.joined(separator: " ")
        case .accepted, .postponed, .sent, .withheld, .failed, .unknown, .cancelled, .delivered, .bounced, .complained,
            .unsubscribed, .replied:
            return
        }
    }
}

extension ChannelKind {
    /// Of a scope; nil where it is any, or voice, which no job names as its channel.
    fileprivate init?(_ contact: ContactChannel?) {
        switch contact {
        case .email: self = .email
        case .sms: self = .sms
        case .crmTask: self = .crmTask
        case .voice, nil: return nil
        }
    }
}
