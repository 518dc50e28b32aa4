// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Policy
import Settings
import Testing

@testable import Engine

@Suite("What operators order", .timeLimit(.minutes(1)))
struct OrdersTests {
    static func hold(
        _ id: Int64 = 1, campaign: String? = nil, brand: String? = nil, template: String? = nil, route: String? = nil
    ) -> StandingOrders.Hold {
        .init(
            id: id, campaign: campaign, brand: brand, template: template, route: route, messageClass: nil,
            why: "checking")
    }

    @Test("a paused route is neither read nor used until it is resumed")
    func pauses() async throws {
        let scene = try Scene(Scene.settings(routes: [Scene.route("relay"), Scene.route("second")]))
        scene.book.write { pages, _ in pages.orders.pausedRoutes["relay"] = "maintenance" }
        scene.book.take(scene.jobs(100, route: "relay") + scene.jobs(100, route: "second"))
        try await scene.play { scene in
            try await scene.book.until { $0.ended(on: "second") == 100 }
            #expect(scene.book.look { $0.reads[LaneKey(route: "relay", domain: nil, brand: "acme")] } == nil)
            #expect(await scene.dispatcher.status().routes[0].state == .paused)
            scene.book.order { $0.pausedRoutes = [:] }
            try await scene.book.until { $0.ended == 200 }
        }
    }

    @Test("resuming a route lifts an automatic pause at once")
    func resumes() async throws {
        let scene = try Scene()
        scene.yard.book.withLock { $0.weather["relay"] = (.configuration, "authenticating") }
        scene.book.take(scene.jobs(10))
        try await scene.play { scene in
            try await scene.book.until { $0.launches == 10 && $0.flying.isEmpty }
            scene.yard.book.withLock { $0.weather["relay"] = nil }
            scene.clock.advance(.seconds(61))
            scene.book.order { $0.resumed["relay"] = 1 }
            try await scene.book.until { $0.ended == 10 }
            #expect(await scene.dispatcher.status().routes[0].state == .open)
        }
    }

    @Test(
        "a hold that covers a lane leaves it unread; lifted, all goes",
        arguments: [hold(brand: "zeta"), hold(route: "second"), hold()])
    func holdsLanes(_ hold: StandingOrders.Hold) async throws {
        let routes = [Scene.route("relay"), Scene.route("second")]
        let scene = try Scene(Scene.settings(routes: routes, brands: ["acme", "zeta"]))
        scene.book.write { pages, _ in pages.orders.holds = [hold] }
        scene.book.take(scene.jobs(50) + scene.jobs(50, route: "second", brand: "zeta"))
        let free = hold.brand == nil && hold.route == nil ? 0 : 50
        try await scene.play { scene in
            try await scene.book.until { $0.ended == free && $0.tidies > 0 }
            #expect(scene.book.look { $0.reads[LaneKey(route: "second", domain: nil, brand: "zeta")] } == nil)
            #expect(scene.book.look(\.held) == 0)
            scene.book.order { $0.holds = [] }
            try await scene.book.until { $0.ended == 100 }
        }
    }

    @Test("a hold on a campaign holds its jobs with the reason, and no other")
    func holdsCampaign() async throws {
        let scene = try Scene()
        scene.book.write { pages, _ in pages.orders.holds = [Self.hold(campaign: "spring")] }
        scene.book.take(scene.jobs(80, campaign: "spring") + scene.jobs(80, "well", campaign: "summer"))
        try await scene.play { scene in
            try await scene.book.until { $0.ended == 80 && $0.held == 80 }
            #expect(scene.book.look(\.reasonsToHold) == ["checking"])
            scene.book.order { $0.holds = [] }
            for key in scene.book.look({ Array($0.jobs.keys) }) { scene.book.release(key, due: HandClock.start) }
            try await scene.book.until { $0.ended == 160 }
        }
    }

