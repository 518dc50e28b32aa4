// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension Witness {
    /// Recorded: from here on it counts.
    func recorded(_ new: NewConsent, at now: Instant) {
        consentCount += 1
        var event = new.event
        (event.number, event.recordedAt) = (consentCount, now)
        event.occurredAt = min(event.occurredAt, now)
        if event.type.isOptOut, new.event.occurredAt >= now {
            // It holds from now on, also where the clock was set back since the grant.
            let known = consents[new.address] ?? []
            event.occurredAt = known.reduce(now) { max($0, max($1.occurredAt, $1.recordedAt)) }
            event.recordedAt = event.occurredAt
        }
        consents[new.address, default: []].append(event)
        count("consent \(event.type.rawValue)")
    }

    /// Why the message may not go for want of consent; nil where it may.
    ///
    /// By quantifiers, not by a walk through time: some grant stands against which no opt-out does.
    func consentMissing(_ errand: Errand, at now: Instant) -> WithholdReason? {
        guard !errand.isTransactional else { return nil }
        let person = people[errand.person]
        guard let address = person.address(errand.channel) else { return .noConsent }
        let events = consents[address] ?? []
        let valid = events.filter { event in !isVoid(event, events) }
        let optOuts = valid.filter { $0.type.isOptOut && reaches($0, errand) }
        let scoped = valid.filter {
            $0.channel == errand.channel && $0.brand == errand.brand && ($0.topics ?? []).contains(errand.topic)
        }
        let standing = scoped.filter { grant in isStanding(grant, optOuts, scoped) }
        if standing.isEmpty { return optOuts.isEmpty ? .noConsent : .consentWithdrawn }
        let zones = person.rules(errand.channel).zones
        let lasting = standing.filter { !isOver($0, scoped, zones, at: now) }
        if lasting.isEmpty { return .consentExpired }
        return lasting.contains { isEnough($0, person.rules(errand.channel).need, scoped) } ? nil : .consentTooWeak
    }

    /// Named by a correction that is not itself corrected.
    private func isVoid(_ event: ConsentEvent, _ events: [ConsentEvent]) -> Bool {
        events.contains { $0.type == .corrected && $0.corrects == event.number && !isVoid($0, events) }
    }

    private func reaches(_ optOut: ConsentEvent, _ errand: Errand) -> Bool {
        if optOut.type == .reassigned { return true }
        if let channel = optOut.channel, channel != errand.channel { return false }
        if let brand = optOut.brand, brand != errand.brand {
            // An objection reaches the controller's other brand.
            let isSibling = [brand, errand.brand].sorted() == ["acme", "nova"]
            if optOut.type != .objected || !isSibling { return false }
        }
        if optOut.type == .objected { return true }
        return optOut.topics?.contains(errand.topic) ?? true
    }

    private func isStanding(_ grant: ConsentEvent, _ optOuts: [ConsentEvent], _ scoped: [ConsentEvent]) -> Bool {
        guard grant.type.isOptIn else { return false }
        if optOuts.contains(where: { $0.occurredAt >= grant.occurredAt }) { return false }
        let isImport = grant.isImport || grant.type == .imported
        if isImport, !optOuts.isEmpty { return false }
        return grant.type != .confirmed || isConfirming(grant, optOuts, scoped)
    }

    /// It confirms what was granted since the last opt-out, or asked for within seven days; or nobody knows what.
    private func isConfirming(_ grant: ConsentEvent, _ optOuts: [ConsentEvent], _ scoped: [ConsentEvent]) -> Bool {
        let last = optOuts.map(\.occurredAt).max()
        let asked = scoped.filter { event in
            (event.type == .granted || event.type == .requested)
                && (event.occurredAt, event.number) < (grant.occurredAt, grant.number)
        }
        return asked.isEmpty
            || asked.contains { event in
                if let last, event.occurredAt <= last { return false }
                if event.type == .granted { return !event.isImport || optOuts.isEmpty }
                return grant.occurredAt - event.occurredAt <= .seconds(7 * 86_400)
            }
    }

    private func isOver(_ grant: ConsentEvent, _ scoped: [ConsentEvent], _ zones: [String], at now: Instant) -> Bool {
        let months: Int
        switch grant.basis {
        case .impliedPurchase: months = 24
        case .impliedInquiry: months = 6
        default: return false
        }
        let zones = zones.isEmpty ? ["UTC"] : zones
        let start = grant.basisDay?.description ?? zones.map { wall.day($0, at: grant.occurredAt) }.min()!
        let end = wall.day(start, months: months)
        return zones.contains { wall.day($0, at: now) >= end }
    }

    private func isEnough(_ grant: ConsentEvent, _ need: PlainNeed, _ scoped: [ConsentEvent]) -> Bool {
        guard grant.hasWording || grant.hasEvidence || grant.type == .confirmed else { return false }
        switch need {
        case .any: return true
        case .express: return grant.basis == .express || grant.basis == .expressWritten
        case .written: return grant.basis == .expressWritten
        case .confirmed:
            return grant.type == .confirmed && (grant.basis == .express || grant.basis == .expressWritten)
        }
    }
}
