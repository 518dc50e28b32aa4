// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Policy
import Settings
import Testing

@testable import Engine

@Suite("Texts and tasks", .timeLimit(.minutes(1)))
struct TextAndTaskTests {
    /// HandClock begins at 08:00 in London, a Friday.
    static func night(open: Int, close: Int) -> Preset {
        let week = Array(repeating: [Preset.Window(open: open * 60, close: close * 60)], count: 7)
        return Preset(
            id: "night", version: "1", asOf: CalendarDay("2026-11-21")!, source: "Night Act s. 1", confidence: .high,
            covers: ["*"], week: week)
    }

    static func quiet(_ settings: inout GatewaySettings) {
        settings.policy.quietHours = [
            QuietHoursRule(
                channel: nil, messageClass: .transactional, presets: ["night"], minConfidence: .low, unknownZone: .hold,
                exempt: [])
        ]
    }

    static let london = {
        var recipient = RecipientFacts()
        recipient.place = PlaceEvidence(timezone: "Europe/London")
        return recipient
    }()

    static func crm(
        open: Int = 9, close: Int = 18, offering offer: Scene.Offer = .nothing, marketing: Set<String> = [],
        _ change: (inout GatewaySettings) -> Void = quiet
    ) throws -> Scene {
        try Scene(
            texts: [Scene.httpRoute("texts"), Scene.httpRoute("crm", .crmTask)].filter {
                offer == .nothing || $0.channel == .crmTask
            }, offering: offer, marketing: marketing, presets: [night(open: open, close: close)], change)
    }

    static func inLondon(_ job: MemoryBook.Entry) -> MemoryBook.Entry {
        var job = job
        job.recipient = london
        return job
    }

