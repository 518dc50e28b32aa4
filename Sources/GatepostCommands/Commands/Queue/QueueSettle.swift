// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Store

struct QueueSettle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "Say what became of a job in doubt: it was sent, or it was not.",
        discussion: """
            For whoever has looked at the provider's side, and for receivers of its receipts: --reference is what the
            request carried and the receipt brings back (queue show has it). Nothing is sent. A job that is to go again
            is retried instead; one that is not wanted any more is cancelled.

            Example:  gatepost queue settle --reference 22ib2dxkmwytsqm4ltcou2lqru --sent --provider-id SM12
                      gatepost queue settle spring-26:8812:text --failed --why 'not in their log'
            """)

    @Argument(help: "The producer's id of the job.") var id: String?
    @Option(help: "The producer, where several use the same id.") var producer: String?
    @Option(help: "The reference that the provider was given.") var reference: String?
    @Flag(help: "It was sent.") var sent = false
    @Flag(help: "It certainly was not, and is not to be.") var failed = false
    @Option(help: "The provider's id of what was sent.") var providerID: String?
    @OptionGroup var record: RecordOptions
    @OptionGroup var signing: SignatureOptions

    func validate() throws {
        if (id == nil) == (reference == nil) { throw ValidationError("say which job: its id, or --reference") }
        if sent == failed { throw ValidationError("say what became of it: --sent or --failed") }
        if failed && providerID != nil { throw ValidationError("--provider-id is of what was sent") }
    }

    func run() async throws {
        try await record.withStore(.command) { store, _ in
            let settlement = try await store.settle(
                doubt(in: store), asSent: sent, id: providerID, by: signing.signature)
            switch settlement {
            case .settled: Say.line("settled as \(sent ? "sent" : "failed")")
            case .underWay:
                throw CommandFailure(
                    .tryLater, "an attempt of it, or a question about it, is in the air just now",
                    advice: "its verdict comes first: try again")
            case .none:
                let what = id.map { "the job \"\($0)\" is not in doubt" } ?? "no job in doubt has that reference"
                throw CommandFailure(.badData, what, advice: Self.advice)
            }
        }
    }

    private func doubt(in store: Store) async throws -> DoubtName {
        if let reference { return .reference(reference) }
        let jobs = try await store.job(producer: producer, id: id ?? "").filter { $0.queued != nil }
        guard jobs.count < 2 else {
            throw CommandFailure(
                .usage, "several producers have a job \"\(id ?? "")\"",
                advice: "name one with --producer: \(jobs.map(\.producer).joined(separator: ", "))")
        }
        guard let key = jobs.first?.queued?.facts.key else {
            throw CommandFailure(.badData, "no job \"\(id ?? "")\" is in the queue", advice: Self.advice)
        }
        return .job(key)
    }

    private static let advice = "see gatepost queue list --state unknown"
}
