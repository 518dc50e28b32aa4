// SPDX-License-Identifier: Apache-2.0

/// Why somebody must not be contacted (CONTRACT 8.5). A person's own opt-out is none of these: it is a consent event.
public enum SuppressionReason: String, Hashable, Sendable, CaseIterable {
    case legal, deceased, litigator, complaint
    case hardBounce = "hard_bounce"
    case invalid, reassigned
    case softBounceLimit = "soft_bounce_limit"
    case roleAddress = "role_address"
    case dncRegistry = "dnc_registry"
    case manual, imported, unengaged, erasure

    public func blocks(_ messageClass: MessageClass) -> Bool {
        switch self {
        case .legal, .deceased, .litigator, .complaint, .hardBounce, .invalid, .reassigned: true
        case .softBounceLimit, .roleAddress, .dncRegistry, .manual, .imported, .unengaged, .erasure:
            messageClass == .marketing
        }
    }
    /// Whether an entry of it may carry `expires_at`.
    public var mayExpire: Bool {
        switch self {
        case .softBounceLimit, .manual, .dncRegistry, .unengaged: true
        case .legal, .deceased, .litigator, .complaint, .hardBounce, .invalid, .reassigned, .roleAddress, .imported,
            .erasure:
            false
        }
    }
}

/// Where a suppression holds: every part that is there must hold; all nil is everywhere (CONTRACT 8.6).
public struct SuppressionScope: Hashable, Sendable {
    public var channel: ContactChannel?
    public var brand: String?
    public var topic: String?
    public var campaign: String?
    public var messageClass: MessageClass?
    public init(
        channel: ContactChannel? = nil, brand: String? = nil, topic: String? = nil, campaign: String? = nil,
        messageClass: MessageClass? = nil
    ) {
        (self.channel, self.brand, self.topic) = (channel, brand, topic)
        (self.campaign, self.messageClass) = (campaign, messageClass)
    }
}

/// What is suppressed (CONTRACT 9, `suppression add TARGET`).
public enum SuppressionTarget: Hashable, Sendable {
    public enum HashKind: String, Hashable, Sendable, CaseIterable { case md5, sha1, sha256 }

    case address(ContactAddress)
    /// Of somebody else's list: digest of the trimmed, lower-cased address, as bytes.
    case hash(HashKind, [UInt8])
    /// `@example.com`: that domain alone. A-labels, lower case.
    case domain(String)
    /// `*.example.com`: every domain below it, and not itself.
    case domainSuffix(String)
    /// `+33…*`: every number that begins so, as `+33`.
    case phonePrefix(String)
    case person(String)
}

/// One event of the append-only list, as the gate sees it.
public struct SuppressionEvent: Hashable, Sendable {
    public enum Act: String, Hashable, Sendable { case added, removed }

    /// Its number in the book: `s812` to people.
    public var number: Int64
    public var act: Act
    /// How the recipient matched it.
    public var match: Match
    public var reason: SuppressionReason
    public var scope: SuppressionScope
    public var recordedAt: Instant
    public var expiresAt: Instant?
    /// The event that a removal lifts.
    public var lifts: Int64?

    public enum Match: String, Hashable, Sendable, CaseIterable {
        case address, md5, sha1, sha256, domain
        case domainSuffix = "domain_suffix"
        case phonePrefix = "phone_prefix"
        case person
    }

    public init(
        number: Int64, act: Act, match: Match, reason: SuppressionReason, scope: SuppressionScope, recordedAt: Instant,
        expiresAt: Instant?, lifts: Int64?
    ) {
        (self.number, self.act, self.match, self.reason) = (number, act, match, reason)
        (self.scope, self.recordedAt, self.expiresAt, self.lifts) = (scope, recordedAt, expiresAt, lifts)
    }
    public var id: String { "s\(number)" }
}

/// A suppression on its way into the book.
public struct NewSuppression: Hashable, Sendable {
    public var target: SuppressionTarget
    public var reason: SuppressionReason
    public var scope: SuppressionScope
    public var expiresAt: Instant?
    public var details: SuppressionDetails
    public init(
        target: SuppressionTarget, reason: SuppressionReason, scope: SuppressionScope, expiresAt: Instant?,
        details: SuppressionDetails
    ) {
        (self.target, self.reason, self.scope) = (target, reason, scope)
        (self.expiresAt, self.details) = (expiresAt, details)
    }
}

/// What only reviewers read.
public struct SuppressionDetails: Hashable, Sendable {
    public var note: String?
    public var actor: String?
    /// `import:BATCH`, `record`, `command`, later feedback's doors.
    public var source: String?
    /// Diagnostic code, event id, when the other list noted it, …
    public var evidence: JSONObject?
    public var damage: String?
    public var producer: String?
    public var recordID: String?
    public init() {}
}
