// SPDX-License-Identifier: Apache-2.0
//
// LiveStatus: what the running daemon last said of itself (`StatusFile` writes it, once a second).

import Foundation
import GatewayModel

struct LiveStatus: Hashable, Sendable {
    struct Route: Hashable, Sendable {
        var name: String
        var state: String
        var why: String?
        /// What closed it by itself.
        var trouble: String?
        var since: Instant?
        var nextProbe: Instant?
        var window: Int?
        var sent: Int?
    }

    var processID: Int32
    var version: String
    var since: Instant?
    var isAccepting: Bool
    var reason: String?
    var isClockSuspect: Bool
    var acceptedPerSecond: Double
    var sentPerSecond: Double
    var routes: [Route]

    /// Older than this, nobody is there to rewrite it.
    private static let freshness: TimeInterval = 5

    /// Nil where no daemon runs: no file, an old one, or one whose process is gone.
    static func read(in stateDir: String) -> LiveStatus? {
        let path = StatusFile.path(in: stateDir)
        guard let data = FileManager.default.contents(atPath: path),
            let changed = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date,
            -changed.timeIntervalSinceNow < freshness,
            let status = (try? JSONValue.parse([UInt8](data)))?.object.flatMap(LiveStatus.init),
            kill(status.processID, 0) == 0 || errno == EPERM
        else { return nil }
        return status
    }

    private init?(_ object: JSONObject) {
        guard let pid = object["pid"]?.number?.int.flatMap({ Int32(exactly: $0) }), pid > 0 else { return nil }
        processID = pid
        version = object["version"]?.string ?? "?"
        since = object["since"]?.instant
        isAccepting = object["accepting"]?.bool ?? false
        reason = object["reason"]?.string
        isClockSuspect = object["clock_suspect"]?.bool ?? false
        acceptedPerSecond = object["rates"]?.object?["accepted_per_s"]?.number?.double ?? 0
        sentPerSecond = object["rates"]?.object?["sent_per_s"]?.number?.double ?? 0
        routes = (object["routes"]?.array ?? []).compactMap { $0.object.flatMap(Route.init) }
    }
}

extension LiveStatus.Route {
    fileprivate init?(_ object: JSONObject) {
        guard let name = object["name"]?.string, let state = object["state"]?.string else { return nil }
        self.init(
            name: name, state: state, why: object["why"]?.string, trouble: object["trouble"]?.string,
            since: object["since"]?.instant,
            nextProbe: object["next_probe"]?.instant, window: object["window"]?.number?.int,
            sent: object["sent"]?.number?.int)
    }
}

extension JSONValue {
    fileprivate var instant: Instant? { string.flatMap { Instant(rfc3339: $0) } }
}
