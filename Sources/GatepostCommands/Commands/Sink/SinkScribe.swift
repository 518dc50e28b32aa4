// SPDX-License-Identifier: Apache-2.0
//
// SinkScribe: what the sink tells, as lines for people and as NDJSON.

import Foundation
import GatewayModel
import Sink

extension SinkEvent {
    fileprivate func line(on terminal: Terminal) -> String {
        let words =
            switch verdict {
            case .accepted(let id): terminal.paint("accepted", .good) + " as \(id)"
            case .refused(let reply): terminal.paint("refused", .bad) + " \(TextWidth.shown("\(reply)"))"
            case .dropped: terminal.paint("dropped", .caution) + " after the data"
            case .leftWaiting: terminal.paint("left waiting", .caution) + " after the data"
            }
        let kind =
            switch matter {
            case .message: ""
            case .repetition: ", a repetition"
            case .amendment: ", an amendment"
            }
        let bytes = size.map { ", \($0) bytes" } ?? ""
        let from = sender.isEmpty ? "<>" : sender
        return
            "\(TimeText.short(time)) \(TextWidth.shown(from)) → \(TextWidth.shown(recipient)): \(words)\(bytes)\(kind)"
    }
}

/// Writes down what both sides of the sink tell, event by event.
actor SinkScribe {
    private let record: SinkLog?
    private let terminal: Terminal?

    init(log path: String?, isQuiet: Bool) throws(CommandFailure) {
        record = try path.map { (path) throws(CommandFailure) in try SinkLog(path) }
        terminal = isQuiet ? nil : .standardError
    }

    func note(_ event: SinkEvent) throws {
        try record?.add(event)
        if let terminal { Say.line(event.line(on: terminal)) }
    }
}

/// What came, as NDJSON.
private struct SinkLog {
    private let path: String
    private let output: Output

    init(_ path: String) throws(CommandFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system("cannot write the log", path, otherwise: .cannotCreate) }
        (self.path, output) = (path, Output(descriptor: descriptor))
    }

    func add(_ event: SinkEvent) throws {
        let verdict =
            switch event.verdict {
            case .accepted: "accepted"
            case .refused: "refused"
            case .dropped: "dropped"
            case .leftWaiting: "left_waiting"
            }
        let matter =
            switch event.matter {
            case .message: "message"
            case .repetition: "repetition"
            case .amendment: "amendment"
            }
        let line = JSONObject([
            ("time", .time(event.time)), ("matter", .string(matter)), ("verdict", .string(verdict)),
            ("sender", .string(event.sender)),
            ("recipient", .string(event.recipient)), ("message_id", .text(event.messageID)),
            ("size", .integer(event.size)),
        ])
        try output.line(line.text)
        try output.flush()
    }
}
