// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Testing

@testable import Engine

@Suite("Failover: which route next")
struct FailoverTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// Where the job stands; and its home, where that is another.
        var at = "a"
        var home: String?
        var isInDoubt = false
        var doors: [String: Failover.Door]
        var next: String?
    }

    /// `a` has stand-ins `b` and `c`; `b` has none; `mail` is of another channel and named all the same.
    static let failover = Failover([
        Scene.httpRoute("a", failover: ["mail", "b", "c", "gone"]), Scene.httpRoute("b"),
        Scene.httpRoute("c", failover: ["b"]), Scene.route("mail"),
    ])

    static let table = [
        Row(testDescription: "an open route keeps its jobs", doors: ["a": .open, "b": .open], next: nil),
        Row(testDescription: "one that may be probed keeps its jobs", doors: ["a": .due, "b": .open], next: nil),
        Row(testDescription: "the first stand-in", doors: ["a": .shut, "b": .open, "c": .open], next: "b"),
        Row(testDescription: "the first open one", doors: ["a": .shut, "b": .shut, "c": .open], next: "c"),
        Row(testDescription: "none is open", doors: ["a": .shut, "b": .shut, "c": .shut], next: nil),
        Row(
            testDescription: "an open one before one that may be probed",
            doors: ["a": .shut, "b": .due, "c": .open], next: "c"),
        Row(
            testDescription: "one that may be probed, where none is open", doors: ["a": .shut, "b": .shut, "c": .due],
            next: "c"),
        Row(testDescription: "never over another channel", doors: ["a": .shut, "mail": .open], next: nil),
        Row(testDescription: "never in doubt", isInDoubt: true, doors: ["a": .shut, "b": .open], next: nil),
        Row(
            testDescription: "away from home it stays while it can", at: "b", home: "a",
            doors: ["a": .open, "b": .open], next: nil),
        Row(
            testDescription: "and goes home first", at: "b", home: "a",
            doors: ["a": .open, "b": .shut, "c": .open], next: "a"),
        Row(
            testDescription: "else to the next of its home's", at: "b", home: "a",
            doors: ["a": .shut, "b": .shut, "c": .open], next: "c"),
        Row(testDescription: "a native of the stand-in has no stand-in", at: "b", doors: ["a": .open, "b": .shut]),
        Row(
            testDescription: "its home is gone: those of where it stands", at: "c", home: "gone",
            doors: ["b": .open, "c": .shut], next: "b"),
    ]

    @Test("goes where it must, or stays", arguments: table)
    func goes(_ row: Row) throws {
        var facts = try Scene().job("ada@example.org").facts
        (facts.route, facts.home, facts.isInDoubt) = (row.at, row.home, row.isInDoubt)
        #expect(Self.failover.next(for: facts, doors: row.doors) == row.next)
    }

    @Test("everywhere that jobs of a closed route may go, home included")
    func reach() {
        #expect(Self.failover.reach(from: "a") == ["b", "c"])
        #expect(Self.failover.reach(from: "b") == ["a", "c"])
        #expect(Self.failover.reach(from: "mail") == [])
        #expect(Failover([Scene.route("mail")]).isEmpty)
    }
}

@Suite("Failover in the loop", .timeLimit(.minutes(1)))
struct FailoverSimulation {
    static let pair = [Scene.httpRoute("texts", failover: ["spare"]), Scene.httpRoute("spare")]

