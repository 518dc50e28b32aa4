// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Providers
import Settings
import Testing

@testable import Engine

@Suite("Amendments: what a report means")
struct AmendmentRuleTests {
    static let now = Instant(seconds: 1_800_000_000)

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var result: DeliveryResult
        var stage = "answer"
        var code: Int? = 400
        /// Before now.
        var since = Duration.zero
        var tries = 0
        var fate: Settlement.Fate
        /// What the route is told instead.
        var seen: DeliveryResult?
    }

    static let rows = [
        Row(testDescription: "closed", result: .accepted, code: 200, fate: .sent),
        Row(testDescription: "never began", result: .recalled, fate: .recalled),
        Row(testDescription: "refused", result: .refused, fate: .failed(.refused)),
        Row(testDescription: "no such contact: nobody is suppressed", result: .badAddress, fate: .failed(.refused)),
        Row(testDescription: "opted out: nobody is withdrawn", result: .optedOut, fate: .failed(.refused)),
        Row(
            testDescription: "the task is gone: nothing to do with the route", result: .configuration, code: 404,
            fate: .failed(.refused), seen: .refused),
        Row(
            testDescription: "a right is missing: the route's trouble, and it may come back", result: .configuration,
            stage: "authenticating", code: 403, fate: .again(at: now + .seconds(60), .routeDown, counts: true)),
        Row(
            testDescription: "no token", result: .configuration, stage: "authenticating", code: 401,
            fate: .again(at: now + .seconds(60), .routeDown, counts: true)),
        Row(
            testDescription: "no way there", result: .unreachable, stage: "connecting", code: nil,
            fate: .again(at: now + .seconds(60), .routeDown, counts: true)),
        Row(
            testDescription: "asked for patience", result: .throttled(after: .seconds(600)), code: 429,
            fate: .again(at: now + .seconds(600), .throttled, counts: true)),
        Row(
            testDescription: "no verdict: once again does no harm", result: .unknown, code: nil,
            fate: .again(at: now + .seconds(60), .retry, counts: true)),
        Row(
            testDescription: "each time later", result: .transient, since: .hours(2), tries: 2,
            fate: .again(at: now + .seconds(60 * 4), .retry, counts: true)),
    ]

    @Test("each report has one meaning", arguments: rows)
    func meaning(_ row: Row) throws {
        var facts = try Scene().job("ada@example.org").facts
        (facts.attempts, facts.firstAttemptAt) = (row.tries, Self.now - row.since)
        var retry = RetrySettings()
        (retry.first, retry.factor) = (.seconds(60), 2)
        let rule = AmendmentRule(backoff: Backoff(settings: retry), now: Self.now)
        let report = AttemptReport(
            attempt: AttemptID(rawValue: 1), result: row.result,
            evidence: DeliveryEvidence(stage: row.stage, code: row.code))
        #expect(rule.fate(of: report, for: facts, chance: 0.5) == row.fate)
        #expect(report.seenOfAnAmendment.result == row.seen ?? row.result)
    }
}

@Suite("Amendments in the loop", .timeLimit(.minutes(1)))
struct AmendmentSimulation {
    static let key = JobKey(1)

    /// A task that was made; its person says no.
    private func scene(
        _ words: String = "ok-1", id: String? = "T1", knows: Bool = true,
        _ change: (inout GatewaySettings) -> Void = { _ in }
    ) throws -> Scene {
        let scene = try Scene(
            texts: [Scene.httpRoute("crm", .crmTask)], offering: knows ? .amendment : .nothing, change)
        var task = scene.task(words) { $0.messageClass = .marketing }
        task.state = .ended
        scene.book.take([task])
        scene.book.write { pages, _ in pages.ended = 1 }
        scene.book.object(to: Self.key, at: HandClock.start, id: id)
        return scene
    }

    private func play(_ scene: Scene, until holds: @escaping @Sendable (MemoryBook.Pages) -> Bool = { $0.isOver })
        async throws
    {
        scene.letTimePass()
        try await scene.play { scene in
            scene.advance(.seconds(2))
            try await scene.book.until(holds)
        }
        #expect(scene.book.look(\.wrongs) == [])
        #expect(await scene.dispatcher.amendmentsInFlight == 0)
        #expect(await scene.dispatcher.status().routes[0].inFlight == 0)
    }

