// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Testing

@testable import Engine

@Suite("The policy at admission", .timeLimit(.minutes(1)))
struct PolicyTests {
    static func settings(_ change: (inout PolicyRules) -> Void) -> GatewaySettings {
        var settings = Scene.settings()
        change(&settings.policy)
        return settings
    }

    static let free = settings {
        $0.consent = [
            ConsentRule(channel: nil, messageClass: nil, jurisdictions: nil, require: .none, allowUnproven: false)
        ]
    }
    static let countingAll = settings {
        var cap = CapRule(name: "all", limit: 1000, window: .rolling(.days(1)))
        cap.messageClass = .transactional
        $0.caps = [cap]
    }

    static func marketing(_ scene: Scene, _ count: Int) -> [MemoryBook.Entry] {
        (0..<count).map { number in
            var job = scene.job("m\(number)@example.org") { $0.messageClass = .marketing }
            job.recipient.address = .email("m\(number)@example.org")
            return job
        }
    }

    @Test("marketing without consent ends; transactional goes, and takes no place under caps")
    func consent() async throws {
        let scene = try Scene()
        scene.book.take(Self.marketing(scene, 5) + scene.jobs(5))
        try await scene.play { scene in try await scene.book.until { $0.ended == 10 } }
        #expect(scene.book.look(\.outcomes) == ["sent": 5, "withheld no_consent": 5])
        #expect(scene.book.look(\.reservations) == 0)
        #expect(scene.book.look(\.wrongs) == [])
    }

    @Test("marketing takes its place under caps; transactional where a cap names it")
    func reserves() async throws {
        for (settings, jobs, expected) in [(Self.free, 5, 5), (Self.countingAll, 0, 7)] {
            let scene = try Scene(settings)
            scene.book.take(Self.marketing(scene, jobs) + scene.jobs(7))
            try await scene.play { scene in try await scene.book.until { $0.ended == jobs + 7 } }
            #expect(scene.book.look(\.reservations) == expected)
            #expect(scene.book.look(\.outcomes) == ["sent": jobs + 7])
        }
    }

    @Test("a template that became marketing while its jobs waited makes them marketing")
    func stricterClass() async throws {
        let scene = try Scene()
        scene.book.write { pages, _ in pages.orders.pausedRoutes["relay"] = "" }
        scene.book.take(scene.jobs(3) + scene.jobs(3, "other", template: "other"))
        let next = try Scene.snapshot(Scene.settings(), marketing: ["other"])
        try await scene.play { scene in
            scene.inbox.adopt(next)
            scene.book.order { $0.pausedRoutes = [:] }
            try await scene.book.until { $0.ended == 6 }
        }
        #expect(scene.book.look(\.outcomes) == ["sent": 3, "withheld no_consent": 3])
    }

    @Test("a new policy is on record before it decides anything, also where the disk was full at first")
    func enforced() async throws {
        let scene = try Scene(Self.free)
        let next = try Scene.snapshot(Self.countingAll)
        try await scene.play { scene in
            try await scene.book.until { $0.policies.count == 1 }
            scene.book.write { pages, _ in pages.policyFullFor = 2 }
            scene.inbox.adopt(next)
            for _ in 0..<2 {
                let left = scene.book.look(\.policyFullFor)
                try await scene.book.until { $0.policyFullFor < left }
                scene.clock.advance(.seconds(2))
                scene.inbox.bell.ring()
            }
            try await scene.book.until { $0.policies.count == 2 }
            scene.book.take(scene.jobs(4))
            try await scene.book.until { $0.ended == 4 }
        }
        #expect(scene.book.look(\.policies) == [try Scene.snapshot(Self.free).policy.version, next.policy.version])
        #expect(scene.book.look(\.wrongs) == [])
    }
}
