// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Store

@Suite("Doubts and what settles them")
struct DoubtTests {
    static let minute = evening + .seconds(60)
    static let weekOn = evening + .seconds(7 * 86_400)
    private let root = Signature(systemUser: "root")

    /// A job whose attempt in the evening got no verdict; the provider is to be asked a minute later.
    private func doubtful(
        _ fixture: Fixture, _ step: Settlement.DoubtStep = .inquire(at: DoubtTests.minute),
        _ change: (inout Wish) -> Void = { _ in }
    ) async throws -> Store {
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a", change).entry]))
        try await store.settle(store.launchAllDue(at: evening), .unknown(step), at: evening, text: "no answer")
        return store
    }

    private func inquire(_ store: Store, at now: Instant = minute) async throws -> Departure {
        let due = try await store.dueInquiries(at: now, limit: 10)
        return try #require(try await store.launchInquiries(due, at: now).first)
    }

    private func queued(_ store: Store) async throws -> QueuedJob? {
        try await store.queue(matching: JobFilter()).first
    }

    // MARK: An inquiry's answer

    struct Answer: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var fate: Settlement.Fate
        var history: [String]
        var state: JobState?
        /// When it is asked next.
        var inquiry: Instant?
        var asked = 0
    }

    static let answers = [
        Answer(testDescription: "found: sent", fate: .sent, history: ["sent"]),
        Answer(testDescription: "not there: ready", fate: .absent, history: ["postponed retry"], state: .ready),
        Answer(
            testDescription: "no answer, asked again", fate: .unknown(.inquire(at: minute + .seconds(120))),
            history: [],
            state: .doubt, inquiry: minute + .seconds(120), asked: 1),
        Answer(testDescription: "no answer, parked", fate: .unknown(.park), history: [], state: .doubt, asked: 1),
        Answer(
            testDescription: "no answer, the rule resends", fate: .unknown(.resend(at: minute + .seconds(9))),
            history: ["postponed retry"], state: .ready),
        Answer(
            testDescription: "never began: due as before", fate: .recalled, history: [], state: .doubt, inquiry: minute),
        Answer(
            testDescription: "the route was closed: later, not counted",
            fate: .again(at: minute + .seconds(9), .routeDown, counts: false), history: [], state: .doubt,
            inquiry: minute + .seconds(9)),
        Answer(
            testDescription: "what cannot be asked is parked, never failed", fate: .failed(.render), history: [],
            state: .doubt, asked: 1),
    ]

    @Test("each answer has one end", arguments: answers)
    func answer(_ row: Answer) async throws {
        let fixture = try Fixture()
        let store = try await doubtful(fixture)
        #expect(try await store.dueInquiries(at: evening, limit: 10).isEmpty)
        let departure = try await inquire(store)
        #expect(departure.errand == .inquire(since: evening) && departure.facts.isInDoubt)
        #expect(departure.record == Array(#"{"id":"a","template":"welcome"}"#.utf8))
        // What flies is not asked about twice, nor launched.
        #expect(try await store.dueInquiries(at: Self.weekOn, limit: 10).isEmpty)
        #expect(try await store.launchInquiries([JobKey(1)], at: Self.minute).isEmpty)
        #expect(try await store.launchAllDue(at: Self.minute).isEmpty)

        try await store.settle([departure], row.fate, at: Self.minute)
        try await store.settle([departure], row.fate, at: Self.minute)
        #expect(try await store.histories() == ["a": ["accepted", "unknown in_doubt"] + row.history])
        let queued = try await queued(store)
        #expect(queued?.state == row.state && queued?.inquiry == row.inquiry)
        #expect(queued?.facts.inquiries ?? 0 == row.asked && queued?.facts.attempts ?? 1 == 1)
        #expect(queued == nil || queued?.facts.isInDoubt == (row.fate != .absent))
        #expect(try await store.verifyJournal().fault == nil)
        await store.close()
    }

    @Test("found: its outcome settles the doubt, with what was sent and why it was let go")
    func found() async throws {
        let fixture = try Fixture()
        let store = try await doubtful(fixture)
        let departure = try await inquire(store)
        let evidence = DeliveryEvidence(stage: "answer", code: 200, text: "200 found", remoteID: "SM1")
        let settled = Settlement(
            attempt: departure.attempt, job: departure.facts.key, slot: departure.slot, fate: .sent, evidence: evidence)
        _ = try await store.exchange(settled: [settled], candidates: [], at: Self.minute) { _ in .leave }
        var query = OutcomeQuery()
        query.withDecisions = true
        let outcomes = try await store.outcomes(query).outcomes
        let (unknown, sent) = (outcomes[1], outcomes[2])
        #expect(sent.settles == unknown.seq && sent.attempt == 1 && sent.provider?.id == "SM1")
        #expect(sent.messageID == "<m@x>" && sent.contentSHA256 == "c0" && sent.templateDigest == "t0")
        #expect(sent.decision != nil && sent.decision == unknown.decision)
        await store.close()
    }

    @Test("not there: the doubt is over, its place under the caps is given back, and what comes next is new")
    func absent() async throws {
        let fixture = try Fixture()
        let store = try await doubtful(fixture) { $0.person = "p" }
        _ = try await store.take(fixture.chunk([Wish("b") { ($0.person, $0.priority) = ("p", .low) }.entry]))
        #expect(try await store.askedWith(at: Self.minute)[JobKey(2)]?.sends.isEmpty == false)
        try await store.settle([inquire(store)], .absent, at: Self.minute)
        #expect(try await store.askedWith(at: Self.minute)[JobKey(2)]?.sends.isEmpty == true)
        let again = try await store.exchange(settled: [], candidates: [JobKey(1)], at: Self.minute) {
            .launch(decision(.proceed, Self.minute, $0), reserves: true)
        }
        try await store.settle(again, .unknown(.inquire(at: Self.minute)), at: Self.minute)
        let inquiry = try await inquire(store)
        #expect(inquiry.errand == .inquire(since: Self.minute))
        try await store.settle([inquiry], .unknown(.resend(at: Self.minute)), at: Self.minute)
        try await store.settle(store.launchAllDue(at: Self.minute), .sent, at: Self.minute)
        var query = OutcomeQuery()
        query.job = "a"
        let outcomes = try await store.outcomes(query).outcomes
        #expect(outcomes.map(\.event) == [.accepted, .unknown, .postponed, .unknown, .postponed, .sent])
        #expect(outcomes[2].settles == outcomes[1].seq && outcomes[5].settles == outcomes[3].seq)
        #expect(try await store.rows(in: "doubt") == 0)
        await store.close()
    }

    @Test("each attempt without a verdict is told of, and settles the one before; what is asked counts from the first")
    func chain() async throws {
        let fixture = try Fixture()
        let store = try await doubtful(fixture, .resend(at: Self.minute))
        let again = try await store.launchAllDue(at: Self.minute)
        #expect(again.map(\.facts.isInDoubt) == [true])
        try await store.settle(again, .unknown(.inquire(at: Self.minute)), at: Self.minute, text: "nor now")
        let departure = try await inquire(store)
        #expect(departure.errand == .inquire(since: evening) && departure.facts.attempts == 2)
        try await store.settle([departure], .unknown(.resend(at: Self.minute)), at: Self.minute)
        try await store.settle(store.launchAllDue(at: Self.minute), .unknown(.park), at: Self.minute)
        var query = OutcomeQuery()
        query.job = "a"
        let told = try await store.outcomes(query).outcomes
        #expect(told.map(\.event) == [.accepted, .unknown, .postponed, .unknown, .postponed, .unknown])
        #expect(told.map(\.attempt) == [nil, 1, nil, 2, nil, 3])
        #expect(told.map(\.settles) == [nil, nil, nil, told[1].seq, nil, told[3].seq])
        #expect(told[3].detail == "nor now")
        #expect(try await queued(store)?.facts.attempts == 3)
        await store.close()
    }

    @Test("seven days without word end it, asked about or not")
    func finality() async throws {
        let fixture = try Fixture()
        let store = try await doubtful(fixture)
        try await store.settle([inquire(store)], .unknown(.inquire(at: Self.minute)), at: Self.minute)
        _ = try await store.tidy(at: Self.weekOn - .seconds(1))
        #expect(try await queued(store)?.state == .doubt)
        _ = try await store.tidy(at: Self.weekOn)
        #expect(try await queued(store) == nil)
        #expect(try await store.dueInquiries(at: Self.weekOn, limit: 10).isEmpty)
        await store.close()
    }

    // MARK: What the gate says of it

    @Test("a gate that says no leaves what may have gone in doubt, and says why it does not go again")
    func gateSaysNo() async throws {
        let fixture = try Fixture()
        let store = try await doubtful(fixture, .resend(at: evening))
        _ = try await store.exchange(settled: [], candidates: store.allDue(at: Self.minute), at: Self.minute) {
            .withhold(.consentWithdrawn, decision(.withhold(.consentWithdrawn), Self.minute, $0))
        }
        #expect(try await queued(store)?.state == .doubt)
        var query = OutcomeQuery()
        (query.job, query.withDecisions) = ("a", true)
        let told = try await store.outcomes(query).outcomes
        #expect(told.map(\.event) == [.accepted, .unknown, .postponed, .unknown])
        #expect(told[3].settles == told[1].seq && told[3].detail == "not sent again: consent_withdrawn")
        #expect(told[3].decision != nil && told[3].decision != told[1].decision)
        // Its seven days count from the last unknown.
        _ = try await store.tidy(at: Self.weekOn + .seconds(59))
        #expect(try await queued(store) != nil)
        _ = try await store.tidy(at: Self.weekOn + .seconds(60))
        #expect(try await queued(store) == nil)
        await store.close()
    }

    enum Waits: CaseIterable, Sendable { case resend, held, flying, inquiry, inquiryInTheAir }

    @Test("what may have gone does not expire, wherever it waits", arguments: Waits.allCases)
    func expiry(_ waits: Waits) async throws {
        let fixture = try Fixture()
        let inquires = waits == .inquiry || waits == .inquiryInTheAir
        let store = try await doubtful(fixture, inquires ? .inquire(at: evening) : .resend(at: evening)) {
            $0.expiresAt = Self.minute
        }
        var flying: [Departure] = []
        switch waits {
        case .resend, .inquiry: break
        case .held: _ = try await store.change(.hold, matching: JobFilter(), by: root)
        case .flying: flying = try await store.launchAllDue(at: evening)
        case .inquiryInTheAir: flying = [try await inquire(store, at: evening)]
        }
        while try await store.tidy(at: Self.minute) {}
        try await store.settle(flying, .again(at: Self.minute, .retry, counts: true), at: Self.minute)
        #expect(try await queued(store)?.state == .doubt)
        #expect(try await store.histories()["a"]?.contains { $0.hasPrefix("withheld") } == false)
        await store.close()
    }

    @Test("absent, and expired meanwhile: it ends as expired, and settles its doubt")
    func absentExpired() async throws {
        let fixture = try Fixture()
        let store = try await doubtful(fixture) { $0.expiresAt = Self.minute }
        try await store.settle([inquire(store)], .absent, at: Self.minute)
        let outcomes = try await store.outcomes(after: 0, limit: 10)
        #expect(outcomes.map(\.event) == [.accepted, .unknown, .withheld])
        #expect(outcomes[2].settles == outcomes[1].seq)
        await store.close()
    }

    @Test("a route given up parks what may have gone")
    func givenUp() async throws {
        let fixture = try Fixture()
        let store = try await doubtful(fixture, .resend(at: evening))
        _ = try await store.giveUp(on: "relay", dueBefore: Self.minute, because: "closed", at: Self.minute)
        #expect(try await queued(store)?.state == .doubt)
        await store.close()
    }

    // MARK: What operators and producers say

    struct Order: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: QueueChange
        var isInTheAir: Bool
        var changed: Int
        /// After an inquiry that could not say.
        var state: JobState?
    }

    static let orders = [
        Order(testDescription: "hold, pending", change: .hold, isInTheAir: false, changed: 0, state: .doubt),
        Order(testDescription: "hold, in the air", change: .hold, isInTheAir: true, changed: 0, state: .doubt),
        Order(testDescription: "release, pending", change: .release, isInTheAir: false, changed: 0, state: .doubt),
        Order(testDescription: "retry, pending", change: .retry, isInTheAir: false, changed: 1, state: .ready),
        Order(testDescription: "retry, in the air", change: .retry, isInTheAir: true, changed: 0, state: .doubt),
        Order(testDescription: "cancel, pending", change: .cancel, isInTheAir: false, changed: 1, state: nil),
        Order(testDescription: "cancel, in the air", change: .cancel, isInTheAir: true, changed: 1, state: nil),
    ]

    @Test("orders find it as if it were parked", arguments: orders)
    func ordered(_ row: Order) async throws {
        let fixture = try Fixture()
        let store = try await doubtful(fixture)
        let flying = row.isInTheAir ? [try await inquire(store)] : []
        #expect(try await store.change(row.change, matching: JobFilter(), by: root).changed == row.changed)
        try await store.settle(flying, .unknown(.inquire(at: Self.weekOn)), at: Self.minute)
        #expect(try await queued(store)?.state == row.state)
        if row.state == .ready {
            #expect(try await store.dueInquiries(at: Self.weekOn, limit: 9).isEmpty)
            let again = try await store.launchAllDue(at: Self.minute)
            #expect(again.map(\.errand) == [.send] && again.map(\.facts.isResendOrdered) == [true])
            // The order holds for one attempt that may go.
            try await store.settle(again, .unknown(.resend(at: Self.minute)), at: Self.minute)
            #expect(try await queued(store)?.facts.isResendOrdered == false)
        }
        if row.state == nil {
            let outcomes = try await store.outcomes(after: 0, limit: 10)
            #expect(outcomes.last?.event == .cancelled && outcomes.last?.settles == outcomes[1].seq)
        }
        await store.close()
    }

    enum Cancelled: CaseIterable, Sendable { case beforeUnknown, pending, inTheAir }

    @Test("taken back by its producer, it is asked about still, and never sent again", arguments: Cancelled.allCases)
    func producerCancels(_ when: Cancelled) async throws {
        for fate in [Settlement.Fate.absent, .unknown(.resend(at: Self.minute)), .sent, .unknown(.park)] {
            let fixture = try Fixture()
            let store = try fixture.open()
            _ = try await store.take(fixture.chunk([Wish("a") { $0.person = "p" }.entry]))
            let chunk = fixture.chunk([cancelEntry("x") { $0.person = "p" }])
            let sent = try await store.launchAllDue(at: evening)
            if when == .beforeUnknown { _ = try await store.take(chunk) }
            try await store.settle(sent, .unknown(.inquire(at: Self.minute)), at: evening)
            if when == .pending { _ = try await store.take(chunk) }
            let departure = try await inquire(store)
            if when == .inTheAir { _ = try await store.take(chunk) }
            try await store.settle([departure], fate, at: Self.minute)
            let last = try #require(try await store.outcomes(after: 0, limit: 10).last)
            switch fate {
            case .sent: #expect(last.event == .sent)
            case .unknown(.park): #expect(last.event == .unknown)
            default: #expect(last.event == .cancelled && last.cause == "x")
            }
            #expect(try await store.launchAllDue(at: Self.weekOn).isEmpty)
            await store.close()
        }
    }

    @Test("a paused route is asked nothing, and stands in nobody's way; a withdrawal calls no inquiry back")
    func paused() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry, Wish("b") { $0.route = "second" }.entry]))
        try await store.settle(store.launchAllDue(at: evening), .unknown(.inquire(at: Self.minute)), at: evening)
        try await store.pauseRoute("relay", by: root)
        #expect(try await store.launchInquiries([JobKey(1)], at: Self.minute).isEmpty)
        #expect(try await store.dueInquiries(at: Self.minute, limit: 1) == [JobKey(2)])
        let departures = try await store.launchInquiries([JobKey(2)], at: Self.minute)
        try await store.record([consent(.withdrawn)], by: reviewer)
        #expect(departures.count == 1)
        #expect(try await store.attemptsToRecall().isEmpty)
        await store.close()
    }

    // MARK: Killed while it was asked

    @Test("an inquiry that a crash left in the air is due again: nothing is told, nothing sent")
    func crash() async throws {
        let fixture = try Fixture()
        var store = try await doubtful(fixture)
        for round in 1...3 {
            let departure = try await inquire(store)
            // Whatever the log says of it.
            if round == 2 { store.notes.noteEndHandedOver(departure.slot) }
            store.abandon()
            store = try fixture.open { options in
                options.recovery = RecoveryRules(
                    judge: { _, _, _ in
                        RecoveryRules.Judged(fate: .sent, evidence: DeliveryEvidence(stage: "answer", text: ""))
                    }, doubtStep: { _ in .resend(at: evening) })
            }
            let queued = try #require(try await queued(store))
            // One that was in the air in three crashes is left to people.
            #expect(queued.state == .doubt && queued.inquiry == (round < 3 ? Self.minute : nil))
        }
        #expect(try await store.histories()["a"] == ["accepted", "unknown in_doubt"])
        _ = try await store.change(.retry, matching: JobFilter(), by: root)
        #expect(try await queued(store)?.facts.crashes == 0)
        await store.close()
    }

    @Test("an attempt that a crash left without a verdict is asked about, where the rule says so")
    func recovered() async throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        _ = try await first.take(fixture.chunk([Wish("a").entry]))
        for departure in try await first.launchAllDue(at: evening) { first.notes.noteEndHandedOver(departure.slot) }
        first.abandon()
        let second = try fixture.open { options in
            options.recovery.doubtStep = { _ in .inquire(at: Self.minute) }
        }
        #expect(try await second.histories()["a"] == ["accepted", "unknown in_doubt"])
        try await second.settle([inquire(second)], .sent, at: Self.minute)
        #expect(try await second.histories()["a"] == ["accepted", "unknown in_doubt", "sent"])
        await second.close()
    }

    @Test("a restored database holds what could go, and leaves what is only asked about in doubt")
    func restored() async throws {
        let fixture = try Fixture()
        var store = try await doubtful(fixture)
        _ = try await inquire(store)
        store.abandon()
        do { try WireLog(path: fixture.path + "/wire.log").note(committed: 1000) }
        store = try fixture.open { $0.afterRestore = .hold }
        #expect(try await queued(store)?.state == .doubt)
        await store.close()
    }

    // MARK: By reference

    @Test("our reference, brought back, settles the doubt once; nothing else is touched by it")
    func reference() async throws {
        for accepted in [true, false] {
            let fixture = try Fixture()
            let store = try await doubtful(fixture)
            _ = try await store.take(fixture.chunk([Wish("b") { $0.route = "second" }.entry]))
            let other = try await store.launchAllDue(at: evening)
            let token = store.messageToken(of: 1)
            func settle(_ token: String) async throws -> DoubtSettlement {
                try await store.settle(.reference(token), asSent: accepted, id: "SM1", at: Self.minute)
            }
            #expect(try await settle(other[0].messageToken) == .none)
            let departure = try await inquire(store)
            #expect(departure.messageToken == token)
            #expect(try await settle(token) == .underWay)
            try await store.settle([departure], .recalled, at: Self.minute)
            #expect(try await settle(token) == .settled)
            #expect(try await settle(token) == .none)
            let outcomes = try await store.outcomes(after: 0, limit: 10)
            let last = try #require(outcomes.last)
            #expect(last.event == (accepted ? .sent : .failed) && last.settles == outcomes[1].seq)
            #expect(last.provider?.id == "SM1" && last.messageID == (accepted ? "<m@x>" : nil))
            #expect(try await queued(store)?.id == "b")
            await store.close()
        }
    }
}

