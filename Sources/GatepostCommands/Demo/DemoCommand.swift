// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayModel
import Logging
import Providers
import Sink
import Spool
import Store

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Init, sink, daemon, sample jobs and outcomes in one command.",
        discussion: """
            Everything happens on this machine, in a folder of its own that stays for you to look around in.

            Example:  gatepost demo
            """)

    @Option(help: "Where to make the folder (default: the system's place for temporary files).")
    var dir: String?

    func run() async throws {
        let began = SystemTimepiece().now()
        LoggingSystem.bootstrap { label in
            var log = JournalLog(label: label, format: .journal)
            log.logLevel = .error
            return log
        }
        let home = try DemoHome.make(in: dir)
        let (sink, web) = try startSinks(home)
        try home.furnish(
            sinkPort: sink.port, texts: web.baseURL(of: DemoCast.textProvider),
            tasks: web.baseURL(of: DemoCast.taskProvider))
        let met = try await play(in: home, began)
        sink.stop()
        web.stop()
        try conclude(home, met: met, now: began)
    }

    private func startSinks(_ home: DemoHome) throws -> (SinkServer, SinkHTTPServer) {
        var configuration = SinkConfiguration()
        configuration.captureFolder = home.mail
        let mail = try SinkServer(configuration)
        configuration.captureFolder = home.requests
        return (mail, try SinkHTTPServer(configuration, catalog: ProviderCatalog.load(folder: nil).catalog))
    }

    private func play(in home: DemoHome, _ began: Instant) async throws -> Set<String> {
        let reading = SnapshotReading.read(configuration: home.configuration)
        guard let snapshot = reading.snapshot else {
            throw CommandFailure(.internalFault, "the demonstration's own configuration is wrong: \(reading.errors)")
        }
        _ = try StateSetUp(snapshot.settings).perform()
        let (growth, tell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let daemon = try await Daemon.assemble(
            snapshot, afterRestore: nil, manager: ServiceManager(environment: [:]), log: Logger(label: "gatepost"),
            onGrowth: { _ in tell.yield() })
        let result = DemoResult()
        let show = DemoShow(
            home: home, cast: DemoCast(now: began), journal: daemon.store, growth: growth, terminal: .standardOutput,
            beganAt: began, result: result)
        try await daemon.run(stoppingAt: [.sigint, .sigterm], reloading: nil, beside: show)
        return await result.met
    }

    private func conclude(_ home: DemoHome, met: Set<String>, now: Instant) throws {
        let cast = DemoCast(now: now)
        Say.result("")
        for part in cast.parts {
            let mark = met.contains(part.id) ? "as expected" : "NOT AS EXPECTED"
            Say.result("  \(part.id)  \(part.shows): \(part.fate.words), \(mark)")
        }
        // As it was called: the next command should work where this one did.
        let gatepost = CommandLine.arguments.first ?? "gatepost"
        Say.result(
            """

            Look around:
              the mail that came in    \(home.mail)/*.eml
              the texts and tasks      \(home.requests)/*
              the receipt              \(home.stateDir)/spool/receipts/\(DemoCast.fileName).receipt.json
              the outcomes             \(gatepost) outcomes --decisions --config \(home.configuration)
              what waits               \(gatepost) queue list --config \(home.configuration)
              the configuration        \(home.configuration)
            """)
        guard met.count == cast.parts.count else {
            throw CommandFailure(.internalFault, "not every sample job came to its expected end", at: home.folder)
        }
    }
}
