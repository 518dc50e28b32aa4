// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct QueueShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "All there is to know of one job, queued or ended: its record, events, decisions.",
        discussion: "Example:  gatepost queue show spring-26:8812:welcome --format json | jq .outcomes")

    @Argument(help: "The producer's id of the job.") var id: String
    @Option(help: "The producer, where several use the same id.") var producer: String?
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let jobs = try await record.withStore(.reader) { store, _ in try await store.job(producer: producer, id: id) }
        guard !jobs.isEmpty else {
            throw CommandFailure(
                .badData, "there is no job \"\(id)\"",
                advice: "its file may still wait in the spool: see gatepost status")
        }
        let output = Output()
        switch format.format {
        case .json: for job in jobs { try output.line(job.json.text) }
        case .csv: try events(of: jobs, as: .csv, to: output)
        case .table:
            for job in jobs {
                for line in JobText.lines(job, on: .standardOutput) { try output.line(line) }
                try events(of: [job], as: .table, to: output)
                for line in JobText.decisions(job) { try output.line(line) }
            }
        }
        try output.flush()
    }

    private func events(of jobs: [JobRecord], as format: ReportFormat, to output: Output) throws {
        var report = try Report(OutcomeColumns.ofOneJob, as: format, to: output)
        for outcome in jobs.flatMap(\.outcomes) { try report.row(OutcomeColumns.cellsOfOneJob(outcome)) }
        try report.flush()
    }
}

/// A job for people, above its events.
private enum JobText {
    static func lines(_ job: JobRecord, on terminal: Terminal) -> [String] {
        let queued = job.queued
        let facts = queued?.facts
        let fields: [(String, String?)] = [
            ("job", job.id), ("producer", job.producer), ("accepted", TimeText.short(job.acceptedAt)),
            ("state", queued?.state.rawValue ?? "ended"), ("due", queued?.due.map(TimeText.short)),
            ("why", queued?.why), ("provider asked", queued?.inquiry.map(TimeText.short)),
            ("reference", queued?.reference),
            ("recipient", queued?.recipient), ("person", queued?.person), ("template", facts?.template),
            ("class", facts?.messageClass.rawValue), ("brand", facts?.brand), ("campaign", facts?.campaign),
            ("route", facts?.route), ("attempts", facts.map { String($0.attempts) }),
            ("expires", facts?.expiresAt.map(TimeText.short)), ("task", job.taskWords),
            (
                "record",
                job.record.map { String(decoding: $0, as: UTF8.self).replacing("\n", with: " ") } ?? "no longer kept"
            ),
        ]
        let known = fields.compactMap { name, value in value.map { (name, TextWidth.shown($0)) } }
        let width = known.map(\.0.count).max() ?? 0
        return known.map { name, value in
            terminal.paint(name, .strong) + String(repeating: " ", count: width - name.count + 2) + value
        } + [""]
    }

    /// Every rule that was asked, per event that has a decision.
    static func decisions(_ job: JobRecord) -> [String] {
        let decided = job.outcomes.filter { $0.decision != nil }
        guard !decided.isEmpty else { return [] }
        return ["", "decisions"]
            + decided.flatMap { outcome in
                ["  \(outcome.seq) \(outcome.event.rawValue)"]
                    + DecisionLines.of(outcome.decision ?? .null).map { "    \(TextWidth.shown($0))" }
            }
    }
}

extension JobRecord {
    fileprivate var json: JSONObject {
        let parsed = record.flatMap { try? JSONValue.parse($0) }
        return JSONObject([
            ("job", .string(id)), ("producer", .string(producer)), ("accepted_at", .time(acceptedAt)),
            ("state", .string(queued?.state.rawValue ?? "ended")), ("due", .time(queued?.due)),
            ("why", .text(queued?.why)), ("inquiry", .time(queued?.inquiry)),
            ("reference", .text(queued?.reference)),
            ("route", .text(queued?.facts.route)), ("attempts", .integer(queued?.facts.attempts)),
            ("expires_at", .time(queued?.facts.expiresAt)), ("task", task.map { .object($0.json) } ?? .null),
            ("record", parsed ?? .null),
            ("outcomes", .array(outcomes.map { .object($0.json) })),
        ])
    }
}
