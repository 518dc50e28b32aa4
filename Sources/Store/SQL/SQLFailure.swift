// SPDX-License-Identifier: Apache-2.0
//
// What SQLite says went wrong, and what that means for the store (DESIGN D3).

import Foundation
import GRDB
import GRDBSQLite
import GatewayModel

struct SQLFailure: Error, CustomStringConvertible {
    /// Extended result code.
    var code: Int32
    /// `errno` of the system call behind it, 0 where there is none.
    var systemError: Int32
    var message: String

    init(_ db: OpaquePointer?, code: Int32) {
        self.code = db == nil ? code : sqlite3_extended_errcode(db)
        systemError = db == nil ? 0 : sqlite3_system_errno(db)
        message = db == nil ? String(cString: sqlite3_errstr(code)) : String(cString: sqlite3_errmsg(db))
    }

    init(_ error: DatabaseError) {
        (code, systemError) = (error.extendedResultCode.rawValue, 0)
        message = error.message ?? error.description
    }

    var description: String {
        systemError == 0 ? "SQLite \(code): \(message)" : "SQLite \(code): \(message) (errno \(systemError))"
    }

    private var primary: Int32 { code & 0xFF }
    /// No room: nothing of the transaction was kept, and the file is as it was.
    var isFull: Bool { primary == SQLITE_FULL || primary == SQLITE_IOERR && [ENOSPC, EDQUOT].contains(systemError) }
    /// Another process holds the write lock.
    var isBusy: Bool { primary == SQLITE_BUSY || primary == SQLITE_LOCKED }
    /// The file cannot be read as a database.
    var isDamaged: Bool { primary == SQLITE_NOTADB || primary == SQLITE_CORRUPT }

    var storeError: StoreError {
        // SQLite's word for a connection that is not open any more.
        if primary == SQLITE_MISUSE { return .closed }
        if isFull { return .full(description) }
        if isBusy { return .refused("the database is busy: \(message)", exitCode: 75) }
        return .fatal(description)
    }
}

extension StoreError {
    /// Any error met inside the store, as callers see it.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as SQLFailure: self = error.storeError
        case let error as DatabaseError: self = SQLFailure(error).storeError
        case let error as SystemFailure: self = error.isFull ? .full(error.description) : .fatal(error.description)
        case is CancellationError: self = .closed
        default: self = .fatal(String(describing: error))
        }
    }
}
