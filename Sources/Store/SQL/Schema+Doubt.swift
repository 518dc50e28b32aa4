// SPDX-License-Identifier: Apache-2.0
//
// The tables of what left and got no verdict: doubts that stand open, and requests as they left.

extension Schema {
    /// A row of `doubt` for each job with an `unknown` that stands open: when the first attempt in doubt left, how often
    /// the provider was asked since the last one, when it is asked next, and a cancel that came while nobody knew.
    /// `token` is the job's message token, for who brings it back; null for doubts from before there was one.
    ///
    /// A row of `request` for each that must be repeated byte for byte. Only jobs that no mail is have one.
    static func addDoubts(_ session: Session) throws {
        try session.run(
            script: """
                ALTER TABLE job ADD COLUMN home INTEGER;
                ALTER TABLE flight ADD COLUMN inquiry INTEGER;
                CREATE TABLE doubt (job INTEGER PRIMARY KEY, since INTEGER NOT NULL, asked INTEGER NOT NULL, due INTEGER,
                    recall INTEGER, cause TEXT, token TEXT, ordered INTEGER);
                CREATE INDEX doubt_due ON doubt (due) WHERE due IS NOT NULL;
                CREATE INDEX doubt_token ON doubt (token) WHERE token IS NOT NULL;
                INSERT INTO doubt (job, since, asked)
                    SELECT key, coalesce((SELECT at FROM journal WHERE seq = job.doubt), accepted), 0 FROM job
                    WHERE doubt IS NOT NULL;
                CREATE TABLE request (job INTEGER NOT NULL, route TEXT NOT NULL, load BLOB NOT NULL,
                    PRIMARY KEY (job, route)) WITHOUT ROWID;
                """)
    }
}
