// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Synchronization
import Testing

@testable import Store

@Suite("What an earlier run left in the air")
struct RecoveryTests {
    enum Left: Sendable { case nothingNoted, ended, answered(Int) }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var left: Left
        var resends = false
        var judged = Settlement.Fate.sent
        var history: [String]
        var state: JobState?
    }

    static let table = [
        Row(testDescription: "answered 250: sent", left: .answered(250), history: ["accepted", "sent"]),
        Row(
            testDescription: "answered 550: failed", left: .answered(550), judged: .failed(.badAddress),
            history: ["accepted", "failed bad_address"]),
        Row(
            testDescription: "answered 451: again later", left: .answered(451),
            judged: .again(at: evening + .seconds(60), .retry, counts: true), history: ["accepted", "postponed retry"],
            state: .ready),
        Row(
            testDescription: "end not handed over: ready, nothing told", left: .nothingNoted, history: ["accepted"],
            state: .ready),
        Row(
            testDescription: "end handed over: unknown, parked", left: .ended,
            history: ["accepted", "unknown in_doubt"],
            state: .doubt),
        Row(
            testDescription: "end handed over, rule resends", left: .ended, resends: true,
            history: ["accepted", "unknown in_doubt", "postponed retry"], state: .ready),
    ]

    @Test("each kind of note has one end", arguments: table)
    func recovers(_ row: Row) async throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        _ = try await first.take(fixture.chunk([Wish("a").entry]))
        let departure = try #require(try await first.launchAllDue(at: evening).first)
        switch row.left {
        case .nothingNoted: break
        case .ended: first.notes.noteEndHandedOver(departure.slot)
        case .answered(let code):
            first.notes.noteEndHandedOver(departure.slot)
            first.notes.noteAnswered(departure.slot, code: code, text: "to ada@example.com")
        }
        first.abandon()
        let seen = Mutex<[String]>([])
        let second = try fixture.open { options in
            options.recovery = RecoveryRules(
                judge: { code, text, facts in
                    seen.withLock { $0.append("\(code) \(text) \(facts.template)") }
                    let evidence = DeliveryEvidence(
                        stage: "end_of_data", code: code, enhanced: "2.0.0", text: "\(code) 2.0.0 \(text)",
                        remoteID: "Q1")
                    return RecoveryRules.Judged(fate: row.judged, evidence: evidence)
                }, doubtStep: { _ in row.resends ? .resend(at: evening + .seconds(5)) : .park })
        }
        #expect(try await second.histories()["a"] == row.history)
        #expect(try await second.queue(matching: JobFilter()).map(\.state) == [row.state].compactMap { $0 })
        if case .answered(let code) = row.left {
            #expect(seen.withLock { $0 } == ["\(code) to ada@example.com welcome"])
            let outcome = try #require(try await second.outcomes(after: 1, limit: 1).first)
            #expect(outcome.detail == "\(code) 2.0.0 to <recipient>")
            #expect(outcome.provider == Outcome.Provider(id: "Q1", code: "\(code)", enhanced: "2.0.0"))
        }
        #expect(try await second.verifyJournal().fault == nil)
        await second.close()
    }

    @Test("under another boot id notes prove nothing")
    func otherBoot() async throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        _ = try await first.take(fixture.chunk([Wish("a").entry]))
        let departure = try #require(try await first.launchAllDue(at: evening).first)
        first.notes.noteAnswered(departure.slot, code: 250, text: "250 ok")
        first.abandon()
        do {
            let log = try WireLog(path: fixture.path + "/wire.log")
            log.setBoot("another")
        }
        let second = try fixture.open()
        #expect(try await second.histories() == ["a": ["accepted", "unknown in_doubt"]])
        await second.close()
    }

    @Test("three crashes in the air make poison")
    func poison() async throws {
        let fixture = try Fixture()
        var store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        for _ in 0..<3 {
            #expect(try await store.launchAllDue(at: evening).count == 1)
            store.abandon()
            store = try fixture.open()
        }
        #expect(try await store.histories() == ["a": ["accepted", "failed poison"]])
        await store.close()
    }

    @Test("a doubt that is settled later says what it settles")
    func settles() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        try await store.settle(
            store.launchAllDue(at: evening), .unknown(.resend(at: evening + .seconds(1))), at: evening)
        let later = evening + .seconds(2)
        try await store.settle(store.launchAllDue(at: later), .sent, at: later)
        let outcomes = try await store.outcomes(after: 0, limit: 10)
        #expect(outcomes.map(\.event) == [.accepted, .unknown, .postponed, .sent])
        #expect(outcomes[3].settles == outcomes[1].seq && outcomes[3].attempt == 2)
        await store.close()
    }

    @Test("attempt ids of two runs differ")
    func attemptIDs() async throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        _ = try await first.take(fixture.chunk([Wish("a").entry]))
        let one = try #require(try await first.launchAllDue(at: evening).first)
        first.abandon()
        let second = try fixture.open()
        let two = try #require(try await second.launchAllDue(at: evening).first)
        #expect(one.attempt < two.attempt && one.attempt.run + 1 == two.attempt.run)
        #expect(one.messageToken == two.messageToken)
        await second.close()
    }
}
