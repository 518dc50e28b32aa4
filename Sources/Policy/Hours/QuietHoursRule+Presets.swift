// SPDX-License-Identifier: Apache-2.0
//
// Which presets a quiet-hours rule brings in for one recipient (facts E1, E2). Every place where the recipient may be
// brings in all that cover it; `*` fills in where nothing else does.

import GatewayModel

/// What rules brought in, and what they left out for want of confidence.
struct PresetChoice: Hashable, Sendable {
    private(set) var applied: [Preset] = []
    private(set) var skipped: [String] = []

    mutating func add(_ preset: Preset) {
        if !applied.contains(where: { $0.id == preset.id }) { applied.append(preset) }
    }
    mutating func skip(_ id: String) { if !skipped.contains(id) { skipped.append(id) } }
}

extension QuietHoursRule {
    /// Places aside. Transactional messages are exempt from rules that do not name their class (DESIGN D5).
    func applies(to job: JobFacts) -> Bool {
        (channel ?? job.contact) == job.contact && (messageClass ?? .marketing) == job.messageClass
    }

    /// The presets that hold for a contact in `places`. Where the zone is known and the place is not, it may be any that
    /// the rule has hours for: all of them hold.
    func choose(for contact: ContactChannel, in places: PlaceRuling, from library: PresetLibrary) -> PresetChoice {
        var choice = PresetChoice()
        let usable = named(for: contact, in: library).filter { preset in
            if preset.confidence >= minConfidence { return true }
            if places.jurisdictions.contains(where: preset.covers) { choice.skip(preset.id) }
            return false
        }
        guard places.knowsJurisdiction else {
            usable.forEach { choice.add($0) }
            return choice
        }
        for place in places.jurisdictions {
            let covering = usable.filter { $0.covers(place) }
            (covering.isEmpty ? usable.filter(\.coversTheRest) : covering).forEach { choice.add($0) }
        }
        return choice
    }

    /// By its own name a preset holds for the rule's contacts, whatever it was written for; as one of a family only for
    /// those that it was written for.
    private func named(for contact: ContactChannel, in library: PresetLibrary) -> [Preset] {
        var found: [Preset] = []
        for name in presets {
            for preset in library.named(name) where preset.id == name || preset.channels.contains(contact) {
                guard !exempt.contains(preset.id), !found.contains(where: { $0.id == preset.id }) else { continue }
                found.append(preset)
            }
        }
        return found
    }
}

extension BlackoutRule {
    func applies(to job: JobFacts) -> Bool {
        (channel ?? job.contact) == job.contact && (messageClass ?? .marketing) == job.messageClass
    }
}
