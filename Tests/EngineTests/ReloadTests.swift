// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Testing

@testable import Engine

@Suite("A configuration read anew", .timeLimit(.minutes(1)))
struct ReloadTests {
    static let wide = Scene.settings(routes: [Scene.route("relay"), Scene.route("second")], brands: ["acme", "zeta"])

    /// Plays: 30 jobs of each kind wait behind a paused start, then the configuration changes.
    static func reload(to next: GatewaySettings, without templates: Set<String> = []) async throws -> Scene {
        let scene = try Scene(wide)
        scene.book.write { pages, _ in pages.orders.pausedRoutes = ["relay": "", "second": ""] }
        scene.book.take(
            scene.jobs(30) + scene.jobs(30, route: "second") + scene.jobs(30, "brand", brand: "zeta")
                + scene.jobs(30, "other", template: "other"))
        let snapshot = try Scene.snapshot(next, without: templates)
        try await scene.play { scene in
            scene.inbox.adopt(snapshot)
            scene.book.order { $0.pausedRoutes = [:] }
            try await scene.book.until { $0.ended + $0.held == 120 }
        }
        #expect(scene.book.look(\.wrongs) == [])
        return scene
    }

    @Test("jobs of a route that is gone are held, with the reason")
    func routeGone() async throws {
        let scene = try await Self.reload(to: Scene.settings(brands: ["acme", "zeta"]))
        #expect(scene.book.look(\.outcomes) == ["sent": 90])
        #expect(scene.book.look(\.reasonsToHold) == ["route \"second\" is not configured any more"])
        #expect(scene.yard.book.withLock { $0.closed.sorted() } == ["relay", "second"])
    }

    @Test("jobs of a brand that is gone are held, with the reason")
    func brandGone() async throws {
        let scene = try await Self.reload(to: Scene.settings(routes: Self.wide.routes))
        #expect(scene.book.look(\.outcomes) == ["sent": 90])
        #expect(scene.book.look(\.reasonsToHold) == ["brand \"zeta\" is not configured any more"])
    }

    @Test("jobs of a template that is gone are held, with the reason")
    func templateGone() async throws {
        let scene = try await Self.reload(to: Self.wide, without: ["other"])
        #expect(scene.book.look(\.outcomes) == ["sent": 90])
        #expect(scene.book.look(\.reasonsToHold) == ["template \"other\" is gone or broken: see `gatepost check`"])
    }

    @Test("a domain that gets a rate of its own gets a lane of its own, and its jobs move there")
    func domainRate() async throws {
        var next = Self.wide
        next.routes[0].domainRate = ["example.org": [RateLimit(count: 1000, per: .seconds(1))]]
        let scene = try await Self.reload(to: next)
        #expect(scene.book.look(\.outcomes) == ["sent": 120])
        #expect(scene.book.look { $0.jobs.values.count { $0.facts.domain == "example.org" } } == 90)
    }

    @Test("a daily limit that is changed remembers what has left already")
    func remembersRates() async throws {
        let now = Scene.settings { $0.routes[0].rate = [RateLimit(count: 100, per: .days(1))] }
        let scene = try Scene(now)
        let lane = LaneKey(route: "relay", domain: nil, brand: "acme")
        scene.book.write { pages, _ in
            pages.tallies = [LaneTally(lane: lane, minute: HandClock.start - .hours(2), count: 90)]
        }
        scene.book.take(scene.jobs(200))
        let wider = try Scene.snapshot(Scene.settings { $0.routes[0].rate = [RateLimit(count: 130, per: .days(1))] })
        try await scene.play { scene in
            try await scene.book.until { $0.ended == 10 && $0.flying.isEmpty }
            scene.book.write { pages, _ in
                pages.tallies.append(LaneTally(lane: lane, minute: HandClock.start, count: 10))
            }
            scene.inbox.adopt(wider)
            try await scene.book.until { $0.ended == 40 }
            #expect(await scene.dispatcher.board.longestWindow(of: ["relay"]) == .days(1))
        }
        #expect(scene.book.look(\.launches) == 40)
    }