    struct Weather: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var result: DeliveryResult
        var stage: String
    }
    static let weathers = [
        Weather(testDescription: "throttled", result: .throttled(after: .seconds(20)), stage: "answer"),
        Weather(testDescription: "down", result: .unreachable, stage: "connecting"),
        Weather(testDescription: "refusing our credentials", result: .configuration, stage: "authenticating"),
    ]

    @Test(
        "while the first account is closed the second carries, nothing twice; then the first again", arguments: weathers
    )
    func carries(_ weather: Weather) async throws {
        let scene = try Scene(texts: Self.pair)
        scene.yard.book.withLock { $0.weather["texts"] = (weather.result, weather.stage) }
        scene.book.take(scene.texts(300))
        try await scene.play { scene in
            try await scene.book.until { $0.ended == 300 }
            #expect(scene.book.look { $0.ended(on: "spare") } == 300)
            #expect(await scene.dispatcher.status().routes[0].state == .closed)
            // At most the first window was tried on the account that is closed.
            #expect(scene.yard.book.withLock { $0.most["texts"]! } <= 64)
            scene.yard.book.withLock { $0.weather["texts"] = nil }
            scene.advance(.minutes(3))
            scene.book.take(scene.texts(200))
            try await scene.book.until { $0.ended == 500 }
        }
        #expect(scene.book.look { $0.ended(on: "texts") } > 100)
        #expect(scene.yard.book.withLock { $0.made.values.allSatisfy { $0.count == 1 } && $0.made.count == 500 })
        #expect(scene.book.look(\.wrongs) == [])
        #expect(await scene.dispatcher.status().routes.allSatisfy { $0.inFlight == 0 }, "a place has leaked")
    }

    @Test("both are down: what had gone over comes home when the first recovers")
    func comesHome() async throws {
        let scene = try Scene(texts: Self.pair)
        scene.letTimePass()
        scene.yard.book.withLock {
            $0.weather["texts"] = (.unreachable, "connecting")
            $0.weather["spare"] = (.unreachable, "connecting")
        }
        scene.book.take(scene.texts(300))
        try await scene.play { scene in
            try await scene.book.until { pages in
                pages.jobs.values.contains { $0.facts.home == "texts" } && pages.launches > 70
            }
            scene.yard.book.withLock { $0.weather["texts"] = nil }
            try await scene.book.until { $0.ended == 300 }
        }
        #expect(scene.book.look { $0.ended(on: "texts") } == 300)
        #expect(scene.yard.book.withLock { $0.made.values.allSatisfy { $0.count == 1 } && $0.made.count == 300 })
        #expect(scene.book.look(\.wrongs) == [])
    }

    @Test("the second takes only what it has room for: the rest stays at home, and goes from there")
    func withinRates() async throws {
        let slow = Scene.httpRoute("spare") { $0.rate = [RateLimit(count: 10, per: .hours(1))] }
        let scene = try Scene(texts: [Self.pair[0], slow])
        scene.yard.book.withLock { $0.weather["texts"] = (.throttled(after: .seconds(30)), "answer") }
        scene.book.take(scene.texts(300))
        try await scene.play { scene in
            try await scene.book.until { $0.ended == 10 }
            scene.yard.book.withLock { $0.weather["texts"] = nil }
            scene.advance(.minutes(2))
            // Those that were put off before the second was known to be full wait out their time.
            scene.letTimePassFromNow()
            try await scene.book.until { $0.ended == 300 }
        }
        #expect(scene.book.look { $0.ended(on: "texts") } >= 270)
        #expect(scene.book.look(\.wrongs) == [])
    }

    @Test("an operator's pause sends its jobs over the stand-in too")
    func paused() async throws {
        let scene = try Scene(texts: Self.pair)
        scene.book.write { pages, _ in pages.orders.pausedRoutes["texts"] = "for the test" }
        scene.book.take(scene.texts(100))
        try await scene.play { scene in try await scene.book.until { $0.ended == 100 } }
        #expect(scene.book.look { $0.ended(on: "spare") } == 100)
        #expect(scene.yard.book.withLock { $0.most["texts"] } == nil)
    }

    @Test("a job in doubt stays with the route that may have sent it")
    func doubtStays() async throws {
        let scene = try Scene(texts: Self.pair, offering: .key)
        scene.book.take([scene.text("lost1-1")])
        try await scene.play { scene in
            try await scene.book.until { $0.jobs.values.contains { $0.facts.isInDoubt && $0.state != .ended } }
            scene.yard.book.withLock { $0.weather["texts"] = (.unreachable, "connecting") }
            scene.letTimePassFromNow()
            scene.book.take(scene.texts(50))
            try await scene.book.until { $0.ended == 50 && $0.tidies > 20 }
            #expect(scene.yard.book.withLock { $0.made.count } == 51)
            scene.yard.book.withLock { $0.weather["texts"] = nil }
            try await scene.book.until { $0.ended == 51 }
        }
        #expect(scene.book.look { $0.jobs[JobKey(1)]!.facts.route } == "texts")
        #expect(scene.book.look { $0.stories[0] }.hasSuffix("sent"))
        #expect(scene.yard.book.withLock { $0.made.values.allSatisfy { $0.count == 1 } })
        #expect(scene.book.look(\.wrongs) == [])
    }

    @Test("without a stand-in an account that refuses us keeps its jobs: all go when it is mended")
    func keepsItsJobs() async throws {
        let scene = try Scene(texts: [Scene.httpRoute("texts")])
        scene.yard.book.withLock { $0.weather["texts"] = (.configuration, "authenticating") }
        scene.letTimePass()
        scene.book.take(scene.texts(100))
        try await scene.play { scene in
            try await scene.book.until { $0.launches > 66 }
            #expect(await scene.dispatcher.status().routes[0].why == "configuration: so it said")
            scene.yard.book.withLock { $0.weather["texts"] = nil }
            try await scene.book.until { $0.ended == 100 }
        }
        #expect(scene.book.look(\.outcomes) == ["sent": 100])
    }

    @Test("the stand-in is gone from the configuration: what it had taken over goes home")
    func standInGone() async throws {
        let scene = try Scene(texts: Self.pair)
        scene.yard.book.withLock {
            $0.weather["texts"] = (.unreachable, "connecting")
            $0.isSilent = ["spare"]
        }
        scene.book.take(scene.texts(64))
        let alone = [Scene.httpRoute("texts")]
        let next = try Scene.snapshot(Scene.settings(routes: alone), providers: Scene.providers(of: alone))
        try await scene.play { scene in
            try await scene.carried(64, over: "spare")
            scene.yard.book.withLock { $0.weather = [:] }
            scene.inbox.adopt(next)
            try await scene.book.until { $0.ended == 64 }
        }
        #expect(scene.book.look { $0.ended(on: "texts") } == 64)
        #expect(scene.book.look(\.outcomes) == ["sent": 64])
    }

    static let words = ["ok", "ok", "ok", "again1", "patience2", "away2", "login1", "lost1", "gone2", "bad"]

    @Test(
        "a random mix, seeded: every text ends once, is made once, and no place leaks",
        arguments: [1, 2, 3] as [UInt64])
    func mix(seed: UInt64) async throws {
        let routes = [
            Scene.httpRoute("a", failover: ["b", "c"]), Scene.httpRoute("b", failover: ["c"]),
            Scene.httpRoute("c") { $0.rate = [RateLimit(count: 40, per: .seconds(1))] },
        ]
        let scene = try Scene(texts: routes, offering: .key)
        scene.letTimePass()
        var dice = Dice(seed)
        let jobs = (0..<900).map { number -> (word: String, entry: MemoryBook.Entry) in
            let word = Self.words.randomElement(using: &dice)!
            return (word, scene.text("\(word)-\(number)", route: ["a", "a", "b", "c"].randomElement(using: &dice)!))
        }
        scene.book.take(jobs.map(\.entry))
        try await scene.play { scene in try await scene.book.until { $0.ended == 900 } }
        let bad = jobs.count { $0.word == "bad" }
        #expect(scene.book.look(\.outcomes) == ["sent": 900 - bad, "failed bad_address": bad])
        #expect(scene.yard.book.withLock { $0.made.values.allSatisfy { $0.count == 1 } && $0.made.count == 900 - bad })
        #expect(scene.book.look(\.wrongs) == [])
        #expect(await scene.dispatcher.status().routes.allSatisfy { $0.inFlight == 0 }, "a place has leaked")
        #expect(scene.book.look { pages in pages.jobs.values.contains { $0.facts.home != nil } })
    }
}
