// SPDX-License-Identifier: Apache-2.0
//
// The tables, as they are made and as they are brought forward.
//
// A step, once released, is never edited: add another and raise `version` by it.

import GRDBSQLite
import GatewayModel

enum Schema {
    /// What `PRAGMA application_id` says of a Gatepost database: "GTPT".
    static let applicationID: Int64 = 0x4754_5054
    static var version: Int64 { Int64(steps.count) }

    /// Brings the database to `version`, in one transaction. Nothing is done where it is there already.
    static func migrate(_ session: Session, to version: Int64 = Schema.version) throws {
        let have = try session.prepared(text: "PRAGMA user_version").first { $0.int(0) } ?? 0
        guard have < version else { return }
        try session.run(script: "BEGIN IMMEDIATE")
        do {
            for step in steps[Int(have)..<Int(version)] { try step(session) }
            try session.run(
                script: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version); COMMIT")
        } catch {
            if session.isInTransaction { try session.run(script: "ROLLBACK") }
            throw error
        }
    }

    /// - Throws: `StoreError.refused` where the file is another program's, or from a newer version.
    static func check(_ session: Session, path: String) throws {
        let owner = try session.prepared(text: "PRAGMA application_id").first { $0.int(0) } ?? 0
        let have = try session.prepared(text: "PRAGMA user_version").first { $0.int(0) } ?? 0
        if have > version, owner == applicationID {
            throw StoreError.refused(
                "\(path) was written by a newer Gatepost (format \(have), this one knows \(version)): "
                    + "install that version, or restore a backup made by this one", exitCode: 78)
        }
        guard owner == applicationID, have > 0 else {
            throw StoreError.refused(
                "\(path) is not a Gatepost database: move it away and run `gatepost init`", exitCode: 78)
        }
    }

    /// - Throws: `StoreError.refused` where the file is from an earlier version: reading does not bring it forward.
    static func checkIsCurrent(_ session: Session, path: String) throws {
        let have = try session.prepared(text: "PRAGMA user_version").first { $0.int(0) } ?? 0
        guard have < version else { return }
        throw StoreError.refused(
            "\(path) was written by an earlier Gatepost (format \(have), this one knows \(version)): start the daemon of "
                + "this version, which brings it forward", exitCode: 78)
    }

    private static let steps: [@Sendable (Session) throws -> Void] = [
        { try $0.run(script: base + queue + intake + journal) },
        { try sortHashes($0) },
        { try $0.run(script: "ALTER TABLE hold ADD COLUMN by TEXT") },
        { try addGate($0) },
        { try JobSpans.index($0) },
        { try addDoubts($0) },
        { try addTasks($0) },
    ]

