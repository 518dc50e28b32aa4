// SPDX-License-Identifier: Apache-2.0
//
// The policy sections of the configuration as values (CONTRACT 5). Read by Settings, enforced by Policy.

/// How much consent is asked for, weakest first.
public enum ConsentLevel: String, Hashable, Sendable, CaseIterable {
    /// No grant is needed; an opt-out still counts.
    case none
    case any, express
    case expressWritten = "express_written"
    case confirmed
}

/// `[[policy.consent]]`. All that match hold.
public struct ConsentRule: Hashable, Sendable {
    public var channel: ContactChannel?
    public var messageClass: MessageClass?
    /// ISO 3166-1 or 3166-2; nil: everywhere. Holds where any candidate jurisdiction is one of them or lies in one.
    public var jurisdictions: [String]?
    public var require: ConsentLevel
    /// Grants without wording and without proof are enough.
    public var allowUnproven: Bool
    public init(
        channel: ContactChannel?, messageClass: MessageClass?, jurisdictions: [String]?, require: ConsentLevel,
        allowUnproven: Bool
    ) {
        (self.channel, self.messageClass, self.jurisdictions) = (channel, messageClass, jurisdictions)
        (self.require, self.allowUnproven) = (require, allowUnproven)
    }
}

/// `[[policy.cap]]`. All that match hold; none loosens another.
public struct CapRule: Hashable, Sendable {
    public enum Window: Hashable, Sendable {
        case rolling(Duration)
        case calendarDay, calendarWeek, calendarMonth
    }
    public enum Zone: Hashable, Sendable {
        /// Every candidate zone of the recipient: each counts by itself.
        case recipient
        /// IANA name.
        case fixed(String)
    }
    public enum Over: Hashable, Sendable {
        /// At most so long from the job's first postponement by a cap.
        case postpone(Duration)
        case withhold
    }
    public enum Weekday: String, Hashable, Sendable, CaseIterable { case monday, sunday, saturday }

    public var name: String
    public var channel: ContactChannel?
    /// Contacts that count together, as calls and texts do in Florida; nil: `channel` alone says. Both hold where both
    /// are given.
    public var channels: Set<ContactChannel>?
    public var messageClass: MessageClass?
    public var topic: String?
    public var campaign: String?
    public var brand: String?
    public var jurisdictions: [String]?
    /// 0 blocks all.
    public var limit: Int
    public var window: Window
    public var zone: Zone
    public var weekStarts: Weekday
    /// Sends to the person count, in whatever channel the rule matches.
    public var perPerson: Bool
    /// Sends to the address count.
    public var perAddress: Bool
    /// Only sends of the job's own campaign count.
    public var perCampaign: Bool
    public var over: Over
    /// A preset it came from, as `us-fl`; nil: the configuration's own.
    public var preset: String?

    public init(name: String, limit: Int, window: Window) {
        (self.name, self.limit, self.window) = (name, limit, window)
        (channel, messageClass, topic, campaign, brand, jurisdictions) = (nil, nil, nil, nil, nil, nil)
        (zone, weekStarts, perPerson, perAddress, perCampaign) = (.recipient, .monday, true, false, false)
        (over, preset, channels) = (.postpone(.seconds(48 * 3600)), nil, nil)
    }

    /// Whether contacts by that channel fall under the cap, and count for it.
    public func covers(_ contact: ContactChannel) -> Bool {
        (channel == nil || channel == contact) && (channels?.contains(contact) ?? true)
    }
}

/// How sure a preset's source is (facts E1): a statute read; a trade list that names the law; a single or conflicting
/// secondary source.
public enum Confidence: String, Hashable, Sendable, CaseIterable, Comparable {
    case low = "L"
    case medium = "M"
    case high = "H"
    public static func < (a: Confidence, b: Confidence) -> Bool { a.rank < b.rank }
    private var rank: Int {
        switch self {
        case .low: 0
        case .medium: 1
        case .high: 2
        }
    }
}

/// `[[policy.quiet_hours]]`. All that match hold.
public struct QuietHoursRule: Hashable, Sendable {
    public enum UnknownZone: Hashable, Sendable {
        case hold
        /// The preset that is asked instead, in every zone of the places it covers.
        case preset(String)
    }
    public var channel: ContactChannel?
    public var messageClass: MessageClass?
    public var presets: [String]
    public var minConfidence: Confidence
    public var unknownZone: UnknownZone
    /// Presets that do not apply although a family or a place would bring them in.
    public var exempt: [String]
    public init(
        channel: ContactChannel?, messageClass: MessageClass?, presets: [String], minConfidence: Confidence,
        unknownZone: UnknownZone, exempt: [String]
    ) {
        (self.channel, self.messageClass, self.presets) = (channel, messageClass, presets)
        (self.minConfidence, self.unknownZone, self.exempt) = (minConfidence, unknownZone, exempt)
    }
}

/// `[[policy.blackout]]`: from and to are wall times of the recipient.
public struct BlackoutRule: Hashable, Sendable {
    /// ISO 3166-1 or 3166-2; empty: everywhere.
    public var regions: [String]
    public var from: LocalTime
    public var to: LocalTime
    public var channel: ContactChannel?
    public var messageClass: MessageClass?
    public var why: String?
    public init(regions: [String], from: LocalTime, to: LocalTime) {
        (self.regions, self.from, self.to) = (regions, from, to)
        (channel, messageClass, why) = (nil, nil, nil)
    }
}

/// The whole `[policy]` of a configuration.
public struct PolicyRules: Hashable, Sendable {
    public var consent: [ConsentRule]
    public var caps: [CapRule]
    public var quietHours: [QuietHoursRule]
    public var blackouts: [BlackoutRule]
    /// Brand to its controller: whom an objection reaches.
    public var controllers: [String: String]
    public init(
        consent: [ConsentRule] = [], caps: [CapRule] = [], quietHours: [QuietHoursRule] = [],
        blackouts: [BlackoutRule] = [], controllers: [String: String] = [:]
    ) {
        (self.consent, self.caps, self.quietHours) = (consent, caps, quietHours)
        (self.blackouts, self.controllers) = (blackouts, controllers)
    }
}
