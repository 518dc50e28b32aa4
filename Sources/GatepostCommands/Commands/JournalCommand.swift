// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "The append-only record: verify it, export it, see who changed what and which policy was in force.",
        discussion: "Example:  gatepost journal verify",
        subcommands: [JournalVerify.self, JournalExport.self, JournalOperators.self, JournalPolicy.self])
}

struct JournalVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Walk the whole journal: numbering without gaps, each row's digest, each side row.",
        discussion: """
            Exits 65 where a row is wrong, and names the first.

            Example:  gatepost journal verify --format json
            """)

    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let check = try await record.withStore(.reader) { store, _ in
            let progress = ProgressLine()
            defer { progress.clear() }
            let last = try await store.lastSeq()
            return try await store.verifyJournal { seq in progress.show("row \(seq) of \(last)") }
        }
        let columns = [
            Column("ok"), Column("rows", nil, .right), Column("first_seq", nil, .right),
            Column("last_seq", nil, .right),
            Column("side_rows", nil, .right), Column("fault_seq", nil, .right), Column("fault"),
        ]
        var report = try Report(columns, as: format.format, to: Output())
        try report.row([
            Cell(
                .bool(check.fault == nil), shown: check.fault == nil ? "yes" : "NO",
                tone: check.fault == nil ? .good : .bad),
            .number(check.rows), .number(check.firstSeq), .number(check.lastSeq), .number(check.sideRows),
            .number(check.fault?.seq), .text(check.fault?.what, .bad),
        ])
        try report.flush()
        if let fault = check.fault {
            throw CommandFailure(
                .badData, "the journal is not sound: \(fault.what)", at: "seq \(fault.seq)",
                advice: "keep a copy of the state directory, and compare with a backup")
        }
    }
}

struct JournalExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "The journal's rows as they are kept, byte for byte, a line each.",
        discussion: """
            Holds no personal data. Rows are in order of seq, with no gap.

            Example:  gatepost journal export --after 81200 > journal.ndjson
            """)

    @OptionGroup var record: RecordOptions
    @Option(help: "Rows behind this seq only.") var after: Int64 = 0

    private static let page = 1000

    func run() async throws {
        try await record.withStore(.reader) { store, _ in
            let output = Output()
            var seq = after
            while true {
                let rows = try await store.exportJournal(after: seq, limit: Self.page)
                for row in rows { try output.bytes(row.bytes + [0x0A]) }
                guard let last = rows.last else { break }
                seq = last.seq
            }
            try output.flush()
        }
    }
}
