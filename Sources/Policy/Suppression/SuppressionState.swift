// SPDX-License-Identifier: Apache-2.0
//
// SuppressionState: which entries of the list hold for one message, worked out from the whole history (CONTRACT 8.5,
// 8.6). Pure. An entry ends when it is removed by name, or at its own time where its reason may expire; never because
// something went well.

import GatewayModel

public struct SuppressionState: Hashable, Sendable {
    /// In force at that moment, whatever they block; in order of number.
    public private(set) var effective: [SuppressionEvent]

    /// - Parameter events: every event whose target matches the recipient, in any order.
    public init(_ events: [SuppressionEvent], at now: Instant) {
        guard !events.isEmpty else {
            effective = []
            return
        }
        var latestRemoval: [Int64: Int64] = [:]
        for event in events where event.act == .removed {
            if let lifts = event.lifts { latestRemoval[lifts] = max(latestRemoval[lifts] ?? 0, event.number) }
        }
        effective = events.filter { event in
            event.act == .added && (latestRemoval[event.number] ?? 0) < event.number && !event.isOver(at: now)
        }
        effective.sort { $0.number < $1.number }
    }

    /// Those that keep this message back.
    public func blocking(_ job: JobFacts) -> [SuppressionEvent] {
        effective.filter { $0.reason.blocks(job.messageClass) && $0.scope.holds(for: job) }
    }
}

extension SuppressionEvent {
    /// Only where its reason may expire; an end that should not be there counts for nothing.
    func isOver(at now: Instant) -> Bool { reason.mayExpire && (expiresAt.map { $0 <= now } ?? false) }
}

extension SuppressionScope {
    /// Every part that is there must hold. A task counts as one, and as the contact it is about.
    func holds(for job: JobFacts) -> Bool {
        if let channel, channel != job.contact, !(channel == .crmTask && job.channel == .crmTask) { return false }
        return (brand ?? job.brand) == job.brand && (topic ?? job.topic) == job.topic
            && (campaign ?? job.campaign) == job.campaign && (messageClass ?? job.messageClass) == job.messageClass
    }
}

enum SuppressionGate {
    /// How many entries an answer names; the rest is a number.
    private static let named = 3

    static func ask(
        _ job: JobFacts, _ recipient: RecipientFacts, at now: Instant
    ) -> (blocks: Bool, answer: RuleAnswer) {
        let state = SuppressionState(recipient.suppressions, at: now)
        let blocking = state.blocking(job)
        var saw = JSONObject()
        if !blocking.isEmpty {
            let list = blocking.prefix(named).map { event in
                JSONValue.array(
                    [.integer(event.number), .string(event.reason.rawValue), .string(event.match.rawValue)])
            }
            saw.note("by", .array(list))
            if blocking.count > named { saw.note("more", .integer(blocking.count - named)) }
        }
        let idle = state.effective.count - blocking.count
        if idle > 0 { saw.note("elsewhere", .integer(idle)) }
        let said = blocking.isEmpty ? "clear" : "suppressed"
        return (!blocking.isEmpty, RuleAnswer(rule: "suppression", version: "1", saw: saw, said: said))
    }
}
