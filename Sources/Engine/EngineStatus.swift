// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// What operators see of the engine; taken in one piece.
public struct EngineStatus: Hashable, Sendable {
    /// Rises with every turn: a watchdog that sees it stand still has found an engine that hangs.
    public var turns: Int
    public var inFlight: Int
    public var isClockSuspect: Bool
    public var isDraining: Bool
    /// Messages reported as accepted since the start.
    public var sent: Int
    public var holds: Int
    public var routes: [Route]

    public struct Route: Hashable, Sendable {
        public enum State: String, Hashable, Sendable { case open, closed, probing, paused }
        public var name: String
        public var state: State
        public var why: String?
        /// What closed it by itself: `unreachable`, `configuration`, `throttled`; nil where nothing did.
        public var trouble: String?
        public var since: Instant?
        public var nextProbe: Instant?
        public var inFlight: Int
        public var window: Int
        /// Messages reported as accepted since the start.
        public var sent: Int
    }
}

extension Dispatcher {
    public func status() -> EngineStatus {
        EngineStatus(
            turns: turns, inFlight: flights.count, isClockSuspect: clock.isSuspect, isDraining: drainingSince != nil,
            sent: sentPerRoute.values.reduce(0, +), holds: orders.holds.count,
            routes: snapshot.settings.routes.compactMap { route in
                board.berths[route.name].map { status(of: $0, name: route.name) }
            })
    }

    private func status(of berth: RouteBoard.Berth, name: String) -> EngineStatus.Route {
        let trouble = berth.health.trouble
        let state: EngineStatus.Route.State =
            if berth.paused != nil {
                .paused
            } else if berth.unopened != nil {
                .closed
            } else {
                switch berth.health.state {
                case .open: .open
                case .closed: .closed
                case .probing: .probing
                }
            }
        return EngineStatus.Route(
            name: name, state: state,
            why: berth.paused ?? berth.unopened ?? trouble.map { "\($0.kind.rawValue): \($0.words)" },
            trouble: trouble?.kind.rawValue,
            since: trouble?.since, nextProbe: berth.health.nextProbe, inFlight: berth.inFlight,
            window: berth.settings.window, sent: sentPerRoute[name] ?? 0)
    }
}
