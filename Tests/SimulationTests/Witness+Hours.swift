// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension Witness {
    struct HoursSeen {
        var isOpen: Bool
        /// A change of offset is near.
        var isDoubtful = false
        var isKnown = true
    }

    /// Nil: none hold. A text must still be within its hours five minutes later.
    func areHoursOpen(_ errand: Errand, at now: Instant, guardSeconds: Int64 = 300) -> HoursSeen? {
        guard !errand.isTransactional else { return nil }
        let rules = people[errand.person].rules(errand.channel)
        guard !rules.zones.isEmpty else { return HoursSeen(isOpen: false, isKnown: false) }
        let moments = errand.channel == .sms && guardSeconds > 0 ? [now, now + .seconds(guardSeconds)] : [now]
        var seen = HoursSeen(isOpen: true)
        for zone in rules.zones {
            if rules.hasBlackout {
                for moment in moments where ("2026-06-20"..."2026-06-22").contains(wall.day(zone, at: moment)) {
                    seen.isOpen = false
                }
            }
            for hours in rules.hours where moments.contains(where: { !wall.isOpen(hours, zone, at: $0) }) {
                seen.isOpen = false
            }
            if seen.isOpen, wall.isNearChange(zone, at: now) { seen.isDoubtful = true }
        }
        return seen
    }
}
