// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Transport

@Suite(
    "Requests over TLS", .timeLimit(.minutes(1)),
    .enabled(
        if: TLSFront.python != nil && Installed.openssl != nil,
        "needs openssl and a Python: GATEPOST_PYTHON or .build/venv, which `make test` makes"))
struct HTTPSecurityTests {
    @Test("a certificate signed by the configured authority is trusted, and the connection kept")
    func trusted() async throws {
        let server = try ScriptedHTTPServer(answering: "secret")
        let certificate = try TestCertificate()
        let front = try TLSFront(server, certificate)
        let desk = try Desk { $0.caFile = certificate.certificateFile }
        for _ in 0..<10 { #expect(await desk.post(front.url, "x").text == "secret") }
        #expect(server.requests.count == 10 && server.connectionCount == 1)
    }

    @Test("an unknown authority, another authority, another name: nothing is sent")
    func untrusted() async throws {
        let server = try ScriptedHTTPServer(answering: "secret")
        let (own, other, misnamed) = (
            try TestCertificate(), try TestCertificate(), try TestCertificate(for: "a.example")
        )
        let front = try TLSFront(server, own)
        let misnamedFront = try TLSFront(server, misnamed)
        for (url, caFile) in [
            (front.url, nil), (front.url, other.certificateFile), (misnamedFront.url, misnamed.certificateFile),
        ] as [(String, String?)] {
            let desk = try Desk { $0.caFile = caFile }
            let seen = await desk.post(url, "x")
            #expect(seen.failure?.kind == .untrusted && seen.failure?.bodySent == HTTPFailure.Sent.none)
            #expect(seen.steps.isEmpty)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("a CA file that is not there is our own fault")
    func missingFile() async throws {
        let server = try ScriptedHTTPServer(answering: "secret")
        let front = try TLSFront(server, try TestCertificate())
        let desk = try Desk { $0.caFile = "/nowhere/ca.pem" }
        #expect(await desk.post(front.url, "x").failure?.kind == .setup)
    }

    @Test("TLS below 1.2 is not spoken")
    func oldVersion() async throws {
        let server = try ScriptedHTTPServer(answering: "secret")
        let certificate = try TestCertificate()
        let front = try TLSFront(server, certificate, highest: "TLSv1_1")
        let desk = try Desk { $0.caFile = certificate.certificateFile }
        let seen = await desk.post(front.url, "x")
        #expect(seen.failure?.kind == .unreachable && server.requests.isEmpty, "\(seen.end)")
    }

    @Test("a server that asks for a certificate is shown ours")
    func clientCertificate() async throws {
        let server = try ScriptedHTTPServer(answering: "welcome")
        let (certificate, ours) = (try TestCertificate(), try TestCertificate(for: "client.example"))
        let front = try TLSFront(server, certificate, authority: ours.certificateFile)
        let shown = try Desk { options in
            options.caFile = certificate.certificateFile
            (options.clientCertificate, options.clientKey) = (ours.certificateFile, ours.keyFile)
        }
        #expect(await shown.post(front.url, "x").text == "welcome")
        let hidden = try Desk { $0.caFile = certificate.certificateFile }
        #expect(await hidden.post(front.url, "x").failure?.bodySent == HTTPFailure.Sent.none)
        #expect(server.requests.count == 1)
    }

    @Test("an answer lost over TLS: the request arrived once", arguments: [false, true])
    func lostAnswer(onKeptConnection isKept: Bool) async throws {
        let server = try ScriptedHTTPServer { session in
            while try session.request().text == "before" { try session.answer(200, "first") }
        }
        let certificate = try TestCertificate()
        let front = try TLSFront(server, certificate)
        let desk = try Desk { $0.caFile = certificate.certificateFile }
        if isKept { #expect(await desk.post(front.url, "before").text == "first") }
        let seen = await desk.post(front.url, "the text")
        #expect(seen.failure?.bodySent == .whole && seen.failure?.kind == .brokeOff, "\(seen.end)")
        #expect(server.requests.filter { $0.text == "the text" }.count == 1)
    }

    @Test("connections whose server closed, or died, while they were idle do no harm", arguments: [true, false])
    func closedWhileIdle(isOrderly: Bool) async throws {
        let (together, closing) = (Gate(8), Gate(9))
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            if session.number < 8 {
                together.arriveAndWait()
                try session.answer(200, "first")
                closing.arriveAndWait()
                session.endWriting()
                return try session.waitForEnd()  // until the front has closed
            }
            try session.answer(200, "second")
            while true {
                _ = try session.request()
                try session.answer(200, "second")
            }
        }
        let certificate = try TestCertificate()
        var front: TLSFront? = try TLSFront(server, certificate)
        let (url, port) = (front?.url ?? "", front?.port ?? 0)
        let desk = try Desk { options in
            options.caFile = certificate.certificateFile
            options.connections = 8
        }
        let first = await withTaskGroup { group in
            for number in 0..<8 { group.addTask { await desk.post(url, "a\(number)").text } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(first == Array(repeating: "first", count: 8))
        if !isOrderly { front = nil }  // it is killed, and waited for
        await closing.arriveAndWaitOutside()
        await server.closed(8)
        if !isOrderly { front = try TLSFront(server, certificate, port: port) }
        for number in 0..<3 {
            let seen = await desk.post(url, "b\(number)")
            #expect(seen.text == "second" && seen.steps == [.began, .ends], "\(seen.end)")
        }
        #expect(server.requests.count == 11 && Set(server.requests.map(\.text)).count == 11)
        withExtendedLifetime(front) {}
    }
}

@Suite(
    "HTTP/2", .timeLimit(.minutes(1)),
    .enabled(if: HTTP2Server.program != nil, "needs nghttpd, of Debian's nghttp2-server"))
struct HTTP2Tests {
    @Test("many requests share a connection; each has its own answer, and its end is told")
    func multiplexed() async throws {
        let server = try HTTP2Server()
        let desk = try Desk { options in
            (options.version, options.connections) = (.http2, 2)
            options.caFile = server.certificate.certificateFile
        }
        let url = server.url
        let wrong = await withTaskGroup { group in
            for number in 0..<300 {
                group.addTask {
                    let seen = await desk.post(url, "text \(number)")
                    return seen.text != "text \(number)" || seen.steps != [.began, .ends]
                }
            }
            return await group.reduce(into: 0) { count, isWrong in count += isWrong ? 1 : 0 }
        }
        #expect(wrong == 0)
        let seen = await desk.post(url, "")
        #expect(seen.answer?.header("nghttpd-response") == "echo")
    }

    @Test("version 1.1 is spoken where it is asked for, or where the server knows no other")
    func fallingBack() async throws {
        let server = try HTTP2Server()
        let desk = try Desk { $0.caFile = server.certificate.certificateFile }
        #expect(await desk.post(server.url, "x").text == nil)  // that server speaks nothing else
        let plain = try ScriptedHTTPServer(answering: "1.1")
        let willing = try Desk { $0.version = .http2 }
        #expect(await willing.post(plain.url, "x").text == "1.1")
    }
}

/// A server that sends back what is posted to it.
final class HTTP2Server {
    static let program = ["/usr/sbin/nghttpd", "/usr/bin/nghttpd"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    let certificate: TestCertificate
    let url: String
    private let process: ServerProcess

    init() throws {
        let certificate = try TestCertificate()
        process = try ServerProcess(Self.program ?? "nghttpd") { port in
            ["--echo-upload", "-a", "127.0.0.1", "\(port)", certificate.keyFile, certificate.certificateFile]
        }
        (self.certificate, url) = (certificate, "https://127.0.0.1:\(process.port)/")
    }
}
