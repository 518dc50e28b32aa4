// SPDX-License-Identifier: Apache-2.0
//
// RouteBoard: what each route can take now. Its window, its health, its rates and those of its throttled domains.
//
// A value; the dispatcher owns one.

import GatewayModel
import Settings

struct RouteBoard: Sendable {
    struct Berth: Sendable {
        var settings: RouteSettings
        var health = RouteHealth()
        var inFlight = 0
        var rate: RateWindows
        var domainRates: [String: RateWindows]
        /// Why an operator paused it.
        var paused: String?
        /// Why it has no channel, in this configuration or any more.
        var unopened: String?
        /// Gone from the configuration.
        fileprivate var isRetired = false
        var isShut: Bool { paused != nil || unopened != nil }
        /// How often operators have resumed it, as last seen.
        var resumed: Int64 = 0

        init(_ settings: RouteSettings) {
            self.settings = settings
            rate = RateWindows(settings.rate)
            domainRates = settings.domainRate.mapValues(RateWindows.init)
        }
    }

    private(set) var berths: [String: Berth] = [:]

    /// Takes over the routes of a configuration. One that is unchanged keeps all it knows; every other starts anew, and
    /// so does the health of all: a reload is how an operator says that he has mended something.
    ///
    /// Returns the routes whose rates are new and remember nothing.
    mutating func adopt(_ routes: [RouteSettings]) -> Set<String> {
        var next: [String: Berth] = [:]
        var forgetful: Set<String> = []
        for route in routes {
            var berth = berths[route.name] ?? Berth(route)
            if berths[route.name] == nil { forgetful.insert(route.name) }
            if berth.settings.rate != route.rate || berth.settings.domainRate != route.domainRate {
                let fresh = Berth(route)
                (berth.rate, berth.domainRates) = (fresh.rate, fresh.domainRates)
                forgetful.insert(route.name)
            }
            berth.settings = route
            (berth.unopened, berth.isRetired) = (nil, false)
            berth.health.tryAnew()
            next[route.name] = berth
        }
        for (name, berth) in berths where next[name] == nil && berth.inFlight > 0 { next[name] = berth.retired }
        berths = next
        return forgetful
    }

    /// There is no channel for it, until a configuration brings one.
    mutating func couldNotOpen(_ route: String, because why: String) { berths[route]?.unopened = why }

    mutating func obey(_ orders: StandingOrders) {
        for name in berths.keys {
            berths[name]!.paused = orders.pausedRoutes[name]
            let resumed = orders.resumed[name] ?? 0
            if resumed > berths[name]!.resumed { berths[name]!.health.reset() }
            berths[name]!.resumed = resumed
        }
    }

    mutating func resetHealth() {
        for name in berths.keys { berths[name]!.health.reset() }
    }

    /// Routes that have carried nothing since then, though nobody paused them.
    func closed(since limit: Instant) -> [(route: String, since: Instant, words: String)] {
        berths.compactMap { name, berth in
            guard !berth.isShut, let trouble = berth.health.trouble, let since = berth.health.downSince, since <= limit
            else { return nil }
            return (name, since, trouble.words)
        }
    }

    /// Whether lanes of a route are to be read at all.
    func isOpen(_ route: String, at now: Instant) -> Bool {
        guard let berth = berths[route], !berth.isShut else { return false }
        return berth.health.room(at: now, window: 1, inFlight: 0) > 0
    }

    /// How each route stands.
    func doors(at now: Instant) -> [String: Failover.Door] {
        berths.filter { !$0.value.isRetired }.mapValues { berth in
            switch berth.health.state {
            case _ where berth.isShut: .shut
            case .open: .open
            case .closed(let until, _): until <= now ? .due : .shut
            case .probing: .shut
            }
        }
    }

    /// How many jobs of the route may be picked now.
    mutating func room(_ route: String, at now: Instant) -> Int {
        let space = space(route, at: now)
        return space > 0 ? min(space, berths[route]?.rate.room(at: now) ?? 0) : 0
    }

    /// What window and health leave, whatever the rates say.
    private func space(_ route: String, at now: Instant) -> Int {
        guard let berth = berths[route], !berth.isShut else { return 0 }
        return berth.health.room(at: now, window: berth.settings.window, inFlight: berth.inFlight)
    }

    /// How many jobs of a lane its domain's rate lets go now; the route's own rate is in `room`.
    mutating func allowance(_ lane: LaneKey, at now: Instant) -> Int {
        guard let domain = lane.domain else { return .max }
        return berths[lane.route]?.domainRates[domain]?.room(at: now) ?? .max
    }

