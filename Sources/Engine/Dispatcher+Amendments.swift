// SPDX-License-Identifier: Apache-2.0
//
// Closing tasks that were made before their person said no. Nobody is contacted by it, so no gate is asked and no rate is
// taken; at most a few are under way at a time. What cannot be closed is said in the log: a person has to do it.

import GatewayModel

extension Dispatcher {
    /// Amendments under way at once, over all routes.
    private static let mostAmendments = 16
    /// How long after its route was found closed one is looked at again.
    private static let patience = Duration.seconds(10)

    /// Once a second, and at once where there was more to amend than could be: launches what is due.
    func amend() async throws -> [Departure] {
        let sinceBoot = timepiece.sinceBoot()
        if let lastAmendment, sinceBoot - lastAmendment < .seconds(1) { return [] }
        let limit = min(Self.mostAmendments - amendmentsInFlight, freePlaces)
        guard isAdmitting, storeFullUntil == nil, limit > 0 else { return [] }
        let now = clock.gateTime
        do {
            let due = try await book.dueAmendments(at: now, limit: limit)
            let departures =
                due.isEmpty ? [] : try await book.launchAmendments(due, controllers: snapshot.controllers, at: now)
            lastAmendment = departures.count < limit ? sinceBoot : nil
            return departures.filter { amendmentTakesOff($0, at: now) }
        } catch {
            guard case .full(let words) = error else { throw error }
            storeIsFull(words)
            return []
        }
    }

    private func amendmentTakesOff(_ departure: Departure, at now: Instant) -> Bool {
        let route = departure.facts.route
        let flight = Flight(
            facts: departure.facts, slot: departure.slot, launchedAt: now, errand: departure.errand)
        guard board.isOpen(route, at: now), channels[route] != nil else {
            book(putOff(flight.facts, at: now), departure.attempt, flight, nil)
            return false
        }
        flights[departure.attempt] = flight
        amendmentsInFlight += 1
        board.asked(route, at: now)
        return true
    }

    /// Not tried, so not counted: again when the route may be open. One that is configured no more may come back.
    private func putOff(_ facts: JobFacts, at now: Instant) -> Settlement.Fate {
        if snapshot.settings.route(facts.route) == nil {
            return amendmentRule.again(facts, .routeDown, atLeast: .zero, chance())
        }
        let probe = board.berths[facts.route]?.health.nextProbe ?? now
        return .again(at: max(now, probe) + Self.patience, .routeDown, counts: false)
    }

    var amendmentRule: AmendmentRule {
        AmendmentRule(backoff: Backoff(settings: snapshot.settings.retry), now: clock.gateTime)
    }

    /// It could not become a request. What our own set-up lacks may be there later.
    func abandonAmendment(_ attempt: AttemptID, _ flight: Flight, _ failure: RenderFailure) {
        let evidence = DeliveryEvidence(stage: "rendering", text: failure.words)
        let report = AttemptReport(attempt: attempt, result: .recalled, evidence: evidence)
        board.note(report, of: flight, at: clock.gateTime, chance: chance())
        let fate: Settlement.Fate =
            failure.reason == .configuration
            ? amendmentRule.again(flight.facts, .routeDown, atLeast: .zero, chance()) : .failed(failure.reason)
        book(fate, attempt, flight, evidence)
        inbox.bell.ring()
    }

    /// A channel's report on one.
    func settleAmendment(_ report: AttemptReport, _ flight: Flight) {
        let fate = amendmentRule.fate(of: report, for: flight.facts, chance: chance())
        book(fate, report.attempt, flight, report.evidence)
    }

    private func book(
        _ fate: Settlement.Fate, _ attempt: AttemptID, _ flight: Flight, _ evidence: DeliveryEvidence?
    ) {
        settled.append(
            Settlement(
                attempt: attempt, job: flight.facts.key, slot: flight.slot, fate: fate, evidence: evidence))
        settledRoutes.insert(flight.facts.route)
        guard case .failed = fate, case .amend(let amendment) = flight.errand else { return }
        let task = amendment.taskID.map { "task \($0)" } ?? "the task"
        log.warning(
            "\(task) of job \(amendment.job ?? "(erased)") on route \(flight.facts.route) could not be closed, do it by hand: \(amendment.note): \(evidence?.text ?? "its route is gone")"
        )
    }
}

extension GatewaySnapshot {
    /// Brand to its controller.
    fileprivate var controllers: [String: String] {
        Dictionary(settings.brands.map { ($0.id, $0.controller) }) { first, _ in first }
    }
}
