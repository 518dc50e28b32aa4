// SPDX-License-Identifier: Apache-2.0

/// Where the recipient may be, as the job says it.
public struct PlaceEvidence: Hashable, Sendable {
    /// IANA name.
    public var timezone: String?
    /// ISO 3166-1 alpha-2.
    public var country: String?
    /// ISO 3166-2.
    public var region: String?
    /// E.164; given for contacts by telephone only (CONTRACT 8.8).
    public var phone: String?
    public init(timezone: String? = nil, country: String? = nil, region: String? = nil, phone: String? = nil) {
        (self.timezone, self.country, self.region, self.phone) = (timezone, country, region, phone)
    }
}

/// A message that went, or may have gone, or is in flight: what caps count. One row for each of its keys.
public struct CapEntry: Hashable, Sendable {
    public enum Key: String, Hashable, Sendable { case person, address }

    public var job: JobKey
    /// When it was admitted, last.
    public var at: Instant
    public var by: Key
    public var channel: ContactChannel
    public var messageClass: MessageClass
    public var brand: String
    public var topic: String?
    public var campaign: String?
    public init(
        job: JobKey, at: Instant, by: Key, channel: ContactChannel, messageClass: MessageClass, brand: String,
        topic: String?, campaign: String?
    ) {
        (self.job, self.at, self.by, self.channel) = (job, at, by, channel)
        (self.messageClass, self.brand, self.topic, self.campaign) = (messageClass, brand, topic, campaign)
    }
}

/// What the books know of a job's recipient, read in the transaction that admits it.
public struct RecipientFacts: Hashable, Sendable {
    /// The address of the contact, normalised; nil where the job has none for its channel.
    public var address: ContactAddress?
    public var hasPerson: Bool
    public var place: PlaceEvidence
    /// Every consent event of exactly that address, in order of number.
    public var consents: [ConsentEvent]
    /// Every suppression event whose target matches, broadly, in order of number.
    public var suppressions: [SuppressionEvent]
    /// Under the person and under the address, newest last. A job may stand under both.
    public var sends: [CapEntry]
    /// When a cap first postponed this job.
    public var firstCapped: Instant?
    /// Jobs in the queue: how wide an opening is spread.
    public var queued: Int

    public init() {
        (address, hasPerson, place) = (nil, false, PlaceEvidence())
        (consents, suppressions, sends, firstCapped, queued) = ([], [], [], nil, 0)
    }
}

/// What the policy in force wants read and kept for it.
public struct PolicyInterest: Hashable, Sendable {
    /// How far back the longest cap looks.
    public var capHorizon: Duration
    /// A cap names the transactional class: its sends count too.
    public var countsTransactional: Bool
    /// A consent rule names the transactional class: its recipients' consents are read too.
    public var consentOfTransactional: Bool
    /// Templates that are marketing now. Their jobs are, too, also those that came in as transactional (CONTRACT 6).
    public var marketing: Set<TemplateUse> = []
    public init(
        capHorizon: Duration = .zero, countsTransactional: Bool = false, consentOfTransactional: Bool = false
    ) {
        (self.capHorizon, self.countsTransactional) = (capHorizon, countsTransactional)
        self.consentOfTransactional = consentOfTransactional
    }

    /// As what the job counts: the stricter of its own class and its template's.
    public func messageClass(of job: JobFacts) -> MessageClass {
        marketing.contains(TemplateUse(template: job.template, brand: job.brand)) ? .marketing : job.messageClass
    }
}

/// A template as one brand uses it.
public struct TemplateUse: Hashable, Sendable {
    public var template: String
    public var brand: String
    public init(template: String, brand: String) { (self.template, self.brand) = (template, brand) }
}
