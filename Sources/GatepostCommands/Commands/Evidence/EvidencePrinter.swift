// SPDX-License-Identifier: Apache-2.0
//
// The timeline in each format: pages that read well on paper, an object a line, or a sheet.

import GatewayModel

struct EvidencePrinter {
    private let format: ReportFormat
    private let output = Output()
    private let width: Int

    /// What a sheet of paper takes in a fixed face.
    private static let paper = 96

    init(as format: ReportFormat, terminal: Terminal = .standardOutput) {
        (self.format, width) = (format, terminal.width ?? Self.paper)
    }

    /// - Parameter heading: lines above the timeline, for people.
    func print(_ entries: [EvidenceEntry], heading: [String]) throws(OutputError) {
        switch format {
        case .json: for entry in entries { try output.line(entry.json.text) }
        case .csv:
            try output.line(CSV.line(EvidenceSheet.columns))
            for entry in entries { try output.line(CSV.line(EvidenceSheet.values(of: entry))) }
        case .table:
            for text in heading { for line in TextWrap.lines(text, width: width) { try output.line(line) } }
            for entry in entries { for line in paper(entry) { try output.line(line) } }
        }
        try output.flush()
    }

    private func paper(_ entry: EvidenceEntry) -> [String] {
        let title = [
            TimeText.short(entry.time), "#\(entry.seq)", entry.kind.rawValue.uppercased(), entry.id, entry.what,
        ]
        var lines = ["", TextWidth.shown(title.compactMap { $0 }.joined(separator: "  "))]
        for mark in entry.marks { lines += TextWrap.lines(mark.sentence, width: width, first: " !! ") }
        lines += TextWrap.lines(entry.summary, width: width, first: "    ")
        let label = min(18, entry.notes.map { TextWidth.of($0.label) }.max() ?? 0)
        for note in entry.notes {
            let padding = String(repeating: " ", count: max(0, label - TextWidth.of(note.label)))
            lines += TextWrap.lines(note.text, width: width, first: "    \(note.label)\(padding)  ")
        }
        return lines
    }
}

/// The columns of a sheet: what reviewers sort and filter by, and the whole as JSON behind.
enum EvidenceSheet {
    /// Names in the entry's own detail; more than one where kinds name it differently.
    private static let fields: [(column: String, keys: [String])] = [
        ("address", ["address", "target", "recipient"]), ("person", ["person"]), ("channel", ["channel"]),
        ("brand", ["brand"]), ("topics", ["topics", "topic"]), ("campaign", ["campaign"]), ("template", ["template"]),
        ("class", ["class"]), ("reason", ["reason"]), ("occurred_at", ["occurred_at"]),
        ("until", ["until", "expires_at"]),
        ("method", ["method"]), ("language", ["language"]), ("wording", ["wording"]),
        ("wording_sha256", ["wording_sha256"]), ("actor", ["actor"]), ("recorded_by", ["recorded_by"]),
        ("system_user", ["system_user"]),
        ("why", ["why"]),
        ("producer", ["producer"]), ("message_id", ["message_id"]), ("content_sha256", ["content_sha256"]),
    ]

    static let columns = ["seq", "time", "kind", "what", "id", "summary", "marks"] + fields.map(\.column) + ["detail"]

    static func values(of entry: EvidenceEntry) -> [JSONValue] {
        let marks = entry.marks.flatMap { [$0.kind.rawValue, $0.optOut?.id] }.compactMap(\.self).joined(separator: " ")
        let head: [JSONValue] = [
            .integer(entry.seq), .time(entry.time), .string(entry.kind.rawValue), .string(entry.what), .text(entry.id),
            .string(entry.summary), .string(marks),
        ]
        return head + fields.map { field in value(of: field.keys, in: entry.detail) } + [.object(entry.detail)]
    }

    private static func value(of keys: [String], in detail: JSONObject) -> JSONValue {
        for key in keys {
            guard let value = detail[key], value != .null else { continue }
            guard let list = value.array else { return value }
            return .string(list.map { $0.string ?? $0.text }.joined(separator: " "))
        }
        return .null
    }
}
