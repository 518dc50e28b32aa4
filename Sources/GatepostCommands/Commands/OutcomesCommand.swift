// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct OutcomesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outcomes",
        abstract: "What became of jobs, in order.",
        discussion: """
            json gives the contract's object, one a line. A cursor (--after) that is purged, beyond the journal's end or of \
            another journal is an error (exit 65), never silence. Remember it as JOURNAL_ID:SEQ, with the journal_id of \
            `gatepost status --format json`, and a journal that was made anew is noticed for certain.

            Examples:  gatepost outcomes --event failed --since 24h
                       gatepost outcomes --after 81200 --follow --format json
                       gatepost outcomes --job spring-26:8812:welcome --decisions --format json
            """)

    @Option(help: "Of this job (the producer's id).") var job: String?
    @Option(help: "Of jobs to this address, in any spelling.") var recipient: String?
    @Option(help: "Of this producer.") var producer: String?
    @Option(help: "Since then: RFC 3339, a date, or so long ago, as 24h or 7d.") var since: MomentArgument?
    @Option(help: "Of this kind.") var event: Event?
    @Option(help: ArgumentHelp("Behind this seq only; or JOURNAL_ID:SEQ.", valueName: "seq"))
    var after: CursorArgument?
    @Flag(help: "Go on as new outcomes come, until interrupted.") var follow = false
    @Flag(help: "With the stored decisions: every rule that was asked, and its answer.") var decisions = false
    @Option(help: "At most so many.") var limit: Int?
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    private static let page = 500
    private static let pause = Duration.milliseconds(250)

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1") }
    }

    func run() async throws {
        var query = OutcomeQuery()
        (query.job, query.recipient, query.producer, query.event) = (job, recipient.map(Self.plain), producer, event)
        (query.since, query.withDecisions) = (since?.instant(now: SystemTimepiece().now()), decisions)
        query.after = after?.seq ?? 0
        let asked = query
        try await record.withStore(.reader) { store, _ in
            if let after { try await Cursor(after).check(against: store) }
            try await print(asked, from: store)
        }
    }

    /// An address in any spelling as the record has it; what is no address (a CRM contact) stays as it is.
    private static func plain(_ recipient: String) -> String {
        (try? ContactAddress(anySpelling: recipient))?.description ?? recipient
    }

    private func print(_ asked: OutcomeQuery, from store: Store) async throws {
        var query = asked
        var printer = try OutcomePrinter(as: format.format, withDecisions: decisions)
        var left = limit ?? Int.max
        while left > 0 {
            query.limit = min(Self.page, left)
            let page = try await store.outcomes(query)
            for outcome in page.outcomes { try printer.print(outcome) }
            left -= page.outcomes.count
            query.after = page.next ?? page.outcomes.last?.seq ?? query.after
            guard page.next == nil else { continue }
            try printer.flush()
            guard follow, left > 0 else { break }
            try await Task.sleep(for: Self.pause)
        }
        try printer.flush()
        if printer.count == 0 && format.format == .table { Say.line("no outcome matches") }
    }
}

private struct Cursor {
    private let journal: String?
    private let seq: Int64
    init(_ cursor: CursorArgument) { (journal, seq) = (cursor.journal, cursor.seq) }

    /// - Throws: exit 65 where what lies behind it cannot all be told.
    func check(against store: Store) async throws {
        if let journal, journal != store.journalID {
            throw CommandFailure(
                .badData, "the cursor belongs to another journal, \(journal)",
                advice: "this one is \(store.journalID); start again with --after \(store.journalID):0")
        }
        let last = try await store.lastSeq()
        guard seq <= last else {
            throw CommandFailure(
                .badData, "the cursor \(seq) lies beyond the journal's end at \(last)",
                advice: "it belongs to another journal; this one is \(store.journalID)")
        }
        guard seq < last, let first = try await store.exportJournal(after: seq, limit: 1).first, first.seq != seq + 1
        else { return }
        throw CommandFailure(
            .badData, "the outcomes behind cursor \(seq) are no longer kept", at: "the first kept is \(first.seq)",
            advice: "start again with --after \(first.seq - 1)")
    }
}

/// Prints outcomes in each format: json is the contract's object, csv its members, the table what people look for.
private struct OutcomePrinter {
    private enum Style {
        case objects
        case rows(Report, isForPeople: Bool)
    }
    private let output = Output()
    private let withDecisions: Bool
    private var style: Style
    private(set) var count = 0

    init(as format: ReportFormat, withDecisions: Bool) throws {
        self.withDecisions = withDecisions
        switch format {
        case .json: style = .objects
        case .csv:
            let columns = OutcomeColumns.all(withDecisions: withDecisions)
            style = .rows(try Report(columns, as: .csv, to: output), isForPeople: false)
        case .table: style = .rows(try Report(OutcomeColumns.forPeople, as: .table, to: output), isForPeople: true)
        }
    }

    mutating func print(_ outcome: Outcome) throws {
        count += 1
        switch style {
        case .objects: try output.line(outcome.json.text)
        case .rows(var report, let isForPeople):
            try report.row(
                isForPeople
                    ? OutcomeColumns.cellsForPeople(outcome)
                    : OutcomeColumns.allCells(outcome, withDecisions: withDecisions))
            if isForPeople, withDecisions, let decision = outcome.decision {
                for line in DecisionLines.of(decision) { try report.note("    \(TextWidth.shown(line))") }
            }
            style = .rows(report, isForPeople: isForPeople)
        }
    }

    mutating func flush() throws {
        guard case .rows(var report, let isForPeople) = style else { return try output.flush() }
        try report.flush()
        style = .rows(report, isForPeople: isForPeople)
    }
}
