// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Counts and rates: accepted, sent, withheld by reason, failed, bounced, delays.",
        discussion: """
            Rates are shares of what was accepted; bounced, complained and unsubscribed are shares of what was sent.

            --review is for compliance reviewers, a month at a time: grants without proof, suppressions lifted, messages \
            that went in spite of an opt-out, policy and template changes, opt-outs that came in damaged or by which door, \
            transactional volume, and what operators did.

            Examples:  gatepost report --by campaign,channel --since 7d
                       gatepost report --format csv > report.csv
                       gatepost report --review --month 2026-11
            """)

    @Option(help: "Broken down by any of campaign, channel, class, brand, template, route, producer.")
    var by = WordList<ReportDimension>([])
    @Option(help: "Since the hour of: RFC 3339, a date, or so long ago, as 24h or 7d.") var since: MomentArgument?
    @Flag(help: "The monthly review, for compliance reviewers.") var review = false
    @Option(help: ArgumentHelp("With --review: the month, in UTC (default: the last full one).", valueName: "yyyy-mm"))
    var month: ReviewMonth?
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if month != nil, !review { throw ValidationError("--month goes with --review") }
        if review, since != nil || !by.words.isEmpty {
            throw ValidationError("--review takes a --month, no --by or --since")
        }
    }

    func run() async throws {
        if review { return try await printReview() }
        let since = since?.instant(now: SystemTimepiece().now())
        let rows = try await record.withStore(.reader) { store, _ in
            try await store.report(by: by.words, since: since)
        }
        let summary = ReportSummary(rows, by: by.words)
        var report = try Report(summary.columns, as: format.format, to: Output())
        for line in summary.lines { try report.row(line) }
        try report.flush()
    }

    private func printReview() async throws {
        let month = month ?? ReviewMonth(lastBefore: SystemTimepiece().now())
        try await record.withStore(.reader) { store, settings in
            let review = MonthlyReview(store: store, month: month, controllers: settings.policy.controllers)
            try await review.print(as: format.format)
        }
    }
}

/// Counts of events and reasons, laid out as one line per set of dimensions, event and reason.
struct ReportSummary {
    let columns: [Column]
    let lines: [[Cell]]

    init(_ rows: [ReportRow], by dimensions: [ReportDimension]) {
        columns =
            dimensions.map { Column($0.rawValue) } + [
                Column("event"), Column("reason"), Column("count", nil, .right), Column("rate", nil, .right),
                Column("mean_delay_s", "MEAN DELAY", .right), Column("max_delay_s", "MAX DELAY", .right),
            ]
        let groups = Dictionary(grouping: rows) { row in dimensions.map { row.by[$0] ?? nil } }
        let ordered = groups.sorted { a, b in
            a.key.map { $0 ?? "" }.lexicographicallyPrecedes(b.key.map { $0 ?? "" })
        }
        lines = ordered.flatMap { key, rows in Self.lines(rows, under: key.map { Cell.text($0) }) }
    }

    private static func lines(_ rows: [ReportRow], under dimensions: [Cell]) -> [[Cell]] {
        func total(_ event: Event) -> Int { rows.filter { $0.event == event }.reduce(0) { $0 + $1.count } }
        let (accepted, sent) = (total(.accepted), total(.sent))
        let order = Dictionary(uniqueKeysWithValues: Event.allCases.enumerated().map { ($1, $0) })
        let sorted = rows.sorted { (order[$0.event] ?? 0, $0.reason ?? "") < (order[$1.event] ?? 0, $1.reason ?? "") }
        return sorted.map { row in
            let base = row.event.followsSent ? sent : accepted
            return dimensions + [
                .text(row.event.rawValue, row.event.tone), .text(row.reason), .number(row.count),
                rate(row.event == .accepted ? nil : row.count, of: base), delay(row.meanDelay), delay(row.maxDelay),
            ]
        }
    }

    /// For programs a share of 1, for people a percentage.
    private static func rate(_ count: Int?, of base: Int) -> Cell {
        guard let count, base > 0 else { return Cell(.null, shown: "") }
        let share = Double(count) / Double(base)
        return Cell(Cell.decimal(share, digits: 6).value, shown: Decimals.text(share * 100, digits: 1) + "%")
    }

    private static func delay(_ delay: Duration?) -> Cell {
        Cell(Cell.decimal(delay?.inSeconds, digits: 3).value, shown: delay.map(TimeText.span) ?? "")
    }
}

extension Event {
    /// Feedback on what was sent (CONTRACT 7).
    fileprivate var followsSent: Bool {
        switch self {
        case .delivered, .bounced, .complained, .unsubscribed, .replied: true
        case .accepted, .postponed, .sent, .withheld, .failed, .unknown, .cancelled, .consentChanged, .suppressed: false
        }
    }
}