    @Test("a changed route gets a new channel; the old one is closed when all that it carried has landed")
    func swapsChannels() async throws {
        let scene = try Scene()
        scene.yard.book.withLock { _ = $0.isSilent.insert("relay") }
        scene.book.take(scene.jobs(64))
        let next = try Scene.snapshot(Scene.settings(routes: [Scene.route("relay", connections: 7)]))
        try await scene.play { scene in
            try await scene.carried(64, over: "relay")
            scene.inbox.adopt(next)
            // The old channel gives back what it has not begun; the new one gets it.
            try await scene.book.until { $0.launches == 128 && $0.flying.count == 64 }
            #expect(scene.yard.book.withLock { $0.opened } == ["relay", "relay"])
            scene.yard.release("relay")
            try await scene.book.until { $0.ended == 64 }
        }
        #expect(scene.yard.book.withLock { $0.closed } == ["relay", "relay"])
    }

    @Test("a route that cannot be opened stops its own jobs only, says why, and opens with a better configuration")
    func cannotOpen() async throws {
        let scene = try Scene(Self.wide)
        scene.yard.book.withLock { _ = $0.unopenable.insert("second") }
        scene.book.take(scene.jobs(50) + scene.jobs(50, route: "second"))
        try await scene.play { scene in
            try await scene.book.until { $0.ended == 50 && $0.tidies > 0 }
            #expect(scene.book.look(\.launches) == 50)
            let status = await scene.dispatcher.status().routes[1]
            #expect((status.state, status.why) == (.closed, "there is no such secret"))
            scene.yard.book.withLock { $0.unopenable = [] }
            scene.inbox.adopt(scene.snapshot)
            try await scene.book.until { $0.ended == 100 }
        }
    }

    @Test("a template that fails twenty times in a row costs twenty jobs; the rest are held")
    func failingTemplate() async throws {
        let scene = try Scene(Self.wide)
        scene.book.take(scene.jobs(60, template: "other", name: "a\r\nb") + scene.jobs(40, route: "second"))
        try await scene.play { scene in try await scene.book.until { $0.ended + $0.held == 100 } }
        #expect(scene.book.look(\.outcomes) == ["failed render": 20, "sent": 40])
        #expect(scene.book.look(\.reasonsToHold).count == 1)
        #expect(await scene.dispatcher.status().routes.allSatisfy { $0.inFlight == 0 })
    }

    @Test("in the sandbox every envelope goes to one address, except where it is allowed")
    func sandbox() async throws {
        let scene = try Scene(
            Scene.settings {
                $0.sandbox = SandboxSettings(redirect: [.email: "qa@acme.example"], allow: ["*@acme.example"])
            })
        scene.book.take(scene.jobs(5) + scene.jobs(3, "own", at: "acme.example"))
        try await scene.play { scene in try await scene.book.until { $0.ended == 8 } }
        let parcels = scene.yard.book.withLock { $0.sent.compactMap(\.mail) }
        #expect(parcels.count { $0.recipient.description == "qa@acme.example" } == 5)
        #expect(parcels.count { $0.recipient.local.hasPrefix("own-") } == 3)
        let mails = parcels.map { String(decoding: $0.content, as: UTF8.self) }
        #expect(mails.allSatisfy { !$0.contains("qa@acme.example") && ($0.contains("ok-") || $0.contains("own-")) })
    }

    @Test("a sandbox without an address to redirect to sends nothing to anyone")
    func sandboxFailsClosed() async throws {
        let scene = try Scene(Scene.settings { $0.sandbox = SandboxSettings(redirect: [:], allow: []) })
        scene.book.take(scene.jobs(5))
        try await scene.play { scene in try await scene.book.until { $0.ended == 5 } }
        #expect(scene.book.look(\.outcomes) == ["failed configuration": 5])
        #expect(scene.yard.book.withLock { $0.sent.isEmpty })
    }

    @Test("every attempt at a job has the same bytes")
    func sameBytes() async throws {
        let scene = try Scene()
        scene.letTimePass()
        scene.book.take([scene.job("again3-1@example.org")])
        try await scene.play { scene in try await scene.book.until { $0.ended == 1 } }
        let contents = scene.yard.book.withLock { $0.sent.compactMap(\.mail?.content) }
        #expect(contents.count == 4)
        #expect(Set(contents).count == 1)
    }
}
