// SPDX-License-Identifier: Apache-2.0
//
// When the dispatcher turns, waits and ends.

import GatewayModel

extension Dispatcher {
    /// Whether an exchange is worth its commit now (see `Pace`).
    func worthwhile() -> Bool {
        let sinceBoot = timepiece.sinceBoot()
        if let storeFullUntil, sinceBoot < storeFullUntil { return false }
        storeFullUntil = nil
        let launchable = launchableRoutes()
        if !launchable.isEmpty || !settled.isEmpty { pace.somethingWaits(sinceBoot: sinceBoot) }
        // A closed route's jobs go over those that stand in for it: whether these are busy counts.
        let concerned = Set(launchable.map { takeovers[$0.route]?.by ?? $0.route }).union(settledRoutes.keys)
        let busy = concerned.allSatisfy { route in
            board.berths[route].map { $0.inFlight * 2 >= $0.settings.window } ?? false
        }
        let full = launchable.contains { route, room in
            room * 2 >= (board.berths[takeovers[route]?.by ?? route]?.settings.window ?? 0)
        }
        return pace.goes(sinceBoot: sinceBoot, isWireBusy: busy, isBatchFull: full)
    }

    private func launchableRoutes() -> [(route: String, room: Int)] {
        guard isAdmitting else { return [] }
        let now = clock.gateTime
        return (snapshot.settings.routes.map(\.name) + strandedRoutes).compactMap { route in
            let room = takeovers[route]?.room ?? room(route, at: now)
            guard room > 0, agenda.mayYield(route, at: now, where: { mayLaunch($0, at: now) }) else { return nil }
            return (route, room)
        }
    }

    /// Routes that have lanes and are gone from the configuration: their jobs are put to the gate, to be held.
    var strandedRoutes: [String] { agenda.routes.filter { snapshot.settings.route($0) == nil } }

    /// How many jobs of a route may be picked now, after so many of this turn's.
    ///
    /// The book has places for so many attempts. Each route has its share of them, so that they never run out, however
    /// many routes are silent.
    func room(_ route: String, at now: Instant, after picked: Int = 0) -> Int {
        let free = max(0, freePlaces - picked)
        guard snapshot.settings.route(route) != nil else { return min(RouteBoard.strandedWindow, free) }
        let share = max(1, book.mostInFlight / snapshot.settings.routes.count)
        let left = min(free, share - (board.berths[route]?.inFlight ?? 0))
        return left > 0 ? min(left, board.room(route, at: now)) : 0
    }

    /// What has been reported keeps its place until it is booked.
    var freePlaces: Int { book.mostInFlight - flights.count - settled.count }

    private func mayLaunch(_ lane: LaneKey, at now: Instant) -> Bool {
        mayRead(lane, at: now) && (takeovers[lane.route] != nil || board.allowance(lane, at: now) > 0)
    }

    /// How long to wait for the bell: never longer than a second, and until then only for what time alone brings.
    /// What is due and waits for room waits for a report, and reports ring.
    func patience() -> Duration {
        if let remaining = pace.remaining(sinceBoot: timepiece.sinceBoot()) { return remaining }
        guard isAdmitting, storeFullUntil == nil else { return .seconds(1) }
        let now = clock.gateTime
        if !launchableRoutes().isEmpty { return Pace.patience }
        let due = agenda.nextDue(after: now) { mayRead($0, at: now) }
        let opening = board.nextOpening(agenda.lanesWithWork(at: now), at: now)
        guard let next = [due, opening].compactMap({ $0 }).min() else { return .seconds(1) }
        return min(max(next - now + clock.standstill, .milliseconds(1)), .seconds(1))
    }

    /// Work that nobody asks for: expiry in every state, old doubts, retention. Not while the clock is suspect.
    func tidyNowAndThen() async throws {
        let sinceBoot = timepiece.sinceBoot()
        if let lastTidy, sinceBoot - lastTidy < .seconds(1) { return }
        guard !clock.isSuspect else { return }
        do {
            let hasMore = try await book.tidy(at: clock.gateTime)
            let givesUpMore = try await giveUpOnClosedRoutes()
            lastTidy = hasMore || givesUpMore ? nil : sinceBoot
        } catch {
            guard case .full = error else { throw error }
            lastTidy = sinceBoot
        }
    }

    /// Jobs of a route that has carried nothing for `give_up_after` end as if each had been tried all that time.
    private func giveUpOnClosedRoutes() async throws(StoreError) -> Bool {
        let (now, patience) = (clock.gateTime, snapshot.settings.retry.giveUpAfter)
        var hasMore = false
        for (route, since, words) in board.closed(since: now - patience) {
            let why = "route \(route) has carried nothing since \(since.rfc3339): \(words)"
            if try await book.giveUp(on: route, dueBefore: now - patience, because: why, at: now) { hasMore = true }
        }
        return hasMore
    }

    /// All that was in the air has landed, or the time for it is over.
    var isDrained: Bool {
        guard let drainingSince else { return false }
        if flights.isEmpty && settled.isEmpty { return true }
        return timepiece.sinceBoot() - drainingSince >= snapshot.settings.drainTimeout
    }

    /// Books the last reports and closes the channels; what is still in the air is left to recovery.
    func end() async throws {
        if !settled.isEmpty {
            let booked = settled
            settled = []
            _ = try await book.exchange(
                settled: booked, candidates: [], runsShort: false, at: clock.gateTime, interest: PolicyInterest()
            ) { _, _ in
                .leave
            }
        }
        guard flights.isEmpty else {
            log.warning("\(flights.count) messages were still in the air; the next start settles them")
            return
        }
        await withDiscardingTaskGroup { doors in
            for channel in channels.values { doors.addTask { await channel.close() } }
        }
    }
}
