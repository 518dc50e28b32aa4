// SPDX-License-Identifier: Apache-2.0
//
// Asking providers what became of attempts without a verdict. Nothing is sent, so no gate is asked and no rate is taken;
// at most a few are under way at a time.

import GatewayModel

extension Dispatcher {
    /// Inquiries under way at once, over all routes.
    static let mostInquiries = 64
    /// How long after its route was found closed one is looked at again.
    private static let patience = Duration.seconds(10)

    /// Once a second, and at once where there was more to ask than could be: launches what is due. Those whose route is
    /// closed are put off, not asked.
    func inquire() async throws -> [Departure] {
        let sinceBoot = timepiece.sinceBoot()
        if let lastInquiry, sinceBoot - lastInquiry < .seconds(1) { return [] }
        let limit = min(Self.mostInquiries - inquiriesInFlight, freePlaces)
        guard isAdmitting, storeFullUntil == nil, limit > 0 else { return [] }
        let now = clock.gateTime
        do {
            let due = try await book.dueInquiries(at: now, limit: limit)
            let departures = due.isEmpty ? [] : try await book.launchInquiries(due, at: now)
            // Those that stay (an operator has paused their route) are no reason to look again at once.
            lastInquiry = departures.count < limit ? sinceBoot : nil
            return departures.filter { takesOff($0, at: now) }
        } catch {
            guard case .full(let words) = error else { throw error }
            storeIsFull(words)
            return []
        }
    }

    private func takesOff(_ departure: Departure, at now: Instant) -> Bool {
        let route = departure.facts.route
        guard board.isOpen(route, at: now), channels[route] != nil else {
            putOff(departure, at: now)
            return false
        }
        flights[departure.attempt] = Flight(
            facts: departure.facts, slot: departure.slot, launchedAt: now, errand: departure.errand)
        inquiriesInFlight += 1
        board.asked(route, at: now)
        return true
    }

    /// Not asked, so not counted: again when the route may be open.
    private func putOff(_ departure: Departure, at now: Instant) {
        let route = departure.facts.route
        let next = max(now, board.berths[route]?.health.nextProbe ?? now) + Self.patience
        settled.append(
            Settlement(
                attempt: departure.attempt, job: departure.facts.key, slot: departure.slot,
                fate: .again(at: next, .routeDown, counts: false), evidence: nil))
        settledRoutes[route, default: 0] += 1
    }

    func doubtRule(on route: String) -> DoubtRule {
        DoubtRule(settings: snapshot.settings, providers: snapshot.providers, route: route, now: clock.gateTime)
    }
}