    @Test("the task is closed with its own words behind the note; no message is counted as sent")
    func closed() async throws {
        let scene = try scene()
        try await play(scene)
        #expect(scene.book.look { $0.changed[Self.key] } == .sent)
        let parcels = scene.yard.book.withLock(\.sent)
        #expect(parcels.count == 1)
        let load = try #require(parcels[0].request)
        #expect(load.purpose == .amend && load.method == "PATCH" && load.target == "/things/T1")
        #expect(
            parcels[0].said("note")?.string
                == "Withdrawn: do not contact (consent withdrawn 2026-11-22)\nSay hello.\n")
        #expect(await scene.dispatcher.status().sent == 0)
    }

    @Test("without its record it is closed, and its text is left alone")
    func bare() async throws {
        let scene = try scene()
        scene.book.write { pages, _ in pages.jobs[Self.key]!.record = [] }
        try await play(scene)
        #expect(scene.book.look { $0.changed[Self.key] } == .sent)
        let parcel = scene.yard.book.withLock { $0.sent[0] }
        #expect(parcel.request?.method == "PATCH" && parcel.said("note") == nil)
    }

    @Test("what cannot become a request is given up: no id, or a provider that knows no amendment")
    func impossible() async throws {
        for (id, knows) in [(nil, true), ("T1", false)] {
            let scene = try scene(id: id, knows: knows)
            try await play(scene)
            #expect(scene.book.look { $0.changed[Self.key] } == .failed(knows ? .content : .refused))
            #expect(scene.yard.book.withLock { $0.sent.isEmpty })
        }
    }

    @Test("a sandbox leaves alone what is about others than it allows")
    func sandbox() async throws {
        for (allow, fate) in [
            (["0035*"], Settlement.Fate.sent), ([], .failed(.refused)),
        ] {
            let scene = try scene {
                $0.sandbox = SandboxSettings(redirect: [.crmTask: "staging"], allow: allow)
            }
            try await play(scene)
            #expect(scene.book.look { $0.changed[Self.key] } == fate)
        }
    }

    @Test("trouble is tried again, counted, until it is over")
    func again() async throws {
        let scene = try scene()
        scene.yard.book.withLock { $0.weather["crm"] = (.transient, "answer") }
        try await play(scene) { ($0.changes[Self.key]?.tries ?? 0) == 3 }
        #expect(scene.book.look { $0.changed.isEmpty })
    }

    @Test("three days of trouble, and a person has to look")
    func exhausted() async throws {
        let scene = try scene()
        scene.yard.book.withLock { $0.weather["crm"] = (.unreachable, "connecting") }
        try await play(scene)
        #expect(scene.book.look { $0.changed[Self.key] } == .failed(.retriesExhausted))
        #expect(scene.clock.now() - HandClock.start >= .days(3))
    }

    @Test("a closed route is not asked about; resumed, it goes")
    func closedRoute() async throws {
        let scene = try scene()
        scene.book.order { $0.pausedRoutes["crm"] = "look" }
        try await scene.play { scene in
            scene.advance(.seconds(30))
            let tidies = scene.book.look(\.tidies)
            try await scene.book.until { $0.tidies > tidies }
            #expect(scene.book.look { $0.changes[Self.key]?.tries } == 0)
            scene.book.order { $0.pausedRoutes = [:] }
            scene.advance(.seconds(30))
            try await scene.book.until(\.isOver)
        }
        #expect(scene.book.look { $0.changed[Self.key] } == .sent)
    }

    @Test("what nothing stands against any more is left as it is")
    func lifted() async throws {
        let scene = try scene {
            $0.policy.consent = [
                ConsentRule(
                    channel: nil, messageClass: .marketing, jurisdictions: nil, require: .none, allowUnproven: false)
            ]
        }
        scene.book.write { pages, _ in
            pages.changes[Self.key]!.isLifted = true
            pages.jobs[Self.key]!.recipient.address = .crm("0035")
        }
        try await play(scene) { $0.changes.isEmpty }
        #expect(scene.book.look { $0.changed.isEmpty })
        #expect(scene.yard.book.withLock { $0.sent.isEmpty })
    }

    @Test("amendments take their place under the route's rate")
    func rate() async throws {
        let scene = try scene { $0.routes[0].rate = [RateLimit(count: 1, per: .seconds(10))] }
        scene.book.write { pages, _ in
            var other = pages.jobs[Self.key]!
            other.facts.key = JobKey(2)
            (pages.jobs[JobKey(2)], pages.changes[JobKey(2)], pages.ended) = (other, pages.changes[Self.key], 2)
        }
        try await play(scene)
        let sent = scene.yard.book.withLock { $0.sent.count }
        #expect(sent == 2 && scene.clock.now() - HandClock.start >= .seconds(10))
    }

    @Test("tasks that are gone close no route, however many")
    func faults() async throws {
        let scene = try scene()
        scene.book.write { pages, _ in
            let task = pages.jobs[Self.key]!
            pages.ended = 20
            for number in 2...20 {
                var other = task
                other.facts.key = JobKey(Int64(number))
                pages.jobs[other.facts.key] = other
                pages.changes[other.facts.key] = pages.changes[Self.key]
            }
        }
        scene.yard.book.withLock { $0.codes["crm"] = 404 }
        scene.yard.book.withLock { $0.weather["crm"] = (.configuration, "answer") }
        try await play(scene)
        #expect(scene.book.look { $0.changed.count } == 20)
        #expect(await scene.dispatcher.status().routes[0].state == .open)
    }
}

extension MemoryBook.Pages {
    /// Every task that was to be amended has been, or has been given up.
    fileprivate var isOver: Bool { changes.isEmpty && !changed.isEmpty }
}
