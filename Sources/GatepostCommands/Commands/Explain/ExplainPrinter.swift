// SPDX-License-Identifier: Apache-2.0
//
// ExplainPrinter: a report for people, read from the top: the verdict, each rule, where the recipient may be, and what
// the hours rest on. JSON is one object a job, CSV one row a rule.

import GatewayModel
import Policy

struct ExplainPrinter {
    private enum Style {
        case people(Terminal)
        case objects
        case rows(Report)
    }
    private let output = Output()
    private var style: Style

    init(as format: ReportFormat) throws {
        switch format {
        case .table: style = .people(.standardOutput)
        case .json: style = .objects
        case .csv:
            let columns = [
                "job", "at", "policy", "verdict", "rule", "said", "standing", "text", "in_doubt",
            ].map { Column($0) }
            style = .rows(try Report(columns, as: .csv, to: output))
        }
    }

    mutating func print(_ report: ExplainReport) throws {
        switch style {
        case .objects: try output.line(report.json.text)
        case .people(let terminal):
            for line in ExplainText(report: report, terminal: terminal).lines { try output.line(line) }
        case .rows(var rows):
            for line in report.explanation.lines {
                try rows.row([
                    .text(report.job), .time(report.at), .text(report.policyVersion), .text(report.verdictWord),
                    .text(line.rule), .text(line.said), .text(line.standing.rawValue), .text(line.text),
                    .flag(report.doubt != nil),
                ])
            }
            style = .rows(rows)
        }
    }

    mutating func flush() throws {
        if case .rows(var rows) = style {
            try rows.flush()
            style = .rows(rows)
        }
        try output.flush()
    }
}

extension ExplainReport {
    fileprivate var verdictWord: String {
        switch ending {
        case .verdict(.proceed): "proceed"
        case .verdict(.postpone(_, let reason)): "postpone \(reason.rawValue)"
        case .verdict(.withhold(let reason)): "withhold \(reason.rawValue)"
        case .ended(let outcome): "ended \(outcome?.event.rawValue ?? "")"
        }
    }
}

private struct ExplainText {
    let report: ExplainReport
    let terminal: Terminal

    var lines: [String] {
        headlines + report.obstacles.map { "  but kept here by \(TextWidth.shown($0))" } + [""] + fields + [""] + rules
            + places + sources
            + ["", "Not legal advice: presets say what somebody read, and when."]
    }

    // MARK: The verdict

    /// Of a doubt first what it waits for: the gate is asked of another attempt only.
    private var headlines: [String] {
        switch report.ending {
        case .verdict(let verdict):
            guard let doubt = report.doubt else { return [words(for: verdict)] }
            return [
                terminal.paint("IN DOUBT", .bad)
                    + ": an attempt may have gone and got no verdict; \(words(for: doubt))",
                "  of another attempt the gate would say: \(words(for: verdict))",
            ]
        case .ended(let outcome): return [words(for: outcome)]
        }
    }

    private func words(for verdict: Verdict) -> String {
        switch verdict {
        case .proceed: terminal.paint("GOES NOW", .good)
        case .postpone(let until?, let reason):
            terminal.paint("NOT NOW", .caution) + ": \(reason.rawValue); earliest \(onTheClock(until))"
        case .postpone(nil, let reason):
            terminal.paint("NOT NOW", .caution) + ": \(reason.rawValue); nobody knows when"
        case .withhold(let reason): terminal.paint("NEVER", .bad) + ": \(reason.rawValue)"
        }
    }

    private func words(for doubt: DoubtWait) -> String {
        switch doubt {
        case .inquiry(let due): "its provider is asked at \(TimeText.short(due))"
        case .resending(let due?): "it goes again at \(TimeText.short(due)), if the gate lets it"
        case .resending(nil): "it goes again when the gate lets it"
        case .landing: "another, or a question about it, is in the air"
        case .release: "it is held"
        case .person: "nothing goes by itself: settle, retry or cancel it, within 7 days of its unknown"
        }
    }

