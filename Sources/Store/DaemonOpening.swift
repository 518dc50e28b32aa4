// SPDX-License-Identifier: Apache-2.0
//
// What the daemon does before it promises anything: tells a restored database from a living one, settles what an
// earlier run left in flight, and begins a run and a wire log of its own (DESIGN D12).
// Owner thread: the opening one.

import Cryptography
import GatewayModel

struct DaemonOpening {
    let session: Session
    let subjectKey: [UInt8]
    let log: WireLog
    let options: StoreOptions
    private let identity = MachineIdentity.current()

    init(session: Session, subjectKey: [UInt8], log: WireLog, options: StoreOptions) {
        (self.session, self.subjectKey, self.log, self.options) = (session, subjectKey, log, options)
    }

    /// On return nothing is in flight, the run's number is durable, and the log is empty.
    func run() throws -> (journalID: String, Ledger) {
        let ledger = Ledger(session: session, subjectKey: subjectKey, slots: nil)
        let now = options.timepiece.now()
        try treatRestored(ledger, at: now)
        let notesHold = log.header.map { $0.identity == identity && !identity.boot.isEmpty } ?? false
        var more = true
        while more {
            more = try transact(ledger) { ledger in
                try ledger.recover(by: options.recovery, at: now) { flight in
                    notesHold ? log.note(of: flight.attempt, in: flight.slot) : nil
                }
            }
        }
        let run = try transact(ledger) { ledger -> UInt32 in
            let run = UInt32(truncatingIfNeeded: (try ledger.meta("run") ?? 0) + 1)
            try ledger.setMeta("run", Int64(run))
            try ledger.landAmendments()
            return run
        }
        let journalID = try readJournalID()
        log.begin(journal: journalID, identity: identity, lastSeq: try lastSeq())
        try log.sync()
        return (journalID, Ledger(session: session, subjectKey: subjectKey, slots: SlotRack(log: log, run: run)))
    }

    private func readJournalID() throws -> String {
        try session.prepared("SELECT value FROM meta WHERE key = 'journal_id'").first { $0.text(0) } ?? ""
    }
    private func lastSeq() throws -> Int64 {
        try session.prepared("SELECT coalesce(max(seq), 0) FROM journal").first { $0.int(0) } ?? 0
    }

    private func transact<Value>(_ ledger: Ledger, _ body: (Ledger) throws -> Value) throws -> Value {
        do {
            try ledger.begin()
            let value = try body(ledger)
            _ = try ledger.commit()
            return value
        } catch {
            try ledger.rollback()
            throw error
        }
    }

    // MARK: A database older than its wire log

    private func treatRestored(_ ledger: Ledger, at now: Instant) throws {
        guard let header = log.header, try header.journal != readJournalID() || header.lastSeq > lastSeq() else {
            return
        }
        guard let choice = options.afterRestore else {
            throw StoreError.refused(
                "the database is older than the wire log (it ends at \(try lastSeq()), the log saw \(header.lastSeq)): it was "
                    + "restored from a backup, and what was sent since is not in it. Start once with --after-restore hold to "
                    + "hold every queued job for a look, or with --after-restore release to send what is due",
                exitCode: 78)
        }
        try transact(ledger) { ledger in
            // What follows is another history: cursors of the one that was lost must fail, not skip.
            try session.prepared("UPDATE meta SET value = ?1 WHERE key = 'journal_id'").bind(
                1, SecureRandom.bytes(16).hex
            ).run()
            try ledger.record("restore_\(choice.rawValue)", by: Signature(systemUser: "gatepost"), about: nil, at: now)
        }
        var more = choice == .hold
        while more { more = try transact(ledger) { try $0.holdRestored(at: now) } }
        // Its notes speak of attempts that this database may know under the same numbers.
        log.begin(journal: try readJournalID(), identity: MachineIdentity(boot: "", machine: ""), lastSeq: 0)
    }
}
