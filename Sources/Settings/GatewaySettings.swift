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
    /// `[policy]`, with whose brands belong to the same controller.
    public var policy: PolicyRules
    public var sandbox: SandboxSettings?

    public init(file: String) {
        self.file = file
        (stateDir, templatesDir) = ("/var/lib/gatepost", "templates")
        (providersDir, policiesDir) = ("providers", "policies")
        (defaultLifetime, drainTimeout, dedupeHorizon) = (.days(7), .seconds(30), .days(90))
        (intake, keep, retry) = (IntakeSettings(), KeepSettings(), RetrySettings())
        (producers, topics, brands, routes, policy, sandbox) = ([], [], [], [], PolicyRules(), nil)
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
