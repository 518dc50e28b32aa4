// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Settings
import Store

struct RouteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route",
        abstract: "See routes; pause and resume them.",
        discussion: "Example:  gatepost route pause relay --why 'relay is being moved'",
        subcommands: [RouteList.self, RoutePause.self, RouteResume.self], defaultSubcommand: RouteList.self)
}

struct RouteList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every route: its health, what waits for it, and whether an operator paused it.",
        discussion: "Example:  gatepost route list --format csv")

    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let now = SystemTimepiece().now()
        let rows = try await record.withStore(.reader) { store, settings in
            let live = LiveStatus.read(in: settings.stateDir)
            let paused = try await store.standingOrders().pausedRoutes
            let rows = RouteRow.rows(try await store.depths(), live, configured: settings.routes)
            return rows.map { $0.paused(because: paused[$0.name]) }
        }
        var report = try Report(RouteRow.columns, as: format.format, to: Output())
        for row in rows { try report.row(row.cells(at: now)) }
        try report.flush()
    }
}

extension RouteRow {
    /// An operator's pause stands whether or not a daemon runs to obey it.
    fileprivate func paused(because why: String?) -> RouteRow {
        guard let why else { return self }
        var row = self
        var live = row.live ?? LiveStatus.Route(name: name, state: "paused")
        (live.state, live.why) = ("paused", why)
        row.live = live
        return row
    }
}

struct RoutePause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Send nothing on a route until it is resumed; its jobs stay queued.",
        discussion: "Example:  gatepost route pause relay --why 'relay is being moved' --actor ada")

    @Argument(help: "The route's name.") var name: String
    @OptionGroup var record: RecordOptions
    @OptionGroup var signing: SignatureOptions
    @OptionGroup var waiting: WaitOptions

    func run() async throws {
        try await record.withStore(.command) { store, settings in
            try settings.require(route: name)
            try await store.pauseRoute(name, by: signing.signature)
            Say.line("route \(name) is paused; resume it with: gatepost route resume \(name)")
            var filter = JobFilter()
            filter.route = name
            try await FlightWait(limit: waiting.wait.duration).untilLanded(filter, in: store)
        }
    }
}

struct RouteResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a route send again, whoever or whatever paused it.",
        discussion: "Example:  gatepost route resume relay")

    @Argument(help: "The route's name.") var name: String
    @OptionGroup var record: RecordOptions
    @OptionGroup var signing: SignatureOptions

    func run() async throws {
        try await record.withStore(.command) { store, settings in
            try settings.require(route: name)
            try await store.resumeRoute(name, by: signing.signature)
            Say.line("route \(name) may send")
        }
    }
}

extension GatewaySettings {
    fileprivate func require(route name: String) throws(CommandFailure) {
        guard route(name) == nil else { return }
        let known = routes.isEmpty ? "none is configured" : "configured: \(routes.map(\.name).joined(separator: ", "))"
        throw CommandFailure(.usage, "there is no route \"\(name)\"", advice: known)
    }
}
