// SPDX-License-Identifier: Apache-2.0
//
// Dispatcher: turns the agenda, the gate and the routes into one loop.
//
// An actor that owns the engine's values and decides nothing itself: each turn it takes what came in, reads what is due,
// picks, exchanges a batch with the store in one transaction, and hands what may go to rendering and the channels.
// Every queue it has is bounded by the routes' windows.

import GatewayModel
import Logging
import Providers
import Settings

/// Makes a route's way out; the composition root knows the transports.
public protocol ChannelMaker: Sendable {
    /// - Parameter provider: of an HTTP route; nil of every other.
    func channel(for route: RouteSettings, provider: Provider?, reports: any ReportReceiver) throws -> any Channel
}

public actor Dispatcher {
    let book: any DeliveryBook
    let maker: any ChannelMaker
    let renderer: Renderer
    let timepiece: any Timepiece
    let chance: @Sendable () -> Double
    let log: Logger
    public nonisolated let inbox: Inbox

    var snapshot: GatewaySnapshot
    /// Read anew and not in force yet.
    var next: GatewaySnapshot?
    var agenda = Agenda()
    var board = RouteBoard()
    var pace = Pace()
    var clock: ClockGuard
    var orders = StandingOrders()
    var channels: [String: any Channel] = [:]
    var retired: [RetiredChannel] = []
    var flights: [AttemptID: Flight] = [:]
    /// Recalled before they were handed to a channel.
    var recalledEarly: Set<AttemptID> = []
    /// Reported and not yet booked, and over which routes.
    var settled: [Settlement] = []
    /// In the air, and in the air at two crashes before; others of its kind wait for it (`Quarantine`).
    var suspect: AttemptID?
    var suspectsWait = false
    /// Routes whose attempts wait in `settled`, and how many of each.
    var settledRoutes: [String: Int] = [:]
    /// Troubles that the log has told of.
    var announced: [String: RouteHealth.Trouble] = [:]
    var renderFailures = RenderFailures()
    var drainingSince: Duration?
    var lastTidy: Duration?
    /// When doubts were last looked for whose provider is to be asked.
    var lastInquiry: Duration?
    var inquiriesInFlight = 0
    /// When tasks were last looked for that are to be closed.
    var lastAmendment: Duration?
    var amendmentsInFlight = 0
    /// How the routes stand in this turn, where some have stand-ins; else empty.
    var doors: [String: Failover.Door] = [:]
    /// Closed routes whose lanes are read for others to take over.
    var takeovers: [String: Takeover] = [:]
    /// Read so, and some jobs had to stay: to be read anew when a door opens.
    var passedOver: Set<String> = []
    /// The disk was full: nothing is exchanged before then.
    var storeFullUntil: Duration?
    var turns = 0
    var sentPerRoute: [String: Int] = [:]

    /// - Parameters:
    ///   - lastJournalTime: the newest time the journal knows; a wall clock before it is suspect.
    ///   - chance: 0 to 1; seeded in tests.
    public init(
        book: any DeliveryBook, maker: any ChannelMaker, renderer: Renderer, snapshot: GatewaySnapshot, inbox: Inbox,
        timepiece: any Timepiece, lastJournalTime: Instant?, log: Logger,
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        (self.book, self.maker, self.renderer, self.snapshot) = (book, maker, renderer, snapshot)
        (self.inbox, self.timepiece, self.log, self.chance) = (inbox, timepiece, log, chance)
        clock = ClockGuard(wall: timepiece.now(), sinceBoot: timepiece.sinceBoot(), last: lastJournalTime)
    }

    /// Runs until drained. Throws when the store has failed for good, or when the task is cancelled.
    public func run() async throws {
        try await begin()
        try await withThrowingDiscardingTaskGroup { hands in
            while !isDrained {
                try Task.checkCancellation()
                let batch = try await turn(hands: &hands)
                if !batch.departures.isEmpty {
                    let (snapshot, now) = (self.snapshot, clock.gateTime)
                    hands.addTask { try await self.handOver(batch, snapshot, launchedAt: now) }
                }
                await inbox.bell.wait(atMost: patience())
            }
        }
        try await end()
    }

    private func begin() async throws {
        orders = try await book.standingOrders()
        try await adopt(snapshot)
        for lane in try await book.lanes() { agenda.open(lane) }
        if clock.isSuspect { log.critical("\(Self.clockAdvice)") }
    }

    /// One turn of the loop; returns what was admitted, durably, in it.
    private func turn(hands: inout ThrowingDiscardingTaskGroup<any Error>) async throws -> Batch {
        turns += 1
        try await takeTidings(hands: &hands)
        try await tidyNowAndThen()
        lookAtDoors()
        var batch = Batch(departures: try await inquire())
        batch.departures += try await amend()
        guard worthwhile() else { return batch }
        try await readAhead()
        try await exchange(into: &batch)
        return batch
    }

    /// Reads what is due into the windows of lanes that may move.
    private func readAhead() async throws {
        guard isAdmitting else { return }
        let now = clock.gateTime
        let wants = agenda.wants(at: now) { lane in mayRead(lane, at: now) ? board.windowSize(lane) : 0 }
        if !wants.isEmpty { agenda.stock(try await book.due(wants, at: now)) }
    }

    private func exchange(into batch: inout Batch) async throws {
        let now = clock.gateTime
        let picks = isAdmitting ? pick(at: now) : []
        let moving = isAdmitting ? pickForOthers(at: now) : []
        let booked = settled
        settled = []
        let (runsShort, counts) = (runsShort(picks, at: now), settledRoutes)
        settledRoutes = [:]
        pace.exchanged()
        guard !picks.isEmpty || !moving.isEmpty || !booked.isEmpty else { return }
        let (quarantine, closings) = (Quarantine.Pass(isOccupied: suspect != nil), Closings())
        let rules = AdmissionRules(
            snapshot: snapshot, failingTemplates: renderFailures.failing, quarantine: quarantine, closings: closings,
            doors: doors, now: now)
        do {
            let departures = try await book.exchange(
                settled: booked, candidates: (picks + moving).map(\.key), runsShort: runsShort, at: now,
                interest: snapshot.interest,
                decide: { rules.decide($0, $1) })
            agenda.decided(moving)
            account(picks, departures, pickedAt: now)
            if quarantine.turnedSomeoneAway { suspectsWait = true }
            batch.departures += departures
            batch.closings = closings.all
        } catch {
            guard case .full(let words) = error else { throw error }
            storeIsFull(words)
            agenda.decided(moving)
            takeBack(picks, booked, pickedAt: now)
            settledRoutes.merge(counts, uniquingKeysWith: +)
        }
    }

    /// Whether some route has fewer jobs to send than came back from it, and none left.
    private func runsShort(_ picks: [Agenda.Pick], at now: Instant) -> Bool {
        let offered = Dictionary(picks.map { ($0.lane.key.route, 1) }, uniquingKeysWith: +)
        return settledRoutes.contains { route, settled in
            offered[route, default: 0] * 4 < settled * 3 && !agenda.mayYield(route, at: now, where: { _ in true })
        }
    }

    /// Nothing of an exchange was kept: all of it is for the next, a little later.
    private func takeBack(_ picks: [Agenda.Pick], _ booked: [Settlement], pickedAt: Instant) {
        settled.insert(contentsOf: booked, at: 0)
        account(picks, [], pickedAt: pickedAt)
        agenda.forgetWindows()
    }

    func storeIsFull(_ words: String) {
        log.error("nothing could be booked, the disk is full: \(words)")
        storeFullUntil = timepiece.sinceBoot() + .seconds(1)
    }

    private func pick(at now: Instant) -> [Agenda.Pick] {
        var picks: [Agenda.Pick] = []
        for route in snapshot.settings.routes.map(\.name) + strandedRoutes {
            let chosen = agenda.pick(route: route, room: room(route, at: now, after: picks.count)) { lane in
                mayRead(lane, at: now) ? board.allowance(lane, at: now) : 0
            }
            for pick in chosen { board.picked(pick.lane.key, at: now) }
            picks.append(contentsOf: chosen)
        }
        return picks
    }

    private func account(_ picks: [Agenda.Pick], _ departures: [Departure], pickedAt: Instant) {
        agenda.decided(picks)
        var flown = Dictionary(departures.map { ($0.facts.key, $0.facts.laneKey) }) { first, _ in first }
        for pick in picks {
            // What stood elsewhere by then took its place there.
            if flown[pick.key] == pick.lane.key {
                flown[pick.key] = nil
            } else {
                board.stayed(pick.lane.key, pickedAt: pickedAt, now: clock.gateTime)
            }
        }
        for lane in flown.values { board.picked(lane, at: pickedAt) }
        for departure in departures {
            flights[departure.attempt] = Flight(facts: departure.facts, slot: departure.slot, launchedAt: pickedAt)
            if Quarantine.isSuspect(departure.facts) { suspect = departure.attempt }
        }
    }

    /// Whether a lane may be read: its route is open, or another takes over, or it is gone for good, and no standing
    /// hold covers all of it.
    func mayRead(_ lane: LaneKey, at now: Instant) -> Bool {
        (board.isOpen(lane.route, at: now) || takeovers[lane.route] != nil
            || snapshot.settings.route(lane.route) == nil)
            && !orders.holds.contains { $0.coversLane(lane) }
    }

    static let clockAdvice =
        "the clock is before the journal's last entry: nothing is admitted until it has settled, or until "
        + "`gatepost queue accept-clock` says that it is right"

    var isAdmitting: Bool { drainingSince == nil && !clock.isSuspect }
}

/// What one turn of the dispatcher let go, durably.
struct Batch: Sendable {
    var departures: [Departure]
    /// When the hours close that let its texts go.
    var closings: [JobKey: Instant] = [:]
}

extension JobFacts {
    var laneKey: LaneKey { LaneKey(route: route, domain: domain, brand: brand) }
}
