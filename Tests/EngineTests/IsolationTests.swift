// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Testing

@testable import Engine

@Suite("Nothing waits behind what is not its own", .timeLimit(.minutes(1)))
struct IsolationTests {
    @Test("a silent route holds a window and stops no other")
    func silentRoute() async throws {
        let scene = try Scene(Scene.settings(routes: [Scene.route("relay"), Scene.route("mute")]))
        scene.yard.book.withLock { _ = $0.isSilent.insert("mute") }
        scene.book.take(scene.jobs(500, route: "mute") + scene.jobs(1000, route: "relay"))
        try await scene.play { scene in
            try await scene.book.until { $0.ended(on: "relay") == 1000 && $0.flying.count == 64 }
            #expect(scene.book.look { $0.ended(on: "mute") } == 0)
            #expect(scene.yard.book.withLock { $0.most["mute"] } == 64)
            scene.yard.release("mute")
            try await scene.book.until { $0.ended == 1500 }
        }
    }

    @Test("when all places for attempts are taken it waits, and silent routes leave some to the others")
    func places() async throws {
        let mutes = (0..<6).map { "mute\($0)" }
        let scene = try Scene(Scene.settings(routes: (mutes + ["relay"]).map { Scene.route($0) }))
        scene.yard.book.withLock { $0.isSilent = Set(mutes) }
        scene.book.write { pages, _ in pages.places = 40 }
        for mute in mutes { scene.book.take(scene.jobs(100, route: mute)) }
        try await scene.play { scene in
            try await scene.book.until { $0.flying.count >= 30 }
            scene.book.take(scene.jobs(300, route: "relay"))
            try await scene.book.until { $0.ended(on: "relay") == 300 }
            for mute in mutes { scene.yard.release(mute) }
            try await scene.book.until { $0.ended == 900 }
        }
        #expect(scene.book.look(\.wrongs) == [])
    }

    @Test("with one place there is one attempt at a time, and no exchange that launches nothing")
    func onePlace() async throws {
        let scene = try Scene()
        scene.yard.book.withLock { _ = $0.isSilent.insert("relay") }
        scene.book.write { pages, _ in pages.places = 1 }
        scene.book.take(scene.jobs(200))
        try await scene.play { scene in
            for count in 1...5 {
                try await scene.carried(1, over: "relay")
                #expect(scene.book.look(\.launches) == count)
                scene.yard.release("relay", limit: 1)
                try await scene.book.until { $0.ended == count }
            }
            #expect(scene.book.look(\.exchanges) <= 11)
            scene.yard.release("relay")
            try await scene.book.until { $0.ended == 200 }
        }
        #expect(scene.book.look(\.wrongs) == [])
    }

    @Test("a route that carries nothing for give_up_after: its jobs end, tried or not, each in its own time")
    func givesUp() async throws {
        let scene = try Scene(Scene.settings(routes: ["relay", "paused"].map { Scene.route($0) }))
        scene.yard.book.withLock { $0.weather["relay"] = (.unreachable, "connecting") }
        scene.book.write { pages, _ in pages.orders.pausedRoutes["paused"] = "for the test" }
        scene.book.take(scene.jobs(300) + scene.jobs(50, route: "paused"))
        let late = HandClock.start + .hours(24)
        scene.book.take((0..<20).map { scene.job("ok-late\($0)@example.org", due: late) })
        try await scene.play { scene in
            try await scene.book.until { $0.launches >= 64 && $0.flying.isEmpty }
            for (hours, ended) in [(71, 0), (2, 300), (22, 300), (2, 320)] {
                scene.advance(.hours(hours))
                // A probe that is in the air when the others are given up ends when it is back.
                for _ in 0..<4 {
                    try await scene.book.until { [tidies = scene.book.look(\.tidies)] in $0.tidies > tidies }
                    scene.advance(.seconds(2))
                }
                #expect(scene.book.look(\.ended) == ended)
            }
        }
        #expect(scene.book.look(\.outcomes) == ["failed retries_exhausted": 320])
        #expect(scene.book.look(\.wrongs) == [])
    }

    @Test("a throttled domain with a deep backlog leaves the rest of its route alone, and is not read through")
    func throttledDomain() async throws {
        let route = Scene.route("relay") { $0.domainRate = ["slow.example": [RateLimit(count: 5, per: .hours(1))]] }
        let scene = try Scene(Scene.settings(routes: [route]))
        scene.book.take(scene.jobs(3000, at: "slow.example") + scene.jobs(1000))
        try await scene.play { scene in
            try await scene.book.until { $0.ended == 1005 }
            let slow = LaneKey(route: "relay", domain: "slow.example", brand: "acme")
            #expect(scene.book.look { $0.jobs.values.count { $0.facts.domain != nil && $0.state == .ended } } == 5)
            #expect(scene.book.look { $0.reads[slow]! } < 20)
        }
    }

