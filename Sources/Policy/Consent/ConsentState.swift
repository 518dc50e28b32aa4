// SPDX-License-Identifier: Apache-2.0
//
// ConsentState: what an address has agreed to, worked out from the whole history each time (facts A4). Pure.
//
// Opt-outs reach wide, grants hold for exactly what they name. Order is by when things took effect; at the same moment
// the opt-out wins. An import speaks only where nobody has ever opted out (CONTRACT 8.5).

import GatewayModel

/// What is asked about: one channel, one brand, one topic.
public struct ConsentScope: Hashable, Sendable {
    public var channel: ContactChannel
    public var brand: String
    public var topic: String?
    public init(channel: ContactChannel, brand: String, topic: String?) {
        (self.channel, self.brand, self.topic) = (channel, brand, topic)
    }
    public init(_ job: JobFacts) { self.init(channel: job.contact, brand: job.brand, topic: job.topic) }
}

/// Something that gives permission and that no later opt-out has taken back.
public struct StandingGrant: Hashable, Sendable {
    public var event: Int64
    public var occurredAt: Instant
    /// What it rests on; `express` where the record names nothing.
    public var basis: ConsentBasis
    /// What the basis counts from, where that is not the day it occurred.
    public var basisDay: CalendarDay?
    /// Wording or evidence is on record.
    public var isProven: Bool
    /// Double opt-in was completed.
    public var isConfirmed: Bool
}

public struct ConsentState: Hashable, Sendable {
    /// The last opt-out in scope, lifted or not.
    public private(set) var optOut: Int64?
    /// Given after the last opt-out, in order of time.
    public private(set) var grants: [StandingGrant] = []
    /// A double opt-in that was asked for after the last opt-out; may have been confirmed since.
    public private(set) var pending: Int64?

    /// How long a double opt-in may be confirmed (facts A4).
    public static let confirmationTime = Duration.seconds(7 * 86_400)

    /// - Parameters:
    ///   - events: every event of exactly one address, in any order.
    ///   - controllers: brand to the legal person behind it: an objection reaches all brands of one.
    public init(_ events: [ConsentEvent], of scope: ConsentScope, controllers: [String: String] = [:], at now: Instant)
    {
        guard !events.isEmpty else { return }
        let relevant = ConsentHistory.relevant(events, to: scope, controllers: controllers, at: now)
        var earlier: [ConsentEvent] = []
        var lastBasis: ConsentBasis?
        for event in relevant {
            if event.type.isOptOut {
                (optOut, pending, lastBasis) = (event.number, nil, nil)
                grants.removeAll()
            } else if event.type == .requested {
                pending = event.number
            } else if let grant = grant(event, after: earlier, lastBasis) {
                grants.append(grant)
                lastBasis = grant.basis
            }
            earlier.append(event)
        }
    }

    /// Nil where the event gives nothing: an import after an opt-out, a confirmation of what nobody asked for in time.
    private func grant(
        _ event: ConsentEvent, after earlier: [ConsentEvent], _ lastBasis: ConsentBasis?
    ) -> StandingGrant? {
        guard event.type.isOptIn, optOut == nil || !ConsentHistory.isImport(event) else { return nil }
        var grant = StandingGrant(
            event: event.number, occurredAt: event.occurredAt, basis: event.basis ?? .express,
            basisDay: event.basisDay, isProven: event.hasWording || event.hasEvidence, isConfirmed: false)
        switch event.type {
        case .confirmed:
            guard confirm(&grant, event, after: earlier) else { return nil }
        // What was given before an opt-out went with it: a renewal then is a plain grant.
        case .renewed: grant.basis = event.basis ?? lastBasis ?? .express
        case .granted, .imported, .requested, .withdrawn, .objected, .corrected, .reassigned: break
        }
        return grant
    }

