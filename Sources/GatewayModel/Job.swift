// SPDX-License-Identifier: Apache-2.0

/// One message for one recipient on one channel, as its producer asked for it (CONTRACT 4).
public struct Job: Hashable, Sendable {
    public var id: String
    public var channel: ChannelKind
    public var template: String
    public var to: Recipient
    /// The brand's id; filled in where one brand is configured and the record names none.
    public var brand: String
    public var topic: String?
    public var campaign: String?
    public var data: JSONObject
    public var createdAt: Instant?
    public var notBefore: Instant?
    public var notBeforeLocal: LocalTime?
    public var expiresAt: Instant?
    public var priority: Priority
    public var route: String?
    public var reference: JSONValue?
    public var from: Mailbox?
    public var replyTo: Mailbox?
    /// `X-…`, `In-Reply-To`, `References` only; one line each.
    public var headers: [HeaderField]
    public var task: TaskDetails?

    public init(id: String, channel: ChannelKind, template: String, to: Recipient, brand: String) {
        (self.id, self.channel, self.template, self.to, self.brand) = (id, channel, template, to, brand)
        (topic, campaign, createdAt, notBefore, notBeforeLocal, expiresAt) = (nil, nil, nil, nil, nil, nil)
        (data, priority, headers) = (JSONObject(), .normal, [])
        (route, reference, from, replyTo, task) = (nil, nil, nil, nil, nil)
    }

    /// The address that the job's channel needs, as text; nil where it is missing.
    public var address: String? {
        switch channel {
        case .email: to.email?.description
        case .sms: to.phone?.description
        case .crmTask: to.crmContact
        }
    }
}

public struct HeaderField: Hashable, Sendable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

public struct Recipient: Hashable, Sendable {
    public var email: EmailAddress?
    public var phone: PhoneNumber?
    public var crmContact: String?
    public var name: String?
    public var person: String?
    /// IANA name.
    public var timezone: String?
    /// ISO 3166-1 alpha-2.
    public var country: String?
    /// ISO 3166-2.
    public var region: String?
    /// BCP 47.
    public var locale: String?

    public init() {
        (email, phone, crmContact, name, person) = (nil, nil, nil, nil, nil)
        (timezone, country, region, locale) = (nil, nil, nil, nil)
    }
}

/// What only a CRM task says.
public struct TaskDetails: Hashable, Sendable {
    public var due: Instant?
    public var owner: String?
    /// `email`, `sms` or `voice`: the way the task's owner is to contact the person.
    public var intendedChannel: String?
    public init(due: Instant? = nil, owner: String? = nil, intendedChannel: String? = nil) {
        (self.due, self.owner, self.intendedChannel) = (due, owner, intendedChannel)
    }
}

/// Takes queued jobs back (CONTRACT 4, Cancel). Every key given must hold.
public struct CancelRequest: Hashable, Sendable {
    public struct Match: Hashable, Sendable {
        public var id: String?
        public var person: String?
        /// Normalised (`EmailAddress.normalised`).
        public var email: String?
        public var phone: String?
        public var crmContact: String?
        public var campaign: String?
        public var topic: String?
        public var brand: String?
        public var channel: ChannelKind?

        public init() {
            (id, person, email, phone, crmContact) = (nil, nil, nil, nil, nil)
            (campaign, topic, brand, channel) = (nil, nil, nil, nil)
        }
        public var isEmpty: Bool { self == Match() }
        /// Without a recipient or an id, the record must say `"all":true`.
        public var namesRecipientOrID: Bool {
            id != nil || person != nil || email != nil || phone != nil || crmContact != nil
        }
    }

    public var id: String
    public var match: Match
    /// Jobs created up to here are meant; nil: up to the cancel's own rename time.
    public var asOf: Instant?
    public init(id: String, match: Match, asOf: Instant?) { (self.id, self.match, self.asOf) = (id, match, asOf) }
}
