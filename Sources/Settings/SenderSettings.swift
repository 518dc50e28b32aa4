// SPDX-License-Identifier: Apache-2.0
//
// Who speaks: producers, topics and brands, as configured.

import GatewayModel

/// What a record of the queue may be.
public enum RecordKind: String, Hashable, Sendable, CaseIterable { case job, cancel, consent, suppress }

public struct ProducerSettings: Hashable, Sendable {
    public var name: String
    public var may: Set<RecordKind>
    /// Nil: all brands.
    public var brands: Set<String>?
    public init(name: String, may: Set<RecordKind>, brands: Set<String>?) {
        (self.name, self.may, self.brands) = (name, may, brands)
    }
}

public struct TopicSettings: Hashable, Sendable {
    public var id: String
    /// Nil: a topic of every brand.
    public var brand: String?
    /// Per language tag.
    public var title: [String: String]
    public init(id: String, brand: String?, title: [String: String]) {
        (self.id, self.brand, self.title) = (id, brand, title)
    }
}

public struct BrandSettings: Hashable, Sendable {
    public var id: String
    public var controller: String
    public var from: Mailbox
    public var replyTo: Mailbox?
    /// Domains that a job's own `from` may speak for; lower-case A-labels.
    public var fromDomains: [String]
    public var postalAddress: String
    public var unsubscribeBase: String?
    public var returnPathDomain: String?
    public init(id: String, controller: String, from: Mailbox) {
        (self.id, self.controller, self.from, postalAddress) = (id, controller, from, "")
        (replyTo, fromDomains, unsubscribeBase, returnPathDomain) = (nil, [from.address.domain], nil, nil)
    }
}
