// SPDX-License-Identifier: Apache-2.0
//
// Failover: which route carries a job while its own is closed. A value; decides only, `AdmissionRules` and the agenda act.
//
// A job has a home, the route that its match chose. While the route that it stands on is shut, it may go to the first
// open one of its home and its home's `failover`, in that order. What is in doubt never goes: it may have been sent
// already, and only the route that sent it can tell.

import GatewayModel
import Settings

struct Failover: Hashable, Sendable {
    /// How a route stands.
    enum Door: Hashable, Sendable {
        case open
        /// Closed, and one job may go to find out whether it still is.
        case due
        /// Closed by trouble, by an operator, or for want of a channel.
        case shut
    }

    /// Stand-ins of each route that is configured, of the same channel.
    private let order: [String: [String]]

    init(_ routes: [RouteSettings]) {
        let channels = Dictionary(routes.map { ($0.name, $0.channel) }) { first, _ in first }
        order = Dictionary(
            routes.map { route in
                (route.name, route.failover.filter { $0 != route.name && channels[$0] == route.channel })
            }
        ) { first, _ in first }
    }

    /// No route has a stand-in: nothing need be asked.
    var isEmpty: Bool { order.values.allSatisfy(\.isEmpty) }

    /// Where the job is to go; nil: it stays. One that has left its home stays away while it can.
    func next(for facts: JobFacts, doors: [String: Door]) -> String? {
        guard !facts.isInDoubt, doors[facts.route] == .shut else { return nil }
        let candidates = standIns(of: facts)
        return candidates.first { doors[$0] == .open } ?? candidates.first { doors[$0] == .due }
    }

    /// Whether a job that came to nothing on a closed route can be carried by another at once.
    func hasOpenStandIn(for facts: JobFacts, doors: [String: Door]) -> Bool {
        next(for: facts, doors: doors).map { doors[$0] == .open } ?? false
    }

    /// Everywhere that some job standing on this route might go.
    func reach(from route: String) -> Set<String> {
        var reach = Set(order[route] ?? [])
        for (home, standIns) in order where standIns.contains(route) { reach.formUnion([home] + standIns) }
        reach.remove(route)
        return reach
    }

    private func standIns(of facts: JobFacts) -> [String] {
        let home = facts.home ?? facts.route
        guard let standIns = order[home] else { return order[facts.route] ?? [] }
        return ([home] + standIns).filter { $0 != facts.route }
    }
}
