// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Settings
import Spool

struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue",
        abstract: "Put records into the spool, or check them without storing.",
        discussion: """
            Files may be JSON (one record) or NDJSON (one a line); without a file, or with -, standard input is read. \
            Names of the files in the spool are printed, or with --wait their receipts, one JSON object a line. \
            Needs no access to the database: producers may use it.

            Exits 65 where a record was rejected, 75 where no receipt came in time.

            Examples:  gatepost enqueue spring.ndjson --wait
                       make-jobs | gatepost enqueue --ndjson --producer engine
                       gatepost enqueue --dry-run job.json
            """)

    @Argument(help: "Files with records; - is standard input.", completion: .file())
    var files: [String] = []

    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: "On whose behalf (default: the only producer there is).")
    var producer: String?

    @Flag(help: "Standard input, or a file with another ending, is NDJSON; otherwise that is found out.")
    var ndjson = false

    @Flag(help: "Wait until the daemon has taken the records in, and print the receipts.")
    var wait = false

    @Option(help: "How long --wait waits.")
    var timeout = DurationArgument(.seconds(60))

    @Flag(
        help: """
            Check with the real rules, print the receipts that would come, and store nothing. Ids are not checked: \
            whether a record is a duplicate or an id_conflict only the daemon knows.
            """)
    var dryRun = false

    func validate() throws {
        if wait && dryRun {
            throw ValidationError("--wait and --dry-run exclude each other: a dry run is not taken in")
        }
        if files.filter({ $0 == "-" }).count > 1 { throw ValidationError("standard input can be read once only") }
    }

    func run() async throws {
        let settings = try configuration.loadQuietly()
        let place = try place(in: settings)
        let inputs = files.isEmpty ? ["-"] : files
        if dryRun {
            try DryRun(settings: settings, producer: place.producer, isNDJSON: ndjson).check(inputs)
        } else {
            // Opened as whoever we are; the spool is written as its owner.
            let sources = try inputs.map { try QueueInput($0, isNDJSON: ndjson) }
            try StateOwner(of: settings.stateDir)?.become()
            try await enqueue(sources, in: place, SpoolLayout(root: settings.stateDir, producers: []).status)
        }
    }

    private func place(in settings: GatewaySettings) throws(CommandFailure) -> SpoolLayout.Place {
        let layout = SpoolLayout(root: settings.stateDir, producers: settings.producers.map(\.name))
        let known = layout.places.map(\.producer).joined(separator: ", ")
        guard let producer else {
            if layout.places.count == 1 { return layout.places[0] }
            throw CommandFailure(.usage, "there are several producers", advice: "say which with --producer: \(known)")
        }
        guard let place = layout.place(of: producer) else {
            throw CommandFailure(.usage, "there is no producer \"\(producer)\"", advice: "configured: \(known)")
        }
        return place
    }

    private func enqueue(_ sources: [QueueInput], in place: SpoolLayout.Place, _ statusFile: String) async throws {
        let output = Output()
        let drop = SpoolDrop(place: place)
        let names = try sources.flatMap { try drop.put($0) }
        guard wait else {
            for name in names { try output.line(name) }
            return try output.flush()
        }
        let receipts = ReceiptWait(place: place, statusFile: statusFile, limit: timeout.duration)
        try await receipts.print(names, to: output)
    }
}
