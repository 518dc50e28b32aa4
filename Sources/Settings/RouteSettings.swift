// SPDX-License-Identifier: Apache-2.0
//
// The ways out, as configured.

import GatewayModel

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
    case http(HTTPSettings)
}
