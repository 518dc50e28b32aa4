// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayModel
import Logging
import Policy
import ServiceLifecycle
import Store

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "The daemon, in the foreground.",
        discussion: """
            TERM and INT drain: no new work, calls in flight end, within drain_timeout. HUP reads configuration and \
            templates anew, all or nothing. Exit 74 after a failed write to the record, 75 where another daemon has the \
            state directory, 78 where the configuration is wrong.

            Example:  gatepost run --config /etc/gatepost/gatepost.toml
            """)

    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: "How log lines look on standard error.")
    var logFormat = LogFormat.journal

    @Option(help: "After a restored backup: hold what is due for an operator to look at, or release it.")
    var afterRestore: AfterRestore?

    func run() async throws {
        let format = logFormat
        LoggingSystem.bootstrap { JournalLog(label: $0, format: format) }
        let log = Logger(label: "gatepost")
        if let missing = ConfigurationOptions.missing(configuration.path) { throw missing }
        let reading = SnapshotReading.read(configuration: configuration.path)
        for warning in reading.warnings { log.warning("\(warning)") }
        guard let snapshot = reading.snapshot else {
            for error in reading.errors { log.error("\(error)") }
            throw CommandFailure(
                .configuration, "the daemon does not start with this configuration", at: configuration.path,
                advice: "`gatepost check` shows every problem")
        }
        try StateDirectoryAccess.enter(snapshot.settings.stateDir)
        log.notice("\(PolicySummary(policy: snapshot.gate.policy).line)")
        if snapshot.settings.sandbox != nil {
            log.warning("SANDBOX: messages go to the addresses of [sandbox] redirect, not to their recipients")
        }
        let daemon = try await Daemon.assemble(
            snapshot, afterRestore: afterRestore, manager: ServiceManager(), log: log)
        log.notice("gatepost \(GatepostCommand.version) runs over \(snapshot.settings.stateDir)")
        try await daemon.run(stoppingAt: [.sigterm, .sigint], reloading: configuration.path)
        log.notice("stopped")
    }
}

extension LogFormat: ExpressibleByArgument {}
extension AfterRestore: ExpressibleByArgument {}
