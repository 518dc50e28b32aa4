// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import TestSupport
import Testing
import Transport

@testable import Channels

@Suite(
    "Against aiosmtpd: STARTTLS, AUTH, SMTPUTF8", .timeLimit(.minutes(1)),
    .enabled(
        if: AiosmtpdServer.python != nil && Installed.openssl != nil,
        "needs openssl and a Python with aiosmtpd: GATEPOST_PYTHON or .build/venv, which `make test` makes"))
struct SecureServerTests {
    private func manner(_ change: (inout AiosmtpdServer.Manner) -> Void) -> AiosmtpdServer.Manner {
        var manner = AiosmtpdServer.Manner()
        change(&manner)
        return manner
    }

    /// Sends three parcels and returns what they ended as; all must end alike.
    private func send(
        _ manner: AiosmtpdServer.Manner, _ parcel: Parcel = .to(), _ adjust: (inout SMTPSettings) -> Void
    ) async throws -> AttemptReport {
        let server = try AiosmtpdServer.start(manner)
        let bench = try Bench(port: server.port, connections: 2, adjust)
        let parcels = (1...3).map { number in
            var copy = parcel
            copy.attempt = AttemptID(run: 1, counter: UInt32(number))
            return copy
        }
        bench.channel.send(parcels)
        let reports = await bench.collector.reports(3)
        await bench.end()
        #expect(Set(reports.map(\.result)).count == 1, "\(reports.map(\.evidence))")
        return try #require(reports.first)
    }

    @Test("STARTTLS, required and verified against our CA file")
    func startTLS() async throws {
        let certificate = try TestCertificate()
        let report = try await send(manner { ($0.tls, $0.certificate) = ("starttls", certificate) }) {
            ($0.tls, $0.caFile) = (.required, certificate.certificateFile)
        }
        #expect(report.result == .accepted && report.evidence.remoteID != nil)
    }

    @Test("TLS from the first byte")
    func implicitTLS() async throws {
        let certificate = try TestCertificate()
        let report = try await send(manner { ($0.tls, $0.certificate) = ("implicit", certificate) }) {
            ($0.implicitTLS, $0.caFile) = (true, certificate.certificateFile)
        }
        #expect(report.result == .accepted)
    }

    @Test(
        "a relay that asks for our certificate: accepted with it, not without", arguments: [true, false], [true, false])
    func clientCertificate(_ isShown: Bool, isOldTLS: Bool) async throws {
        let (certificate, ours) = (try TestCertificate(), try TestCertificate())
        let report = try await send(
            manner {
                ($0.tls, $0.certificate, $0.clientAuthority) = ("implicit", certificate, ours)
                $0.isOldTLS = isOldTLS
            }
        ) {
            ($0.implicitTLS, $0.caFile) = (true, certificate.certificateFile)
            if isShown { ($0.clientCertificate, $0.clientKey) = (ours.certificateFile, ours.keyFile) }
        }
        #expect((report.result == .accepted) == isShown, "\(report.evidence)")
    }

    @Test("a big message over TLS: what is blocked is offered again, whole")
    func bigOverTLS() async throws {
        let certificate = try TestCertificate()
        let content = String(repeating: String(repeating: "x", count: 70) + "\r\n", count: 40_000)
        let report = try await send(
            manner { ($0.tls, $0.certificate) = ("starttls", certificate) }, .to(content: content)
        ) {
            ($0.tls, $0.caFile) = (.required, certificate.certificateFile)
        }
        #expect(report.result == .accepted && report.evidence.remoteID == "N\(content.utf8.count)")
    }

    @Test("STARTTLS required, and a plain server: configuration, nothing is said in clear")
    func noStartTLS() async throws {
        let report = try await send(manner { _ in }) { $0.tls = .required }
        #expect(report.result == .configuration && report.evidence.stage == "encrypting")
    }

    @Test("STARTTLS where it can be had: a plain server is spoken to plainly")
    func opportunistic() async throws {
        let report = try await send(manner { _ in }) { $0.tls = .opportunistic }
        #expect(report.result == .accepted)
    }

    @Test("a certificate nobody vouches for, or for another name: configuration", arguments: [true, false])
    func badCertificate(_ isForAnotherName: Bool) async throws {
        let certificate = try TestCertificate(for: isForAnotherName ? "elsewhere.example" : nil)
        let report = try await send(manner { ($0.tls, $0.certificate) = ("starttls", certificate) }) {
            $0.tls = .required
            if isForAnotherName { $0.caFile = certificate.certificateFile }
        }
        #expect(report.result == .configuration && report.evidence.stage == "encrypting")
    }

    @Test(
        "AUTH by each mechanism",
        arguments: [
            (SMTPSettings.Mechanism?.some(.plain), ["PLAIN"], "secret"), (.login, ["LOGIN"], "secret"),
            (nil, ["PLAIN", "LOGIN"], "secret"), (.xoauth2, ["XOAUTH2"], "token"),
        ])
    func authenticates(_ mechanism: SMTPSettings.Mechanism?, _ offered: [String], _ secret: String) async throws {
        let certificate = try TestCertificate()
        let server = manner {
            ($0.tls, $0.certificate, $0.mechanisms) = ("starttls", certificate, offered)
        }
        let report = try await send(server) {
            ($0.tls, $0.caFile, $0.mechanism) = (.required, certificate.certificateFile, mechanism)
            ($0.username, $0.password) = ("gw", .env(secret))
        }
        #expect(report.result == .accepted, "\(report.evidence)")
    }

    @Test(
        "wrong credentials, or a mechanism it does not know: configuration",
        arguments: [
            (SMTPSettings.Mechanism?.some(.plain), "wrong"), (.login, "wrong"), (.xoauth2, "secret"),
        ])
    func refusesCredentials(_ mechanism: SMTPSettings.Mechanism?, _ secret: String) async throws {
        let report = try await send(manner { $0.mechanisms = ["PLAIN", "LOGIN"] }) {
            ($0.username, $0.password, $0.mechanism) = ("gw", .env(secret), mechanism)
        }
        #expect(report.result == .configuration && report.evidence.stage == "authenticating")
        if secret == "wrong" { #expect(report.evidence.code == 535) }
    }

    @Test("a non-ASCII local part: accepted with SMTPUTF8, a bad address without", arguments: [true, false])
    func internationalised(_ isOffered: Bool) async throws {
        let parcel = Parcel.to("m\u{FC}ller@example.com")
        let report = try await send(manner { $0.smtpUTF8 = isOffered }, parcel) { _ in }
        #expect(report.result == (isOffered ? .accepted : .badAddress))
        if !isOffered { #expect(report.evidence.enhanced == "5.6.7") }
    }
}
