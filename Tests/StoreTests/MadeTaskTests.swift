// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Policy
import Testing

@testable import Store

@Suite("Tasks that were made, and who says no afterwards")
struct MadeTaskTests {
    static let number = "+33612345678"
    static let later = evening + .seconds(3600)
    static let root = Signature(systemUser: "root")
    static let controllers = ["acme": "Acme Inc.", "sister": "Acme Inc.", "stranger": "Other Ltd."]
    /// Nothing but what people themselves have said.
    static let gate = {
        var rules = PolicyRules()
        rules.controllers = controllers
        rules.consent = [
            ConsentRule(
                channel: nil, messageClass: .marketing, jurisdictions: nil, require: .none, allowUnproven: false)
        ]
        return Gate(
            policy: GatePolicy(
                rules: rules, presets: PresetLibrary([]), zones: CountryZones(zones: [:]), table: nil, version: nil))
    }()

    static func entry(
        _ intended: ContactChannel? = .sms, _ messageClass: MessageClass = .marketing,
        _ channel: ChannelKind = .crmTask
    ) -> IntakeEntry {
        jobEntry("a", channel, messageClass) { job in
            (job.to.email, job.to.phone) = (EmailAddress("Ada@Example.com"), PhoneNumber(number))
            (job.to.crmContact, job.to.person, job.topic, job.campaign) = ("0035", "p1", "news", "spring")
            if let intended { job.task = TaskDetails(intendedChannel: intended.rawValue) }
        }
    }

    func settled(_ departure: Departure, _ fate: Settlement.Fate, text: String = "") -> Settlement {
        Settlement(
            attempt: departure.attempt, job: departure.facts.key, slot: departure.slot, fate: fate,
            evidence: DeliveryEvidence(stage: "answer", code: 201, text: text, remoteID: "T-0035-1"))
    }

    func book(
        _ departure: Departure, _ fate: Settlement.Fate, in store: Store, at now: Instant = later, text: String = ""
    ) async throws {
        let settled = settled(departure, fate, text: text)
        _ = try await store.exchange(settled: [settled], candidates: [], at: now) { _ in .leave }
    }

