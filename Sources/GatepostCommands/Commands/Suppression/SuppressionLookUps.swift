// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct SuppressionCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "What stands against a target now, as the gate sees it: its domain, its digests and the like.",
        discussion: """
            Prints nothing where nothing stands. Opt-outs are consents: see gatepost consent show.

            Example:  gatepost suppression check ada@example.com --format json
            """)

    @Argument(help: "Whom: see gatepost suppression --help.") var target: String
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let whom = try SuppressionTarget(typed: target)
        TrunkZero(in: whom)?.hint(about: target)
        let now = SystemTimepiece().now()
        let standing = try await record.withStore(.reader) { store, _ in
            try await store.suppressions(matching: whom).filter { $0.isStanding(at: now) }
        }
        try SuppressionRows.print(standing, as: format.format, at: now)
        if standing.isEmpty, format.format == .table {
            Say.line("nothing stands against \(whom); opt-outs are consents: see gatepost consent show")
        }
    }
}

struct SuppressionHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Everything that was ever done to exactly that target, in order.",
        discussion: "Example:  gatepost suppression history '*.example.com'")

    @Argument(help: "Whom: see gatepost suppression --help.") var target: String
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let whom = try SuppressionTarget(typed: target)
        TrunkZero(in: whom)?.hint(about: target)
        let events = try await record.withStore(.reader) { store, _ in
            try await store.suppressionHistory(of: whom)
        }
        try SuppressionRows.print(events, as: format.format, at: SystemTimepiece().now())
        if events.isEmpty, format.format == .table { Say.line("nothing was ever done to \(whom)") }
    }
}

struct SuppressionExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Every suppression event there is, with its state, actor and evidence, for reviewers.",
        discussion: "Example:  gatepost suppression export --format csv > suppressions.csv")

    @OptionGroup var record: RecordOptions
    @Option(help: "json (one object a line) or csv.") var format = ReportFormat.json

    private static let page = 500

    func run() async throws {
        let now = SystemTimepiece().now()
        try await record.withStore(.reader) { store, _ in
            var report = try Report(SuppressionColumns.whole, as: format, to: Output())
            var after = Int64(0)
            while true {
                let records = try await store.suppressionPage(after: after, limit: Self.page)
                for record in records { try report.row(SuppressionColumns.cellsWhole(record, at: now)) }
                guard let last = records.last, records.count == Self.page else { break }
                after = last.event.number
            }
            try report.flush()
        }
    }
}

private enum SuppressionRows {
    static func print(_ records: [SuppressionRecord], as format: ReportFormat, at now: Instant) throws {
        let isTable = format == .table
        var report = try Report(
            isTable ? SuppressionColumns.forPeople : SuppressionColumns.whole, as: format, to: Output())
        for record in records {
            try report.row(
                isTable
                    ? SuppressionColumns.cellsForPeople(record, at: now)
                    : SuppressionColumns.cellsWhole(record, at: now))
        }
        try report.flush()
    }
}
