// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The root of the command line (CONTRACT 9).
struct GatepostCommand: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "gatepost",
        abstract: "A delivery gateway: job files in; mail, texts and CRM tasks out; every outcome recorded.",
        discussion: """
            Try it:  gatepost demo
            Set up:  gatepost init && gatepost check && gatepost run

            Results go to standard output, everything else to standard error. Exit codes are sysexits: 64 usage, \
            65 bad data, 69 unavailable, 73 cannot create, 74 I/O, 75 try later, 77 not permitted, 78 configuration.
            """,
        version: "gatepost \(version)",
        groupedSubcommands: [
            CommandGroup(
                name: "Setting up",
                subcommands: [InitCommand.self, CheckCommand.self, RunCommand.self, DemoCommand.self, SinkCommand.self]),
            CommandGroup(
                name: "Sending",
                subcommands: [EnqueueCommand.self, RenderCommand.self, ProviderCommand.self, SchemaCommand.self]),
            CommandGroup(
                name: "Operating",
                subcommands: [
                    StatusCommand.self, QueueCommand.self, HoldCommand.self, RouteCommand.self,
                ]),
            CommandGroup(
                name: "Who may be contacted", subcommands: [ConsentCommand.self, SuppressionCommand.self]),
            CommandGroup(
                name: "Looking back",
                subcommands: [
                    ExplainCommand.self, OutcomesCommand.self, EvidenceCommand.self, ReportCommand.self,
                    JournalCommand.self,
                ]),
        ])
}
