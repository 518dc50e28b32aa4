// SPDX-License-Identifier: Apache-2.0
//
// Finds appended rows by 63 bits of a random hash, without paying a page for every row.
//
// Three trees of (hash, row). A row enters the small young one, whose few pages a transaction rewrites anyway. Every
// `turn` rows the young tree is emptied into the middle one, and one slice of all hashes from there into the old one:
// what enters a large tree comes sorted and close together, many rows a page. Which slice it is follows from the row's
// number: nothing is kept in memory or counted, so a rollback, a crash or another process changes nothing.
// Owner thread: its session's.

import GatewayModel

struct HashIndex {
    /// Parts that all hashes fall into: a hash stays in the middle tree for as many turns at most.
    private static let slices: Int64 = 32
    private static let sliceBits: Int64 = 63 - 5

    private let name: String
    /// Rows between two turns.
    private let turn: Int64
    private let select: String
    private let insert: String

    /// The index of that name, made by `make`. Names are ours, never typed in.
    init(_ name: String, turn: Int64 = 2048) {
        (self.name, self.turn) = (name, turn)
        select = """
            SELECT row FROM \(name)_young WHERE hash = ?1 UNION ALL SELECT row FROM \(name)_middle WHERE hash = ?1
                UNION ALL SELECT row FROM \(name)_old WHERE hash = ?1
            """
        insert = "INSERT INTO \(name)_young (hash, row) VALUES (?1, ?2)"
    }

    /// The first thing that `read` makes of a row with that hash: hashes may clash, so `read` compares what they stand for.
    func first<Value>(_ hash: Int64, in session: Session, _ read: (Int64) throws -> Value?) throws -> Value? {
        let rows = try session.prepared(text: select).bind(1, hash)
        defer { rows.reset() }
        while try rows.step() {
            if let value = try read(rows.int(0)) { return value }
        }
        return nil
    }

    /// Every row is added once, in the transaction that appends it; row numbers have no gaps.
    func add(_ hash: Int64, row: Int64, in session: Session) throws {
        try session.prepared(text: insert).bind(1, hash).bind(2, row).run()
        if row % turn == 0 { try settle(slice: row / turn % Self.slices, in: session) }
    }

    private func settle(slice: Int64, in session: Session) throws {
        let (first, last) = (slice << Self.sliceBits, (slice + 1) << Self.sliceBits &- 1)
        try session.run(
            script: """
                INSERT INTO \(name)_middle SELECT hash, row FROM \(name)_young;
                DELETE FROM \(name)_young;
                INSERT INTO \(name)_old SELECT hash, row FROM \(name)_middle WHERE hash BETWEEN \(first) AND \(last);
                DELETE FROM \(name)_middle WHERE hash BETWEEN \(first) AND \(last);
                """)
    }

    func make(in session: Session) throws {
        for age in Self.ages {
            try session.run(
                script: """
                    CREATE TABLE \(name)_\(age) (hash INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (hash, row))
                        WITHOUT ROWID;
                    """)
        }
    }

    /// Adds all rows of a table at once; for bringing an older format forward.
    func fill(from table: String, row: String, in session: Session) throws {
        try session.run(script: "INSERT INTO \(name)_old SELECT hash, \(row) FROM \(table) ORDER BY hash")
    }

    func drop(in session: Session) throws {
        for age in Self.ages { try session.run(script: "DROP TABLE \(name)_\(age)") }
    }

    private static let ages = ["young", "middle", "old"]
}
