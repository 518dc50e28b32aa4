// SPDX-License-Identifier: Apache-2.0
//
// StatusFile: `daemon.json` in the state directory, rewritten each second: what `gatepost status` shows of the running
// daemon. Not a record: never synced, gone with the daemon.

import Engine
import Foundation
import GatewayModel
import Spool

/// What the daemon says of itself, once a second.
struct DaemonStatus: Sendable {
    var startedAt: Instant
    var engine: EngineStatus
    var acceptedPerSecond: Double
    var sentPerSecond: Double
    var accepting: Bool
    var reason: String?

    var json: JSONObject {
        JSONObject([
            ("pid", .integer(ProcessInfo.processInfo.processIdentifier)), ("since", .time(startedAt)),
            ("version", .string(GatepostCommand.version)), ("accepting", .bool(accepting)), ("reason", .text(reason)),
            ("clock_suspect", .bool(engine.isClockSuspect)), ("draining", .bool(engine.isDraining)),
            ("in_flight", .integer(engine.inFlight)), ("holds", .integer(engine.holds)),
            (
                "rates",
                .object(
                    JSONObject([
                        ("accepted_per_s", decimal(acceptedPerSecond)), ("sent_per_s", decimal(sentPerSecond)),
                    ]))
            ),
            ("routes", .array(engine.routes.map { .object($0.json) })),
        ])
    }
}

extension EngineStatus.Route {
    fileprivate var json: JSONObject {
        JSONObject([
            ("name", .string(name)), ("state", .string(state.rawValue)), ("why", .text(why)),
            ("trouble", .text(trouble)), ("since", .time(since)),
            ("next_probe", .time(nextProbe)), ("in_flight", .integer(inFlight)), ("window", .integer(window)),
            ("sent", .integer(sent)),
        ])
    }
}

private func decimal(_ value: Double) -> JSONValue {
    .number(JSONNumber(literal: String(format: "%.1f", value)))
}

enum StatusFile {
    static func path(in stateDir: String) -> String { "\(stateDir)/daemon.json" }

    /// Replaced by rename, so that a reader sees the old or the new one, whole.
    static func write(_ status: DaemonStatus, in stateDir: String) throws {
        let bytes = Data(status.json.encoded + [UInt8(ascii: "\n")])
        try bytes.write(to: URL(filePath: path(in: stateDir)), options: .atomic)
    }

    static func remove(in stateDir: String) { unlink(path(in: stateDir)) }
}
