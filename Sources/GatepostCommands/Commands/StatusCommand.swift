// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Settings
import Store

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Queue depth by state and route, oldest due, rates, route health.",
        discussion: """
            Works with the daemon running or stopped; then rates and health are left out. json gives one object for the \
            daemon, then one a route.

            Example:  gatepost status --format json | jq 'select(.kind == "route")'
            """)

    @OptionGroup var record: RecordOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let now = SystemTimepiece().now()
        let (rows, holds, live, journal) = try await record.withStore(.reader) { store, settings in
            let live = LiveStatus.read(in: settings.stateDir)
            let rows = RouteRow.rows(
                try await store.depths(), tasksToClose: try await store.tasksToClose(), live,
                configured: settings.routes)
            return (rows, try await store.standingOrders().holds, live, store.journalID)
        }
        let output = Output()
        switch format.format {
        case .table:
            for line in StatusText.lines(rows, holds, live, at: now) { try output.line(line) }
            try print(rows, as: .table, to: output, at: now)
        case .json:
            try output.line(StatusText.object(rows, holds.count, live, journal).text)
            for row in rows { try output.line(row.object.text) }
            try output.flush()
        case .csv: try print(rows, as: .csv, to: output, at: now)
        }
    }

    private func print(_ rows: [RouteRow], as format: ReportFormat, to output: Output, at now: Instant) throws {
        var report = try Report(RouteRow.columns, as: format, to: output)
        for row in rows { try report.row(row.cells(at: now)) }
        try report.flush()
    }
}

/// What `status` and `route list` show of one route.
struct RouteRow {
    var name: String
    /// `smtp`, or the provider's name; nil: in the queue, and no longer configured.
    var way: String?
    var counts: [JobState: Int] = [:]
    var oldestDue: Instant?
    /// Whose persons have said no.
    var tasksToClose = 0
    var live: LiveStatus.Route?

    /// - Parameter tasksToClose: by route.
    static func rows(
        _ depths: [QueueDepth], tasksToClose: [String: Int] = [:], _ live: LiveStatus?, configured: [RouteSettings]
    ) -> [RouteRow] {
        let ways = configured.map { ($0.name, Optional($0.transport.way)) }
        let used = Set(depths.map(\.lane.route)).union(tasksToClose.keys)
        let gone = used.subtracting(configured.map(\.name)).sorted().map { ($0, String?.none) }
        return (ways + gone).map { name, way in
            var row = RouteRow(name: name, way: way)
            row.tasksToClose = tasksToClose[name] ?? 0
            for depth in depths where depth.lane.route == name {
                row.counts[depth.state, default: 0] += depth.count
                guard depth.state == .ready, let due = depth.oldestDue else { continue }
                row.oldestDue = min(row.oldestDue ?? due, due)
            }
            row.live = live?.routes.first { $0.name == name }
            return row
        }
    }

    static let columns = [
        Column("route"), Column("state"), Column("ready", nil, .right), Column("in_flight", nil, .right),
        Column("held", nil, .right), Column("doubt", nil, .right), Column("oldest_due"), Column("window", nil, .right),
        Column("sent", nil, .right), Column("way"), Column("why", nil, .left, isFlexible: true),
    ]

    var state: String { way == nil ? "gone" : live?.state ?? "unknown" }

    func cells(at now: Instant) -> [Cell] {
        let due = oldestDue
        return [
            .text(name, .strong), .text(state, Self.tone(state)), .number(counts[.ready] ?? 0),
            .number(counts[.flying] ?? 0), .number(counts[.held] ?? 0), .number(counts[.doubt] ?? 0),
            Cell(.time(due), shown: due.map { TimeText.relative($0, to: now) } ?? ""), .number(live?.window),
            .number(live?.sent), .text(way), .text(why),
        ]
    }

    private var why: String? {
        guard way != nil else {
            return "not configured any more" + (counts.isEmpty ? "" : ": its jobs are held")
        }
        guard let live, live.state == "closed", live.trouble == "throttled", let until = live.nextProbe else {
            return live?.why
        }
        return "throttled until \(TimeText.short(until))" + (live.why?.dropFirst("throttled".count) ?? "")
    }

