// SPDX-License-Identifier: Apache-2.0
//
// What commands and reviewers ask of consents, suppressions and policies, and what they are told: plain values.

import GatewayModel

/// A consent as people read it.
public struct ConsentRecord: Hashable, Sendable {
    public var event: ConsentEvent
    /// Nil once erased.
    public var address: ContactAddress?
    public var details: ConsentDetails
    /// Who recorded it on the command line; nil where it came by a record.
    public var signature: Signature?
    /// Its row in the journal.
    public var seq: Int64
}

/// What recording one consent came to.
public struct RecordedConsent: Hashable, Sendable {
    public var number: Int64
    /// For an opt-out: messages it would have stopped that went after it took effect and before it was known.
    public var sentBetween: [SentMessage]
}

/// A message that went.
public struct SentMessage: Hashable, Sendable {
    /// Of its `sent` in the journal.
    public var seq: Int64
    public var producer: String?
    /// The producer's id; nil once erased.
    public var job: String?
    public var recipient: String?
    public var channel: ContactChannel
    public var brand: String?
    public var topic: String?
    public var template: String?
    /// When the gate let it go; nil where the decision is past its time.
    public var admittedAt: Instant?
    public var sentAt: Instant
}

/// A suppression event as people read it.
public struct SuppressionRecord: Hashable, Sendable {
    public var event: SuppressionEvent
    /// Nil once erased.
    public var target: SuppressionTarget?
    public var details: SuppressionDetails
    public var signature: Signature?
    /// The import it came by.
    public var batch: String?
    /// The event that lifted it.
    public var liftedBy: Int64?
    public var seq: Int64

    /// Added, not lifted, not past its time.
    public func isStanding(at now: Instant) -> Bool {
        event.act == .added && liftedBy == nil && (event.expiresAt.map { $0 > now } ?? true)
    }
}

/// A policy that came into force.
public struct PolicyVersion: Hashable, Sendable {
    public var sha256: String
    public var since: Instant
    /// SHA-256 of the one before; nil for the first.
    public var before: String?
    public var seq: Int64
    /// As decisions carry it.
    public var version: String { String(sha256.prefix(12)) }
}

/// What somebody did on the command line, or the daemon noted for those who watch.
public struct OperatorAction: Hashable, Sendable {
    public var seq: Int64
    public var at: Instant
    /// `hold_add`, `suppression_lift`, `policy`, `optout_damaged`, …
    public var action: String
    /// Nil once erased; so with the rest.
    public var actor: String?
    public var systemUser: String?
    public var why: String?
    public var about: String?
}

/// A template's form that was sent for the first time.
public struct TemplateVersion: Hashable, Sendable {
    public var template: String
    public var digest: String
    public var firstSent: Instant
}

/// A page of a review, and from where to go on; `next` nil: that was all. A page may be empty and have a `next`.
public struct ReviewPage<Row: Sendable>: Sendable {
    public var rows: [Row]
    public var next: Int64?
}

/// Whom a job that is only a file is for: what `explain` puts to the gate.
public struct GateSubject: Hashable, Sendable {
    public var contact: ContactChannel
    public var messageClass: MessageClass
    /// Of the contact; nil where the job has none.
    public var address: ContactAddress?
    /// The contact a CRM task is filed under.
    public var crm: String?
    public var person: String?
    /// `phone` is filled in from the address, for calls and texts.
    public var place: PlaceEvidence
    public init(
        contact: ContactChannel, messageClass: MessageClass, address: ContactAddress?, crm: String? = nil,
        person: String?, place: PlaceEvidence
    ) {
        (self.contact, self.messageClass, self.address) = (contact, messageClass, address)
        (self.crm, self.person, self.place) = (crm, person, place)
    }

    public init(_ job: Job, messageClass: MessageClass) {
        let intended = job.task?.intendedChannel.flatMap(ContactChannel.init(rawValue:))
        let contact = ContactChannel(job.channel, intended: intended)
        let address: ContactAddress? =
            switch contact {
            case .email: job.to.email.map { .email($0.normalised) }
            case .sms, .voice: job.to.phone.map { .phone($0.description) }
            case .crmTask: job.to.crmContact.map { .crm($0) }
            }
        self.init(
            contact: contact, messageClass: messageClass, address: address,
            crm: job.channel == .crmTask ? job.to.crmContact : nil, person: job.to.person,
            place: PlaceEvidence(timezone: job.to.timezone, country: job.to.country, region: job.to.region))
    }
}