    /// Joins a confirmation to what it confirms. False where all there is to confirm is too old or was taken back.
    private func confirm(_ grant: inout StandingGrant, _ event: ConsentEvent, after earlier: [ConsentEvent]) -> Bool {
        let asked = earlier.filter { $0.type == .requested || $0.type == .granted }
        grant.isConfirmed = true
        guard !asked.isEmpty else { return true }
        let sinceOptOut = earlier.lastIndex { $0.type.isOptOut }.map { earlier[($0 + 1)...] } ?? earlier[...]
        let anchor = sinceOptOut.last {
            switch $0.type {
            case .granted: !ConsentHistory.isImport($0) || optOut == nil
            case .requested: event.occurredAt - $0.occurredAt <= Self.confirmationTime
            default: false
            }
        }
        guard let anchor else { return false }
        if event.basis == nil {
            grant.basis = anchor.basis ?? .express
            grant.basisDay = event.basisDay ?? anchor.basisDay
        }
        grant.isProven = grant.isProven || anchor.hasWording || anchor.hasEvidence
        return true
    }
}

/// Which events speak of a scope, and in which order they took effect.
enum ConsentHistory {
    static func relevant(
        _ events: [ConsentEvent], to scope: ConsentScope, controllers: [String: String], at now: Instant
    ) -> [ConsentEvent] {
        let void = voided(events)
        var kept: [ConsentEvent] = []
        for var event in events where !void.contains(event.number) {
            event.occurredAt = effective(event)
            if covers(event, scope, controllers), event.type.isOptOut || event.occurredAt <= max(now, event.recordedAt)
            {
                kept.append(event)
            }
        }
        if kept.count > 1 { kept.sort(by: precedes) }
        return kept
    }

    /// An opt-out dated in the future counts from when it was recorded.
    private static func effective(_ event: ConsentEvent) -> Instant {
        event.type.isOptOut ? min(event.occurredAt, event.recordedAt) : event.occurredAt
    }

    /// By time; at the same time what takes permission away stands last, and so wins.
    private static func precedes(_ a: ConsentEvent, _ b: ConsentEvent) -> Bool {
        if a.occurredAt != b.occurredAt { return a.occurredAt < b.occurredAt }
        if a.type.isOptOut != b.type.isOptOut { return b.type.isOptOut }
        return (a.recordedAt, a.number) < (b.recordedAt, b.number)
    }

    static func isImport(_ event: ConsentEvent) -> Bool { event.isImport || event.type == .imported }

    /// Events that a standing correction names. A correction can itself be corrected, by a later one only; an imported
    /// one never voids an opt-out, nor anything that another correction hangs on.
    private static func voided(_ events: [ConsentEvent]) -> Set<Int64> {
        guard events.contains(where: { $0.type == .corrected }) else { return [] }
        var void: Set<Int64> = []
        for event in events.sorted(by: { $0.number > $1.number })
        where event.type == .corrected && !void.contains(event.number) {
            guard let named = event.corrects, named < event.number else { continue }
            let target = events.first { $0.number == named }
            if isImport(event), let target, target.type.isOptOut || target.type == .corrected { continue }
            void.insert(named)
        }
        return void
    }

    private static func covers(
        _ event: ConsentEvent, _ scope: ConsentScope, _ controllers: [String: String]
    ) -> Bool {
        switch event.type {
        case .reassigned: true
        case .objected: covers(event.channel, scope.channel) && isSameController(event.brand, scope.brand, controllers)
        case .withdrawn:
            covers(event.channel, scope.channel) && covers(event.brand, scope.brand)
                && (event.topics.map { names($0, scope.topic) } ?? true)
        case .requested, .granted, .confirmed, .renewed, .imported:
            event.channel == scope.channel && event.brand == scope.brand && names(event.topics ?? [], scope.topic)
        case .corrected: false
        }
    }

    private static func covers<Part: Equatable>(_ part: Part?, _ asked: Part) -> Bool { part == nil || part == asked }

    private static func names(_ topics: [String], _ topic: String?) -> Bool { topic.map(topics.contains) ?? false }

    private static func isSameController(_ brand: String?, _ asked: String, _ controllers: [String: String]) -> Bool {
        guard let brand, brand != asked else { return true }
        // Of a brand that is not configured any more nobody knows whose it was: it may have been the same controller's.
        guard let controller = controllers[brand] else { return true }
        return controller == controllers[asked]
    }
}
