// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct SuppressionImporting: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take over somebody else's list: CSV, JSON or NDJSON.",
        discussion: """
            Unsubscribes become opt-outs in the consent history, the rest suppressions; a reason that is not known here \
            becomes imported. The list is read twice: nothing is recorded of one with too many bad entries.

            Examples:  gatepost suppression import bounces.csv --from mailgun --dry-run
                       gatepost suppression import unsubscribes.json --from sendgrid --list unsubscribes --scope brand:acme
                       gatepost suppression import registry.txt --from generic --reason dnc_registry
            """)

    @Argument(help: "The list.") var file: String
    @Option(name: .customLong("from"), help: "Whose list it is.") var origin: ListOrigin
    @Option(help: "Which of mailgun's or sendgrid's lists, where the columns do not tell.") var list: ListKind?
    @Option(help: "Why, where a generic or SES list does not say (default: imported).") var reason: SuppressionReason?
    @Option(help: "Where all of it holds, as 'brand:acme'.") var scope: ScopeArgument?
    @OptionGroup var options: ImportOptions
    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var signing: SignatureOptions
    @OptionGroup var waiting: WaitOptions

    func run() async throws {
        let foreign = try ListFile(file)
        try scope?.check(try record.configuration.loadQuietly())
        var job = ListImport(
            foreign,
            ListTranslation(
                origin: origin, kind: list, standing: reason, scope: scope?.scope ?? SuppressionScope(), batch: "",
                actor: signing.signature.actor, now: SystemTimepiece().now()))
        let tally = try job.check()
        tally.say()
        try tally.require(options.maxBad, of: file)
        let batch = job.translation.batch
        var unchanged = 0
        if !options.dryRun {
            let result = try await record.withStore(.command) { [job] store, _ in
                try await job.write(into: store, by: signing.signature(of: batch, foreign))
            }
            unchanged = result.unchanged
            if result.unchanged > 0 { Say.line("\(result.unchanged) of them stood there before, or twice in the list") }
        }
        try tally.report(as: format.format)
        ImportEnding.say(tally, batch: batch, unchanged: unchanged, options)
        guard !options.dryRun else { return }
        try await record.withStore(.reader) { [waiting] store, _ in
            try await FlightWait(limit: waiting.wait.duration).untilLanded { try await store.inFlightRecalled() }
        }
    }
}
