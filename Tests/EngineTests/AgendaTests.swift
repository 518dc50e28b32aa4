// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Engine

@Suite("The agenda: which due jobs next")
struct AgendaTests {
    static let now = Instant(seconds: 1_800_000_000)

    static func lane(_ id: Int64, route: String = "relay", brand: String = "acme") -> Lane {
        Lane(id: LaneID(id), key: LaneKey(route: route, domain: nil, brand: brand))
    }

    /// Answers wants from a list of ready jobs, as the store would.
    struct Shelf {
        var jobs: [(lane: Int64, priority: Priority, due: Instant, key: Int64)] = []

        func supply(_ wants: [LaneWant], at now: Instant) -> [LaneSupply] {
            wants.map { want in
                let waiting = jobs.filter { $0.lane == want.lane.rawValue && $0.priority == want.priority }
                    .map { DueCursor(due: $0.due, key: JobKey($0.key)) }.sorted()
                    .filter { cursor in want.after.map { $0 < cursor } ?? true }
                let due = Array(waiting.filter { $0.due <= now }.prefix(want.limit))
                return LaneSupply(
                    want: want, due: due, nextDue: due.count < want.limit ? waiting.first { $0.due > now }?.due : nil)
            }
        }
    }

    static func read(_ agenda: inout Agenda, _ shelf: Shelf, window: Int = 64, at now: Instant = now) {
        agenda.stock(shelf.supply(agenda.wants(at: now) { _ in window }, at: now))
    }

    @Test("within a lane the priorities go 16 : 4 : 1")
    func weighsPriorities() {
        var agenda = Agenda()
        agenda.open(Self.lane(1))
        var shelf = Shelf()
        for key in 0..<300 {
            let priority = Priority(rawValue: key % 3)!
            shelf.jobs.append((1, priority, Self.now - .seconds(1), Int64(key)))
        }
        Self.read(&agenda, shelf)
        let picks = agenda.pick(route: "relay", room: 42) { _ in .max }
        let perPriority = Dictionary(grouping: picks) { $0.key.rawValue % 3 }.mapValues(\.count)
        #expect(perPriority == [0: 32, 1: 8, 2: 2])
    }

    @Test("low priority goes at full rate when it is alone")
    func lowAlone() {
        var agenda = Agenda()
        agenda.open(Self.lane(1))
        let shelf = Shelf(jobs: (0..<50).map { (1, .low, Self.now, Int64($0)) })
        Self.read(&agenda, shelf)
        #expect(agenda.pick(route: "relay", room: 50) { _ in .max }.map(\.key.rawValue) == Array(0..<50))
    }

    @Test("lanes of one route share it, however deep one of them is")
    func sharesBetweenLanes() {
        var agenda = Agenda()
        for id: Int64 in 1...4 { agenda.open(Self.lane(id, brand: "b\(id)")) }
        var shelf = Shelf(jobs: (0..<1000).map { (1, .normal, Self.now - .seconds(9), Int64($0)) })
        for id: Int64 in 2...4 { shelf.jobs += (0..<20).map { (id, .normal, Self.now, id * 10_000 + Int64($0)) } }
        Self.read(&agenda, shelf)
        let picks = agenda.pick(route: "relay", room: 40) { _ in .max }
        let perLane = Dictionary(grouping: picks) { $0.lane.id.rawValue }.mapValues(\.count)
        #expect(perLane == [1: 10, 2: 10, 3: 10, 4: 10])
    }

    @Test("a lane without allowance is passed over and costs the others nothing")
    func passesThrottled() {
        var agenda = Agenda()
        agenda.open(Self.lane(1, brand: "slow"))
        agenda.open(Self.lane(2, brand: "fast"))
        let shelf = Shelf(
            jobs: (0..<100).map { (1, .normal, Self.now - .seconds(9), Int64($0)) }
                + (0..<100).map { (2, .normal, Self.now, Int64(1000 + $0)) })
        Self.read(&agenda, shelf, window: 128)
        let picks = agenda.pick(route: "relay", room: 60) { $0.brand == "slow" ? 3 : .max }
        let perBrand = Dictionary(grouping: picks) { $0.lane.key.brand }.mapValues(\.count)
        #expect(perBrand == ["slow": 3, "fast": 57])
    }

    @Test("what is picked and not yet decided is not picked again, even when its lane is read anew")
    func picksOnce() {
        var agenda = Agenda()
        agenda.open(Self.lane(1))
        let shelf = Shelf(jobs: (0..<10).map { (1, .normal, Self.now, Int64($0)) })
        Self.read(&agenda, shelf)
        let first = agenda.pick(route: "relay", room: 4) { _ in .max }
        agenda.arrived(LaneArrival(lane: Self.lane(1), earliest: Self.now - .seconds(60)))
        Self.read(&agenda, shelf)
        let second = agenda.pick(route: "relay", room: 99) { _ in .max }
        #expect(Set(first.map(\.key)).isDisjoint(with: second.map(\.key)))
        #expect(first.count + second.count == 10)
    }

