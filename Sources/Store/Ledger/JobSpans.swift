// SPDX-License-Identifier: Apache-2.0
//
// Queued jobs by whom they are to, without a page for every job.
//
// Over all of a queue, recipients stand in random order. So the indexes by recipient go span by span of 8192 job keys:
// what is taken in or ended together stands in few pages, and looking for a recipient asks each span that has jobs.

enum JobSpans {
    /// Bits of a key within its span. The indexes are made with it.
    private static let bits = 13

    /// What stands before SELECT: the spans that have jobs behind key `?1`, in order.
    static let with = """
        WITH RECURSIVE span (n) AS (
            SELECT (SELECT key FROM job WHERE key > ?1 ORDER BY key LIMIT 1) >> \(bits) UNION ALL
            SELECT (SELECT key FROM job WHERE key >= (n + 1) << \(bits) ORDER BY key LIMIT 1) >> \(bits)
                FROM span WHERE n IS NOT NULL)
        """
    /// The jobs of those spans; conditions follow, a recipient's among them.
    static let jobs = "span CROSS JOIN job WHERE key >> \(bits) = n"

    /// Indexes by span and recipient, in place of those by recipient alone.
    static func index(_ session: Session) throws {
        for name in ["email", "phone", "crm", "person"] {
            try session.run(
                script: """
                    DROP INDEX job_\(name);
                    CREATE INDEX job_\(name) ON job (key >> \(bits), \(name)) WHERE \(name) IS NOT NULL;
                    """)
        }
    }
}
