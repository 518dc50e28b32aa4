// SPDX-License-Identifier: Apache-2.0
//
// IntakeRules: what configuration and templates have to say about a record.
//
// One immutable snapshot (DESIGN D10), made by the composition root and taken once a chunk; the closures in it are pure
// and are called from several threads.

import GatewayModel

public struct IntakeRules: Sendable {
    public struct Brand: Sendable {
        /// Domains that a job's own `from` and `reply_to` may speak for; lower-case A-labels.
        public var fromDomains: [String]
        public init(fromDomains: [String]) { self.fromDomains = fromDomains }
    }

    public struct Topic: Hashable, Sendable {
        public var id: String
        /// Nil: a topic of every brand.
        public var brand: String?
        public init(id: String, brand: String?) { (self.id, self.brand) = (id, brand) }
    }

    public struct Template: Sendable {
        public var messageClass: MessageClass
        public var maxPriority: Priority
        public var channels: Set<ChannelKind>
        /// What is wrong with a job's `data`: problems of code `template_data`, each with its field (`data.items[2]`).
        public var check: @Sendable (JSONObject) -> [Problem]
        public init(
            messageClass: MessageClass, maxPriority: Priority = .high, channels: Set<ChannelKind>,
            check: @escaping @Sendable (JSONObject) -> [Problem]
        ) {
            (self.messageClass, self.maxPriority) = (messageClass, maxPriority)
            (self.channels, self.check) = (channels, check)
        }
    }

    public struct Producer: Sendable {
        public var mayEnqueue: Bool
        public var mayCancel: Bool
        public var mayRecordConsent: Bool
        public var maySuppress: Bool
        /// Nil: all brands.
        public var brands: Set<String>?
        public init(
            mayEnqueue: Bool = true, mayCancel: Bool = true, mayRecordConsent: Bool = true, maySuppress: Bool = true,
            brands: Set<String>? = nil
        ) {
            (self.mayEnqueue, self.mayCancel, self.brands) = (mayEnqueue, mayCancel, brands)
            (self.mayRecordConsent, self.maySuppress) = (mayRecordConsent, maySuppress)
        }

        /// One that nobody knows.
        static let none = Producer(
            mayEnqueue: false, mayCancel: false, mayRecordConsent: false, maySuppress: false, brands: [])
    }

    /// By id.
    public var brands: [String: Brand]
    public var topics: Set<Topic>
    /// For "did you mean"; without brand overrides.
    public var templateNames: [String]
    /// By name and brand, so that a brand's override is the one that is asked.
    public var template: @Sendable (_ name: String, _ brand: String) -> Template?
    /// By name.
    public var routes: [String: ChannelKind]
    /// Where a job is to go: the route it names, else the first that matches; nil where none carries it.
    public var lane: @Sendable (Job, MessageClass) -> LaneKey?
    /// The latest instant at which that wall time may come for that recipient.
    public var latestInstant: @Sendable (LocalTime, Recipient) -> Instant
    /// Whether there is such an IANA zone.
    public var knowsZone: @Sendable (String) -> Bool
    /// By name. A producer that is not here may do nothing.
    public var producers: [String: Producer]
    /// Marketing without `expires_at` expires so long after it was accepted.
    public var defaultLifetime: Duration

    public init(
        brands: [String: Brand], topics: Set<Topic>, templateNames: [String],
        template: @escaping @Sendable (_ name: String, _ brand: String) -> Template?, routes: [String: ChannelKind],
        lane: @escaping @Sendable (Job, MessageClass) -> LaneKey?,
        latestInstant: @escaping @Sendable (LocalTime, Recipient) -> Instant,
        knowsZone: @escaping @Sendable (String) -> Bool, producers: [String: Producer], defaultLifetime: Duration
    ) {
        (self.brands, self.topics, self.templateNames, self.template) = (brands, topics, templateNames, template)
        (self.routes, self.lane, self.latestInstant, self.knowsZone) = (routes, lane, latestInstant, knowsZone)
        (self.producers, self.defaultLifetime) = (producers, defaultLifetime)
    }

    /// What there is to say about consents and suppressions: brands and topics. No job passes these.
    public init(brands: [String], topics: Set<Topic>) {
        self.init(
            brands: Dictionary(brands.map { ($0, Brand(fromDomains: [])) }, uniquingKeysWith: { first, _ in first }),
            topics: topics, templateNames: [], template: { _, _ in nil }, routes: [:], lane: { _, _ in nil },
            latestInstant: { local, _ in local.asUTC }, knowsZone: { _ in false }, producers: [:],
            defaultLifetime: .zero)
    }

    /// Whether the topic is declared: for that brand, or for any where none is named.
    func isDeclared(topic: String, brand: String?) -> Bool {
        guard let brand else { return topics.contains { $0.id == topic } }
        return topics.contains(Topic(id: topic, brand: nil)) || topics.contains(Topic(id: topic, brand: brand))
    }

    /// The brand of a record that names none: the only one there is.
    public var onlyBrand: String? { brands.count == 1 ? brands.first?.key : nil }
}

/// Hands out the snapshot in force; asked once a chunk, from any thread.
public protocol IntakeRulesSource: Sendable {
    var current: IntakeRules { get }
}

/// Rules that do not change.
public struct FixedIntakeRules: IntakeRulesSource {
    public let current: IntakeRules
    public init(_ rules: IntakeRules) { current = rules }
}
