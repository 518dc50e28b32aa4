// SPDX-License-Identifier: Apache-2.0
//
// Agenda: step 4 of 10. Which due jobs next.
//
// A value. Each lane has a small window per priority, filled from the disk, which is the queue; what stands here are
// hints: the exchange asks again whether a job is still ready. Lanes of a route take turns; within a lane the
// priorities go 16 : 4 : 1, so that low never starves (DESIGN D13).

import DequeModule
import GatewayModel

struct Agenda: Sendable {
    private var lanes: [LaneID: LaneWindow] = [:]
    /// Lanes in the order in which they get their turn, per route.
    private var turns: [String: [LaneID]] = [:]
    /// Picked and not yet decided; kept out of the windows when they are read again.
    private var picked: Set<JobKey> = []

    var knownLanes: [Lane] { lanes.values.map(\.lane) }
    /// Every route that has a lane, configured or not.
    var routes: some Collection<String> { turns.keys }

    /// A lane exists; what it holds is not known yet.
    mutating func open(_ lane: Lane) {
        guard lanes[lane.id] == nil else { return }
        lanes[lane.id] = LaneWindow(lane: lane)
        turns[lane.key.route, default: []].append(lane.id)
    }

    /// Jobs became ready or will: the lane is read again from there.
    mutating func arrived(_ arrival: LaneArrival) {
        open(arrival.lane)
        lanes[arrival.lane.id]!.arrived(earliest: arrival.earliest)
    }

    /// Forgets what was read, so that all lanes are read anew (holds lifted, clock set, configuration changed).
    mutating func forgetWindows() {
        for id in lanes.keys { lanes[id]!.forget() }
    }

    /// The same for the lanes of some routes.
    mutating func forgetWindows(of routes: Set<String>) {
        for id in lanes.keys where routes.contains(lanes[id]!.lane.key.route) { lanes[id]!.forget() }
    }

    /// What to read from the disk. `window` says how far ahead a lane is read; 0 where it must not be read at all.
    mutating func wants(at now: Instant, window: (LaneKey) -> Int) -> [LaneWant] {
        var wants: [LaneWant] = []
        for (id, lane) in lanes {
            let size = window(lane.lane.key)
            if size > 0 { wants.append(contentsOf: lanes[id]!.wants(at: now, size: size)) }
        }
        return wants
    }

    mutating func stock(_ supplies: [LaneSupply]) {
        for supply in supplies { lanes[supply.want.lane]?.stock(supply, without: picked) }
    }

    /// Takes at most `room` jobs of a route, lanes in turn, each as `allowance` lets it.
    mutating func pick(route: String, room: Int, allowance: (LaneKey) -> Int) -> [Pick] {
        guard room > 0, let order = turns[route], !order.isEmpty else { return [] }
        var picks: [Pick] = []
        var allowed = order.map { id in lanes[id]!.count > 0 ? min(allowance(lanes[id]!.lane.key), lanes[id]!.count) : 0
        }
        var last = order.startIndex
        let quantum = max(1, room / max(1, allowed.count { $0 > 0 }))
        while picks.count < room, allowed.contains(where: { $0 > 0 }) {
            for (index, id) in order.enumerated() where allowed[index] > 0 && picks.count < room {
                let share = min(quantum, allowed[index], room - picks.count)
                allowed[index] -= share
                last = index
                for _ in 0..<share {
                    guard let key = lanes[id]!.next() else { break }
                    picked.insert(key)
                    picks.append(Pick(key: key, lane: lanes[id]!.lane))
                }
            }
        }
        // The next turn begins behind the lane that was served last, or a lane would have its neighbours' turns too.
        if !picks.isEmpty { turns[route] = Array(order[(last + 1)...] + order[...last]) }
        return picks
    }

    /// The picks have been decided: if one is still ready, the disk will say so.
    mutating func decided(_ picks: [Pick]) {
        for pick in picks { picked.remove(pick.key) }
    }

    /// When the next job falls due after `now`, among lanes that may be read. What is due already waits for room.
    func nextDue(after now: Instant, where mayRead: (LaneKey) -> Bool) -> Instant? {
        lanes.values.compactMap { lane in
            lane.nextDue(after: now).flatMap { mayRead(lane.lane.key) ? $0 : nil }
        }.min()
    }

