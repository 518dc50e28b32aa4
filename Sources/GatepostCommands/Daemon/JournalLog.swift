// SPDX-License-Identifier: Apache-2.0
//
// Log lines to standard error, in the form the system's journal reads (sd-daemon(3): `<6>…`), or as JSON.

import Foundation
import GatewayModel
import Logging

enum LogFormat: String, Sendable, CaseIterable { case journal, json }

/// One line a message, written whole with one `write`.
struct JournalLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    private let label: String
    private let format: LogFormat

    init(label: String, format: LogFormat) { (self.label, self.format) = (label, format) }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = format == .journal ? plain(event.level, event.message) : json(event.level, event.message)
        let bytes = Array((line + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    private func plain(_ level: Logger.Level, _ message: Logger.Message) -> String {
        let text = "\(label): \(message)".split(separator: "\n").joined(separator: " | ")
        // A terminal has no use for priorities; everything else may be the journal.
        return isatty(STDERR_FILENO) == 1 ? text : "<\(level.syslogPriority)>\(text)"
    }

    private func json(_ level: Logger.Level, _ message: Logger.Message) -> String {
        JSONObject([
            ("time", .time(SystemTimepiece().now())), ("level", .string(level.rawValue)), ("part", .string(label)),
            ("message", .string("\(message)")),
        ]).text
    }
}

extension Logger.Level {
    /// RFC 5424 section 6.2.1.
    fileprivate var syslogPriority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
