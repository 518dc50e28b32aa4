// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Engine
import Foundation
import GatewayModel
import Settings
import Store

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Would this job go? Every rule's answer; if not now, when.",
        discussion: """
            Asks the rules that the daemon goes by, with what is on record, of a job file or of a queued job; of one that has \
            ended it shows the stored decision. Works on every channel, whether or not there is a route for it, with the \
            daemon running or not. A file is taken as if it were handed in at --at. Not legal advice.

            Examples:  gatepost explain job.json
                       gatepost explain batch.ndjson --line 3 --at 2026-12-01T20:30:00-05:00
                       gatepost explain spring-26:8812:welcome --format json
            """)

    @Argument(help: ArgumentHelp("A file with a job (- is standard input), or the id of one.", valueName: "file|id"))
    var subject: String

    @Option(help: ArgumentHelp("Which line of a file with several records.", valueName: "number"))
    var line: Int?

    @Option(help: "When: RFC 3339, a date, or so long from now, as +2h (default: now).")
    var at: PointInTime?

    @Option(help: "The producer, where several use the same id; of a file: whose rights count (default: all rights).")
    var producer: String?

    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if let line, line < 1 { throw ValidationError("--line takes a number from 1") }
    }

    func run() async throws {
        let snapshot = try snapshot()
        let moment = at?.instant(now: SystemTimepiece().now()) ?? SystemTimepiece().now()
        // Read before the rights of whoever may read the record are taken on.
        let file = try isFile ? JobFile(subject, line: line) : nil
        let reports = try await record.withStore(.reader) { store, _ -> [ExplainReport] in
            if let file {
                let job = try file.job(by: snapshot, producer: producer, at: moment)
                return [try await ExplainReport(job, snapshot, store, at: moment)]
            }
            return try await onRecord(by: snapshot, store, at: moment)
        }
        var printer = try ExplainPrinter(as: format.format)
        for report in reports { try printer.print(report) }
        try printer.flush()
    }

    /// A path is a file even where there is none; any other word is one where there is one.
    private var isFile: Bool {
        subject == "-" || line != nil || subject.hasSuffix(".json") || subject.hasSuffix(".ndjson")
            || FileManager.default.fileExists(atPath: subject)
    }

    private func snapshot() throws(CommandFailure) -> GatewaySnapshot {
        let path = record.configuration.path
        if let missing = ConfigurationOptions.missing(path) { throw missing }
        let reading = SnapshotReading.read(configuration: path, tryingSecrets: false)
        if let snapshot = reading.snapshot { return snapshot }
        for error in reading.errors { Say.line(error) }
        throw CommandFailure(
            .configuration, "nothing can be said under this configuration", at: path,
            advice: "`gatepost check` shows every problem")
    }

    private func onRecord(by snapshot: GatewaySnapshot, _ store: Store, at moment: Instant) async throws
        -> [ExplainReport]
    {
        let queued = try await store.gateFacts(
            jobID: subject, producer: producer, at: moment, interest: snapshot.interest)
        let known = try await store.job(producer: producer, id: subject)
        guard !known.isEmpty else {
            throw CommandFailure(
                .badData, "there is no job \"\(subject)\"",
                advice: "its file may still wait in the spool: see gatepost status")
        }
        let orders = try await store.standingOrders()
        return known.map { job in
            guard let now = queued.first(where: { $0.job.key == job.queued?.facts.key }) else {
                return ExplainReport(ended: job, snapshot)
            }
            return ExplainReport(queued: job, now.job, now.recipient, orders, snapshot, at: moment)
        }
    }
}

/// A moment that may be to come: RFC 3339, a date (midnight UTC), or so long from now (`+2h`).
struct PointInTime: ExpressibleByArgument, Hashable, Sendable {
    private var moment: MomentArgument

    init?(argument: String) {
        if argument.hasPrefix("+") {
            guard let span = DurationArgument(argument: String(argument.dropFirst())) else { return nil }
            moment = .ago(.zero - span.duration)
        } else {
            guard let moment = MomentArgument(argument: argument), case .at = moment else { return nil }
            self.moment = moment
        }
    }

    func instant(now: Instant) -> Instant { moment.instant(now: now) }
}
