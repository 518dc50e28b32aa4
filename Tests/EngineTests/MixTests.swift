// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Testing

@testable import Engine

@Suite("A random mix of jobs, seeded", .timeLimit(.minutes(1)))
struct MixTests {
    static let fates: [(word: String, outcome: String)] = [
        ("ok", "sent"), ("ok", "sent"), ("ok", "sent"), ("ok", "sent"), ("bad", "failed bad_address"),
        ("again1", "sent"),
        ("again3", "sent"), ("patience2", "sent"), ("away2", "sent"), ("login1", "sent"),
        ("fault", "failed configuration"),
        ("lost", "unknown in_doubt"), ("again", "failed retries_exhausted"), ("late", "withheld expired"),
        ("later", "sent"),
        ("sour", "failed render"),
    ]

    @Test(
        "every job ends exactly once, as it must, and no window is ever exceeded",
        arguments: [1, 2, 3] as [UInt64])
    func endsOnce(seed: UInt64) async throws {
        let routes = [
            Scene.route("relay", connections: 8) {
                $0.domainRate = ["slow.example": [RateLimit(count: 20, per: .minutes(1))]]
            },
            Scene.route("second", connections: 12) { $0.rate = [RateLimit(count: 50, per: .seconds(1))] },
            Scene.route("third", connections: 30),
        ]
        let scene = try Scene(Scene.settings(routes: routes, brands: ["acme", "zeta"]), seed: seed)
        scene.letTimePass()
        let expected = Self.fill(scene, seed: seed, count: 2000)
        try await scene.play { scene in try await scene.book.until { $0.ended == $0.jobs.count } }
        #expect(scene.book.look(\.wrongs) == [])
        #expect(scene.book.look(\.outcomes) == expected)
        for route in routes { #expect(scene.yard.book.withLock { $0.most[route.name]! } <= route.window) }
        let status = await scene.dispatcher.status()
        #expect(status.inFlight == 0)
        #expect(status.routes.allSatisfy { $0.inFlight == 0 }, "a place in a window has leaked")
        #expect(await scene.dispatcher.recalledEarly.isEmpty)
    }

    /// Takes jobs in, in three portions; returns what is to become of how many.
    static func fill(_ scene: Scene, seed: UInt64, count: Int) -> [String: Int] {
        var dice = Dice(seed)
        var expected: [String: Int] = [:]
        var jobs: [MemoryBook.Entry] = []
        for number in 0..<count {
            let fate = fates.randomElement(using: &dice)!
            let domain = ["example.org", "example.net", "slow.example"].randomElement(using: &dice)!
            // A template that fails time after time is held, which is another test's matter.
            let name = fate.word == "sour" && number % 4 == 0 ? "a\r\nb" : "Ada"
            let outcome = fate.word == "sour" && name == "Ada" ? "sent" : fate.outcome
            expected[outcome, default: 0] += 1
            let start = HandClock.start
            jobs.append(
                scene.job(
                    "\(fate.word)-\(number)@\(domain)",
                    route: ["relay", "second", "third"].randomElement(using: &dice)!,
                    brand: ["acme", "zeta"].randomElement(using: &dice)!,
                    priority: Priority.allCases.randomElement(using: &dice)!,
                    due: start - .seconds(Int.random(in: 0...600, using: &dice)), name: name
                ) { facts in
                    if fate.word == "late" { facts.expiresAt = start - .seconds(1) }
                    if fate.word == "later" {
                        facts.notBefore = start + .seconds(Int.random(in: 1...900, using: &dice))
                    }
                })
        }
        scene.book.take(jobs)
        return expected
    }
}