    var object: JSONObject {
        JSONObject(
            [("kind", JSONValue.string("route"))]
                + zip(Self.columns, cells(at: Instant(seconds: 0))).map { ($0.key, $1.value) }
                + [
                    ("trouble", .text(live?.trouble)), ("since", .time(live?.since)),
                    ("next_probe", .time(live?.nextProbe)), ("tasks_to_close", .integer(tasksToClose)),
                ])
    }

    private static func tone(_ state: String) -> Tone {
        switch state {
        case "open": .good
        case "closed", "gone": .bad
        case "probing", "paused": .caution
        default: .faint
        }
    }
}

extension RouteTransport {
    /// What people know it by.
    fileprivate var way: String {
        switch self {
        case .smtp: "smtp"
        case .http(let http): http.provider
        }
    }
}

/// What `status` says above the routes.
private enum StatusText {
    static func lines(
        _ rows: [RouteRow], _ holds: [StandingOrders.Hold], _ live: LiveStatus?, at now: Instant
    ) -> [String] {
        let terminal = Terminal.standardOutput
        var lines: [String] = []
        if let live {
            let since = live.since.map { ", up \(TimeText.span(now - $0))" } ?? ""
            lines.append(terminal.paint("running", .good) + " (process \(live.processID), \(live.version)\(since))")
            lines.append(
                live.isAccepting
                    ? "intake open" : terminal.paint("intake closed: \(live.reason ?? "no reason given")", .caution))
            let rates = [("accepted", live.acceptedPerSecond), ("sent", live.sentPerSecond)]
            lines.append(rates.map { "\($0.0) \(Decimals.text($0.1, digits: 1))/s" }.joined(separator: ", "))
            if live.isClockSuspect {
                lines.append(
                    terminal.paint(
                        "the clock jumped: nothing is sent until it settles or `gatepost queue accept-clock`", .bad))
            }
        } else {
            lines.append(terminal.paint("the daemon is not running", .caution) + ": what is queued waits")
        }
        let total = { (state: JobState) in rows.reduce(0) { $0 + ($1.counts[state] ?? 0) } }
        lines.append(
            "queued \(total(.ready)) ready, \(total(.flying)) in flight, \(total(.held)) held, \(total(.doubt)) in doubt"
        )
        if let tasks = tasksToClose(rows) {
            lines.append(terminal.paint("tasks to be closed", .caution) + ": \(tasks)")
        }
        if !holds.isEmpty {
            let stand = holds.count == 1 ? "1 hold stands" : "\(holds.count) holds stand"
            lines.append(terminal.paint(stand, .caution) + ": see gatepost hold list")
        }
        return lines + [""]
    }

    /// `3 (hubspot 2, salesforce 1)`; nil where there are none.
    private static func tasksToClose(_ rows: [RouteRow]) -> String? {
        let some = rows.filter { $0.tasksToClose > 0 }
        guard !some.isEmpty else { return nil }
        let byRoute = some.map { "\($0.name) \($0.tasksToClose)" }.joined(separator: ", ")
        return "\(some.reduce(0) { $0 + $1.tasksToClose }) (\(byRoute))"
    }

    static func object(_ rows: [RouteRow], _ holds: Int, _ live: LiveStatus?, _ journal: String) -> JSONObject {
        let total = { (state: JobState) in JSONValue.integer(rows.reduce(0) { $0 + ($1.counts[state] ?? 0) }) }
        return JSONObject([
            ("kind", .string("daemon")), ("running", .bool(live != nil)), ("pid", .integer(live?.processID)),
            ("version", .text(live?.version)), ("journal_id", .string(journal)), ("since", .time(live?.since)),
            ("accepting", live.map { .bool($0.isAccepting) } ?? .null), ("reason", .text(live?.reason)),
            ("clock_suspect", live.map { .bool($0.isClockSuspect) } ?? .null),
            ("accepted_per_s", Cell.decimal(live?.acceptedPerSecond).value),
            ("sent_per_s", Cell.decimal(live?.sentPerSecond).value), ("ready", total(.ready)),
            ("in_flight", total(.flying)), ("held", total(.held)), ("doubt", total(.doubt)),
            ("holds", .integer(holds)),
        ])
    }
}
