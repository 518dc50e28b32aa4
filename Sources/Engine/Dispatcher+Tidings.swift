// SPDX-License-Identifier: Apache-2.0
//
// What comes in to the dispatcher between two turns: reports, arrivals, orders, a new configuration, the wish to stop.

import GatewayModel
import Settings

extension Dispatcher {
    func takeTidings(hands: inout ThrowingDiscardingTaskGroup<any Error>) async throws {
        observeClock()
        let tidings = inbox.take()
        if let failure = tidings.failure { throw failure }
        for (route, reports) in tidings.reports { settle(reports, from: route) }
        for arrival in tidings.arrivals { agenda.arrived(arrival) }
        if let snapshot = tidings.snapshot { next = snapshot }
        try await adoptNext()
        if tidings.ordersChanged { try await obeyOrders() }
        for channel in emptied() { hands.addTask { await channel.close() } }
        if tidings.drainRequested, drainingSince == nil { drainingSince = timepiece.sinceBoot() }
    }

    private func observeClock() {
        let (wasSuspect, before) = (clock.isSuspect, clock.gateTime)
        clock.observe(wall: timepiece.now(), sinceBoot: timepiece.sinceBoot())
        if clock.gateTime < before { beginTimeAnew() }
        guard clock.isSuspect != wasSuspect else { return }
        if clock.isSuspect { log.critical("\(Self.clockAdvice)") } else { log.notice("the clock has settled") }
    }

    /// Gate time was set back on purpose: what is known by times that have not come yet is not worth waiting for.
    private func beginTimeAnew() {
        board.resetHealth()
        agenda.forgetWindows()
    }

    /// Books what the channels report; each attempt is reported once.
    private func settle(_ reports: [AttemptReport], from route: String) {
        let now = clock.gateTime
        let doubt = doubtRule(on: route)
        for report in reports {
            guard let flight = flights.removeValue(forKey: report.attempt) else {
                log.error("route \(route) reported attempt \(report.attempt.rawValue) twice, or one that never left")
                continue
            }
            if !recalledEarly.isEmpty { recalledEarly.remove(report.attempt) }
            if report.attempt == suspect { suspectLanded() }
            landed(flight)
            for index in retired.indices { retired[index].carries.remove(report.attempt) }
            let seen = flight.isAmendment ? report.seenOfAnAmendment : report
            board.note(seen, of: flight, at: now, chance: chance())
            if flight.isAmendment {
                settleAmendment(report, flight)
                continue
            }
            if report.result == .accepted { sentPerRoute[route, default: 0] += 1 }
            let rules = Settling(doubt, hasStandIn: hasStandIn(report, flight, at: now))
            settled.append(rules.settlement(of: report, for: flight, chance: chance()))
        }
        settledRoutes[route, default: 0] += reports.count
        noteTrouble(of: route)
    }

    /// Errands of a kind are counted: only a few are under way at a time.
    func landed(_ flight: Flight) {
        if flight.isInquiry { inquiriesInFlight -= 1 }
        if flight.isAmendment { amendmentsInFlight -= 1 }
    }

    /// Whether its route is closed, and another is open to carry it.
    private func hasStandIn(_ report: AttemptReport, _ flight: Flight, at now: Instant) -> Bool {
        guard report.result != .accepted, !snapshot.failover.isEmpty else { return false }
        return snapshot.failover.hasOpenStandIn(for: flight.facts, doors: board.doors(at: now))
    }

    /// The next suspect may fly; the agenda has gone past those that were left.
    func suspectLanded() {
        suspect = nil
        if suspectsWait { agenda.forgetWindows() }
        suspectsWait = false
    }

    private func noteTrouble(of route: String) {
        let trouble = board.berths[route]?.health.trouble
        guard trouble?.since != announced[route]?.since || trouble?.kind != announced[route]?.kind else { return }
        announced[route] = trouble
        if let trouble, trouble.kind == .throttled {
            log.info("route \(route) is left alone for a while (\(trouble.kind.rawValue)): \(trouble.words)")
        } else if let trouble {
            log.error("route \(route) is closed (\(trouble.kind.rawValue)): \(trouble.words)")
        } else {
            log.notice("route \(route) is open again")
        }
    }

    /// Takes over what was read anew, as soon as the record has room to say so.
    private func adoptNext() async throws {
        guard let snapshot = next, storeFullUntil.map({ $0 <= timepiece.sinceBoot() }) ?? true else { return }
        do {
            try await adopt(snapshot)
            next = nil
        } catch let error as StoreError {
            guard case .full(let words) = error else { throw error }
            storeIsFull(words)
        }
    }

