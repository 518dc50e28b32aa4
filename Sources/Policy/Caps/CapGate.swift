// SPDX-License-Identifier: Apache-2.0
//
// CapGate: all caps that match, asked at once. None loosens another (CONTRACT 8.2, facts D2).

import GatewayModel

/// What the caps say of one job.
struct CapRuling: Hashable, Sendable {
    struct Seen: Hashable, Sendable {
        var rule: CapRule
        var count: CapCount
    }
    var seen: [Seen] = []
    /// From when on every cap that postpones has room.
    var free: Instant
    /// A cap that postpones has no room in time, or never.
    var neverFree = false
    /// Some cap refuses now.
    var refusesNow = false
    /// A cap that withholds refuses now.
    var withholdsNow = false

    init(free now: Instant) { free = now }

    /// - Parameter firstCapped: when a cap first postponed the job; nil: never.
    mutating func add(_ rule: CapRule, _ count: CapCount, firstCapped: Instant?, at now: Instant) {
        seen.append(Seen(rule: rule, count: count))
        guard count.refuses(at: now) else { return }
        refusesNow = true
        switch rule.over {
        case .withhold: withholdsNow = true
        case .postpone(let longest):
            if let free = count.free, free <= (firstCapped ?? now) + longest {
                self.free = max(self.free, free)
            } else {
                neverFree = true
            }
        }
    }
}

enum CapGate {
    static func ask(
        _ job: JobFacts, _ recipient: RecipientFacts, caps: [CapRule], _ policy: GatePolicy, in places: PlaceRuling,
        at now: Instant
    ) -> CapRuling {
        var ruling = CapRuling(free: now)
        for rule in caps where rule.applies(to: job) && (rule.jurisdictions.map(places.mayLie) ?? true) {
            let sends = rule.sends(among: recipient.sends, against: job)
            let clocks = clocks(of: rule, policy, places)
            let count = CapCount(rule, sends: sends, clocks: clocks, at: now)
            ruling.add(rule, count, firstCapped: recipient.firstCapped, at: now)
        }
        return ruling
    }

    /// Nothing is uncapped for want of a zone.
    private static func clocks(of rule: CapRule, _ policy: GatePolicy, _ places: PlaceRuling) -> [ZoneClock] {
        if case .rolling = rule.window { return [] }
        switch rule.zone {
        case .recipient: return places.clocksOrEarth
        case .fixed(let name): return policy.clock(name).map { [$0] } ?? Earth.clocks
        }
    }

    /// How many caps an answer names; those that refuse come first.
    private static let named = 4

    static func answer(_ ruling: CapRuling, at now: Instant) -> RuleAnswer {
        var saw = JSONObject()
        let order = ruling.seen.filter { $0.count.refuses(at: now) } + ruling.seen.filter { !$0.count.refuses(at: now) }
        if !order.isEmpty {
            let list = order.prefix(named).map { seen -> JSONValue in
                var parts: [JSONValue] = [
                    .string(seen.rule.name), .integer(seen.count.used), .integer(seen.count.limit),
                ]
                if seen.count.refuses(at: now) { parts.append(.text(seen.count.free?.short)) }
                return .array(parts)
            }
            saw.note("caps", .array(list))
            if order.count > named { saw.note("more", .integer(order.count - named)) }
        }
        let said = ruling.seen.isEmpty ? "none" : ruling.refusesNow ? "over" : "free"
        return RuleAnswer(rule: "cap", version: "1", saw: saw, said: said)
    }
}