    @Test("a task whose hours are closed leaves now: due when they open, and it says why in its first line")
    func restrained() async throws {
        let scene = try Self.crm()
        scene.book.take([
            Self.inLondon(scene.task("ok-1") { ($0.intended, $0.priority) = (.voice, .high) }),
            Self.inLondon(scene.text("ok-2")),
        ])
        try await scene.play { scene in try await scene.book.until { $0.ended == 1 && $0.tidies > 0 } }
        #expect(scene.book.look(\.stories) == ["sent", "postponed quiet_hours"])
        let task = scene.yard.book.withLock { $0.sent[0] }
        #expect(
            task.said("note")?.string
                == "Do not contact before 2027-01-15 09:00 (Europe/London): quiet hours night (Night Act s. 1).\n\nSay hello.\n"
        )
        #expect(task.said("due")?.string == "2027-01-15T09:00:00Z")
        #expect(task.said("priority")?.string == "high")
    }

    @Test("a later due date of its own stands; open hours say nothing")
    func due() async throws {
        for (open, note, due) in [
            (9, "Do not contact before", "2027-01-16T12:00:00Z"), (7, "Say hello.\n", "2027-01-16T12:00:00Z"),
        ] {
            let scene = try Self.crm(open: open)
            var job = Self.inLondon(scene.task("ok-1") { $0.intended = .voice })
            job.record = scene.record(of: "ok-1", due: "2027-01-16T12:00:00Z")
            scene.book.take([job])
            try await scene.play { scene in try await scene.book.until { $0.ended == 1 } }
            let task = scene.yard.book.withLock { $0.sent[0] }
            #expect(task.said("note")?.string?.hasPrefix(note) == true)
            #expect(task.said("due")?.string == due)
        }
    }

    @Test("a task waits for its own time, whatever the hours say then")
    func notBefore() async throws {
        let scene = try Self.crm()
        scene.book.take([
            Self.inLondon(
                scene.task("ok-1") { ($0.intended, $0.notBefore) = (.voice, HandClock.start + .minutes(30)) })
        ])
        scene.letTimePass()
        try await scene.play { scene in try await scene.book.until { $0.ended == 1 } }
        #expect(scene.book.look(\.stories) == ["postponed not_before, sent"])
        #expect(scene.yard.book.withLock { $0.sent[0].said("due")?.string } == "2027-01-15T09:00:00Z")
    }

    @Test("withheld makes no task")
    func withheld() async throws {
        let scene = try Self.crm(marketing: ["task"])
        scene.book.take([Self.inLondon(scene.task("ok-1") { ($0.messageClass, $0.intended) = (.marketing, .sms) })])
        try await scene.play { scene in try await scene.book.until { $0.ended == 1 } }
        #expect(scene.book.look(\.stories) == ["withheld no_consent"])
        #expect(scene.yard.book.withLock { $0.sent.isEmpty })
    }

    @Test("a text goes with its size and for as long as the hours are open, or until it expires")
    func validity() async throws {
        let scene = try Self.crm(open: 7, close: 12)
        scene.book.take([
            Self.inLondon(scene.text("ok-1 \(String(repeating: "e", count: 200))")),
            Self.inLondon(scene.text("ok-2") { $0.expiresAt = HandClock.start + .hours(1) }),
        ])
        try await scene.play { scene in try await scene.book.until { $0.ended == 2 } }
        let sent = scene.yard.book.withLock { $0.sent }.sorted { $0.attempt < $1.attempt }
        #expect(sent[0].said("parts")?.number?.int == 2 && sent[1].said("parts")?.number?.int == 1)
        // Until noon by the law, though we send nothing in the last five minutes.
        let seconds = sent.compactMap { $0.said("validity")?.number?.int }
        #expect((14_390...14_400).contains(seconds[0]) && (3_590...3_600).contains(seconds[1]), "\(seconds)")
        #expect(scene.book.look { $0.jobs[JobKey(1)]!.segments } == 2)
    }

    @Test("a text of more parts than the template allows fails, with the counts")
    func tooLong() async throws {
        let scene = try Self.crm { _ in }
        let evidence = try await Self.failure(of: scene.text("ok-1 \(String(repeating: "ж", count: 140))"), in: scene)
        #expect(evidence == "the text has 3 parts (145 code units in UCS-2), and max_segments is 2")
        #expect(scene.book.look(\.stories) == ["failed content"])
    }

    @Test("letters that GSM-7 lacks are replaced where the route says so")
    func transliterates() async throws {
        let route = Scene.httpRoute("texts") {
            var http = HTTPSettings(provider: "made-up")
            http.transliterates = true
            $0.transport = .http(http)
        }
        let scene = try Scene(texts: [route])
        scene.book.take([scene.text("ok-1 it’s \(String(repeating: "e", count: 100))")])
        try await scene.play { scene in try await scene.book.until { $0.ended == 1 } }
        let text = scene.yard.book.withLock { $0.sent[0] }
        #expect(text.said("words")?.string?.hasPrefix("ok-1 it's eee") == true)
        #expect(text.said("parts")?.number?.int == 1)
    }

    /// The detail of a job that ends without leaving.
    static func failure(of job: MemoryBook.Entry, in scene: Scene) async throws -> String? {
        scene.book.take([job])
        try await scene.play { scene in try await scene.book.until { $0.ended == 1 } }
        #expect(scene.yard.book.withLock { $0.sent.isEmpty })
        return scene.book.look { $0.jobs[JobKey(1)]!.detail }
    }

    @Test("the sandbox has a place for texts and one for tasks; without one nothing goes to anyone")
    func sandbox() async throws {
        let scene = try Self.crm {
            $0.sandbox = SandboxSettings(
                redirect: [.sms: "+33700000001", .crmTask: "qa-contact"], allow: ["+336*", "003own"])
        }
        scene.book.take([
            scene.text("ok-1", to: "+33612345678"), scene.text("ok-2", to: "+15550100100"), scene.task("ok-3"),
            scene.task("ok-4", contact: "003own"), scene.task("ok-5", contact: "003OWN"),
        ])
        try await scene.play { scene in try await scene.book.until { $0.ended == 5 } }
        let sent = scene.yard.book.withLock { $0.sent }.sorted { $0.attempt < $1.attempt }
        let whom = Dictionary(uniqueKeysWithValues: sent.map { ($0.said("words")!.string!, $0.said("to")!.string!) })
        #expect(
            whom == [
                "ok-1": "+33612345678", "ok-2": "+33700000001", "ok-3": "qa-contact", "ok-4": "003own",
                "ok-5": "qa-contact",
            ])
        for job in [scene.text("ok-1"), scene.task("ok-1")] {
            let empty = try Self.crm { $0.sandbox = SandboxSettings(redirect: [:], allow: []) }
            _ = try await Self.failure(of: job, in: empty)
            #expect(empty.book.look(\.stories) == ["failed configuration"])
        }
    }

    @Test("a request that was kept before the sandbox was set never reaches its recipient")
    func sandboxAfterwards() async throws {
        let routes = [Scene.httpRoute("texts")]
        let scene = try Scene(texts: routes, offering: .key)
        scene.book.take([scene.text("lost1-1")])
        let boxed = try Scene.snapshot(
            Scene.settings(routes: routes) {
                $0.sandbox = SandboxSettings(redirect: [.sms: "+33700000001"], allow: [])
            }, providers: Scene.providers(of: routes, offering: .key))
        try await scene.play { scene in
            try await scene.book.until { $0.jobs.values.contains { $0.facts.isInDoubt } }
            scene.inbox.adopt(boxed)
            scene.letTimePassFromNow()
            try await scene.book.until { $0.ended == 1 }
        }
        #expect(scene.book.look(\.stories) == ["unknown in_doubt, unknown in_doubt"])
        #expect(scene.yard.book.withLock { $0.sent.count } == 1)
    }

    @Test("a task in doubt that is repeated word for word waits for the hours instead of being told of them")
    func keptTaskWaits() async throws {
        let scene = try Self.crm(open: 7, close: 18, offering: .key)
        scene.book.take([Self.inLondon(scene.task("lost1-1") { $0.intended = .sms })])
        try await scene.play { scene in
            try await scene.book.until { $0.jobs.values.contains { $0.facts.isInDoubt } }
            scene.advance(.hours(10))
            try await scene.book.until { $0.jobs[JobKey(1)]!.events.count == 2 }
            scene.letTimePassFromNow()
            try await scene.book.until { $0.ended == 1 }
        }
        #expect(scene.book.look(\.stories) == ["unknown in_doubt, postponed quiet_hours, sent"])
        #expect(scene.yard.book.withLock { Set($0.sent.compactMap(\.request)).count } == 1)
    }

    @Test("secrets of an HTTP route are read again at a reload; one without files keeps its channel")
    func readsAgain() async throws {
        let secretive = Scene.httpRoute("texts") {
            var http = HTTPSettings(provider: "made-up")
            http.secrets = ["token": .env("TOKEN")]
            $0.transport = .http(http)
        }
        let routes = [secretive, Scene.httpRoute("plain")]
        let scene = try Scene(texts: routes)
        try await scene.play { scene in
            scene.inbox.adopt(scene.snapshot)
            scene.book.take(scene.texts(1) + scene.texts(1, route: "plain"))
            try await scene.book.until { $0.ended == 2 }
        }
        #expect(scene.yard.book.withLock { $0.opened.filter { $0 == "texts" }.count } == 2)
        #expect(scene.yard.book.withLock { $0.opened.filter { $0 == "plain" }.count } == 1)
    }

    @Test("a provider described otherwise gets a new channel; its quota is the rate of a route that has none")
    func provider() async throws {
        let routes = [
            Scene.httpRoute("texts"), Scene.httpRoute("own") { $0.rate = [RateLimit(count: 1, per: .days(1))] },
        ]
        let scene = try Scene(texts: routes)
        #expect(scene.snapshot.settings.routes[0].rate == [RateLimit(count: 1000, per: .seconds(1))])
        #expect(scene.snapshot.settings.routes[1].rate == [RateLimit(count: 1, per: .days(1))])
        let next = try Scene.snapshot(
            Scene.settings(routes: routes), providers: Scene.providers(of: routes, offering: .key))
        try await scene.play { scene in
            scene.inbox.adopt(next)
            scene.book.take(scene.texts(1))
            try await scene.book.until { $0.ended == 1 }
        }
        #expect(scene.yard.book.withLock { $0.opened.count } == 4)
    }

    @Test("a provider that is not loaded costs five jobs, not all: the route closes")
    func providerMissing() async throws {
        let routes = [Scene.httpRoute("texts")]
        let settings = Scene.settings(routes: routes)
        let scene = try Scene(settings, snapshot: Scene.snapshot(settings))
        scene.book.take(scene.texts(300))
        try await scene.play { scene in
            try await scene.book.until { $0.ended >= 5 && $0.flying.isEmpty }
            #expect(await scene.dispatcher.status().routes[0].state != .open)
        }
        #expect(scene.book.look(\.ended) <= 64)
        #expect(scene.book.look(\.held) == 0)
    }
}