    /// Takes over a configuration: its policy is on record before it decides anything. Channels that are no longer wanted are closed once what they carry has landed.
    func adopt(_ next: GatewaySnapshot) async throws {
        try await book.enforce(next.policy, at: clock.gateTime)
        for (name, channel) in channels {
            let route = next.settings.route(name)
            if route == nil || route != snapshot.settings.route(name) || route!.readsFiles
                || next.providers[name]?.description != snapshot.providers[name]?.description
            {
                retire(channel, of: name)
            }
        }
        let number = snapshot.number + 1
        snapshot = next
        snapshot.number = number
        passedOver = []
        let forgetful = board.adopt(next.settings.routes)
        for route in next.settings.routes where channels[route.name] == nil { open(route) }
        board.obey(orders)
        renderFailures = RenderFailures()
        agenda.forgetWindows()
        let now = clock.gateTime
        let tallies = try await book.tallies(since: now - board.longestWindow(of: forgetful) - .minutes(1))
        board.remember(tallies, of: forgetful, at: now)
    }

    private func open(_ route: RouteSettings) {
        do {
            let provider = snapshot.providers[route.name]
            channels[route.name] = try maker.channel(for: route, provider: provider, reports: inbox)
        } catch {
            log.error("route \(route.name) cannot be opened: \(error)")
            board.couldNotOpen(route.name, because: "\(error)")
        }
    }

    /// Takes a channel out of use: what it has not begun comes back, what is in flight runs on.
    private func retire(_ channel: any Channel, of route: String) {
        channels[route] = nil
        let carried = flights.filter { $0.value.facts.route == route && $0.value.isHandedOver }.map(\.key)
        retired.append(RetiredChannel(channel: channel, carries: Set(carried)))
        if !carried.isEmpty { channel.recall(carried) }
    }

    /// Retired channels that carry nothing any more: closing one is a matter of moments.
    private func emptied() -> [any Channel] {
        guard !retired.isEmpty else { return [] }
        defer { retired.removeAll { $0.carries.isEmpty } }
        return retired.filter(\.carries.isEmpty).map(\.channel)
    }

    /// Holds, pauses and cancels that operators and other processes have written.
    private func obeyOrders() async throws {
        let before = orders
        orders = try await book.standingOrders()
        board.obey(orders)
        if orders.clockAccepted > before.clockAccepted, clock.isSuspect {
            clock.acceptWall(timepiece.now(), sinceBoot: timepiece.sinceBoot())
            beginTimeAnew()
            log.notice("the clock has been accepted by an operator")
        }
        if orders != before { agenda.forgetWindows() }
        var recalled = Set(try await book.attemptsToRecall())
        // Admitted while the hold was on its way here.
        if orders.holds != before.holds {
            recalled.formUnion(flights.filter { $0.value.isHeld(by: orders.holds) }.map(\.key))
        }
        recall(recalled)
    }

    private func recall(_ attempts: Set<AttemptID>) {
        var handedOver: [String: [AttemptID]] = [:]
        for attempt in attempts {
            guard let flight = flights[attempt] else { continue }
            if flight.isHandedOver {
                handedOver[flight.facts.route, default: []].append(attempt)
            } else {
                recalledEarly.insert(attempt)
            }
        }
        for (route, attempts) in handedOver { channels[route]?.recall(attempts) }
        for channel in retired {
            let carried = channel.carries.intersection(attempts)
            if !carried.isEmpty { channel.channel.recall(Array(carried)) }
        }
    }
}

/// A channel of an earlier configuration, and the attempts that it still has to report.
struct RetiredChannel: Sendable {
    let channel: any Channel
    var carries: Set<AttemptID>
}

extension Flight {
    /// Closing a task is no contact.
    fileprivate func isHeld(by holds: [StandingOrders.Hold]) -> Bool {
        !isAmendment && holds.contains { $0.matches(facts) }
    }
}

extension RouteSettings {
    /// Whether its channel has read files that a reload reads again (CONTRACT 5).
    fileprivate var readsFiles: Bool {
        switch transport {
        case .smtp(let smtp): smtp.password != nil || smtp.caFile != nil || smtp.clientCertificate != nil
        case .http(let http): !http.secrets.isEmpty || http.caFile != nil || http.clientCertificate != nil
        }
    }
}
