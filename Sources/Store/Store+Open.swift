// SPDX-License-Identifier: Apache-2.0
//
// Opening: locks, connections, format, recovery; in that order, and nothing is promised before the last is done.

import Cryptography
import Foundation
import GRDB
import GatewayModel

extension Store {
    /// Makes keys, database, wire log and reserve; leaves what is there as it is.
    public static func initialise(stateDir: String) throws(StoreError) {
        let directory = StateDirectory(path: stateDir)
        do {
            try directory.make()
            let isNew = !directory.isInitialised
            if isNew { try createDatabase(in: directory) }
            _ = Reserve(in: stateDir).restore(slack: 0)
            guard isNew || access(directory.wireLog, F_OK) != 0 else { return }
            unlink(directory.wireLog)
            _ = try WireLog(path: directory.wireLog)
        } catch { throw StoreError(error) }
    }

    /// Made beside and renamed in, so that a database is never there by half.
    private static func createDatabase(in directory: StateDirectory) throws {
        let draft = directory.database + ".new"
        for suffix in ["", "-wal", "-shm"] { unlink(draft + suffix) }
        let queue = try DatabaseQueue(path: draft, configuration: Connections.configuration())
        try queue.writeWithoutTransaction { db in
            let session = try Session(visiting: db)
            try Schema.migrate(session)
            let id = SecureRandom.bytes(16).hex
            try session.prepared("INSERT INTO meta (key, value) VALUES ('journal_id', ?1)").bind(1, id).run()
            try session.run(script: "INSERT INTO meta (key, value) VALUES ('queued', 0)")
        }
        try queue.close()
        chmod(draft, 0o600)
        guard rename(draft, directory.database) == 0 else { throw SystemFailure("rename", directory.database) }
    }

    /// Opens the store of a state directory. Blocks; the daemon's also recovers what an earlier run left in flight.
    ///
    /// - Throws: `StoreError.refused` with what to do: 75 where another daemon runs, 78 where the database is missing,
    ///   damaged, from a newer version or older than the wire log.
    public static func open(
        stateDir: String, role: StoreRole, options: StoreOptions = StoreOptions()
    ) throws(StoreError) -> Store {
        let directory = StateDirectory(path: stateDir)
        guard directory.isInitialised else {
            throw .refused("\(stateDir) holds no gatepost.db: run `gatepost init` first", exitCode: 78)
        }
        do {
            switch role {
            case .daemon: return try openDaemon(directory, options)
            case .command: return try openCommand(directory, options)
            case .reader: return try openReader(directory, options)
            }
        } catch {
            throw Connections.openingError(error, path: directory.database)
        }
    }

    private static func openReader(_ directory: StateDirectory, _ options: StoreOptions) throws -> Store {
        let key = try directory.readSubjectKey()
        let pool = try Connections.open(directory.database, readOnly: true)
        let journalID = try pool.read {
            try Connections.checkFormat(Session(visiting: $0), directory.database, readOnly: true)
        }
        return Store(
            journalID: journalID, directory: directory, options: options, pool: pool, subjectKey: key, hand: nil,
            ear: Ear(),
            wireLog: nil)
    }

    private static func openCommand(_ directory: StateDirectory, _ options: StoreOptions) throws -> Store {
        let key = try directory.readSubjectKey()
        let lock = try FileLock(path: directory.writerLock)
        try lock.lock()
        defer { lock.unlock() }
        let pool = try Connections.open(directory.database, readOnly: false)
        let journalID = try pool.writeWithoutTransaction {
            try Connections.checkFormat(Session(visiting: $0), directory.database)
        }
        let writer = CommandWriter(
            pool: pool, lock: lock, wake: directory.wake, subjectKey: key, daemonLock: directory.daemonLock)
        return Store(
            journalID: journalID, directory: directory, options: options, pool: pool, subjectKey: key,
            hand: .command(writer), ear: Ear(), wireLog: nil)
    }

    private static func openDaemon(_ directory: StateDirectory, _ options: StoreOptions) throws -> Store {
        let lock = try FileLock.daemon(at: directory.daemonLock)
        let key = try directory.readSubjectKey()
        let writerLock = try FileLock(path: directory.writerLock)
        try writerLock.lock()
        let pool = try Connections.open(directory.database, readOnly: false)
        let log = try WireLog(path: directory.wireLog)
        let reserve = Reserve(in: directory.path)
        let ear = Ear()
        let (journalID, writer) = try pool.writeWithoutTransaction { db in
            _ = try Connections.checkFormat(Session(visiting: db), directory.database)
            guard let handle = db.sqliteConnection else { throw StoreError.closed }
            let opening = DaemonOpening(session: Session(handle), subjectKey: key, log: log, options: options)
            let (journalID, ledger) = try recovered(opening, reserve)
            let writer = Writer(
                ledger: ledger, checkpointer: Checkpointer(handle, lock: writerLock), reserve: reserve, log: log,
                timepiece: options.timepiece, ear: ear)
            return (journalID, writer)
        }
        // Not before: what was in the air is booked first, and needs room for it.
        _ = reserve.restore(slack: 0)
        writerLock.unlock()
        writer.start(in: pool)
        let watch = try WakeWatch(path: directory.wake) { writer.put(.lookForOthers) }
        return Store(
            journalID: journalID, directory: directory, options: options, pool: pool, subjectKey: key,
            hand: .daemon(writer, watch, lock), ear: ear, wireLog: log)
    }
}

extension Store {
    /// On a full disk the reserve is what recovery writes into.
    private static func recovered(
        _ opening: DaemonOpening, _ reserve: Reserve
    ) throws -> (journalID: String, Ledger) {
        do {
            return try opening.run()
        } catch {
            guard case .full = StoreError(error), reserve.giveUp() else { throw error }
            return try opening.run()
        }
    }
}

extension Errand {
    /// Looks whether another process has written, and tells of it.
    static let lookForOthers = Errand(
        rank: .operatorChange, work: { try $0.lookForOthers() }, lastWork: nil, answer: { _ in })
}

extension Ledger {
    func lookForOthers() throws {
        let version = try session.prepared("PRAGMA data_version").first { $0.int(0) } ?? 0
        guard version != seenVersion else { return }
        seenVersion = version
        try takeNudges()
        // A write of our own: SQLite tells the log's length only to who commits, and others never checkpoint.
        try setMeta("others_seen", (meta("others_seen") ?? 0) + 1)
        gathered.journalled += 1
    }
}