    @Test("a job that sorts before the cursor is found when it arrives")
    func findsEarlierArrival() {
        var agenda = Agenda()
        agenda.open(Self.lane(1))
        var shelf = Shelf(jobs: [(1, .normal, Self.now, 10)])
        Self.read(&agenda, shelf)
        shelf.jobs.append((1, .normal, Self.now - .seconds(5), 3))
        agenda.arrived(LaneArrival(lane: Self.lane(1), earliest: Self.now - .seconds(5)))
        Self.read(&agenda, shelf)
        #expect(Set(agenda.pick(route: "relay", room: 9) { _ in .max }.map(\.key.rawValue)) == [3, 10])
    }

    @Test("a job that arrives while a reading is under way is not lost")
    func findsArrivalDuringReading() {
        var agenda = Agenda()
        agenda.open(Self.lane(1))
        var shelf = Shelf(jobs: [(1, .normal, Self.now, 10)])
        let answer = shelf.supply(agenda.wants(at: Self.now) { _ in 64 }, at: Self.now)
        shelf.jobs.append((1, .normal, Self.now - .seconds(5), 3))
        agenda.arrived(LaneArrival(lane: Self.lane(1), earliest: Self.now - .seconds(5)))
        agenda.stock(answer)
        Self.read(&agenda, shelf)
        #expect(Set(agenda.pick(route: "relay", room: 9) { _ in .max }.map(\.key.rawValue)) == [3, 10])
    }

    @Test("the window is a bound: a deep lane is read a window at a time")
    func boundsTheWindow() {
        var agenda = Agenda()
        agenda.open(Self.lane(1))
        let shelf = Shelf(jobs: (0..<1000).map { (1, .normal, Self.now, Int64($0)) })
        Self.read(&agenda, shelf, window: 64)
        #expect(agenda.pick(route: "relay", room: 999) { _ in .max }.count == 64)
        Self.read(&agenda, shelf, window: 64)
        #expect(agenda.pick(route: "relay", room: 999) { _ in .max }.first?.key == JobKey(64))
    }

    @Test("a lane that is empty now says when the next job falls due")
    func knowsNextDue() {
        var agenda = Agenda()
        agenda.open(Self.lane(1))
        let shelf = Shelf(jobs: [(1, .normal, Self.now + .seconds(30), 1)])
        Self.read(&agenda, shelf)
        #expect(agenda.nextDue(after: Self.now) { _ in true } == Self.now + .seconds(30))
        #expect(agenda.wants(at: Self.now) { _ in 64 }.isEmpty)
        #expect(agenda.wants(at: Self.now + .seconds(30)) { _ in 64 }.count == 1)
    }

    @Test("a lane read again from its beginning brings nothing twice")
    func readsAnew() {
        var agenda = Agenda()
        agenda.open(Self.lane(1))
        var shelf = Shelf(jobs: (0..<100).map { (1, .normal, Self.now, Int64($0)) })
        Self.read(&agenda, shelf)
        var picked = agenda.pick(route: "relay", room: 32) { _ in .max }.map(\.key)
        agenda.decided(picked.map { Agenda.Pick(key: $0, lane: Self.lane(1)) })
        shelf.jobs.removeAll { picked.contains(JobKey($0.key)) }
        shelf.jobs.append((1, .normal, Self.now - .seconds(5), 500))
        agenda.arrived(LaneArrival(lane: Self.lane(1), earliest: Self.now - .seconds(5)))
        for _ in 0..<9 {
            Self.read(&agenda, shelf)
            let more = agenda.pick(route: "relay", room: 16) { _ in .max }
            agenda.decided(more)
            picked += more.map(\.key)
            shelf.jobs.removeAll { job in more.contains { $0.key.rawValue == job.key } }
        }
        #expect(picked.count == 101)
        #expect(Set(picked).count == 101)
    }

    @Test("one place at a time is shared fairly, also by neighbours among many idle lanes")
    func sharesSinglePlaces() {
        var agenda = Agenda()
        for id: Int64 in 1...50 { agenda.open(Self.lane(id, brand: "b\(id)")) }
        let shelf = Shelf(jobs: (0..<200).map { (20 + Int64($0 % 2), .normal, Self.now, Int64($0)) })
        Self.read(&agenda, shelf, window: 128)
        let picks = (0..<100).flatMap { _ in agenda.pick(route: "relay", room: 1) { _ in .max } }
        #expect(picks.count { $0.lane.id.rawValue == 20 } == 50)
    }
}