    /// Whether picking from a route may bring something: read already, or due on disk.
    func mayYield(_ route: String, at now: Instant, where mayLaunch: (LaneKey) -> Bool) -> Bool {
        (turns[route] ?? []).contains { id in
            let lane = lanes[id]!
            return lane.hasWork(at: now) && mayLaunch(lane.lane.key)
        }
    }

    /// Lanes with something to launch, whether or not they may now.
    func lanesWithWork(at now: Instant) -> [LaneKey] {
        lanes.values.filter { $0.hasWork(at: now) }.map(\.lane.key)
    }

    struct Pick: Hashable, Sendable {
        var key: JobKey
        var lane: Lane
    }
}

/// One lane's window: at most `size` entries a priority.
private struct LaneWindow: Sendable {
    let lane: Lane
    private var shelves: [Shelf] = [Shelf(), Shelf(), Shelf()]
    private var credit = LaneWindow.weights

    private static let weights = [16, 4, 1]

    init(lane: Lane) { self.lane = lane }

    var count: Int { shelves.reduce(0) { $0 + $1.entries.count } }
    func nextDue(after now: Instant) -> Instant? { shelves.compactMap(\.nextDue).filter { $0 > now }.min() }
    /// Read already, or due on disk.
    func hasWork(at now: Instant) -> Bool {
        shelves.contains { !$0.entries.isEmpty || $0.nextDue.map { $0 <= now } ?? false }
    }

    mutating func arrived(earliest: Instant) {
        for index in shelves.indices { shelves[index].arrived(earliest: earliest) }
    }

    mutating func forget() {
        for index in shelves.indices { shelves[index] = Shelf() }
    }

    mutating func wants(at now: Instant, size: Int) -> [LaneWant] {
        var wants: [LaneWant] = []
        for priority in Priority.allCases {
            let shelf = shelves[priority.rawValue]
            guard let due = shelf.nextDue, due <= now, shelf.entries.count <= size / 2 else { continue }
            shelves[priority.rawValue].beginReading()
            wants.append(
                LaneWant(lane: lane.id, priority: priority, after: shelf.cursor, limit: size - shelf.entries.count))
        }
        return wants
    }

    mutating func stock(_ supply: LaneSupply, without picked: Set<JobKey>) {
        shelves[supply.want.priority.rawValue].stock(supply, without: picked)
    }

    mutating func next() -> JobKey? {
        for _ in 0..<2 {
            for index in shelves.indices where credit[index] > 0 {
                guard let key = shelves[index].next() else { continue }
                credit[index] -= 1
                return key
            }
            credit = Self.weights
        }
        return nil
    }
}

/// One priority of a lane: what has been read and not yet picked, and how far the reading has come.
private struct Shelf: Sendable {
    private(set) var entries: Deque<JobKey> = []
    /// The same, for asking: a shelf read again from its beginning, or a job that came back, must not stand here twice.
    private var held: Set<JobKey> = []
    private(set) var cursor: DueCursor?
    /// When reading again may bring something; nil when there is nothing behind the cursor. A new shelf reads at once.
    private(set) var nextDue: Instant? = Instant(microseconds: .min)

    /// What arrived while a reading was under way, which may not have seen it.
    private var arrivedMeanwhile: Instant?

    mutating func arrived(earliest: Instant) {
        arrivedMeanwhile = arrivedMeanwhile.map { min($0, earliest) } ?? earliest
        if let cursor, earliest <= cursor.due { self.cursor = nil }
        nextDue = nextDue.map { min($0, earliest) } ?? earliest
    }

    mutating func beginReading() { arrivedMeanwhile = nil }

    mutating func stock(_ supply: LaneSupply, without picked: Set<JobKey>) {
        // Asked before something arrived that sorts earlier: the answer is stale, it will be asked again.
        guard supply.want.after == cursor else { return }
        for entry in supply.due where !picked.contains(entry.key) && held.insert(entry.key).inserted {
            entries.append(entry.key)
        }
        cursor = supply.due.last ?? cursor
        nextDue = supply.due.count < supply.want.limit ? supply.nextDue : Instant(microseconds: .min)
        if let arrivedMeanwhile { arrived(earliest: arrivedMeanwhile) }
    }

    mutating func next() -> JobKey? {
        guard let key = entries.popFirst() else { return nil }
        held.remove(key)
        return key
    }
}
