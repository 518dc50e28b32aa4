// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints: by the daemon's writer alone, between transactions, under the lock that other writers hold too
// (DESIGN D2). Any failure but a full disk is the end (DESIGN D3).
// Owner thread: "writer".

import Foundation
import GRDBSQLite
import GatewayModel

final class Checkpointer {
    /// Pages of 4 KiB after which what is in the log is moved into the database.
    private static let quietPages: Int32 = 24 << 8
    /// Pages after which readers are waited for so that the log can begin anew: 160 MiB of the 256 allowed.
    private static let urgentPages: Int32 = 160 << 8

    /// Milliseconds.
    private static let readerPatience: Int32 = 250
    private static let lockTries = 200
    private static let turnTries = 5000

    private let db: OpaquePointer
    private let lock: FileLock
    /// Pages in the log after the last commit, told by SQLite.
    private let pages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    /// Another process has had the lock for longer than any transaction takes.
    private var isNeighbourStuck = false
    /// Pages already moved; the log is not begun anew while a reader stands in it.
    private var moved: Int32 = 0

    init(_ db: OpaquePointer, lock: FileLock) {
        (self.db, self.lock) = (db, lock)
        pages.initialize(to: 0)
        sqlite3_wal_hook(
            db,
            { context, _, _, pages in
                context?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, pages)
    }

    deinit { pages.deallocate() }

    /// Call before the connection closes.
    func detach() { sqlite3_wal_hook(db, nil, nil) }

    /// Checkpoints where enough has gathered and no other process is writing.
    func afterCommit() throws(SQLFailure) {
        if pages.pointee < moved { moved = 0 }
        let isUrgent = pages.pointee >= Self.urgentPages
        guard pages.pointee - moved >= Self.quietPages, isUrgent ? lockSoon() : lock.tryLock() else { return }
        defer { lock.unlock() }
        guard isUrgent else { return try run(SQLITE_CHECKPOINT_PASSIVE) }
        // A reader that stands still in the log must not stop all else for the whole busy time-out.
        sqlite3_busy_timeout(db, Self.readerPatience)
        defer { sqlite3_busy_timeout(db, Connections.busyMilliseconds) }
        try run(SQLITE_CHECKPOINT_RESTART)
    }

    /// Another process that changes much lets go of the lock between its transactions only.
    private func lockSoon() -> Bool {
        for _ in 0..<Self.lockTries {
            if lock.tryLock() { return true }
            usleep(500)
        }
        return false
    }

    /// Waits while another process is at its transaction, and starts in the pause that it makes after each. SQLite's
    /// own waiting sleeps too long to meet those: a command that changes much would have every turn. Waited for once
    /// only: one that stands still with the lock in its hand may not be writing.
    func letOthersFinish() {
        for _ in 0..<(isNeighbourStuck ? 1 : Self.turnTries) {
            if lock.tryLock() {
                isNeighbourStuck = false
                return lock.unlock()
            }
            usleep(200)
        }
        isNeighbourStuck = true
    }

    /// Moves everything and empties the log: for closing.
    func finish() throws(SQLFailure) {
        guard lock.tryLock() else { return }
        defer { lock.unlock() }
        try run(SQLITE_CHECKPOINT_TRUNCATE)
    }

    private func run(_ mode: Int32) throws(SQLFailure) {
        var (log, done): (Int32, Int32) = (0, 0)
        let code = sqlite3_wal_checkpoint_v2(db, nil, mode, &log, &done)
        if code == SQLITE_OK || code == SQLITE_BUSY { return moved = max(done, 0) }
        let failure = SQLFailure(db, code: code)
        // A full disk loses nothing: what was committed stays in the log.
        guard failure.isFull else { throw failure }
    }
}
