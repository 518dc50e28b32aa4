// SPDX-License-Identifier: Apache-2.0
//
// How far each file of the queue has come: what its receipt is made from, however often the daemon is killed.

import GatewayModel

extension Ledger {
    func progress(of file: Int64) throws -> IntakeProgress? {
        let select = try session.prepared(
            """
            SELECT number, producer, name, renamed, bytes, taken, offset, line, accepted, duplicates, rejected, cancelled,
                problems, sha256 FROM intake_file WHERE number = ?1
            """)
        return try select.bind(1, file).first(IntakeProgress.init)
    }

    func open(_ file: TakenFile, at now: Instant) throws -> IntakeProgress {
        let insert = try session.prepared(
            """
            INSERT INTO intake_file (number, producer, name, renamed, bytes, taken, offset, line, accepted, duplicates,
                rejected, cancelled, problems) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0, 0, 0, 0, 0)
            """)
        insert.bind(1, file.number).bind(2, file.producer).bind(3, file.name).bind(4, file.renamedAt)
        try insert.bind(5, file.bytes).bind(6, now).run()
        try session.prepared("INSERT OR IGNORE INTO producer (name) VALUES (?1)").bind(1, file.producer).run()
        try setMeta("file_number", max(file.number, meta("file_number") ?? 0))
        return IntakeProgress(
            file: file, takenAt: now, offset: 0, line: 0, tally: IntakeTally(), problemCount: 0, sha256: nil)
    }

    func save(_ progress: IntakeProgress) throws {
        let update = try session.prepared(
            """
            UPDATE intake_file SET offset = ?2, line = ?3, accepted = ?4, duplicates = ?5, rejected = ?6, cancelled = ?7,
                problems = ?8, sha256 = ?9 WHERE number = ?1
            """)
        update.bind(1, progress.file.number).bind(2, progress.offset).bind(3, progress.line)
        update.bind(4, progress.tally.accepted).bind(5, progress.tally.duplicates).bind(6, progress.tally.rejected)
        try update.bind(7, progress.tally.cancelled).bind(8, progress.problemCount).bind(9, progress.sha256).run()
    }

    /// Lets a file go whose receipt is written and synced.
    func finish(_ file: Int64) throws {
        try session.prepared("DELETE FROM intake_problem WHERE file = ?1").bind(1, file).run()
        try session.prepared("DELETE FROM intake_file WHERE number = ?1").bind(1, file).run()
    }
}

extension IntakeProgress {
    init(_ row: Statement) {
        let file = TakenFile(
            number: row.int(0), producer: row.text(1), name: row.text(2), renamedAt: row.instant(3), bytes: row.int(4))
        let tally = IntakeTally(
            accepted: Int(row.int(8)), duplicates: Int(row.int(9)), rejected: Int(row.int(10)),
            cancelled: Int(row.int(11)))
        self.init(
            file: file, takenAt: row.instant(5), offset: row.int(6), line: Int(row.int(7)), tally: tally,
            problemCount: Int(row.int(12)), sha256: row.textOrNil(13))
    }
}

extension ProblemCode {
    private static let all: [ProblemCode] = [
        .notJSON, .unreadable, .tooLarge, .missingField, .unknownField, .badType, .badValue, .badAddress, .badTime,
        .unknownTemplate, .unknownBrand, .unknownTopic, .unknownRoute, .noRoute, .templateData, .headerInjection,
        .idConflict, .expired, .notPermitted,
    ]
    private static let byWord = Dictionary(uniqueKeysWithValues: all.map { ($0.description, $0) })
    /// The code of that word; one that this version does not know reads as `bad_value`.
    init(stored word: String) { self = Self.byWord[word] ?? .badValue }
}
