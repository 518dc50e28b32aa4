// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// What all quiet-hours rules together ask of one recipient: presets, and the zones to test them in.
struct QuietHoursChoice: Sendable {
    var choice = PresetChoice()
    /// Presets with the zones each is tested in.
    var tests: [(preset: Preset, zones: [ZoneClock])] = []
    /// A rule says to hold what has no zone.
    var isUnknown = false
    /// The zone is not known; another preset stands in.
    var isGuess = false

    init(_ rules: [QuietHoursRule], _ contact: ContactChannel, _ policy: GatePolicy, in places: PlaceRuling) {
        for rule in rules {
            let own = rule.choose(for: contact, in: places, from: policy.presets)
            own.skipped.forEach { choice.skip($0) }
            if places.clocks.isEmpty, !own.applied.isEmpty {
                standIn(for: rule, policy)
            } else {
                for preset in own.applied { choice.add(preset) }
            }
        }
        guard !places.clocks.isEmpty else { return }
        tests = choice.applied.map { ($0, places.clocks) }
    }

    /// Without a zone the rule's stand-in is asked, in every zone of the places that it covers.
    private mutating func standIn(for rule: QuietHoursRule, _ policy: GatePolicy) {
        guard case .preset(let id) = rule.unknownZone, let preset = policy.presets[id] else {
            isUnknown = true
            return
        }
        isGuess = true
        let names = preset.covers.flatMap { code in
            let zones = policy.regions.zones(of: code)
            return zones.isEmpty ? policy.zones.span(of: code).names : zones
        }
        let zones = names.compactMap(policy.clock)
        choice.add(preset)
        tests.append((preset, preset.coversTheRest || zones.isEmpty ? Earth.clocks : zones))
    }

    /// Nil where nothing is tested, or a preset's own zone is not in the database.
    func hours(_ policy: GatePolicy, guardBand: Duration) -> OpenHours? {
        guard !tests.isEmpty, let table = policy.table else { return nil }
        let zones = tests.reduce(into: [ZoneClock]()) { all, test in
            all += test.zones.filter { zone in !all.contains { $0.name == zone.name } }
        }
        return try? OpenHours(presets: tests.map(\.preset), zones: zones, table: table, guardBand: guardBand)
    }

    /// How many presets an answer names; the rest is a number.
    private static let named = 4

    func answer(
        _ hours: HoursInForce, asked: Bool, at now: Instant, from scheduled: Instant, until end: Instant?
    ) -> RuleAnswer {
        var saw = JSONObject()
        let refusals = hours.quiet?.refusals(at: now) ?? []
        let shut = refusals.reduce(into: [(id: String, zone: String)]()) { list, refusal in
            guard case .preset(let id, let zone) = refusal, !list.contains(where: { $0.id == id }) else { return }
            list.append((id, zone))
        }
        let order =
            choice.applied.filter { preset in shut.contains { $0.id == preset.id } }
            + choice.applied.filter { preset in !shut.contains { $0.id == preset.id } }
        if !order.isEmpty {
            saw.note("presets", .array(order.prefix(Self.named).map { .string("\($0.id)/\($0.version)") }))
            if order.count > Self.named { saw.note("more", .integer(order.count - Self.named)) }
        }
        if isGuess { saw.note("stand_in", .bool(true)) }
        if !shut.isEmpty {
            let list = shut.prefix(2).map { JSONValue.array([.string($0.id), .string($0.zone)]) }
            saw.note("shut", .array(list))
        }
        if !choice.skipped.isEmpty { saw.note("unsure", .array(choice.skipped.prefix(3).map(JSONValue.string))) }
        let isClosed = !shut.isEmpty
        if isClosed, !hours.isUnknown,
            let opening = hours.quiet?.nextOpening(
                from: scheduled, before: end ?? scheduled + OpenHours.horizon)
        {
            saw.note("opens", .string(opening.short))
        }
        let said =
            !asked
            ? "none" : hours.isUnknown ? "unknown_zone" : tests.isEmpty ? "not_covered" : isClosed ? "closed" : "open"
        return RuleAnswer(rule: "quiet_hours", version: "1", saw: saw, said: said)
    }
}
