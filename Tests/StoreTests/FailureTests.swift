// SPDX-License-Identifier: Apache-2.0

import GRDBSQLite
import GatewayModel
import Testing

@testable import Store

@Suite("When the disk or the file fails")
struct FailureTests {
    @Test("a failure that is not the caller's is final: all are told, the listener once")
    func final() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let hearer = Hearer()
        store.setListener(hearer)
        try fixture.execute("DROP TABLE body")
        for _ in 0..<2 {
            await #expect(throws: StoreError.self) { try await store.take(fixture.chunk([Wish("a").entry])) }
        }
        await #expect(throws: StoreError.self) { try await store.tidy(at: evening) }
        let failures = hearer.failures.withLock { $0 }
        #expect(failures.count == 1)
        guard case .fatal = failures.first else {
            Issue.record("expected a fatal failure, got \(failures)")
            return
        }
        await store.close()
    }

    @Test("what was handed in before a transaction failed is not half there")
    func atomic() async throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        try fixture.execute("ALTER TABLE body RENAME TO elsewhere")
        await #expect(throws: StoreError.self) { try await first.take(fixture.chunk([Wish("a").entry])) }
        await first.close()
        try fixture.execute("ALTER TABLE elsewhere RENAME TO body")
        let second = try fixture.open()
        #expect(try await second.lastSeq() == 0)
        #expect(try await second.take(fixture.chunk([Wish("a").entry])).tally.accepted == 1)
        await second.close()
    }

    @Test("after a failure nothing more is written: closing leaves SQLite's log where it is")
    func leavesLog() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        _ = try await store.take(fixture.chunk([Wish("a").entry]))
        try fixture.execute("DROP TABLE body")
        await #expect(throws: StoreError.self) { try await store.take(fixture.chunk([Wish("b").entry])) }
        let before = store.logBytes
        #expect(before > 0)
        #expect(await store.close() != nil)
        #expect(store.logBytes == before)
    }

    @Test("a wake-up whose transaction was rolled back is not lost")
    func wakesAgain() throws {
        let fixture = try Fixture()
        let pool = try Connections.open(fixture.path + "/gatepost.db", readOnly: false)
        try fixture.execute(
            "INSERT INTO lane VALUES (1, 'relay', '', 'acme'); INSERT INTO nudge (lane, earliest) VALUES (1, 5)")
        let arrivals = try pool.writeWithoutTransaction { db in
            let ledger = Ledger(session: try Session(visiting: db), subjectKey: [1], slots: nil)
            var arrivals: [[LaneID]] = []
            for isKept in [false, true, true] {
                try ledger.begin()
                try ledger.lookForOthers()
                arrivals.append(Array(ledger.gathered.arrivals.keys))
                if isKept { _ = try ledger.commit() } else { try ledger.rollback() }
            }
            return arrivals
        }
        #expect(arrivals == [[LaneID(1)], [LaneID(1)], []])
        try pool.close()
    }

    @Test(
        "slots: an admission that was rolled back says that nothing left; a run that is spent is followed by the next")
    func slots() throws {
        let fixture = try Fixture()
        let log = try WireLog(path: fixture.path + "/trial.log")
        let rack = SlotRack(log: log, run: 7, counter: .max - 1)
        let (slot, attempt) = try #require(rack.take())
        #expect(attempt == AttemptID(run: 7, counter: .max))
        rack.takeBack([slot])
        #expect(log.note(of: attempt, in: slot) == .endNotHandedOver)
        #expect(rack.isSpent && rack.take() == nil)
        rack.begin(run: 8)
        #expect(rack.take()?.1 == AttemptID(run: 8, counter: 1))
    }

    @Test("a command that stands still with the lock in its hand does not stop the daemon")
    func stuckNeighbour() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let lock = try FileLock(path: fixture.path + "/writer.lock")
        try lock.lock()
        for id in ["a", "b"] { #expect(try await store.take(fixture.chunk([Wish(id).entry])).tally.accepted == 1) }
        lock.unlock()
        #expect(await store.close() == nil)
    }

    @Test("a closed store says so")
    func closed() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        await store.close()
        await #expect(throws: StoreError.closed) { try await store.finish(1) }
    }

    @Test(
        "what SQLite says is told apart",
        arguments: [
            (SQLITE_FULL, "full"), (SQLITE_IOERR | (4 << 8), "fatal"), (SQLITE_CORRUPT, "fatal"),
            (SQLITE_BUSY, "refused"),
            (SQLITE_NOTADB, "fatal"), (SQLITE_READONLY, "fatal"),
        ])
    func mapping(_ code: Int32, _ word: String) {
        #expect("\(SQLFailure(nil, code: code).storeError)".hasPrefix(word))
    }
}
