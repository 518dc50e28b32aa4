// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Testing

@testable import Engine

@Suite("How it ends", .timeLimit(.minutes(1)))
struct EndingTests {
    @Test("a drain admits nothing more, books what lands, closes the channels and ends")
    func drains() async throws {
        let scene = try Scene()
        scene.yard.book.withLock { _ = $0.isSilent.insert("relay") }
        scene.book.take(scene.jobs(200))
        try await scene.play { scene in
            try await scene.book.until { $0.flying.count == 64 }
            scene.inbox.drain()
            scene.yard.release("relay")
            try await scene.book.until { $0.flying.isEmpty }
        }
        #expect(scene.book.look { ($0.ended, $0.launches) } == (64, 64))
        #expect(scene.yard.book.withLock { $0.closed } == ["relay"])
    }

    @Test("a drain ends at its time-out with what is left in the air, also of a channel that was retired")
    func drainTimesOut() async throws {
        let scene = try Scene()
        scene.yard.book.withLock { _ = $0.isSilent.insert("relay") }
        scene.book.take(scene.jobs(64))
        let next = try Scene.snapshot(Scene.settings(routes: [Scene.route("second")]))
        try await scene.play { scene in
            try await scene.carried(64, over: "relay")
            scene.yard.release("relay", limit: 4)
            try await scene.book.until { $0.ended == 4 }
            scene.yard.book.withLock { $0.comesTooLate = true }
            scene.inbox.adopt(next)
            scene.inbox.drain()
            while await !scene.dispatcher.status().isDraining { await Task.yield() }
            scene.advance(.seconds(31))
        }
        #expect(await scene.dispatcher.status().inFlight == 60)
        #expect(scene.book.look(\.ended) == 4)
    }

    @Test("a store that fails ends the run with its error", arguments: [true, false])
    func storeFails(duringExchange: Bool) async throws {
        let scene = try Scene()
        scene.yard.book.withLock { _ = $0.isSilent.insert("relay") }
        scene.book.take(scene.jobs(10))
        await #expect(throws: StoreError.fatal("EIO")) {
            try await scene.play { scene in
                try await scene.book.until { $0.flying.count == 10 }
                if duringExchange {
                    scene.book.write { pages, _ in pages.failure = .fatal("EIO") }
                    scene.yard.release("relay")
                } else {
                    scene.inbox.storeFailed(.fatal("EIO"))
                }
                try await scene.book.until { _ in false }
            }
        }
    }

    @Test("a full disk loses no report and no job: all is booked when there is room again")
    func diskFull() async throws {
        let scene = try Scene()
        scene.yard.book.withLock { _ = $0.isSilent.insert("relay") }
        scene.book.take(scene.jobs(300))
        try await scene.play { scene in
            try await scene.carried(64, over: "relay")
            scene.book.write { pages, _ in pages.fullFor = 3 }
            scene.yard.release("relay")
            for left in [2, 1, 0] {
                try await scene.book.until { $0.fullFor == left }
                #expect(scene.book.look(\.ended) == 0)
                while await scene.dispatcher.storeFullUntil == nil { await Task.yield() }
                scene.advance(.seconds(2))
            }
            try await scene.book.until { $0.ended == 300 }
        }
        #expect(scene.book.look(\.wrongs) == [])
        #expect(scene.book.look(\.outcomes) == ["sent": 300])
        #expect(await scene.dispatcher.status().routes[0].inFlight == 0)
    }

    @Test("a task that is cancelled ends at once, though nobody rings", arguments: [0, 100])
    func cancelled(jobs: Int) async throws {
        let scene = try Scene()
        scene.yard.book.withLock { _ = $0.isSilent.insert("relay") }
        scene.book.take(scene.jobs(jobs))
        let run = Task { try await scene.dispatcher.run() }
        try await scene.book.until { $0.tidies > 0 && $0.flying.count == min(jobs, 64) }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }
}
