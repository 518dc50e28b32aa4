// SPDX-License-Identifier: Apache-2.0
//
// ReviewPrinter: sections one behind the other, row by row as they come, in each format.
//
// In JSON every row names its section, and each section ends with a line that says how many rows it had. A sheet has the
// same rows, what they share in columns, all of it as JSON behind.

import GatewayModel

struct ReviewSection: Hashable, Sendable {
    /// As programs know it: `grants_without_proof`.
    var key: String
    var title: String
    var columns: [Column]
}

struct ReviewPrinter {
    private let format: ReportFormat
    private let month: ReviewMonth
    private let output = Output()
    private var section: ReviewSection?
    private var table: Report?
    private var count = 0

    /// Rows of a section that people are shown; programs get all.
    private static let mostShown = 100
    /// Lines below one row that people are shown.
    private static let mostNotes = 60

    init(as format: ReportFormat, of month: ReviewMonth) throws(OutputError) {
        (self.format, self.month) = (format, month)
        switch format {
        case .table:
            try output.line("REVIEW OF \(month): what was recorded from \(TimeText.short(month.from)) to")
            try output.line("\(TimeText.short(month.to)), that moment not included; times are UTC.")
        case .csv: try output.line(CSV.line(ReviewSheet.columns))
        case .json: break
        }
    }

    mutating func begin(_ section: ReviewSection) throws(OutputError) {
        (self.section, count) = (section, 0)
        guard format == .table else { return }
        try output.line("\n\(section.title.uppercased())")
        table = try Report(section.columns, as: .table, to: output)
    }

    /// - Parameters:
    ///   - notes: lines below it, for people.
    ///   - more: what only programs get.
    mutating func row(
        _ cells: [Cell], notes: [String] = [], more: [(String, JSONValue)] = []
    ) throws(OutputError) {
        guard let section else { preconditionFailure("a row belongs to a section") }
        count += 1
        let members = zip(section.columns, cells).map { ($0.key, $1.value) } + more
        switch format {
        case .json: try output.line(JSONObject([("section", .string(section.key))] + members).text)
        case .csv: try output.line(CSV.line(ReviewSheet.values(section.key, JSONObject(members))))
        case .table:
            guard count <= Self.mostShown else { return }
            try table?.row(cells)
            for line in notes.prefix(Self.mostNotes) { try table?.note("    \(TextWidth.shown(line))") }
            if notes.count > Self.mostNotes {
                try table?.note("    … and \(counted(notes.count - Self.mostNotes, "line")) more (--format json)")
            }
        }
    }

    mutating func end() throws(OutputError) {
        guard let section else { return }
        switch format {
        case .json:
            let summary = JSONObject([
                ("section", .string(section.key)), ("month", .string(month.description)), ("rows", .integer(count)),
            ])
            try output.line(summary.text)
        case .csv:
            guard count == 0 else { break }
            try output.line(CSV.line(ReviewSheet.values(section.key, JSONObject([("what", .string("none"))]))))
        case .table:
            try table?.flush()
            if count == 0 { try output.line("none") }
            if count > Self.mostShown { try output.line("… and \(count - Self.mostShown) more (--format csv)") }
        }
        try output.flush()
    }
}

/// The columns of a sheet that holds all sections.
private enum ReviewSheet {
    private static let fields = [
        "time", "what", "id", "address", "channel", "brand", "template", "job", "producer", "record_id", "actor",
        "recorded_by", "system_user", "why", "count",
    ]
    static let columns = ["section"] + fields + ["detail"]

    static func values(_ section: String, _ row: JSONObject) -> [JSONValue] {
        [.string(section)] + fields.map { row[$0] ?? .null } + [.object(row)]
    }
}
