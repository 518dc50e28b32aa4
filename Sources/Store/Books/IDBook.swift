// SPDX-License-Identifier: Apache-2.0
//
// Ids that producers have used: one table a month, dropped whole once its ids are past the horizon (DESIGN D2). Rows
// are appended, and found by 63 bits of the digest through a `HashIndex` of the month's own.
// Owner thread: its session's.

import Cryptography
import GatewayModel

/// What is remembered of an id.
struct KnownID {
    var content: [UInt8]
    /// Nil for records that are no jobs.
    var job: Int64?
    var acceptedAt: Instant
}

struct IDBook {
    /// Months with a table, newest first.
    private var months: [MonthBook] = []
    private var isLoaded = false
    /// An end is written down when it is this much later than the one that stands.
    private static let grain = Duration.seconds(86_400)

    mutating func forget() { (months, isLoaded) = ([], false) }

    /// 16 bytes for a producer's id; one namespace per producer.
    static func digest(producer: String, id: String) -> [UInt8] {
        var bytes = Array(producer.utf8)
        bytes.append(0)
        bytes.append(contentsOf: id.utf8)
        return Array(SHA256Digest.of(bytes).prefix(16))
    }

    static func index(of month: Int) -> HashIndex { HashIndex("id_\(month)_hash") }

    /// 2026-11 as 24_322: months since year 0.
    static func month(of instant: Instant) -> Int {
        let day = LocalTime(utc: instant)
        return day.year * 12 + day.month - 1
    }
    /// The first instant after that month.
    static func end(of month: Int) -> Instant {
        LocalTime(year: (month + 1) / 12, month: (month + 1) % 12 + 1, day: 1, hour: 0, minute: 0)?.asUTC
            ?? Instant(microseconds: .max)
    }

    mutating func find(_ digest: [UInt8], in session: Session) throws -> KnownID? {
        try load(session)
        for book in months {
            let known = try book.index.first(digest.hash63, in: session) { row in
                let select = try session.prepared(text: book.select).bind(1, row)
                return try select.first { row -> KnownID? in
                    guard row.blob(0, equals: digest) else { return nil }
                    return KnownID(content: row.blob(1), job: row.intOrNil(2), acceptedAt: row.instant(3))
                } ?? nil
            }
            if let known { return known }
        }
        return nil
    }

    mutating func remember(_ digest: [UInt8], _ known: KnownID, in session: Session) throws {
        try load(session)
        let month = Self.month(of: known.acceptedAt)
        let book = try months.first { $0.month == month } ?? open(month, in: session)
        let insert = try session.prepared(text: book.insert)
        insert.bind(1, digest.hash63).bind(2, digest).bind(3, known.content).bind(4, known.job)
        try insert.bind(5, known.acceptedAt).run()
        try book.index.add(digest.hash63, row: session.lastRowID, in: session)
    }

    /// Notes that a job accepted then has ended now: its id stays for the horizon from here.
    mutating func noteEnd(of accepted: Instant, at now: Instant, in session: Session) throws {
        try load(session)
        let month = Self.month(of: accepted)
        guard let index = months.firstIndex(where: { $0.month == month }), months[index].ended < now else { return }
        months[index].ended = now + Self.grain
        let update = try session.prepared("UPDATE id_month SET ended = ?2 WHERE month = ?1")
        try update.bind(1, month).bind(2, months[index].ended).run()
    }

    /// Drops tables whose every id is past the horizon. `oldestQueued`: when the oldest queued job was accepted.
    mutating func drop(before horizon: Instant, oldestQueued: Instant?, in session: Session) throws {
        try load(session)
        for book in months where max(Self.end(of: book.month), book.ended) < horizon {
            if let oldestQueued, oldestQueued < Self.end(of: book.month) { continue }
            try book.drop(in: session)
            months.removeAll { $0.month == book.month }
        }
    }

    private mutating func open(_ month: Int, in session: Session) throws -> MonthBook {
        let book = MonthBook(month: month, ended: Instant(microseconds: 0))
        try book.make(in: session)
        months.append(book)
        months.sort { $0.month > $1.month }
        return book
    }

    private mutating func load(_ session: Session) throws {
        guard !isLoaded else { return }
        months = []
        try session.prepared("SELECT month, ended FROM id_month ORDER BY month DESC").each { row in
            months.append(MonthBook(month: Int(row.int(0)), ended: row.instant(1)))
        }
        isLoaded = true
    }
}

/// One month's table.
private struct MonthBook {
    let month: Int
    /// The latest end of a job taken in then.
    var ended: Instant
    let index: HashIndex
    let select: String
    let insert: String

    init(month: Int, ended: Instant) {
        (self.month, self.ended, index) = (month, ended, IDBook.index(of: month))
        select = "SELECT digest, content, job, accepted FROM id_\(month) WHERE n = ?1"
        insert = "INSERT INTO id_\(month) (hash, digest, content, job, accepted) VALUES (?1, ?2, ?3, ?4, ?5)"
    }

    func make(in session: Session) throws {
        try session.run(
            script: """
                CREATE TABLE id_\(month) (n INTEGER PRIMARY KEY, hash INTEGER NOT NULL, digest BLOB NOT NULL,
                    content BLOB NOT NULL, job INTEGER, accepted INTEGER NOT NULL);
                INSERT INTO id_month (month, ended) VALUES (\(month), 0);
                """)
        try index.make(in: session)
    }

    func drop(in session: Session) throws {
        try index.drop(in: session)
        try session.run(script: "DROP TABLE id_\(month); DELETE FROM id_month WHERE month = \(month)")
    }
}
