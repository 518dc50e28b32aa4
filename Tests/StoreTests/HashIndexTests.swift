// SPDX-License-Identifier: Apache-2.0

import Cryptography
import Foundation
import GRDB
import GRDBSQLite
import GatewayModel
import Testing

@testable import Store

@Suite("Finding rows by hash")
struct HashIndexTests {
    @Test("every row is found at every moment, clashes and rollbacks included")
    func find() throws {
        try Scratch().visit { session in
            let index = HashIndex("found", turn: 4)
            try index.make(in: session)
            var rows: [Int64: [Int64]] = [:]
            var random = Dice(seed: 7)
            var last: Int64 = 0
            for round in 0..<300 {
                let (before, lastBefore) = (rows, last)
                try session.run(script: "BEGIN")
                for _ in 0..<random.next() % 9 {
                    // Few enough values for clashes, over the whole range.
                    let hash = Int64(random.next() % 400) * (Int64.max / 400)
                    last += 1
                    try index.add(hash, row: last, in: session)
                    rows[hash, default: []].append(last)
                }
                if round % 7 == 3 {
                    try session.run(script: "ROLLBACK")
                    (rows, last) = (before, lastBefore)
                } else {
                    try session.run(script: "COMMIT")
                }
                guard round % 10 == 0 else { continue }
                for (hash, all) in rows {
                    for row in all {
                        #expect(try index.first(hash, in: session) { $0 == row ? true : nil } == true)
                    }
                }
                #expect(try index.first(12_345, in: session) { $0 } == nil)
            }
            #expect(last > 4 * 64, "every slice has had its turn")
        }
    }

    /// The reason for it: 250 rows in a tree of random hashes rewrite 250 pages as soon as it is large.
    @Test("a row costs a small part of a page, however many there are")
    func pages() throws {
        try Scratch().visit { session in
            let index = HashIndex("cheap")
            try index.make(in: session)
            var random = Dice(seed: 11)
            var row: Int64 = 0
            func add(_ chunks: Int) throws -> Double {
                let before = try session.pagesWritten()
                for _ in 0..<chunks {
                    try session.run(script: "BEGIN")
                    for _ in 0..<250 {
                        row += 1
                        try index.add(Int64(random.next() >> 1), row: row, in: session)
                    }
                    try session.run(script: "COMMIT")
                }
                return Double(try session.pagesWritten() - before) / Double(chunks * 250)
            }
            _ = try add(300)
            #expect(try add(80) < 0.25)
        }
    }

    @Test("a database of the first format is brought forward with all it knows")
    func migrate() throws {
        try Scratch().visit { session in
            try session.run(
                script: """
                    CREATE TABLE subject (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, kind INTEGER NOT NULL,
                        key BLOB NOT NULL, token BLOB NOT NULL, address TEXT NOT NULL);
                    CREATE INDEX subject_hash ON subject (hash);
                    CREATE TABLE id_month (month INTEGER PRIMARY KEY, ended INTEGER NOT NULL);
                    CREATE TABLE id_24322 (n INTEGER PRIMARY KEY, hash INTEGER NOT NULL, digest BLOB NOT NULL,
                        content BLOB NOT NULL, job INTEGER, accepted INTEGER NOT NULL);
                    CREATE INDEX id_24322_hash ON id_24322 (hash);
                    INSERT INTO id_month VALUES (24322, 0);
                    """)
            let key = [UInt8](repeating: 1, count: 32)
            let digest = KeyedDigest(key: key).of(kind: "email", "ada@example.com")
            let id = IDBook.digest(producer: "crm", id: "a")
            try session.prepared("INSERT INTO subject VALUES (7, ?1, 0, ?2, x'01', 'ada@example.com')")
                .bind(1, digest.hash63).bind(2, digest).run()
            try session.prepared("INSERT INTO id_24322 VALUES (1, ?1, ?2, x'02', 5, 0)")
                .bind(1, id.hash63).bind(2, id).run()

            try Schema.sortHashes(session)

            var subjects = SubjectBook(key: key)
            var ids = IDBook()
            #expect(try subjects.known(.email, "ada@example.com", in: session) == 7)
            #expect(try subjects.subject(.email, "ada@example.com", in: session).id == 7)
            #expect(try ids.find(id, in: session)?.job == 5)
            let new = try subjects.subject(.email, "bea@example.com", in: session)
            #expect(try subjects.known(.email, "bea@example.com", in: session) == new.id)
        }
    }
}

/// A database of its own in a file, in WAL mode.
private final class Scratch {
    private let path = NSTemporaryDirectory() + "gatepost-hash-" + SecureRandom.bytes(8).hex
    deinit { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }

    func visit(_ body: (Session) throws -> Void) throws {
        let queue = try DatabaseQueue(path: path, configuration: Connections.configuration())
        try queue.writeWithoutTransaction { try body(Session(visiting: $0)) }
        try queue.close()
    }
}

private struct Dice {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension Session {
    fileprivate func pagesWritten() throws -> Int {
        var (now, most): (Int32, Int32) = (0, 0)
        #expect(sqlite3_db_status(db, SQLITE_DBSTATUS_CACHE_WRITE, &now, &most, 0) == SQLITE_OK)
        return Int(now)
    }
}
