// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Providers
import Settings
import Testing

@testable import Engine

@Suite("Doubt: what may be done about it")
struct DoubtRuleTests {
    static let now = Instant(seconds: 1_800_000_000)

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var repeats: RepeatRule?
        var inquiry: DoubtWays.Inquiry?
        var inDoubt: InDoubt?
        var messageClass = MessageClass.marketing
        /// Before now.
        var firstAttempt = Duration.zero
        var asked = 0
        var step: Settlement.DoubtStep
        /// Whether one whose resending is due now by a rule may go. What an operator has ordered always may.
        var mayResend: Bool
    }

    static let key = RepeatRule.key(header: "Idempotency-Key", window: .hours(24))
    static let inquiry = DoubtWays.Inquiry(after: .seconds(60), tries: 3)
    static let soon = Settlement.DoubtStep.resend(at: now + .seconds(60))

    static let table = [
        Row(testDescription: "nothing helps: marketing is parked", step: .park, mayResend: false),
        Row(testDescription: "transactional goes again", messageClass: .transactional, step: soon, mayResend: true),
        Row(
            testDescription: "the route says park", inDoubt: .park, messageClass: .transactional, step: .park,
            mayResend: false),
        Row(testDescription: "the route says resend", inDoubt: .resend, step: soon, mayResend: true),
        Row(
            testDescription: "a key, whatever the route says", repeats: key, inDoubt: .park, step: soon, mayResend: true
        ),
        Row(
            testDescription: "a key that the provider may have forgotten", repeats: key, firstAttempt: .hours(22),
            step: .park, mayResend: false),
        Row(
            testDescription: "a key that is forgotten, and a provider to ask", repeats: key, inquiry: inquiry,
            firstAttempt: .hours(30), step: .inquire(at: now + .seconds(60)), mayResend: false),
        Row(
            testDescription: "a key that is forgotten, and the class says resend", repeats: key,
            messageClass: .transactional, firstAttempt: .hours(30), step: soon, mayResend: true),
        Row(
            testDescription: "an own id is never forgotten", repeats: .upsert, firstAttempt: .hours(30), step: soon,
            mayResend: true),
        Row(
            testDescription: "but nobody tries for ever", repeats: .upsert, firstAttempt: .days(3), step: .park,
            mayResend: true),
        Row(
            testDescription: "repeating comes before asking", repeats: .upsert, inquiry: inquiry, step: soon,
            mayResend: true),
        Row(
            testDescription: "asking comes before resending", inquiry: inquiry, inDoubt: .resend,
            step: .inquire(at: now + .seconds(60)), mayResend: true),
        Row(
            testDescription: "the second question after twice as long", inquiry: inquiry, asked: 1,
            step: .inquire(at: now + .seconds(120)), mayResend: false),
        Row(
            testDescription: "the third again", inquiry: inquiry, asked: 2, step: .inquire(at: now + .seconds(240)),
            mayResend: false),
        Row(testDescription: "asked often enough: parked", inquiry: inquiry, asked: 3, step: .park, mayResend: false),
        Row(
            testDescription: "or resent", inquiry: inquiry, inDoubt: .resend, asked: 3, step: soon, mayResend: true),
    ]

    @Test("by what the provider offers, then by route and class", arguments: table)
    func step(_ row: Row) throws {
        var facts = try Scene().job("ada@example.org").facts
        facts.messageClass = row.messageClass
        let rule = DoubtRule(
            ways: DoubtWays(repeats: row.repeats, inquiry: row.inquiry, inDoubt: row.inDoubt),
            backoff: Backoff(settings: RetrySettings()), now: Self.now)
        let first = Self.now - row.firstAttempt
        #expect(rule.step(for: facts, firstAttempt: first, asked: row.asked, chance: 0.5) == row.step)
        facts.firstAttemptAt = first
        #expect(rule.mayResend(facts) == row.mayResend)
        facts.isResendOrdered = true
        #expect(rule.mayResend(facts))
    }

    @Test("after a crash the same rule holds")
    func recovery() throws {
        let routes = [Scene.httpRoute("texts") { $0.inDoubt = .park }]
        let (settings, providers) = (
            Scene.settings(routes: routes), try Scene.providers(of: routes, offering: .inquiry)
        )
        let facts = try Scene(texts: routes).text("ok-1").facts
        let evidence = DeliveryEvidence(stage: "answer", code: 503)
        let fate = Settling.recovered(
            .unknown, evidence, of: facts, settings: settings, providers: providers, at: Self.now)
        #expect(fate == .unknown(.inquire(at: Self.now + .seconds(60))))
        #expect(
            DoubtRule.step(for: facts, settings: settings, providers: providers, at: Self.now)
                == .inquire(at: Self.now + .seconds(60)))
        #expect(DoubtRule.step(for: facts, settings: settings, providers: [:], at: Self.now) == .park)
    }
}

