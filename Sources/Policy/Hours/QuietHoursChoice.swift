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

    /// How many presets an answer names, shut and open; the rest is a number.
    private static let named = (shut: 2, open: 3)

    func answer(
        _ hours: HoursInForce, asked: Bool, at now: Instant, from scheduled: Instant, until end: Instant?
    ) -> RuleAnswer {
        var saw = JSONObject()
        let shut = shutPresets(hours, at: now)
        let open = choice.applied.filter { preset in !shut.contains { $0.preset == preset } }
        if !shut.isEmpty {
            saw.note("shut", .array(shut.prefix(Self.named.shut).map { .array([$0.preset.words, .string($0.zone)]) }))
        }
        if !open.isEmpty { saw.note("open", .array(open.prefix(Self.named.open).map(\.words))) }
        let more = max(0, shut.count - Self.named.shut) + max(0, open.count - Self.named.open)
        if more > 0 { saw.note("more", .integer(more)) }
        if isGuess { saw.note("stand_in", .bool(true)) }
        if !choice.skipped.isEmpty { saw.note("unsure", .array(choice.skipped.prefix(3).map(JSONValue.string))) }
        let last = end ?? scheduled + OpenHours.horizon
        if !shut.isEmpty, !hours.isUnknown, let opening = hours.quiet?.nextOpening(from: scheduled, before: last) {
            saw.note("opens", .string(opening.short))
        }
        return RuleAnswer(
            rule: "quiet_hours", version: "1", saw: saw, said: said(hours, asked: asked, isClosed: !shut.isEmpty))
    }

    /// Each preset that is closed, with the first zone in which it is.
    private func shutPresets(_ hours: HoursInForce, at now: Instant) -> [(preset: Preset, zone: String)] {
        let refusals = hours.quiet?.refusals(at: now) ?? []
        return choice.applied.compactMap { preset in
            for case .preset(preset.id, let zone) in refusals { return (preset, zone) }
            return nil
        }
    }

    private func said(_ hours: HoursInForce, asked: Bool, isClosed: Bool) -> String {
        if !asked { return "none" }
        if hours.isUnknown { return "unknown_zone" }
        if tests.isEmpty { return "not_covered" }
        return isClosed ? "closed" : "open"
    }
}

extension Preset {
    /// As answers name it.
    fileprivate var words: JSONValue { .string("\(id)/\(version)") }
}
