// SPDX-License-Identifier: Apache-2.0
//
// Report: rows of results as a table for people, or as JSON or CSV for programs (CONTRACT 9).
//
// One list of columns serves all three: its keys name JSON's members and CSV's header, its titles head the table.

import ArgumentParser
import GatewayModel

enum ReportFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case table, json, csv }

struct Column: Hashable, Sendable {
    enum Alignment: Hashable, Sendable { case left, right }

    var key: String
    var title: String
    var alignment: Alignment
    /// May be cut to fit a narrow terminal.
    var isFlexible: Bool

    init(_ key: String, _ title: String? = nil, _ alignment: Alignment = .left, isFlexible: Bool = false) {
        (self.key, self.title) = (key, title ?? key.uppercased().replacing("_", with: " "))
        (self.alignment, self.isFlexible) = (alignment, isFlexible)
    }
}

/// One value: what programs get, what people see.
struct Cell: Hashable, Sendable {
    var value: JSONValue
    var shown: String
    var tone: Tone

    init(_ value: JSONValue, shown: String, tone: Tone = .plain) {
        (self.value, self.shown, self.tone) = (value, shown, tone)
    }

    static func text(_ text: String?, _ tone: Tone = .plain) -> Cell {
        Cell(.text(text), shown: text ?? "", tone: tone)
    }
    static func number(_ number: (some BinaryInteger)?, _ tone: Tone = .plain) -> Cell {
        Cell(.integer(number), shown: number.map { String($0) } ?? "", tone: tone)
    }
    /// A rate or a ratio, to so many digits behind the point.
    static func decimal(_ number: Double?, digits: Int = 1, suffix: String = "") -> Cell {
        guard let number else { return Cell(.null, shown: "") }
        let literal = Decimals.text(number, digits: digits)
        return Cell(.number(JSONNumber(literal: literal)), shown: literal + suffix)
    }
    static func time(_ time: Instant?, _ tone: Tone = .plain) -> Cell {
        Cell(.time(time), shown: time.map(TimeText.short) ?? "", tone: tone)
    }
    static func flag(_ flag: Bool) -> Cell { Cell(.bool(flag), shown: flag ? "yes" : "no") }
}

/// Prints rows as they come; tables wait for `Table.sampleRows` rows, or for `flush`, to know their widths.
struct Report {
    private let columns: [Column]
    private let output: Output
    private var style: Style

    private enum Style {
        case table(Table)
        case json
        case csv
    }

    init(_ columns: [Column], as format: ReportFormat, to output: Output, terminal: Terminal = .standardOutput)
        throws(OutputError)
    {
        (self.columns, self.output) = (columns, output)
        switch format {
        case .table: style = .table(Table(columns, on: terminal))
        case .json: style = .json
        case .csv:
            style = .csv
            try output.line(CSV.line(columns.map(\.key)))
        }
    }

    /// - Precondition: as many cells as there are columns.
    mutating func row(_ cells: [Cell]) throws(OutputError) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        switch style {
        case .table(var table):
            for line in table.add(cells) { try output.line(line) }
            style = .table(table)
        case .json: try output.line(JSONObject(zip(columns, cells).map { ($0.key, $1.value) }).text)
        case .csv: try output.line(CSV.line(cells.map(\.value)))
        }
    }

    /// Prints a line of its own behind the rows so far.
    mutating func note(_ line: String) throws(OutputError) {
        if case .table(var table) = style {
            for line in table.flush() { try output.line(line) }
            style = .table(table)
        }
        try output.line(line)
    }

    /// Prints what is held back, and hands everything over.
    mutating func flush() throws(OutputError) {
        if case .table(var table) = style {
            for line in table.flush() { try output.line(line) }
            style = .table(table)
        }
        try output.flush()
    }
}
