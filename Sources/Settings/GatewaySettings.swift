// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// The configuration, read and checked: plain values, no defaults left open (CONTRACT 5).
public struct GatewaySettings: Hashable, Sendable {
    /// The file it was read from, as given.
    public var file: String
    public var stateDir: String
    public var templatesDir: String
    public var providersDir: String
    public var policiesDir: String
    /// Marketing without `expires_at` expires this long after it was accepted.
    public var defaultLifetime: Duration
    public var drainTimeout: Duration
    /// How long ids are remembered after their job's end.
    public var dedupeHorizon: Duration
    public var intake: IntakeSettings
    public var keep: KeepSettings
    public var producers: [ProducerSettings]
    public var topics: [TopicSettings]
    public var brands: [BrandSettings]
    /// In file order: the first whose match holds carries the job.
    public var routes: [RouteSettings]
    public var retry: RetrySettings
    public var sandbox: SandboxSettings?

    public init(file: String) {
        self.file = file
        (stateDir, templatesDir) = ("/var/lib/gatepost", "templates")
        (providersDir, policiesDir) = ("providers", "policies")
        (defaultLifetime, drainTimeout, dedupeHorizon) = (.days(7), .seconds(30), .days(90))
        (intake, keep, retry) = (IntakeSettings(), KeepSettings(), RetrySettings())
        (producers, topics, brands, routes, sandbox) = ([], [], [], [], nil)
    }

    public func brand(_ id: String) -> BrandSettings? { brands.first { $0.id == id } }
    public func route(_ name: String) -> RouteSettings? { routes.first { $0.name == name } }
    public func topic(_ id: String, brand: String) -> TopicSettings? {
        topics.first { $0.id == id && ($0.brand == nil || $0.brand == brand) }
    }
}

extension Duration {
    public static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
    public static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
    public static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
}

public struct IntakeSettings: Hashable, Sendable {
    public var maxQueued = 20_000_000
    public var minFree = FreeSpace.share(0.05)
    public init() {}

    /// Of bytes and of inodes on the state directory's file system.
    public enum FreeSpace: Hashable, Sendable {
        case share(Double)
        case bytes(Int64)
    }
}

public struct KeepSettings: Hashable, Sendable {
    public var bodies = Duration.days(7)
    public var decisions = Duration.days(400)
    public var outcomes = Duration.days(5 * 365)
    public var receipts = Duration.days(7)
    public init() {}
}

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
    public init(id: String, brand: String?, title: [String: String]) { (self.id, self.brand, self.title) = (id, brand, title) }
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

/// A rate limit: `count` in each window of that length.
public struct RateLimit: Hashable, Sendable {
    public var count: Int
    public var window: Duration
    public init(count: Int, per window: Duration) { (self.count, self.window) = (count, window) }
}

/// What becomes of attempts without a verdict.
public enum InDoubt: String, Hashable, Sendable, CaseIterable { case park, resend }

public struct RouteMatch: Hashable, Sendable {
    /// Nil: any.
    public var brands: Set<String>?
    public var classes: Set<MessageClass>?
    public var countries: Set<String>?
    public init(brands: Set<String>? = nil, classes: Set<MessageClass>? = nil, countries: Set<String>? = nil) {
        (self.brands, self.classes, self.countries) = (brands, classes, countries)
    }
}

public struct RouteSettings: Hashable, Sendable {
    public var name: String
    public var channel: ChannelKind
    public var transport: RouteTransport
    public var connections: Int
    /// All hold at once.
    public var rate: [RateLimit]
    /// Per recipient domain (lower-case A-label); each has a lane of its own.
    public var domainRate: [String: [RateLimit]]
    public var match: RouteMatch
    public var failover: [String]
    /// Nil: marketing parks, transactional resends.
    public var inDoubt: InDoubt?
    public init(name: String, channel: ChannelKind, transport: RouteTransport) {
        (self.name, self.channel, self.transport, connections) = (name, channel, transport, 20)
        (rate, domainRate, match, failover, inDoubt) = ([], [:], RouteMatch(), [], nil)
    }

    /// How many parcels may be under way at once (DESIGN D13).
    public var window: Int { min(512, max(64, 8 * connections)) }
}

public enum RouteTransport: Hashable, Sendable {
    case smtp(SMTPSettings)
    // HTTP providers join here with their channel.
}

public struct SMTPSettings: Hashable, Sendable {
    public enum TLS: String, Hashable, Sendable, CaseIterable { case required, opportunistic, none }
    public enum Pipelining: String, Hashable, Sendable, CaseIterable { case across, within, none }
    public enum Mechanism: String, Hashable, Sendable, CaseIterable { case plain, login, xoauth2 }

    public var host: String
    public var port: Int
    /// TLS from the first byte (`smtps://`, RFC 8314).
    public var implicitTLS: Bool
    public var tls: TLS
    /// PEM file with the authorities to trust instead of the system's.
    public var caFile: String?
    public var username: String?
    /// For XOAUTH2 this is the bearer token.
    public var password: SecretReference?
    /// Nil: libcurl picks the strongest offered.
    public var mechanism: Mechanism?
    public var pipelining: Pipelining
    /// The name given in EHLO; nil: this host's.
    public var heloName: String?
    /// Longest wait for the answer to the end of data (RFC 5321 section 4.5.3.2.6: 10 minutes).
    public var endOfDataTimeout: Duration
    /// Longest wait for any other reply, and for connecting.
    public var replyTimeout: Duration
    public var connectTimeout: Duration
    /// Connections idle or older than this are retired.
    public var idleTimeout: Duration
    public var maxAge: Duration
    /// Messages over one connection before it is retired.
    public var maxMessages: Int
    public init(host: String, port: Int, implicitTLS: Bool = false) {
        (self.host, self.port, self.implicitTLS, tls) = (host, port, implicitTLS, .required)
        (caFile, username, password, mechanism, heloName) = (nil, nil, nil, nil, nil)
        (pipelining, maxMessages) = (.across, 10_000)
        (endOfDataTimeout, replyTimeout, connectTimeout) = (.minutes(10), .minutes(5), .seconds(30))
        (idleTimeout, maxAge) = (.seconds(30), .minutes(30))
    }
}

/// Where a secret is kept; never the secret itself.
public enum SecretReference: Hashable, Sendable {
    /// Absolute path; read again on HUP.
    case file(String)
    case env(String)
    /// A file in systemd's `$CREDENTIALS_DIRECTORY`.
    case credential(String)
}

public struct RetrySettings: Hashable, Sendable {
    public var first = Duration.minutes(1)
    public var factor = 2.0
    public var longest = Duration.hours(4)
    public var giveUpAfter = Duration.days(3)
    public init() {}
}

/// For staging: every message goes to `redirect` instead, unless its address is allowed.
public struct SandboxSettings: Hashable, Sendable {
    public var redirect: [ChannelKind: String]
    /// Patterns as `*@acme.example`, `+3361…*`, or an exact address.
    public var allow: [String]
    public init(redirect: [ChannelKind: String], allow: [String]) { (self.redirect, self.allow) = (redirect, allow) }
}