    private func words(for outcome: Outcome?) -> String {
        guard let outcome else { return "\(report.job) has ended; the journal does not keep how any more" }
        return "\(report.job) has ended: \(terminal.paint(outcome.event.rawValue, outcome.event.tone))"
            + (outcome.reason.map { " (\($0))" } ?? "") + " at \(TimeText.short(outcome.time))"
    }

    /// With the recipient's own clock, where that is not in doubt.
    private func onTheClock(_ time: Instant) -> String {
        guard let places = report.places, places.zones.count == 1, let zone = places.zones.first,
            let wall = report.policy.table?.clock(zone)?.wall(at: time)
        else { return TimeText.short(time) }
        return "\(TimeText.short(time)) (\(wall.description.prefix(16).replacing("T", with: " ")) in \(zone))"
    }

    private var fields: [String] {
        let facts = report.facts
        let route = facts.map { $0.route.isEmpty ? "none yet" : $0.route }
        let contact = facts.flatMap { $0.contact.rawValue == $0.channel.rawValue ? nil : " (\($0.contact.rawValue))" }
        return aligned([
            ("job", report.job), ("file", report.file), ("state", report.state), ("why", report.why),
            ("channel", facts.map { $0.channel.rawValue + (contact ?? "") }),
            ("class", facts.map { "\($0.messageClass.rawValue), by template \($0.template)" }),
            ("route", route),
            (report.isStored ? "decided" : "asked", onTheClock(report.at)),
            ("policy", report.policyVersion),
        ])
    }

    // MARK: The rules

    private var rules: [String] {
        guard !report.explanation.lines.isEmpty else { return ["No decision is on record."] }
        let width = report.explanation.lines.map(\.rule.count).max() ?? 0
        return report.explanation.lines.map { line in
            let name = line.rule.padding(toLength: width, withPad: " ", startingAt: 0)
            let word = line.standing.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0)
            return "\(name)  \(terminal.paint(word, line.standing.tone))  \(TextWidth.shown(line.text))"
        }
    }

    private var places: [String] {
        guard let trail = report.places?.trail else { return [] }
        guard !trail.isEmpty else { return ["", "Nothing is known of where the recipient is."] }
        return ["", "Where the recipient may be"]
            + trail.map { piece in
                let zones = Self.listed(piece.zones), places = Self.listed(piece.jurisdictions.map(\.description))
                let said = [places, zones].filter { !$0.isEmpty }.joined(separator: "; ")
                return "  by \(piece.evidence.rawValue): \(said.isEmpty ? "no place that is known" : said)"
                    + (piece.standing == .refined ? " (said more closely by another)" : "")
            }
    }

    private static func listed(_ names: [String]) -> String {
        names.count > 6
            ? names.prefix(5).joined(separator: ", ") + " and \(names.count - 5) more"
            : names.joined(separator: ", ")
    }

    private var sources: [String] {
        guard !report.sources.isEmpty else { return [] }
        return ["", "Presets asked"]
            + report.sources.map { source in
                let note = source.note.map { " (\($0))" } ?? ""
                let now = source.versionNow.map { ", now \($0)" } ?? ""
                return TextWidth.shown(
                    "  \(source.preset) version \(source.version)\(now), as of \(source.asOf), "
                        + "confidence \(source.confidence.rawValue): \(source.text)\(note)")
            }
    }

    private func aligned(_ fields: [(String, String?)]) -> [String] {
        let known = fields.compactMap { name, value in value.map { (name, TextWidth.shown($0)) } }
        let width = known.map(\.0.count).max() ?? 0
        return known.map { name, value in
            terminal.paint(name, .strong) + String(repeating: " ", count: width - name.count + 2) + value
        }
    }
}

extension ExplainReport {
    fileprivate var isStored: Bool {
        if case .ended = ending { true } else { false }
    }
}

extension Explanation.Standing {
    fileprivate var tone: Tone {
        switch self {
        case .allows: .good
        case .waits: .caution
        case .refuses: .bad
        }
    }
}
