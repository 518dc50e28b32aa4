// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Providers
import Sink

struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "A local receiver of mail, texts and tasks for trying things out; delivers nothing to anyone.",
        discussion: """
            Special recipients: accept@, bounce@ (550), full@ (452), greylist@ (450 the first time), policy@ (550 5.7.1), \
            drop@ (the link closes after the data), silent@ (no answer after the data), slow-N@ (answers after N seconds), \
            stop@ (550 5.7.1, has opted out); with --http phones and contacts that end in 0000 (accept) to 0008 (stop), in \
            that order. Everything else is accepted. A line a message goes to standard error, the counts to standard output \
            at the end.

            --http plays every shipped provider and those of --providers: a route reaches it by base_url = \
            "http://127.0.0.1:8090/NAME" and allow_private_network = true.

            Examples:  gatepost sink --listen 127.0.0.1:2525 --capture mails/
                       gatepost sink --http 8090 --provider twilio
            """)

    enum TLS: String, ExpressibleByArgument, CaseIterable { case none, starttls, implicit }

    @Option(help: "Address and port; port 0 is any free one.") var listen = ListenAddress(host: "127.0.0.1", port: 2525)
    @Option(help: "Port, or address and port, for texts and tasks; without it there is only mail.")
    var http: ListenAddress?
    @Option(help: "Play this provider only.") var provider: String?
    @Option(help: "Provider files that win over the shipped ones.", completion: .directory) var providers: String?
    @Option(help: "Keep every accepted message here: mail as .eml, requests as they came.", completion: .directory)
    var capture: String?
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
        if http == nil, provider != nil || providers != nil {
            throw ValidationError("--provider and --providers are for --http")
        }
        if let auth, !auth.contains(":") { throw ValidationError("--auth takes NAME:PASSWORD") }
    }

    func run() async throws {
        let server = try start()
        let web = try http.map { (address) throws(CommandFailure) in try start(on: address) }
        if let writeCertificate {
            try write([server.certificatePEM, web?.certificatePEM].compactMap(\.self).joined(), to: writeCertificate)
        }
        let capturing = capture.map { ", capturing to \($0)" } ?? ""
        Say.line("listening on \(server.address) port \(server.port)\(capturing)")
        if let web {
            Say.line("playing \(provider ?? "providers") at \(provider.map(web.baseURL(of:)) ?? web.baseURL)")
        }
        let scribe = try SinkScribe(log: log, isQuiet: quiet)
        // Nobody waits for people to read; a log must have every line.
        let newest = log == nil ? 10_000 : Int.max
        let signals = EndingSignals {
            web?.stop()
            server.stop()
        }
        try await withThrowingTaskGroup { group in
            for events in [server.events(keeping: newest), web?.events(keeping: newest)].compactMap(\.self) {
                group.addTask { for await event in events { try await scribe.note(event) } }
            }
            try await group.waitForAll()
        }
        withExtendedLifetime(signals) {}
        try report(server.total, web?.total)
    }

    private func start() throws(CommandFailure) -> SinkServer {
        do {
            return try SinkServer(sinkConfiguration)
        } catch {
            throw CommandFailure(
                .unavailable, "the sink cannot start: \(error)", advice: "choose another with --listen")
        }
    }

    private func start(on address: ListenAddress) throws(CommandFailure) -> SinkHTTPServer {
        let (catalog, problems) = ProviderCatalog.load(folder: providers)
        for problem in problems { Say.line("\(problem)") }
        if let provider, catalog[provider] == nil {
            throw CommandFailure(
                .usage, "there is no provider \"\(provider)\"",
                advice: "there are: \(catalog.names.joined(separator: ", "))")
        }
        var configuration = sinkConfiguration
        (configuration.address, configuration.port) = (address.host, address.port)
        do {
            let played = provider.flatMap { catalog[$0] }.map { [$0] } ?? catalog.all
            return try SinkHTTPServer(configuration, providers: played)
        } catch {
            throw CommandFailure(.unavailable, "the sink cannot start: \(error)", advice: "choose another with --http")
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

    private func report(_ mail: SinkTally, _ web: SinkTally?) throws {
        let output = Output()
        try output.line("accepted \(mail.accepted), refused \(mail.refused), unanswered \(mail.unanswered)")
        if let web {
            try output.line(
                "texts and tasks: accepted \(web.accepted), refused \(web.refused), unanswered \(web.unanswered), "
                    + "repeated \(web.repeated)")
        }
        try output.flush()
    }
}
