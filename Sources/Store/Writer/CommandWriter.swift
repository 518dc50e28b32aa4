// SPDX-License-Identifier: Apache-2.0
//
// How another process than the daemon writes: one short transaction at a time, under the writers' lock, then a touch of
// `wake` so that the daemon looks (DESIGN D2).

import GRDB
import GatewayModel

final class CommandWriter: Sendable {
    private let pool: DatabasePool
    private let lock: FileLock
    private let wake: String
    private let subjectKey: [UInt8]

    init(pool: DatabasePool, lock: FileLock, wake: String, subjectKey: [UInt8]) {
        (self.pool, self.lock, self.wake, self.subjectKey) = (pool, lock, wake, subjectKey)
    }

    func perform<Value>(_ body: (Ledger) throws -> Value) throws(StoreError) -> Value {
        do {
            try lock.lock()
            defer { lock.unlock() }
            let value = try pool.writeWithoutTransaction { db in
                let ledger = Ledger(session: try Session(visiting: db), subjectKey: subjectKey, slots: nil)
                return try Self.transact(ledger, body)
            }
            WakeWatch.touch(wake)
            return value
        } catch { throw StoreError(error) }
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

    /// Closing the last connection checkpoints: under the lock, like any other checkpoint.
    func close(_ pool: DatabasePool) {
        try? lock.lock()
        try? pool.close()
        lock.unlock()
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