    private static let base = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
        CREATE TABLE lane (id INTEGER PRIMARY KEY, route TEXT NOT NULL, domain TEXT NOT NULL, brand TEXT NOT NULL,
            UNIQUE (route, domain, brand));
        CREATE TABLE subject (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL,
            token BLOB NOT NULL, address TEXT NOT NULL);
        CREATE INDEX subject_hash ON subject (hash);
        """

    /// `state` is 2 ready, 3 flying, 4 held, 5 doubt: never 0 or 1, so that a change of state never changes a row's
    /// size.
    private static let queue = """
        CREATE TABLE job (key INTEGER PRIMARY KEY, state INTEGER NOT NULL, lane INTEGER NOT NULL, priority INTEGER NOT NULL,
            due INTEGER, expires INTEGER, created INTEGER NOT NULL, accepted INTEGER NOT NULL, notbefore INTEGER,
            class INTEGER NOT NULL, channel INTEGER NOT NULL, producer INTEGER NOT NULL, template INTEGER NOT NULL,
            brand INTEGER NOT NULL, topic INTEGER, campaign INTEGER, recipient TEXT NOT NULL,
            email INTEGER, phone INTEGER, crm INTEGER, person INTEGER,
            attempts INTEGER NOT NULL, first INTEGER, preason INTEGER, puntil INTEGER, crashes INTEGER NOT NULL,
            doubt INTEGER, hold INTEGER, why TEXT);
        CREATE INDEX job_ready ON job (lane, priority, due) WHERE state = 2;
        CREATE INDEX job_parked ON job (due) WHERE state = 5;
        CREATE INDEX job_hold ON job (hold) WHERE hold IS NOT NULL;
        CREATE INDEX job_email ON job (email) WHERE email IS NOT NULL;
        CREATE INDEX job_phone ON job (phone) WHERE phone IS NOT NULL;
        CREATE INDEX job_crm ON job (crm) WHERE crm IS NOT NULL;
        CREATE INDEX job_person ON job (person) WHERE person IS NOT NULL;
        CREATE INDEX job_campaign ON job (campaign) WHERE campaign IS NOT NULL;
        CREATE TABLE body (key INTEGER PRIMARY KEY, record BLOB NOT NULL);
        CREATE TABLE flight (job INTEGER PRIMARY KEY, attempt INTEGER NOT NULL, slot INTEGER NOT NULL,
            launched INTEGER NOT NULL, decision BLOB NOT NULL, recall INTEGER, cause TEXT);
        CREATE TABLE lane_minute (minute INTEGER NOT NULL, lane INTEGER NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (minute, lane)) WITHOUT ROWID;
        CREATE TABLE nudge (lane INTEGER PRIMARY KEY, earliest INTEGER NOT NULL);
        CREATE TABLE hold (id INTEGER PRIMARY KEY AUTOINCREMENT, campaign TEXT, brand TEXT, template TEXT, route TEXT,
            class INTEGER, why TEXT NOT NULL, since INTEGER NOT NULL);
        CREATE TABLE route_order (route TEXT PRIMARY KEY, paused TEXT, resumed INTEGER NOT NULL) WITHOUT ROWID;
        """

    private static let intake = """
        CREATE TABLE producer (name TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE id_month (month INTEGER PRIMARY KEY, ended INTEGER NOT NULL);
        CREATE TABLE cancel (id INTEGER PRIMARY KEY, producer INTEGER NOT NULL, name TEXT NOT NULL, job BLOB, email INTEGER,
            phone INTEGER, crm INTEGER, person INTEGER, campaign INTEGER, topic INTEGER, brand INTEGER, channel INTEGER,
            asof INTEGER NOT NULL, until INTEGER NOT NULL, swept INTEGER);
        CREATE TABLE intake_file (number INTEGER PRIMARY KEY, producer TEXT NOT NULL, name TEXT NOT NULL,
            renamed INTEGER NOT NULL, bytes INTEGER NOT NULL, taken INTEGER NOT NULL, offset INTEGER NOT NULL,
            line INTEGER NOT NULL, accepted INTEGER NOT NULL, duplicates INTEGER NOT NULL, rejected INTEGER NOT NULL,
            cancelled INTEGER NOT NULL, problems INTEGER NOT NULL, sha256 TEXT);
        CREATE TABLE intake_problem (file INTEGER NOT NULL, n INTEGER NOT NULL, line INTEGER, id TEXT, code TEXT NOT NULL,
            field TEXT, message TEXT NOT NULL, PRIMARY KEY (file, n)) WITHOUT ROWID;
        """

    /// Rows of the journal leave only from its old end, and only below the mark that retention has set before.
    private static let journal = """
        CREATE TABLE journal (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, event INTEGER NOT NULL, job INTEGER, row BLOB NOT NULL);
        CREATE INDEX journal_job ON journal (job) WHERE event <> 0 AND job IS NOT NULL;
        CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN
            SELECT RAISE(ABORT, 'the journal never changes'); END;
        CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
            WHEN OLD.seq > (SELECT coalesce(max(value), 0) FROM meta WHERE key = 'journal_purged') BEGIN
            SELECT RAISE(ABORT, 'the journal never changes'); END;
        CREATE TABLE job_words (key INTEGER PRIMARY KEY, accepted INTEGER NOT NULL, subject INTEGER, salt BLOB NOT NULL,
            words BLOB NOT NULL);
        CREATE TABLE contact (subject INTEGER NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (subject, key)) WITHOUT ROWID;
        CREATE TABLE event_words (seq INTEGER PRIMARY KEY, salt BLOB NOT NULL, words BLOB, decision BLOB);
        CREATE TABLE stat (hour INTEGER NOT NULL, event INTEGER NOT NULL, reason TEXT NOT NULL, producer INTEGER NOT NULL,
            channel INTEGER NOT NULL, class INTEGER NOT NULL, brand INTEGER NOT NULL, template INTEGER NOT NULL,
            route INTEGER NOT NULL, campaign INTEGER NOT NULL, count INTEGER NOT NULL, delay INTEGER NOT NULL,
            longest INTEGER NOT NULL,
            PRIMARY KEY (hour, event, reason, producer, channel, class, brand, template, route, campaign)) WITHOUT ROWID;
        """

    /// Hashes leave the indexes that wrote a page a row.
    static func sortHashes(_ session: Session) throws {
        var months: [Int] = []
        try session.prepared(text: "SELECT month FROM id_month").each { months.append(Int($0.int(0))) }
        try session.run(script: "DROP INDEX subject_hash")
        try SubjectBook.index.make(in: session)
        try SubjectBook.index.fill(from: "subject", row: "id", in: session)
        for month in months {
            let index = IDBook.index(of: month)
            try session.run(script: "DROP INDEX id_\(month)_hash")
            try index.make(in: session)
            try index.fill(from: "id_\(month)", row: "n", in: session)
        }
    }
}
