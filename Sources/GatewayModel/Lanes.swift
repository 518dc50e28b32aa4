// SPDX-License-Identifier: Apache-2.0

/// A job's number in this state directory; never reused.
public struct JobKey: Hashable, Sendable, Comparable {
    public var rawValue: Int64
    public init(_ rawValue: Int64) { self.rawValue = rawValue }
    public static func < (a: JobKey, b: JobKey) -> Bool { a.rawValue < b.rawValue }
}

/// A queue within the queue, so that nothing waits behind what is not its own (DESIGN D13).
public struct LaneKey: Hashable, Sendable {
    public var route: String
    /// A domain with a rate of its own on that route; nil for all the rest.
    public var domain: String?
    public var brand: String
    public init(route: String, domain: String?, brand: String) {
        (self.route, self.domain, self.brand) = (route, domain, brand)
    }
}

public struct LaneID: Hashable, Sendable {
    public var rawValue: Int64
    public init(_ rawValue: Int64) { self.rawValue = rawValue }
}

public struct Lane: Hashable, Sendable {
    public var id: LaneID
    public var key: LaneKey
    public init(id: LaneID, key: LaneKey) { (self.id, self.key) = (id, key) }
}

/// Where and when a job is to go, as decided at intake.
public struct Placement: Hashable, Sendable {
    public var lane: LaneKey
    public var messageClass: MessageClass
    /// Lowered to the template's `max_priority`.
    public var priority: Priority
    /// Nil: may go at once.
    public var notBefore: Instant?
    public var expiresAt: Instant?
    public init(
        lane: LaneKey, messageClass: MessageClass, priority: Priority, notBefore: Instant?, expiresAt: Instant?
    ) {
        (self.lane, self.messageClass, self.priority) = (lane, messageClass, priority)
        (self.notBefore, self.expiresAt) = (notBefore, expiresAt)
    }
}
