// SPDX-License-Identifier: Apache-2.0
//
// How another process than the daemon writes: one short transaction at a time, under the writers' lock, then a touch of
// `wake` so that the daemon looks (DESIGN D2).

import Foundation
import GRDB
import GRDBSQLite
import GatewayModel
import Synchronization

final class CommandWriter: Sendable {
    private let pool: DatabasePool
    private let lock: FileLock
    private let wake: String
    private let subjectKey: [UInt8]
    private let daemonLock: String
    /// Bytes of SQLite's log after which it is worth moving: past it nobody would, where no daemon runs.
    private static let longLog = 64 << 20
    private let hasFailed = Mutex(false)
    /// Between two transactions, so that the daemon gets at the lock: it alone keeps the log short.
    private static let breath: UInt32 = 1000

    init(pool: DatabasePool, lock: FileLock, wake: String, subjectKey: [UInt8], daemonLock: String) {
        (self.pool, self.lock, self.wake, self.subjectKey) = (pool, lock, wake, subjectKey)
        self.daemonLock = daemonLock
    }

    func perform<Value>(_ body: (Ledger) throws -> Value) throws(StoreError) -> Value {
        do {
            let value = try locked(body)
            WakeWatch.touch(wake)
            usleep(Self.breath)
            return value
        } catch {
            let failure = StoreError(error)
            if case .fatal = failure { hasFailed.withLock { $0 = true } }
            throw failure
        }
    }

    private func locked<Value>(_ body: (Ledger) throws -> Value) throws -> Value {
        try lock.lock()
        defer { lock.unlock() }
        return try pool.writeWithoutTransaction { db in
            let ledger = Ledger(session: try Session(visiting: db), subjectKey: subjectKey, slots: nil)
            let value = try Self.transact(ledger, body)
            try moveLongLog(db)
            return value
        }
    }

    /// Keeps the log short during long work while no daemon does: with the daemon's lock in our hand none can start, and
    /// with the writers' lock nobody else writes (DESIGN D2).
    private func moveLongLog(_ db: Database) throws {
        var status = stat()
        guard stat(pool.path + "-wal", &status) == 0, Int(status.st_size) > Self.longLog, let db = db.sqliteConnection,
            let daemon = try? FileLock(path: daemonLock), daemon.tryLock()
        else { return }
        defer { daemon.unlock() }
        let code = sqlite3_wal_checkpoint_v2(db, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        guard code != SQLITE_OK, code != SQLITE_BUSY else { return }
        let failure = SQLFailure(db, code: code)
        guard failure.isFull else { throw failure }
    }

    private static func transact<Value>(_ ledger: Ledger, _ body: (Ledger) throws -> Value) throws -> Value {
        do {
            try ledger.begin()
            let value = try body(ledger)
            try ledger.writeNudges()
            _ = try ledger.commit()
            return value
        } catch {
            try ledger.rollback()
            throw error
        }
    }

    /// Closing the last connection checkpoints: under the lock, like any other checkpoint. False: a write has failed,
    /// and nothing more is to be written (DESIGN D3).
    func close(_ pool: DatabasePool) -> Bool {
        if hasFailed.withLock({ $0 }) { return false }
        try? lock.lock()
        try? pool.close()
        lock.unlock()
        return true
    }
}

extension Ledger {
    /// Leaves word for the daemon of lanes that got work.
    func writeNudges() throws {
        for (lane, due) in gathered.arrivals {
            let upsert = try session.prepared(
                """
                INSERT INTO nudge (lane, earliest) VALUES (?1, ?2)
                    ON CONFLICT (lane) DO UPDATE SET earliest = min(earliest, excluded.earliest)
                """)
            try upsert.bind(1, lane.rawValue).bind(2, due).run()
        }
    }

    /// In the daemon: takes the word that commands have left.
    func takeNudges() throws {
        try session.prepared("SELECT lane, earliest FROM nudge").each {
            gathered.arrived(LaneID($0.int(0)), due: $0.instant(1))
        }
        try session.prepared("DELETE FROM nudge").run()
        gathered.ordersChanged = true
    }
}
