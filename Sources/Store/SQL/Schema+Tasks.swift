// SPDX-License-Identifier: Apache-2.0
//
// The table of tasks that were made and may have to be closed: what a later opt-out looks for.

extension Schema {
    /// A row of `made_task` for each marketing task that was made, or may have been. `at`: when its attempt was let go.
    /// `subject`: whom it is about, by the channel that it asks for; `form`: the same as suppressions are found, 63 bits of
    /// the key. `due`: it is to be amended then; `since`: when that was first said; `attempt`: an amendment is in the air;
    /// `tried`: when first; `over`: it was amended then, or given up, and `said` is why.
    static func addTasks(_ session: Session) throws {
        try session.run(
            script: """
                CREATE TABLE made_task (job INTEGER PRIMARY KEY, at INTEGER NOT NULL, route TEXT NOT NULL, id TEXT,
                    subject INTEGER NOT NULL, form INTEGER NOT NULL, crm INTEGER, person INTEGER,
                    contact INTEGER NOT NULL, brand INTEGER NOT NULL, topic INTEGER, campaign INTEGER,
                    due INTEGER, since INTEGER, tries INTEGER NOT NULL, note TEXT, attempt INTEGER, over INTEGER,
                    said TEXT, tried INTEGER);
                CREATE INDEX made_task_at ON made_task (at);
                CREATE INDEX made_task_subject ON made_task (subject);
                CREATE INDEX made_task_form ON made_task (form);
                CREATE INDEX made_task_crm ON made_task (crm) WHERE crm IS NOT NULL;
                CREATE INDEX made_task_person ON made_task (person) WHERE person IS NOT NULL;
                CREATE INDEX made_task_due ON made_task (route, due) WHERE due IS NOT NULL;
                """)
    }
}
