// SPDX-License-Identifier: Apache-2.0
//
// Closing tasks that were made before their person said no. It takes its place under the route's rate, and a few are under
// way at a time. What a provider refuses is said in the log: a person has to do it.

import GatewayModel

extension Dispatcher {
    /// Amendments under way at once, over all routes.
    private static let mostAmendments = 16
    /// Tasks asked about in one transaction: most of them nothing stands against.
    private static let mostAsked = 256

    /// Once a second: launches what is due on routes that are open.
    func amend() async throws -> [Departure] {
        let sinceBoot = timepiece.sinceBoot()
        if let lastAmendment, sinceBoot - lastAmendment < .seconds(1) { return [] }
        guard isAdmitting, storeFullUntil == nil else { return [] }
        lastAmendment = sinceBoot
        var departures: [Departure] = []
        do {
            for route in snapshot.settings.routes where route.channel == .crmTask {
                departures += try await amend(on: route.name)
            }
        } catch {
            guard case .full(let words) = error else { throw error }
            storeIsFull(words)
        }
        return departures
    }

    private func amend(on route: String) async throws(StoreError) -> [Departure] {
        let now = clock.gateTime
        guard channels[route] != nil, board.isOpen(route, at: now) else { return [] }
        let limit = min(Self.mostAmendments - amendmentsInFlight, freePlaces, board.room(route, at: now))
        guard limit > 0 else { return [] }
        let due = try await book.dueAmendments(on: route, at: now, limit: Self.mostAsked)
        guard !due.isEmpty else { return [] }
        let snapshot = snapshot
        let departures = try await book.launchAmendments(due, limit: limit, at: now, interest: snapshot.interest) {
            snapshot.objection(to: $0, $1, at: now)
        }
        for departure in departures {
            flights[departure.attempt] = Flight(
                facts: departure.facts, slot: departure.slot, launchedAt: now, errand: departure.errand)
            amendmentsInFlight += 1
            board.picked(departure.facts.laneKey, at: now)
        }
        return departures
    }

    private var amendmentRule: AmendmentRule {
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
        settledRoutes[flight.facts.route, default: 0] += 1
        inbox.bell.ring()
    }

    /// A channel's report on one.
    func settleAmendment(_ report: AttemptReport, _ flight: Flight) {
        let fate = amendmentRule.fate(of: report, for: flight.facts, chance: chance())
        book(fate, report.attempt, flight, report.evidence)
    }

    private func book(
        _ fate: Settlement.Fate, _ attempt: AttemptID, _ flight: Flight, _ evidence: DeliveryEvidence
    ) {
        settled.append(
            Settlement(
                attempt: attempt, job: flight.facts.key, slot: flight.slot, fate: fate, evidence: evidence))
        guard case .failed = fate, case .amend(let amendment) = flight.errand else { return }
        let task = amendment.taskID.map { "task \($0)" } ?? "the task"
        // What the provider said may name the person: it stands in the record, scrubbed.
        let why = evidence.stage == "rendering" ? evidence.text : "its provider answered \(evidence.code ?? 0)"
        log.warning(
            "\(task) of job \(amendment.job ?? "(erased)") on route \(flight.facts.route) could not be closed, do it by hand: \(amendment.note): \(why)"
        )
    }
}
