// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel

extension Witness {
    /// A place under the caps: one for each job, however often it is tried.
    struct Place {
        var errand: Errand
        var at: Instant
        var isInAir: Bool
        var mayHaveGone: Bool
    }

    func take(_ errand: Errand, _ key: Int, at now: Instant) {
        if places[key]?.isInAir == true { fault("\(errand.id) is in the air twice") }
        let mayHaveGone = places[key]?.mayHaveGone ?? false
        if places[key] == nil {
            if errand.namesPerson { placesByPerson[errand.person, default: []].append(key) }
            if let address = people[errand.person].address(errand.channel) {
                placesByAddress[address, default: []].append(key)
            }
        }
        places[key] = Place(errand: errand, at: now, isInAir: true, mayHaveGone: mayHaveGone)
    }

    func giveBack(_ key: Int, mayHaveGone: Bool) {
        guard var place = places[key] else { return fault("job \(key) landed and never left") }
        place.isInAir = false
        place.mayHaveGone = place.mayHaveGone || mayHaveGone
        places[key] = place
    }

    /// Its provider has nothing of it: it certainly did not go, and takes no place.
    func absent(_ key: JobKey) {
        if delivered[Int(key.rawValue)] != nil { fault("\(errand(key).id) was called absent, and went") }
        places[Int(key.rawValue)]?.mayHaveGone = false
        count("absent")
    }

    func caps(of errand: Errand) -> [PlainCap] {
        var caps = PlainCap.all.filter { cap in
            cap.isTransactional == errand.isTransactional && (cap.channel ?? errand.channel) == errand.channel
                && (cap.brand ?? errand.brand) == errand.brand
        }
        let isLaw = people[errand.person].rules(errand.channel).isCappedByLaw
        if isLaw, errand.channel == .sms, !errand.isTransactional { caps.append(.law) }
        return caps
    }

    /// Jobs that count against this one now, one by one.
    func used(_ cap: PlainCap, _ errand: Errand, _ own: JobKey, at now: Instant) -> Int {
        let person = people[errand.person]
        var keys: Set<Int> = []
        if cap.perPerson, errand.namesPerson { keys.formUnion(placesByPerson[errand.person] ?? []) }
        // A cap by person counts what went to the address under any name or none, too.
        if let address = person.address(errand.channel) {
            keys.formUnion(placesByAddress[address] ?? [])
        }
        keys.remove(Int(own.rawValue))
        return keys.lazy.compactMap { self.places[$0] }.filter { place in
            (place.isInAir || place.mayHaveGone) && place.errand.isTransactional == cap.isTransactional
                && (cap.channel ?? place.errand.channel) == place.errand.channel
                && (cap.brand ?? place.errand.brand) == place.errand.brand
                && (!cap.perCampaign || place.errand.campaign == errand.campaign)
                && self.isInside(cap, place.at, errand, at: now)
        }.count
    }

    /// A send that lies ahead counts: the clock was set back.
    private func isInside(_ cap: PlainCap, _ at: Instant, _ errand: Errand, at now: Instant) -> Bool {
        let unit: Calendar.Component
        switch cap.window {
        case .rolling(let length): return at > now - length
        case .calendarDay: unit = .day
        case .calendarWeek: unit = .weekOfYear
        case .calendarMonth: unit = .month
        }
        var zones = cap.zone.map { [$0] } ?? people[errand.person].rules(errand.channel).zones
        // A day somewhere on earth, where nobody knows more.
        if zones.isEmpty { zones = (-12...14).map { "GMT\($0 < 0 ? "-" : "+")\(abs($0))" } }
        return zones.contains { at >= wall.period(unit, $0, containing: now).lowerBound }
    }
}
