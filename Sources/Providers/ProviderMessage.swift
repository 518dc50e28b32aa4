// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// A rendered text or task, as a request is made from it.
public struct ProviderMessage: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        case text(TextContent)
        case task(TaskContent)
    }

    public var content: Content
    /// Secret per job and the same at every attempt: 26 characters of lower-case base32.
    public var token: String
    public var brand: String?
    public var campaign: String?
    public var topic: String?
    public var messageClass: MessageClass

    public init(_ content: Content, token: String, messageClass: MessageClass) {
        (self.content, self.token, self.messageClass) = (content, token, messageClass)
        (brand, campaign, topic) = (nil, nil, nil)
    }
}

public struct TextContent: Hashable, Sendable {
    public enum Encoding: String, Hashable, Sendable, CaseIterable { case gsm7, ucs2 }

    /// E.164, with its plus.
    public var to: String
    public var body: String
    public var encoding: Encoding
    public var segments: Int
    /// How long the provider may try; from the moment of sending. Whole seconds count.
    public var validity: Duration?
    public var validUntil: Instant?

    public init(to: String, body: String, encoding: Encoding, segments: Int) {
        (self.to, self.body, self.encoding, self.segments) = (to, body, encoding, segments)
        (validity, validUntil) = (nil, nil)
    }
}

public struct TaskContent: Hashable, Sendable {
    public var title: String
    /// Line ends are line feeds.
    public var body: String
    public var due: Instant?
    public var owner: String?
    public var priority: Priority
    /// The contact's id at the provider.
    public var contact: String?
    public var intendedChannel: ContactChannel?

    public init(title: String, body: String, priority: Priority = .normal) {
        (self.title, self.body, self.priority) = (title, body, priority)
        (due, owner, contact, intendedChannel) = (nil, nil, nil, nil)
    }
}
