// SPDX-License-Identifier: Apache-2.0
//
// What comes in to the dispatcher between two turns: reports, arrivals, orders, a new configuration, the wish to stop.

import GatewayModel
import Settings

extension Dispatcher {
    func takeTidings(hands: inout ThrowingDiscardingTaskGroup<any Error>) async throws {
        clock.observe(wall: timepiece.now(), sinceBoot: timepiece.sinceBoot())
        let tidings = inbox.take()
        if let failure = tidings.failure { throw failure }
        for (route, reports) in tidings.reports { settle(reports, from: route) }
        for arrival in tidings.arrivals { agenda.arrived(arrival) }
        if let snapshot = tidings.snapshot {
            for retired in adopt(snapshot) { hands.addTask { await retired.close() } }
        }
        if tidings.ordersChanged { try await obeyOrders() }
        if tidings.drainRequested, drainingSince == nil { drainingSince = timepiece.sinceBoot() }
    }

    /// Books what the channels report; each attempt is reported once.
    private func settle(_ reports: [AttemptReport], from route: String) {
        let now = clock.gateTime
        for report in reports {
            guard let flight = flights.removeValue(forKey: report.attempt) else {
                log.error("route \(route) reported attempt \(report.attempt.rawValue) twice, or one that never left")
                continue
            }
            board.note(report, of: flight, at: now, chance: chance())
            if report.result == .accepted { sentPerRoute[route, default: 0] += 1 }
            let rules = Settling(
                backoff: Backoff(settings: snapshot.settings.retry), inDoubt: snapshot.settings.route(route)?.inDoubt,
                routeOpensAt: board.berths[route]?.health.nextProbe, now: now)
            settled.append(rules.settlement(of: report, for: flight, chance: chance()))
        }
        settledRoutes.insert(route)
        noteTrouble(of: route)
    }

    private func noteTrouble(of route: String) {
        let trouble = board.berths[route]?.health.trouble
        guard trouble?.since != announced[route]?.since || trouble?.kind != announced[route]?.kind else { return }
        announced[route] = trouble
        if let trouble {
            log.error("route \(route) is closed (\(trouble.kind.rawValue)): \(trouble.words)")
        } else {
            log.notice("route \(route) is open again")
        }
    }

    /// Takes over a configuration; returns the channels that are no longer wanted.
    @discardableResult
    func adopt(_ next: GatewaySnapshot) -> [any Channel] {
        var retired: [any Channel] = []
        let before = Dictionary(uniqueKeysWithValues: snapshot.settings.routes.map { ($0.name, $0) })
        for (name, channel) in channels where next.settings.route(name) != before[name] {
            retired.append(channel)
            channels[name] = nil
        }
        for route in next.settings.routes where channels[route.name] == nil {
            do {
                channels[route.name] = try maker.channel(for: route, reports: inbox)
            } catch {
                log.error("route \(route.name) cannot be opened: \(error)")
            }
        }
        snapshot = next
        board.adopt(next.settings.routes)
        board.obey(orders)
        renderFailures = RenderFailures()
        agenda.forgetWindows()
        return retired
    }

    /// Holds, pauses and cancels that operators and other processes have written.
    private func obeyOrders() async throws {
        let before = orders
        orders = try await book.standingOrders()
        board.obey(orders)
        if orders.clockAccepted > before.clockAccepted, clock.isSuspect {
            clock.acceptWall(timepiece.now(), sinceBoot: timepiece.sinceBoot())
            log.notice("the clock has been accepted by an operator")
        }
        if orders != before { agenda.forgetWindows() }
        try await recall(book.attemptsToRecall())
    }

    private func recall(_ attempts: [AttemptID]) {
        let flying = attempts.filter { flights[$0] != nil }
        let byRoute = Dictionary(grouping: flying) { flights[$0]!.facts.route }
        for (route, attempts) in byRoute {
            recalledEarly.formUnion(attempts)
            channels[route]?.recall(attempts)
        }
    }
}
