// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayModel
import Sink

struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "A local SMTP receiver for trying things out; delivers nothing to anyone.",
        discussion: """
            Special recipients: accept@, bounce@ (550), full@ (452), greylist@ (450 the first time), policy@ (550 5.7.1), \
            drop@ (the link closes after the data), silent@ (no answer after the data), slow-N@ (answers after N seconds), \
            stop@ (550 5.7.1, has opted out). Everything else is accepted. A line a message goes to standard error, the \
            counts to standard output at the end.

            Example:  gatepost sink --listen 127.0.0.1:2525 --capture mails/
            """)

    enum TLS: String, ExpressibleByArgument, CaseIterable { case none, starttls, implicit }

    @Option(help: "Address and port; port 0 is any free one.") var listen = ListenAddress(host: "127.0.0.1", port: 2525)
    @Option(help: "Keep every accepted message here, as .eml.", completion: .directory) var capture: String?
    @Option(help: "TLS, with a certificate made for the occasion unless --certificate names one.") var tls = TLS.none
    @Option(help: "PEM file.", completion: .file()) var certificate: String?
    @Option(help: "PEM file.", completion: .file()) var key: String?
    @Option(help: "Write the certificate that clients have to trust here.", completion: .file())
    var writeCertificate: String?
    @Flag(help: "Refuse mail before TLS.") var requireTLS = false
    @Option(help: ArgumentHelp("Ask for AUTH, with these credentials.", valueName: "name:password")) var auth: String?
    @Flag(help: "No line a message.") var quiet = false
    @Option(help: "Add a line of JSON a message to this file.", completion: .file()) var log: String?

    func validate() throws {
        if (certificate == nil) != (key == nil) { throw ValidationError("--certificate and --key belong together") }
        if tls == .none && (certificate != nil || requireTLS || writeCertificate != nil) {
            throw ValidationError("this needs --tls starttls or --tls implicit")
        }
        if let auth, !auth.contains(":") { throw ValidationError("--auth takes NAME:PASSWORD") }
    }

    func run() async throws {
        let server = try start()
        if let writeCertificate { try write(server.certificatePEM ?? "", to: writeCertificate) }
        Say.line("listening on \(server.address) port \(server.port)\(capture.map { ", capturing to \($0)" } ?? "")")
        let record = try log.map { (path) throws(CommandFailure) in try SinkLog(path) }
        // Nobody waits for people to read; a log must have every line.
        let events = server.events(keeping: record == nil ? 10_000 : .max)
        let signals = EndingSignals { server.stop() }
        let terminal = Terminal.standardError
        for await event in events {
            try record?.add(event)
            if !quiet { Say.line(event.line(on: terminal)) }
        }
        withExtendedLifetime(signals) {}
        try report(server.total)
    }

    private func start() throws(CommandFailure) -> SinkServer {
        do {
            return try SinkServer(sinkConfiguration)
        } catch {
            throw CommandFailure(
                .unavailable, "the sink cannot start: \(error)", advice: "choose another with --listen")
        }
    }

    private var sinkConfiguration: SinkConfiguration {
        var configuration = SinkConfiguration()
        (configuration.address, configuration.port) = (listen.host, listen.port)
        (configuration.captureFolder, configuration.requiresTLS) = (capture, requireTLS)
        var identity = SinkIdentity.selfSigned
        if let certificate, let key { identity = .files(certificate: certificate, key: key) }
        switch tls {
        case .none: configuration.tls = .none
        case .starttls: configuration.tls = .startTLS(identity)
        case .implicit: configuration.tls = .implicit(identity)
        }
        if let auth, let colon = auth.firstIndex(of: ":") {
            configuration.credentials = SinkCredentials(
                username: String(auth[..<colon]), password: String(auth[auth.index(after: colon)...]))
            configuration.requiresAuthentication = true
        }
        return configuration
    }

    private func write(_ text: String, to path: String) throws(CommandFailure) {
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
            throw .system("cannot write the certificate", path, otherwise: .cannotCreate)
        }
    }

    private func report(_ total: SinkTally) throws {
        let output = Output()
        try output.line("accepted \(total.accepted), refused \(total.refused), unanswered \(total.unanswered)")
        try output.flush()
    }
}

extension SinkEvent {
    fileprivate func line(on terminal: Terminal) -> String {
        let words =
            switch verdict {
            case .accepted(let id): terminal.paint("accepted", .good) + " as \(id)"
            case .refused(let reply): terminal.paint("refused", .bad) + " \(TextWidth.shown("\(reply)"))"
            case .dropped: terminal.paint("dropped", .caution) + " after the data"
            case .leftWaiting: terminal.paint("left waiting", .caution) + " after the data"
            }
        let bytes = size.map { ", \($0) bytes" } ?? ""
        let from = sender.isEmpty ? "<>" : sender
        return "\(TimeText.short(time)) \(TextWidth.shown(from)) → \(TextWidth.shown(recipient)): \(words)\(bytes)"
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
        let line = JSONObject([
            ("time", .time(event.time)), ("verdict", .string(verdict)), ("sender", .string(event.sender)),
            ("recipient", .string(event.recipient)), ("message_id", .text(event.messageID)),
            ("size", .integer(event.size)),
        ])
        try output.line(line.text)
        try output.flush()
    }
}

/// `127.0.0.1:2525`, `[::1]:2525`.
struct ListenAddress: ExpressibleByArgument, Hashable, Sendable {
    var host: String
    var port: UInt16

    init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else {
            return nil
        }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { return nil }
        self.init(host: host, port: port)
    }

    var defaultValueDescription: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