    @Test("a cancel takes back what has not begun, and is recorded once it has landed")
    func cancels() async throws {
        let scene = try Scene()
        scene.yard.book.withLock { _ = $0.isSilent.insert("relay") }
        scene.book.take(scene.jobs(20, campaign: "spring") + scene.jobs(20, "well"))
        try await scene.play { scene in
            try await scene.book.until { $0.flying.count == 40 }
            scene.book.recall(.cancelled) { $0.campaign == "spring" }
            try await scene.book.until { $0.ended == 20 }
            #expect(scene.book.look(\.outcomes) == ["cancelled operator": 20])
            scene.yard.release("relay")
            try await scene.book.until { $0.ended == 40 }
            #expect(await scene.dispatcher.recalledEarly.isEmpty)
        }
        #expect(scene.book.look(\.outcomes) == ["cancelled operator": 20, "sent": 20])
    }

    @Test("what was recalled before it was handed over never reaches a channel")
    func recallsEarly() async throws {
        let scene = try Scene()
        scene.book.take(scene.jobs(1))
        let departures = try await scene.book.exchange(
            settled: [], candidates: [JobKey(1)], runsShort: false, at: HandClock.start, interest: PolicyInterest(),
            decide: { facts, recipient in
                .launch(scene.snapshot.gate.decide(facts, recipient, at: HandClock.start), reserves: true)
            })
        try await scene.dispatcher.adopt(scene.snapshot)
        try await scene.dispatcher.rehearseEarlyRecall(departures, scene.snapshot)
        #expect(scene.yard.book.withLock { $0.sent.isEmpty })
        #expect(scene.inbox.take().reports.flatMap(\.reports).map(\.result) == [.recalled])
        #expect(await scene.dispatcher.recalledEarly.isEmpty)
    }

    @Test("a hold that arrives while its jobs are being admitted calls them back")
    func holdsWhatSlippedThrough() async throws {
        let scene = try Scene()
        scene.yard.book.withLock { _ = $0.isSilent.insert("relay") }
        scene.book.take(scene.jobs(30, campaign: "spring"))
        try await scene.play { scene in
            try await scene.book.until { $0.flying.count == 30 }
            scene.book.order { $0.holds = [Self.hold(campaign: "spring")] }
            try await scene.book.until { $0.held == 30 && $0.flying.isEmpty }
        }
    }

    @Test("a clock that jumps stops admission; one that is accepted goes on")
    func clockJump() async throws {
        let scene = try Scene()
        scene.book.take(scene.jobs(10))
        try await scene.play { scene in
            try await scene.book.until { $0.ended == 10 }
            scene.clock.setWall(by: .hours(3))
            let tidies = scene.book.look(\.tidies)
            scene.book.take(scene.jobs(10, "next"))
            // A command's answer comes after a turn that has seen both the clock and the jobs.
            scene.book.order { $0.resumed["nobody"] = 1 }
            while await !scene.dispatcher.status().isClockSuspect { await Task.yield() }
            #expect(scene.book.look(\.launches) == 10)
            #expect(scene.book.look(\.tidies) == tidies)
            scene.book.order { $0.clockAccepted = 1 }
            try await scene.book.until { $0.ended == 20 }
            #expect(await !scene.dispatcher.status().isClockSuspect)
        }
    }

    @Test("a start before the journal's end admits nothing until the clock is accepted")
    func startsSuspect() async throws {
        let scene = try Scene(journalEnd: HandClock.start + .hours(1))
        scene.book.take(scene.jobs(10))
        try await scene.play { scene in
            while await scene.dispatcher.status().turns < 2 { scene.inbox.bell.ring(); await Task.yield() }
            #expect(scene.book.look { $0.launches + $0.tidies } == 0)
            scene.book.order { $0.clockAccepted = 1 }
            try await scene.book.until { $0.ended == 10 }
        }
    }
}

extension Dispatcher {
    /// As if a recall came while these were being rendered.
    fileprivate func rehearseEarlyRecall(_ departures: [Departure], _ snapshot: GatewaySnapshot) async throws {
        for departure in departures {
            flights[departure.attempt] = Flight(
                facts: departure.facts, slot: departure.slot, launchedAt: HandClock.start)
            recalledEarly.insert(departure.attempt)
        }
        try await handOver(Batch(departures: departures), snapshot, launchedAt: HandClock.start)
    }
}
