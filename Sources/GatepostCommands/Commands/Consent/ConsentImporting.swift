// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Spool
import Store

/// How much of a list may be unreadable, and whether it is only looked at.
struct ImportOptions: ParsableArguments {
    @Flag(help: "Only say what would be imported.") var dryRun = false
    @Option(help: "Import nothing where more entries than this cannot be read.") var maxBad = ShareArgument(percent: 1)
}

struct ConsentImporting: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Consents from a list: NDJSON, or CSV with the record's names.",
        discussion: """
            Entries are read as records of the file queue are; the id may be left out. The list is read twice: nothing is \
            recorded of one with too many bad entries. An imported grant never lifts an opt-out. In CSV, topics are \
            separated by blanks; evidence, disclosures and basis_facts are JSON.

            Example:  gatepost consent import newsletter.csv --dry-run
            """)

    @Argument(help: "The list.") var file: String
    @OptionGroup var options: ImportOptions
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var signing: SignatureOptions
    @OptionGroup var waiting: WaitOptions

    func run() async throws {
        let list = try ListFile(file)
        let settings = try record.configuration.loadQuietly()
        let job = ConsentImport(list, rules: IntakeRules(books: settings), now: SystemTimepiece().now())
        let (tally, batch) = try job.check()
        tally.say()
        try tally.require(options.maxBad, of: file)
        if !options.dryRun {
            try await record.withStore(.command) { store, _ in
                try await job.write(batch: batch, into: store, by: signing.signature(of: batch, list))
            }
        }
        try tally.report(as: format.format)
        ImportEnding.say(tally, batch: batch, options)
        guard !options.dryRun else { return }
        try await record.withStore(.reader) { [waiting] store, _ in
            try await FlightWait(limit: waiting.wait.duration).untilLanded { try await store.inFlightRecalled() }
        }
    }
}

enum ImportEnding {
    static func say(_ tally: ImportTally, batch: String, unchanged: Int = 0, _ options: ImportOptions) {
        let what = counted(tally.good - unchanged, "entry", "entries")
        Say.line(options.dryRun ? "dry run: \(what) would be imported" : "\(what) recorded as batch \(batch)")
    }
}

extension SignatureOptions {
    /// For the journal: which list it was, where nobody says why.
    func signature(of batch: String, _ list: ListFile) -> Signature {
        var signature = signature
        signature.why = why ?? "import of \(list.path) as batch \(batch)"
        return signature
    }
}
