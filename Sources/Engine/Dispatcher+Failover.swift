// SPDX-License-Identifier: Apache-2.0
//
// Closed routes whose jobs others take over: their lanes are read, as far as the others have room, and the rules of
// admission move what may be moved.

import GatewayModel

/// Who takes over from a closed route, and how many jobs for now.
struct Takeover: Sendable {
    var by: String
    var room: Int
}

extension Dispatcher {
    /// At the beginning of a turn. What had to stay on a closed route is looked at anew when some door has moved.
    func lookAtDoors() {
        guard !snapshot.failover.isEmpty else {
            (doors, takeovers) = ([:], [:])
            return
        }
        let now = clock.gateTime
        let before = doors
        doors = board.doors(at: now)
        if doors != before, !passedOver.isEmpty {
            agenda.forgetWindows(of: passedOver)
            passedOver = []
        }
        findTakeovers(at: now)
    }

    private func findTakeovers(at now: Instant) {
        takeovers = [:]
        for route in doors.keys where doors[route] == .shut {
            let rooms = snapshot.failover.reach(from: route).map { Takeover(by: $0, room: room($0, at: now)) }
            guard let widest = rooms.max(by: { ($0.room, $0.by) < ($1.room, $1.by) }), widest.room > 0 else { continue }
            takeovers[route] = widest
        }
    }

    /// Jobs of closed routes, no more than those that stand in for them have room for now.
    func pickForOthers(at now: Instant) -> [Agenda.Pick] {
        var picks: [Agenda.Pick] = []
        for (route, takeover) in takeovers.sorted(by: { $0.key < $1.key }) {
            let room = min(takeover.room, room(takeover.by, at: now, after: picks.count))
            let chosen = agenda.pick(route: route, room: room) { mayRead($0, at: now) ? .max : 0 }
            if !chosen.isEmpty { passedOver.insert(route) }
            picks += chosen
        }
        return picks
    }
}
