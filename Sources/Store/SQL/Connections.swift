// SPDX-License-Identifier: Apache-2.0
//
// How every connection is set up (DESIGN D2).

import Foundation
import GRDB
import GatewayModel

enum Connections {
    /// How long a connection waits for another's lock.
    private static let busySeconds = 10.0
    static var busyMilliseconds: Int32 { Int32(busySeconds * 1000) }
    private static let readers = 4

    static func configuration(readOnly: Bool = false) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(busySeconds)
        configuration.maximumReaderCount = readers
        configuration.persistentReadOnlyConnections = true
        configuration.foreignKeysEnabled = false
        configuration.journalMode = .wal
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "PRAGMA cache_size = -4000")
        }
        return configuration
    }

    /// Opens a pool; for writing with every commit synced, read back to be sure.
    static func open(_ path: String, readOnly: Bool) throws -> DatabasePool {
        let pool = try DatabasePool(path: path, configuration: configuration(readOnly: readOnly))
        guard !readOnly else { return pool }
        try pool.writeWithoutTransaction { db in
            // The pool has set NORMAL by itself after preparing the connection.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA cache_size = -48000")
            guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2,
                try Int.fetchOne(db, sql: "PRAGMA wal_autocheckpoint") == 0
            else { throw StoreError.fatal("\(path): SQLite does not sync every commit as it was told to") }
        }
        return pool
    }

    /// Checks whose file it is, brings an older one forward where it can be written, and gives the journal's identity.
    static func checkFormat(_ session: Session, _ path: String, readOnly: Bool = false) throws -> String {
        try Schema.check(session, path: path)
        if readOnly { try Schema.checkIsCurrent(session, path: path) } else { try Schema.migrate(session) }
        guard let id = try session.prepared("SELECT value FROM meta WHERE key = 'journal_id'").first({ $0.text(0) })
        else {
            throw StoreError.refused("\(path) has no journal identity: restore a backup", exitCode: 78)
        }
        return id
    }

    /// What could not be opened, with what to do.
    static func openingError(_ error: any Error, path: String) -> StoreError {
        let failure = (error as? SQLFailure) ?? (error as? DatabaseError).map(SQLFailure.init)
        guard let failure, failure.isDamaged else { return StoreError(error) }
        return .refused(
            "\(path) is damaged or is no database (\(failure.message)): keep it aside, restore the last backup, and start "
                + "with --after-restore hold", exitCode: 78)
    }
}