    /// A task that was made in the evening.
    func made(_ fixture: Fixture, _ entry: IntakeEntry = MadeTaskTests.entry()) async throws -> Store {
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([entry]))
        try await book(store.launchAllDue(at: evening)[0], .sent, in: store, at: evening)
        fixture.clock.advance(by: .seconds(60))
        return store
    }

    func launch(_ store: Store, at now: Instant = later) async throws -> [Departure] {
        try await launch(store, Self.due(store, at: now), at: now)
    }

    func launch(_ store: Store, _ jobs: [JobKey], at now: Instant = later) async throws -> [Departure] {
        try await store.launchAmendments(jobs, limit: 10, at: now, interest: PolicyInterest()) { task, recipient in
            if case .withhold(let reason) = Self.gate.decide(task, recipient, at: now).verdict { reason } else { nil }
        }
    }

    static func due(_ store: Store, at now: Instant = later) async throws -> [JobKey] {
        try await store.dueAmendments(on: "relay", at: now, limit: 10)
    }

    // MARK: What is kept

    @Test("only marketing tasks leave something behind")
    func kept() async throws {
        let rows: [(IntakeEntry, Int64)] = [
            (Self.entry(.sms), 1), (Self.entry(.sms, .transactional), 0), (Self.entry(nil, .marketing, .sms), 0),
            (Self.entry(nil, .marketing, .email), 0),
        ]
        for (entry, count) in rows {
            let fixture = try Fixture()
            let store = try await made(fixture, entry)
            #expect(try await store.rows(in: "made_task") == count)
            await store.close()
        }
    }

    @Test("an amendment knows what it needs: the task, the contact, the record and the token")
    func departure() async throws {
        let fixture = try Fixture()
        let store = try await made(fixture)
        try await store.record([Self.out()], by: reviewer)
        let departure = try #require(try await launch(store).first)
        let amendment = Amendment(taskID: "T-0035-1", note: Self.note("sms"), contact: "0035", job: "a")
        #expect(departure.errand == .amend(amendment))
        #expect(departure.record == Array(#"{"id":"a"}"#.utf8))
        let facts = departure.facts
        #expect(
            facts.key == JobKey(1) && facts.route == "relay" && facts.brand == "acme" && facts.template == "welcome")
        #expect(facts.intended == .sms && facts.channel == .crmTask && facts.topic == "news")
        #expect(facts.acceptedAt == evening && facts.firstAttemptAt == evening + .seconds(60) && facts.attempts == 0)
        // It flies once.
        #expect(try await Self.due(store).isEmpty)
        #expect(try await launch(store, [JobKey(1)]).isEmpty)
        await store.close()
    }

    @Test("without its body it goes with what is left")
    func withoutBody() async throws {
        let fixture = try Fixture()
        let store = try await made(fixture)
        try fixture.execute("DELETE FROM body")
        try await store.record([Self.out()], by: reviewer)
        let departure = try #require(try await launch(store).first)
        #expect(departure.record.isEmpty && departure.messageToken.utf8.count == 26)
        await store.close()
    }

    @Test("who says no while it is in the air, or nobody knows whether it went: as soon as it has")
    func inTheAir() async throws {
        for isInDoubt in [false, true] {
            let fixture = try Fixture()
            let store = try fixture.open()
            _ = try await store.take(fixture.chunk([Self.entry()]))
            var departure = try await store.launchAllDue(at: evening)[0]
            if isInDoubt { try await book(departure, .unknown(.inquire(at: evening)), in: store, at: evening) }
            try await store.record([Self.out()], by: reviewer)
            if isInDoubt {
                // While its provider may yet tell its id, it waits.
                #expect(try await Self.due(store).isEmpty)
                departure = try #require(try await store.launchInquiries([JobKey(1)], at: evening).first)
            }
            try await book(departure, .sent, in: store)
            #expect(try await launch(store).count == 1, "\(isInDoubt)")
            await store.close()
        }
    }

    @Test("a task found by its reference is remembered by the provider's own id")
    func byReference() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Self.entry()]))
        let departure = try await store.launchAllDue(at: evening)[0]
        try await book(departure, .unknown(.park), in: store, at: evening)
        #expect(
            try await store.settle(.reference(departure.messageToken), asSent: true, id: "T-0035-7", at: evening)
                == .settled)
        try await store.record([Self.out()], by: reviewer)
        let amendments = try await launch(store).map(\.errand)
        #expect(
            amendments == [
                .amend(Amendment(taskID: "T-0035-7", note: Self.note("sms"), contact: "0035", job: "a"))
            ])
        await store.close()
    }

    @Test("what may have been made is closed, too: once nobody is asked any more, by its reference")
    func parked() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Self.entry()]))
        try await book(store.launchAllDue(at: evening)[0], .unknown(.park), in: store, at: evening)
        #expect(try await launch(store).isEmpty)
        try await store.record([Self.out()], by: reviewer)
        let departure = try #require(try await launch(store).first)
        #expect(
            departure.errand == .amend(Amendment(taskID: nil, note: Self.note("sms"), contact: "0035", job: "a")))
        try await book(departure, .failed(.refused), in: store, text: "nothing there")
        let job = try #require(try await store.job(id: "a").first)
        #expect(job.queued?.state == .doubt)
        #expect(job.task?.standing == .notClosed(at: Self.later, why: "nothing there"))
        #expect(job.task?.reference == departure.messageToken)
        await store.close()
    }

    @Test("what certainly was not made is forgotten")
    func notMade() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Self.entry()]))
        try await book(store.launchAllDue(at: evening)[0], .unknown(.inquire(at: evening)), in: store, at: evening)
        #expect(try await store.rows(in: "made_task") == 1)
        let inquiry = try #require(try await store.launchInquiries([JobKey(1)], at: evening).first)
        try await book(inquiry, .absent, in: store)
        #expect(try await store.rows(in: "made_task") == 0)
        await store.close()
    }

    @Test("three days of trying are enough: it is over, and said; another no begins anew")
    func tooLate() async throws {
        let fixture = try Fixture()
        let store = try await made(fixture)
        _ = try await launch(store)
        #expect(try await store.tasksToClose() == [:])
        try await store.record([Self.out()], by: reviewer)
        #expect(try await store.tasksToClose() == ["relay": 1])
        let departure = try #require(try await launch(store).first)
        try await book(departure, .again(at: Self.later + .seconds(60), .retry, counts: true), in: store)
        while try await store.tidy(at: Self.later + .seconds(3 * 86_400)) {}
        #expect(try await store.tasksToClose() == ["relay": 1])
        while try await store.tidy(at: Self.later + .seconds(3 * 86_400 + 1)) {}
        #expect(try await store.tasksToClose() == [:])
        #expect(
            try await store.operatorActions(after: 0).map(\.action) == ["consent_record", "task_not_amended"])
        fixture.clock.advance(by: .seconds(60))
        try await store.record([Self.out()], by: reviewer)
        #expect(try await launch(store, at: Self.later + .seconds(4 * 86_400)).count == 1)
        await store.close()
    }

    @Test("while its route is paused it waits, and is not forgotten untold")
    func waits() async throws {
        let fixture = try Fixture()
        let store = try await made(fixture)
        try await store.record([Self.out()], by: reviewer)
        try await store.pauseRoute("relay", by: Self.root)
        while try await store.tidy(at: evening + .seconds(90 * 86_400)) {}
        #expect(try await store.tasksToClose() == ["relay": 1])
        while try await store.tidy(at: evening + .seconds(90 * 86_400 + 1)) {}
        #expect(try await store.rows(in: "made_task") == 0)
        let actions = try await store.operatorActions(after: 0).map(\.action)
        #expect(actions == ["consent_record", "route_pause", "task_not_amended"])
        await store.close()
    }

    @Test("closed while it was in doubt, it stays closed when its doubt is settled")
    func closedInDoubt() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Self.entry()]))
        try await book(store.launchAllDue(at: evening)[0], .unknown(.park), in: store, at: evening)
        try await store.record([Self.out()], by: reviewer)
        try await book(try #require(try await launch(store).first), .sent, in: store)
        let late = Self.later + .seconds(4 * 86_400)
        #expect(try await store.settle(.job(JobKey(1)), asSent: true, id: "T-9", at: late) == .settled)
        while try await store.tidy(at: late) {}
        #expect(try await launch(store, at: late).isEmpty)
        #expect(try await store.job(id: "a").first?.task?.standing == .closed(at: Self.later))
        #expect(try await store.operatorActions(after: 0).map(\.action) == ["consent_record", "task_amended"])
        await store.close()
    }

    @Test("after ninety days nobody looks for it any more")
    func lifetime() async throws {
        let fixture = try Fixture()
        let store = try await made(fixture)
        #expect(try await launch(store).isEmpty)
        while try await store.tidy(at: evening + .seconds(90 * 86_400)) {}
        #expect(try await store.rows(in: "made_task") == 1)
        while try await store.tidy(at: evening + .seconds(90 * 86_400 + 1)) {}
        #expect(try await store.rows(in: "made_task") == 0)
        await store.close()
    }

    // MARK: What an amendment comes to

    struct End: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var fate: Settlement.Fate
        var action: String?
        /// When it is due again.
        var due: Instant?
        var tries = 0
    }

    static let ends = [
        End(testDescription: "closed", fate: .sent, action: "task_amended"),
        End(testDescription: "refused", fate: .failed(.refused), action: "task_not_amended"),
        End(
            testDescription: "another time", fate: .again(at: later + .seconds(60), .retry, counts: true),
            due: later + .seconds(60), tries: 1),
        End(
            testDescription: "the route was closed", fate: .again(at: later + .seconds(9), .routeDown, counts: false),
            due: later + .seconds(9)),
        End(testDescription: "never began", fate: .recalled, due: evening),
    ]

    @Test("each end is booked once, and told to those who watch, without personal data", arguments: ends)
    func ended(_ row: End) async throws {
        let fixture = try Fixture()
        let store = try await made(fixture)
        try await store.record([Self.out()], by: reviewer)
        let departure = try #require(try await launch(store).first)
        let before = try await store.histories()
        for _ in 0..<2 { try await book(departure, row.fate, in: store, text: "404: contact 0035 is gone") }
        #expect(try await store.histories() == before)
        let actions = try await store.operatorActions(after: 0).filter { $0.action != "consent_record" }
        #expect(actions.map(\.action) == [row.action].compactMap { $0 })
        for action in actions {
            #expect(action.about == "job default/a, task T-0035-1 on relay: \(Self.note("sms"))")
            #expect(action.why == (row.fate == .sent ? nil : "404: contact <recipient> is gone"))
        }
        #expect(try await store.tasksToClose() == (row.due == nil ? [:] : ["relay": 1]))
        if let due = row.due {
            #expect(try await launch(store, at: due - .seconds(1)).isEmpty)
            #expect(try await launch(store, at: due).map(\.facts.attempts) == [row.tries])
        }
        #expect(try await store.verifyJournal().fault == nil)
        await store.close()
    }

    @Test("what a crash left in the air is due again; its slots come back")
    func crash() async throws {
        let fixture = try Fixture()
        var store = try await made(fixture)
        try await store.record([Self.out()], by: reviewer)
        for _ in 0..<3 {
            #expect(try await launch(store).count == 1)
            store.abandon()
            store = try fixture.open()
        }
        for _ in 0..<3 {
            let departure = try #require(try await launch(store).first)
            try await book(departure, .recalled, in: store)
        }
        await store.close()
    }

    @Test("an operator's pause stops it; a hold does not")
    func paused() async throws {
        let fixture = try Fixture()
        let store = try await made(fixture)
        try await store.record([Self.out()], by: reviewer)
        _ = try await store.addHold(
            StandingOrders.Hold(
                id: 0, campaign: nil, brand: "acme", template: nil, route: nil, messageClass: nil, why: "look"),
            by: Self.root)
        try await store.pauseRoute("relay", by: Self.root)
        #expect(try await launch(store).isEmpty)
        try await store.resumeRoute("relay", by: Self.root)
        #expect(try await launch(store).count == 1)
        await store.close()
    }

    // MARK: Evidence

    @Test("evidence about the number finds the task, and what went before the opt-out was known")
    func evidence() async throws {
        let fixture = try Fixture()
        let store = try await made(fixture)
        try await store.record([consent(.withdrawn, Self.phone, occurred: evening - .seconds(60))], by: reviewer)
        #expect(try await store.dossier(of: Self.phone).outcomes.map(\.event) == [.accepted, .sent])
        #expect(try await store.dossier(of: ada).outcomes.isEmpty)
        #expect(try await store.dossier(of: .crm("0035")).outcomes.count == 2)
        let found = try await store.sentDespite(from: evening, to: Self.later, controllers: Self.controllers).rows
        #expect(found.flatMap(\.sent).map(\.channel) == [.sms])
        await store.close()
    }
}