@Suite("Doubt in the loop", .timeLimit(.minutes(1)))
struct DoubtSimulation {
    static func scene(_ offer: Scene.Offer, standing: Bool = false, _ words: String...) throws -> Scene {
        let scene = try Scene(texts: [Scene.httpRoute("texts") { $0.inDoubt = .park }], offering: offer)
        if !standing { scene.letTimePass() }
        scene.book.take(words.map { scene.text($0) })
        return scene
    }

    static func play(_ scene: Scene) async throws {
        try await scene.play { scene in try await scene.book.until { $0.ended == $0.jobs.count } }
        #expect(scene.book.look(\.wrongs) == [])
        #expect(await scene.dispatcher.status().routes[0].inFlight == 0)
        #expect(await scene.dispatcher.inquiriesInFlight == 0)
    }

    @Test("the provider is asked, and has it: sent, and nothing went twice")
    func found() async throws {
        let scene = try Self.scene(.inquiry, "lost1-1")
        try await Self.play(scene)
        #expect(scene.book.look(\.stories) == ["unknown in_doubt, sent"])
        let job = scene.book.look { $0.jobs[JobKey(1)]! }
        #expect(job.launches.count == 1 && job.asked.count == 1)
        #expect(job.asked[0] - job.launches[0] >= .seconds(60))
        #expect(scene.yard.book.withLock { $0.made.values.map(\.count) } == [1])
        #expect(scene.yard.book.withLock { $0.sent.compactMap(\.request).map(\.purpose) } == [.create, .inquire])
    }

    @Test("the provider is asked, and has nothing: it goes again, once")
    func absent() async throws {
        let scene = try Self.scene(.inquiry, "gone1-1")
        try await Self.play(scene)
        #expect(scene.book.look(\.stories) == ["unknown in_doubt, postponed retry, sent"])
        #expect(scene.yard.book.withLock { $0.made.values.map(\.count) } == [1])
    }

    @Test("the provider cannot say: asked three times, each after twice as long, then parked")
    func noAnswer() async throws {
        let scene = try Self.scene(.inquiry, "lost1-1")
        scene.yard.book.withLock { $0.cannotSay = true }
        try await Self.play(scene)
        #expect(scene.book.look(\.stories) == ["unknown in_doubt"])
        let asked = scene.book.look { $0.jobs[JobKey(1)]!.asked }
        #expect(asked.count == 3)
        #expect(asked[1] - asked[0] >= .seconds(120) && asked[2] - asked[1] >= .seconds(240))
        #expect(scene.yard.book.withLock { $0.made.values.map(\.count) } == [1])
    }

    @Test("the same key: the same bytes, at every attempt, and one text")
    func key() async throws {
        let scene = try Self.scene(.key, "lost3-1")
        scene.book.write { pages, _ in pages.jobs[JobKey(1)]!.facts.expiresAt = HandClock.start + .hours(5) }
        try await Self.play(scene)
        #expect(scene.book.look(\.stories) == ["unknown in_doubt, unknown in_doubt, unknown in_doubt, sent"])
        let sent = scene.yard.book.withLock { $0.sent.compactMap(\.request) }
        // The validity in it says how long there was left at the first.
        #expect(sent.count == 4 && Set(sent).count == 1)
        #expect(scene.yard.book.withLock { $0.made.values.map(\.count) } == [1])
    }