extension DoubtTests {
    @Test("who has looked settles it by hand, wherever it waits, and is on record", arguments: [true, false])
    func byHand(_ isSent: Bool) async throws {
        let fixture = try Fixture()
        let store = try await doubtful(fixture, .resend(at: Self.weekOn))
        _ = try await store.take(fixture.chunk([Wish("b").entry]))
        let ada = Signature(actor: "ada", systemUser: "root", why: "their console shows it")
        func settle(_ key: Int64) async throws -> DoubtSettlement {
            try await store.settle(.job(JobKey(key)), asSent: isSent, id: nil, by: ada, at: Self.minute)
        }
        #expect(try await settle(2) == .none)
        #expect(try await settle(3) == .none)
        #expect(try await settle(1) == .settled)
        let told = try await store.outcomes(after: 0, limit: 10)
        let (end, unknown) = (try #require(told.last), try #require(told.first { $0.event == .unknown }))
        #expect(end.event == (isSent ? .sent : .failed) && end.settles == unknown.seq)
        #expect(end.detail == "by an operator: their console shows it")
        #expect(try await store.operatorActions(after: 0, since: nil).map(\.action) == ["queue_settle"])
        #expect(try await store.rows(in: "doubt") == 0)
        await store.close()
    }
}

extension Store {
    fileprivate func messageToken(of job: Int64) -> String { SubjectBook(key: subjectKey).messageToken(of: job) }
}