    /// How far ahead a lane is read: the route's window, or twice what its rate brings in a second.
    func windowSize(_ lane: LaneKey) -> Int {
        guard let berth = berths[lane.route] else { return Self.strandedWindow }
        guard let domain = lane.domain, let rate = berth.domainRates[domain]?.perSecond else {
            return berth.settings.window
        }
        return min(berth.settings.window, max(4, Int(rate * 2)))
    }

    mutating func picked(_ lane: LaneKey, at now: Instant) {
        berths[lane.route]?.inFlight += 1
        berths[lane.route]?.health.launched(at: now)
        berths[lane.route]?.rate.take(1, at: now)
        if let domain = lane.domain { berths[lane.route]?.domainRates[domain]?.take(1, at: now) }
    }

    /// Its provider is asked about an attempt: no rate is taken, but it tells whether the route is open.
    mutating func asked(_ route: String, at now: Instant) {
        berths[route]?.inFlight += 1
        berths[route]?.health.launched(at: now)
    }

    /// Picked, but it did not fly.
    mutating func stayed(_ lane: LaneKey, pickedAt then: Instant, now: Instant) {
        landed(lane.route)
        giveBack(lane, takenAt: then)
        berths[lane.route]?.health.probeCameToNothing(at: now)
    }

    mutating func note(_ report: AttemptReport, of flight: Flight, at now: Instant, chance: Double) {
        let lane = flight.facts.laneKey
        landed(lane.route)
        berths[lane.route]?.health.note(
            report, launched: flight.launchedAt, closedSince: flight.facts.routeClosedSince, at: now, chance: chance)
        guard !flight.isInquiry else { return }
        if report.result == .recalled || report.result == .unreachable { giveBack(lane, takenAt: flight.launchedAt) }
    }

    /// What left before these routes' rates began to count. A minute's attempts count as made at its end, so that none
    /// is forgotten early.
    mutating func remember(_ tallies: [LaneTally], of routes: Set<String>, at now: Instant) {
        for tally in tallies where routes.contains(tally.lane.route) {
            let then = min(now, tally.minute + .minutes(1))
            berths[tally.lane.route]?.rate.remember(tally.count, at: then, now: now)
            if let domain = tally.lane.domain {
                berths[tally.lane.route]?.domainRates[domain]?.remember(tally.count, at: then, now: now)
            }
        }
    }

    /// The longest window of these routes' rates: how far back attempts are to be remembered.
    func longestWindow(of routes: Set<String>) -> Duration {
        routes.compactMap { berths[$0] }.flatMap { [$0.rate.longest] + $0.domainRates.values.map(\.longest) }.max()
            ?? .zero
    }

    /// When a route that cannot take anything now may: its probe, or the next place in its rates.
    mutating func nextOpening(_ lanes: [LaneKey], at now: Instant) -> Instant? {
        lanes.compactMap { lane -> Instant? in
            guard berths[lane.route].map({ !$0.isShut }) ?? false else { return nil }
            let probe = berths[lane.route]?.health.nextProbe ?? now
            let rate = berths[lane.route]?.rate.nextRoom(at: now) ?? now
            let domain = lane.domain.flatMap { berths[lane.route]?.domainRates[$0]?.nextRoom(at: now) } ?? now
            let opening = max(probe, rate, domain)
            return opening > now ? opening : nil
        }.min()
    }

    var totalInFlight: Int { berths.values.reduce(0) { $0 + $1.inFlight } }

    /// How many jobs of a route that is gone are put to the gate at a time, to be held with a reason.
    static let strandedWindow = 512

    /// A route that is gone from the configuration goes with the last that was in the air.
    private mutating func landed(_ route: String) {
        berths[route]?.inFlight -= 1
        if let berth = berths[route], berth.isRetired, berth.inFlight == 0 { berths[route] = nil }
    }

    private mutating func giveBack(_ lane: LaneKey, takenAt then: Instant) {
        berths[lane.route]?.rate.giveBack(1, takenAt: then)
        if let domain = lane.domain { berths[lane.route]?.domainRates[domain]?.giveBack(1, takenAt: then) }
    }
}

extension RouteBoard.Berth {
    /// Gone from the configuration; stays until what is in the air has landed.
    fileprivate var retired: Self {
        var berth = self
        (berth.isRetired, berth.unopened) = (true, "not configured any more")
        return berth
    }
}