    @Test("what cannot be kept does not leave; when there is room it does")
    func keepingFails() async throws {
        let scene = try Self.scene(.key, "ok-1")
        scene.book.write { pages, _ in pages.keepingFails = 1 }
        try await scene.play { scene in
            try await scene.book.until { $0.keepingFails == 0 }
            #expect(scene.yard.book.withLock { $0.sent.isEmpty })
            while await scene.dispatcher.storeFullUntil == nil { await Task.yield() }
            scene.advance(.seconds(2))
            try await scene.book.until { $0.ended == 1 }
        }
        #expect(scene.book.look(\.outcomes) == ["sent": 1])
        #expect(
            scene.book.look { $0.jobs[JobKey(1)]!.kept?.load.body }
                == scene.yard.book.withLock { $0.sent[0].request!.body })
    }

    @Test("an own id: it goes again, and there is one")
    func upsert() async throws {
        let scene = try Self.scene(.upsert, "lost2-1", "gone2-2")
        try await Self.play(scene)
        #expect(scene.book.look(\.stories) == Array(repeating: "unknown in_doubt, unknown in_doubt, sent", count: 2))
        #expect(scene.yard.book.withLock { $0.made.values.map(\.count) } == [1, 1])
    }

    @Test("nothing can be done: parked, tried once")
    func parked() async throws {
        let scene = try Self.scene(.nothing, "lost-1")
        try await Self.play(scene)
        #expect(scene.book.look(\.outcomes) == ["unknown in_doubt": 1])
        #expect(scene.book.look(\.launches) == 1)
    }

    @Test("while its route is closed nobody is asked; afterwards it is")
    func closedRoute() async throws {
        let scene = try Self.scene(.inquiry, standing: true, "lost1-1")
        try await scene.play { scene in
            try await scene.book.until { $0.jobs.values.contains { $0.facts.isInDoubt } }
            // Closed by what the other job meets.
            scene.yard.book.withLock { $0.weather["texts"] = (.configuration, "authenticating") }
            scene.book.take([scene.text("ok-2")])
            scene.letTimePassFromNow()
            try await scene.book.until { $0.jobs[JobKey(1)]!.putOff >= 3 }
            #expect(scene.book.look { $0.jobs[JobKey(1)]!.facts.inquiries } == 0)
            scene.yard.book.withLock { $0.weather = [:] }
            try await scene.book.until { $0.ended == 2 }
        }
        #expect(scene.book.look(\.stories)[0] == "unknown in_doubt, sent")
        #expect(scene.book.look(\.wrongs) == [])
    }

    @Test("what has waited until its key is forgotten is parked; on an operator's word it goes")
    func forgottenKey() async throws {
        for isOrdered in [false, true] {
            let scene = try Self.scene(.key, standing: true, "lost1-1")
            try await scene.play { scene in
                try await scene.book.until { $0.jobs.values.contains { $0.facts.isInDoubt } }
                scene.book.write { pages, _ in pages.jobs[JobKey(1)]!.facts.isResendOrdered = isOrdered }
                scene.advance(.hours(23))
                try await scene.book.until { $0.ended == 1 }
            }
            #expect(scene.book.look(\.stories) == [isOrdered ? "unknown in_doubt, sent" : "unknown in_doubt"])
            #expect(scene.book.look(\.launches) == (isOrdered ? 2 : 1))
        }
    }

    @Test("a question whose channel is closed meanwhile is asked again, of the new one")
    func channelSwapped() async throws {
        let scene = try Self.scene(.inquiry, standing: true, "lost1-1")
        let wider = [Scene.httpRoute("texts") { ($0.inDoubt, $0.connections) = (.park, 9) }]
        let next = try Scene.snapshot(
            Scene.settings(routes: wider), providers: Scene.providers(of: wider, offering: .inquiry))
        try await scene.play { scene in
            try await scene.book.until { $0.jobs.values.contains { $0.facts.isInDoubt } }
            scene.yard.book.withLock { $0.isSilent = ["texts"] }
            scene.advance(.seconds(61))
            try await scene.book.until { $0.asking.count == 1 }
            try await scene.carried(1, over: "texts")
            scene.inbox.adopt(next)
            try await scene.book.until { $0.asking.isEmpty }
            scene.yard.book.withLock { $0.isSilent = [] }
            scene.letTimePassFromNow()
            try await scene.book.until { $0.ended == 1 }
        }
        #expect(scene.book.look(\.stories) == ["unknown in_doubt, sent"])
        #expect(scene.yard.book.withLock { $0.made.values.map(\.count) } == [1])
    }

    @Test("what may have gone has not failed: a template that breaks meanwhile parks it")
    func templateBreaks() async throws {
        let routes = [Scene.httpRoute("texts")]
        let scene = try Scene(texts: routes, offering: .upsert)
        scene.book.take([scene.text("lost1-1")])
        try await scene.play { scene in
            try await scene.book.until { $0.jobs.values.contains { $0.facts.isInDoubt } }
            // Too long for the template's max_segments now, as if its words had changed.
            scene.book.write { pages, _ in
                let long = String(repeating: "word ", count: 100)
                pages.jobs[JobKey(1)]!.record = scene.text(long).record
            }
            scene.letTimePassFromNow()
            try await scene.book.until { $0.ended == 1 }
        }
        #expect(scene.book.look(\.stories) == ["unknown in_doubt, unknown in_doubt"])
    }
}