    @Test("a route that cannot be reached is asked by one probe at a time, and opens when one gets through")
    func probes() async throws {
        let scene = try Scene()
        scene.yard.book.withLock { $0.weather["relay"] = (.unreachable, "connecting") }
        scene.letTimePass()
        scene.book.take(scene.jobs(300))
        try await scene.play { scene in
            // The first window goes out in good faith; every launch after it is a probe.
            try await scene.book.until { $0.launches >= 64 && $0.flying.isEmpty }
            scene.yard.book.withLock { $0.most["relay"] = 0 }
            let before = scene.book.look(\.launches)
            try await scene.book.until { $0.launches >= before + 6 }
            #expect(scene.yard.book.withLock { $0.most["relay"] } == 1)
            #expect(await scene.dispatcher.status().routes[0].why?.hasPrefix("unreachable") == true)
            scene.yard.book.withLock { $0.weather["relay"] = nil }
            try await scene.book.until { $0.ended == 300 }
            #expect(await scene.dispatcher.status().routes[0].state == .open)
        }
        #expect(scene.book.look(\.outcomes) == ["sent": 300])
    }

    @Test("an untrusted certificate costs no job: the route closes, and all go when it is mended")
    func untrusted() async throws {
        let scene = try Scene()
        scene.yard.book.withLock { $0.weather["relay"] = (.configuration, "encrypting") }
        scene.letTimePass()
        scene.book.take(scene.jobs(100))
        try await scene.play { scene in
            try await scene.book.until { $0.launches > 66 }
            scene.yard.book.withLock { $0.weather["relay"] = nil }
            try await scene.book.until { $0.ended == 100 }
        }
        #expect(scene.book.look(\.outcomes) == ["sent": 100])
    }

    @Test("rates hold over an hour, and are used: in no minute more than 100, in all close to 6,000")
    func ratesOverAnHour() async throws {
        let route = Scene.route("relay") {
            $0.rate = [RateLimit(count: 100, per: .minutes(1)), RateLimit(count: 10, per: .seconds(1))]
        }
        let scene = try Scene(Scene.settings(routes: [route]))
        scene.letTimePass()
        scene.book.take(scene.jobs(5600))
        try await scene.play { scene in try await scene.book.until { $0.ended == 5600 } }
        let times = scene.book.look { $0.jobs.values.flatMap(\.launches) }.sorted()
        #expect(Self.most(times, within: .minutes(1)) <= 100)
        #expect(Self.most(times, within: .seconds(1)) <= 10)
        #expect(times.last! - times[0] < .minutes(62))
    }

    /// The fullest window of that length.
    static func most(_ times: [Instant], within window: Duration) -> Int {
        var (first, most) = (0, 0)
        for (index, time) in times.enumerated() {
            while time - times[first] >= window { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    @Test("with nothing to do, whatever waits, it turns at most five times a second")
    func idles() async throws {
        let routes = ["mute", "paused", "throttled", "shut", "gone", "relay"].map { name in
            Scene.route(name) { if name == "throttled" { $0.rate = [RateLimit(count: 1, per: .hours(1))] } }
        }
        let scene = try Scene(Scene.settings(routes: routes, brands: ["acme", "held"]), timepiece: SystemTimepiece())
        scene.yard.book.withLock {
            $0.isSilent.insert("mute"); $0.unopenable.insert("shut")
        }
        let due = SystemTimepiece().now() - .seconds(5)
        func waiting(_ route: String, _ brand: String = "acme") -> [MemoryBook.Entry] {
            scene.jobs(600, route: route, brand: brand).map {
                var job = $0; job.state = .ready(due); return job
            }
        }
        scene.book.write { pages, _ in
            pages.orders.pausedRoutes["paused"] = "for the test"
            pages.orders.holds = [
                .init(id: 1, campaign: nil, brand: "held", template: nil, route: nil, messageClass: nil, why: "")
            ]
        }
        for route in ["mute", "paused", "throttled", "shut"] { scene.book.take(waiting(route)) }
        scene.book.take(waiting("relay", "held"))
        try await scene.play { scene in
            try await scene.book.until { $0.flying.count == 64 && $0.ended == 1 && $0.tidies >= 2 }
            let (turns, start) = (await scene.dispatcher.status().turns, ContinuousClock.now)
            let tidies = scene.book.look(\.tidies)
            try await scene.book.until { $0.tidies >= tidies + 2 }
            let seconds = (ContinuousClock.now - start).inSeconds
            #expect(Double(await scene.dispatcher.status().turns - turns) <= 5 * seconds + 1)
            scene.yard.release("mute")
        }
    }
}
