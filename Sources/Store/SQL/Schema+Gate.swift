// SPDX-License-Identifier: Apache-2.0
//
// The tables that the gate asks and the reviewers read: consents, suppressions, what caps count, policies.

extension Schema {
    /// Consents and suppressions are only ever appended. What stands beside them (`…_words`) may be erased.
    ///
    /// A consent lies with the others of its address: the gate reads one page for them all.
    /// `flags` of a consent: 1 wording, 2 evidence, 4 import, 8 came in damaged; of a suppression: 8 the same.
    static func addGate(_ session: Session) throws {
        try session.run(script: gateJobs + consents + suppressions + capsAndPolicies)
        try SuppressionBook.index.make(in: session)
    }

    private static let gateJobs = """
        ALTER TABLE job ADD COLUMN intended INTEGER;
        ALTER TABLE job ADD COLUMN timezone INTEGER;
        ALTER TABLE job ADD COLUMN country INTEGER;
        ALTER TABLE job ADD COLUMN region INTEGER;
        ALTER TABLE job ADD COLUMN capped INTEGER;
        ALTER TABLE job ADD COLUMN reserved INTEGER;
        ALTER TABLE flight ADD COLUMN reserved INTEGER;
        ALTER TABLE job_words ADD COLUMN person INTEGER;
        CREATE INDEX journal_operator ON journal (event) WHERE event = 100;
        """

    private static let consents = """
        CREATE TABLE consent (subject INTEGER NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL,
            occurred INTEGER NOT NULL, type INTEGER NOT NULL, channel INTEGER, brand INTEGER, topics TEXT, basis INTEGER,
            day TEXT, flags INTEGER NOT NULL, corrects INTEGER, seq INTEGER NOT NULL,
            PRIMARY KEY (subject, n)) WITHOUT ROWID;
        CREATE UNIQUE INDEX consent_n ON consent (n);
        CREATE TRIGGER consent_no_update BEFORE UPDATE ON consent BEGIN
            SELECT RAISE(ABORT, 'consents never change'); END;
        CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent BEGIN
            SELECT RAISE(ABORT, 'consents never change'); END;
        CREATE TABLE consent_words (n INTEGER PRIMARY KEY, salt BLOB NOT NULL, words BLOB NOT NULL);
        CREATE TABLE wording (sha256 TEXT PRIMARY KEY, text TEXT NOT NULL, since INTEGER NOT NULL);
        CREATE TABLE attachment (sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, bytes BLOB NOT NULL, since INTEGER NOT NULL);
        """

    /// `key` is 16 bytes of `HMAC(subject key, kind ‖ 0 ‖ canonical form)`. `suppression_kind` counts rows by kind, a
    /// phone prefix's by its length, so that kinds nobody uses are not looked up.
    private static let suppressions = """
        CREATE TABLE suppression (n INTEGER PRIMARY KEY, key BLOB NOT NULL, kind INTEGER NOT NULL, act INTEGER NOT NULL,
            reason INTEGER NOT NULL, channel INTEGER, brand INTEGER, topic INTEGER, campaign INTEGER, class INTEGER,
            at INTEGER NOT NULL, expires INTEGER, lifts INTEGER, batch INTEGER, flags INTEGER NOT NULL,
            seq INTEGER NOT NULL);
        CREATE INDEX suppression_lifts ON suppression (lifts) WHERE lifts IS NOT NULL;
        CREATE TRIGGER suppression_no_update BEFORE UPDATE ON suppression BEGIN
            SELECT RAISE(ABORT, 'suppressions never change'); END;
        CREATE TRIGGER suppression_no_delete BEFORE DELETE ON suppression BEGIN
            SELECT RAISE(ABORT, 'suppressions never change'); END;
        CREATE TABLE suppression_words (n INTEGER PRIMARY KEY, salt BLOB NOT NULL, words BLOB NOT NULL);
        CREATE TABLE suppression_kind (kind INTEGER PRIMARY KEY, count INTEGER NOT NULL);
        """

    /// A row of `cap_entry` stands under the address's subject or the person's; `facts` packs channel and class.
    private static let capsAndPolicies = """
        CREATE TABLE cap_entry (subject INTEGER NOT NULL, at INTEGER NOT NULL, job INTEGER NOT NULL,
            facts INTEGER NOT NULL, brand INTEGER NOT NULL, topic INTEGER, campaign INTEGER,
            PRIMARY KEY (subject, at, job)) WITHOUT ROWID;
        CREATE TABLE policy_bundle (sha256 TEXT PRIMARY KEY, bytes BLOB NOT NULL, since INTEGER NOT NULL);
        CREATE TABLE policy_change (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, sha256 TEXT NOT NULL, before TEXT,
            seq INTEGER NOT NULL);
        CREATE TABLE template_digest (template INTEGER NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY (template, digest)) WITHOUT ROWID;
        """
}
