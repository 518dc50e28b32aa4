// SPDX-License-Identifier: Apache-2.0
//
// Ledger: one connection's view of the record while a transaction is open.
//
// Everything that changes a job, the journal or the orders is a method of it, in one of the files beside this one. What
// a transaction gathers (numbers to be added up, lanes that got work, slots to free) stands in `gathered`; it is
// written with the commit and told afterwards. After a rollback nothing read before may be believed: `forget`.
// Owner thread: "writer" in the daemon, the caller's connection queue in a command.

import GatewayModel

final class Ledger {
    let session: Session
    let subjectKey: [UInt8]
    var words = WordBook()
    var laneBook = LaneBook()
    var subjects: SubjectBook
    let suppressionBook: SuppressionBook
    var templateDigests = TemplateDigests()
    /// How far back the longest cap looks; nil until the engine has said it.
    var capHorizon: Duration?
    var capSweep = CapSweep()
    var ids = IDBook()
    /// Cancels that are remembered. Commands do not keep them: they take nothing in.
    var cancels = CancelMemory()
    /// Slots of the wire log; nil in a command, which never launches.
    var slots: SlotRack?
    /// Where the pass over all queued jobs for expired ones stands.
    var sweep = ExpirySweep()
    /// Which chore of housekeeping comes first next time.
    var nextChore = 0
    /// The gate's time as the engine said it last. Not the wall's: that may have jumped (CONTRACT 8.7).
    var gateTime: Instant?
    var gathered = Gathered()
    /// `PRAGMA data_version` when others were last looked for.
    var seenVersion: Int64?

    init(session: Session, subjectKey: [UInt8], slots: SlotRack?) {
        (self.session, self.subjectKey, self.slots) = (session, subjectKey, slots)
        subjects = SubjectBook(key: subjectKey)
        suppressionBook = SuppressionBook(key: subjectKey)
    }

    // MARK: Transactions

    func begin() throws {
        try session.prepared("BEGIN IMMEDIATE").run()
        gathered = Gathered()
        // Read anew each time: another process may have written since (DESIGN D4).
        gathered.lastSeq = try session.prepared("SELECT coalesce(max(seq), 0) FROM journal").first { $0.int(0) } ?? 0
    }

    /// Writes what was gathered and commits. On return all of it is durable.
    func commit() throws -> Gathered {
        try writeStats()
        try writeTallies()
        if let key = gathered.lastJobKey { try setMeta("job_key", key) }
        if gathered.queued != 0 {
            let update = try session.prepared("UPDATE meta SET value = value + ?1 WHERE key = 'queued'")
            try update.bind(1, gathered.queued).run()
        }
        try session.prepared("COMMIT").run()
        defer { gathered = Gathered() }
        slots?.free(gathered.slotsToFree)
        return gathered
    }

    func rollback() throws {
        if session.isInTransaction { try session.prepared("ROLLBACK").run() }
        slots?.takeBack(gathered.slotsTaken)
        gathered = Gathered()
        try forget()
    }

    /// Runs one caller's part so that it can fail by itself.
    func group(_ body: (Ledger) throws -> Void) throws {
        let before = gathered
        try session.prepared("SAVEPOINT part").run()
        do {
            try body(self)
        } catch let error as StoreError {
            try session.prepared("ROLLBACK TO part").run()
            try session.prepared("RELEASE part").run()
            slots?.takeBack(gathered.slotsTaken.filter { !before.slotsTaken.contains($0) })
            gathered = before
            try forget()
            throw error
        }
        try session.prepared("RELEASE part").run()
    }

    private func forget() throws {
        words.forget()
        laneBook.forget()
        ids.forget()
        cancels.forget()
        sweep = ExpirySweep()
        capSweep = CapSweep()
        templateDigests = TemplateDigests()
        seenVersion = nil
    }

    // MARK: Facts kept by name

    func meta(_ key: String) throws -> Int64? {
        try session.prepared("SELECT value FROM meta WHERE key = ?1").bind(1, key).first { $0.int(0) }
    }
    func setMeta(_ key: String, _ value: Int64) throws {
        let upsert = try session.prepared(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        try upsert.bind(1, key).bind(2, value).run()
    }
}
