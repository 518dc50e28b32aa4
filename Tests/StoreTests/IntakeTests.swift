// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Store

@Suite("Taking in")
struct IntakeTests {
    @Test("the same id with the same content is a duplicate, with other content a conflict, however long ago")
    func duplicates() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        fixture.clock.advance(by: .seconds(45 * 86_400))
        let chunk = fixture.chunk([
            Wish("a").entry, Wish("a") { $0.template = "other" }.entry, cancelEntry("a") { $0.id = "z" },
            Wish("b").entry,
            Wish("b").entry,
        ])
        let progress = try await store.take(chunk)
        #expect(progress.tally == IntakeTally(accepted: 1, duplicates: 2, rejected: 2))
        let problems = try await store.problems(of: chunk.file.number, after: 0, limit: 10)
        #expect(problems.map(\.code) == [.idConflict, .idConflict] && problems.map(\.id) == ["a", "a"])
        #expect(problems[0].message.contains("2026-11-21T20:00:00"))
        #expect(try await store.problems(of: chunk.file.number, after: 1, limit: 10).count == 1)
        #expect(try await store.take(fixture.chunk([Wish("a").entry], producer: "two")).tally.accepted == 1)
        await store.close()
    }

    @Test("ids are forgotten past the horizon, but never while their job waits or is fresh in its end")
    func horizon() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        let far = evening + .seconds(200 * 86_400)
        _ = try await store.tidy(at: far)
        #expect(try await store.take(fixture.chunk([Wish("a").entry])).tally.duplicates == 1)
        try await store.settle(store.launchAllDue(at: far), .sent, at: far)
        _ = try await store.tidy(at: far + .seconds(80 * 86_400))
        #expect(try await store.take(fixture.chunk([Wish("a").entry])).tally.duplicates == 1)
        _ = try await store.tidy(at: far + .seconds(100 * 86_400))
        #expect(try await store.take(fixture.chunk([Wish("a").entry])).tally.accepted == 1)
        await store.close()
    }

    @Test("a file's progress survives kills, and a chunk given twice counts once")
    func progress() async throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        let problem = Problem(line: 2, id: "b", .unknownField, field: "to.emial", "did you mean to.email?")
        var chunk = fixture.chunk([Wish("a").entry, .problem(problem)])
        (chunk.offset, chunk.line, chunk.sha256) = (50, 2, nil)
        let taken = try await first.take(chunk)
        first.abandon()
        let second = try fixture.open()
        #expect(try await second.unfinishedFiles() == [taken])
        #expect(try await second.lastFileNumber() == chunk.file.number)
        let rest = IntakeChunk(file: chunk.file, entries: [Wish("c").entry], offset: 100, line: 3, sha256: "cd")
        let done = try await second.take(rest)
        #expect(done.tally == IntakeTally(accepted: 2, rejected: 1) && done.sha256 == "cd" && done.problemCount == 1)
        #expect(try await second.take(rest) == done)
        #expect(try await second.problems(of: chunk.file.number, after: 0, limit: 10) == [problem])
        try await second.finish(chunk.file.number)
        #expect(try await second.unfinishedFiles().isEmpty)
        #expect(try await second.lastFileNumber() == chunk.file.number)
        await second.close()
    }

    @Test("a job for later is put to the gate at once, due then, and says so once")
    func notBefore() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let later = evening + .seconds(60)
        _ = try await store.take(fixture.chunk([Wish("a") { $0.notBefore = later }.entry]))
        try await store.askSchedule(at: evening)
        try await store.askSchedule(at: evening)
        #expect(try await store.histories() == ["a": ["accepted", "postponed not_before"]])
        let lane = try #require(try await store.lanes().first)
        let want = LaneWant(lane: lane.id, priority: .normal, after: nil, limit: 5)
        #expect(try await store.due([want], at: evening) == [LaneSupply(want: want, due: [], nextDue: later)])
        #expect(try await store.due([want], at: later).first?.due.map(\.due) == [later])
        await store.close()
    }

    @Test("due jobs come in order of time and key, behind the cursor")
    func order() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let soon = evening + .seconds(1)
        _ = try await store.take(
            fixture.chunk([
                Wish("a") { $0.notBefore = soon }.entry, Wish("b").entry, Wish("c").entry,
                Wish("d") { $0.priority = .high }.entry,
            ]))
        try await store.askSchedule(at: evening)
        let lane = try #require(try await store.lanes().first)
        var want = LaneWant(lane: lane.id, priority: .normal, after: nil, limit: 2)
        let page = try #require(try await store.due([want], at: soon).first)
        #expect(page.due.map(\.key.rawValue) == [2, 3] && page.nextDue == nil)
        want.after = page.due.last
        #expect(try await store.due([want], at: soon).first?.due.map(\.key.rawValue) == [1])
        await store.close()
    }
}
