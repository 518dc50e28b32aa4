// SPDX-License-Identifier: Apache-2.0
//
// A connection with its prepared statements. Belongs to one thread at a time.

import GRDB
import GRDBSQLite
import GatewayModel

final class Session {
    let db: OpaquePointer
    /// The pool's own connection, where the session is a passing one: its statements outlive the session there.
    private let lender: Database?
    /// Statements whose text stands in the source, by its place in memory; made once.
    private var fixed: [UInt: Statement] = [:]
    /// Statements put together at run time (month tables, filters).
    private var made: [String: Statement] = [:]
    private static let mostMade = 128

    /// A session of long life, with statements of its own.
    init(_ db: OpaquePointer) { (self.db, lender) = (db, nil) }

    /// A session for one visit to a pooled connection.
    init(visiting db: Database) throws {
        guard let handle = db.sqliteConnection else { throw StoreError.closed }
        (self.db, lender) = (handle, db)
    }

    /// The statement of that text, reset and ready to bind. Its old bindings are still there: bind every parameter.
    func prepared(_ sql: StaticString) throws -> Statement {
        if lender != nil { return try prepared(text: sql.description) }
        let place = UInt(bitPattern: sql.utf8Start)
        if let statement = fixed[place] { return statement }
        let statement = try Statement(db, sql.description)
        fixed[place] = statement
        return statement
    }

    func prepared(text sql: String) throws -> Statement {
        if let lender { return Statement(borrowing: try lender.cachedStatement(sql: sql).sqliteStatement, of: db) }
        if let statement = made[sql] { return statement }
        if made.count >= Self.mostMade { made.removeAll() }
        let statement = try Statement(db, sql)
        made[sql] = statement
        return statement
    }

    /// Runs one or more statements without parameters.
    func run(script: String) throws(SQLFailure) {
        let code = sqlite3_exec(db, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLFailure(db, code: code) }
    }

    /// Gives up all statements: a connection is not closed while one is left.
    func finalizeStatements() {
        fixed.removeAll()
        made.removeAll()
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(db) == 0 }
    var lastRowID: Int64 { sqlite3_last_insert_rowid(db) }
    /// Rows changed by the statement that ran last.
    var changes: Int { Int(sqlite3_changes(db)) }
}
