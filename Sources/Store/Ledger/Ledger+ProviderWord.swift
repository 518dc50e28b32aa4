// SPDX-License-Identifier: Apache-2.0
//
// What a refusal says of the address itself, heeded in the transaction that books it: an opt-out that the provider knows
// of is a consent withdrawn (CONTRACT 8.5), an address that it does not know is suppressed.

import GatewayModel

extension Ledger {
    /// - Parameter seq: the `failed` it comes of.
    func heed(
        _ reason: FailureReason, of job: JobRow, _ evidence: DeliveryEvidence?, outcome seq: Int64, at now: Instant
    ) throws {
        switch reason {
        case .optedOut: try withdraw(job, evidence, outcome: seq, at: now)
        case .badAddress:
            // Only what the other side has said: not what could not be written, or could not be carried there.
            if let evidence, evidence.code != nil { try suppress(job, evidence, outcome: seq, at: now) }
        case .content, .refused, .configuration, .retriesExhausted, .render, .poison: return
        }
    }

    /// Of the contact's address, for the channel it is reached by and the brand, every topic; unless that stands.
    private func withdraw(
        _ job: JobRow, _ evidence: DeliveryEvidence?, outcome seq: Int64, at now: Instant
    ) throws {
        let facts = try facts(job)
        let places = try places(of: job, facts)
        guard let address = places.addressee.address else { return }
        let known = try places.address.map { try consents(of: $0) } ?? []
        if known.areWithdrawn(channel: facts.contact, brand: facts.brand) { return }
        var event = ConsentEvent(number: 0, recordedAt: now, occurredAt: now, type: .withdrawn)
        (event.channel, event.brand, event.hasEvidence) = (facts.contact, facts.brand, true)
        var details = ConsentDetails()
        details.method = "provider"
        details.evidence = try said(of: job, facts, evidence, outcome: seq)
        try record(NewConsent(address: address, event: event, details: details), by: nil, at: now)
    }

    /// Of the address, on its channel, both classes; unless that stands. A CRM's contact is nobody's address.
    private func suppress(
        _ job: JobRow, _ evidence: DeliveryEvidence, outcome seq: Int64, at now: Instant
    ) throws {
        let facts = try facts(job)
        let reason: SuppressionReason
        switch facts.channel {
        case .email: reason = .hardBounce
        case .sms: reason = .invalid
        case .crmTask: return
        }
        let places = try places(of: job, facts)
        guard let address = places.addressee.address else { return }
        let target = SuppressionTarget.address(address)
        let known = try suppressions(under: SuppressionForm(target))
        if known.stands(reason, channel: facts.contact) { return }
        var details = SuppressionDetails()
        details.source = "provider"
        details.evidence = try said(of: job, facts, evidence, outcome: seq)
        let scope = SuppressionScope(channel: facts.contact)
        let new = NewSuppression(target: target, reason: reason, scope: scope, expiresAt: nil, details: details)
        try suppress(new, askingAbout: places.address, by: nil, at: now)
    }

    /// Its code, the way it came, and the outcome and the job in which it stands.
    private func said(
        of job: JobRow, _ facts: JobFacts, _ evidence: DeliveryEvidence?, outcome seq: Int64
    ) throws -> JSONObject {
        let id = try session.prepared("SELECT words FROM job_words WHERE key = ?1").bind(1, job.key).first {
            FieldReader($0.blob(0))[.id]
        }
        return JSONObject([
            ("code", .text(evidence?.enhanced ?? evidence?.code.map(String.init))), ("route", .string(facts.route)),
            ("producer", .string(facts.producer)), ("job", .text(id ?? nil)), ("seq", .integer(seq)),
        ])
    }
}

extension [ConsentEvent] {
    /// An opt-out from all of it stands, and nothing that came or took effect later might lift it.
    fileprivate func areWithdrawn(channel: ContactChannel, brand: String) -> Bool {
        let touching = filter { ($0.channel ?? channel) == channel && ($0.brand ?? brand) == brand }
        return touching.contains { out in
            out.type.isOptOut && out.topics == nil
                && !touching.contains { other in
                    !other.type.isOptOut && (other.number > out.number || other.occurredAt > out.occurredAt)
                }
        }
    }
}

extension [SuppressionEvent] {
    /// One for that reason stands that holds for all of the channel.
    fileprivate func stands(_ reason: SuppressionReason, channel: ContactChannel) -> Bool {
        let lifted = Set(compactMap(\.lifts))
        let wide = [SuppressionScope(), SuppressionScope(channel: channel)]
        return contains {
            $0.act == .added && $0.reason == reason && wide.contains($0.scope) && !lifted.contains($0.number)
        }
    }
}
