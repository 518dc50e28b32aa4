// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sink
import Testing

/// Python's smtplib as somebody else's idea of a client, with verification on.
@Suite(
    "The sink before smtplib", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")),
    .timeLimit(.minutes(1)))
struct SMTPLibTests {
    private func run(_ script: String, _ server: SinkServer) throws -> String {
        let prelude = """
            import smtplib, ssl, sys
            port, pem = int(sys.argv[1]), sys.argv[2]
            context = ssl.create_default_context(cadata=pem) if pem else None
            mail = "Subject: x\\r\\nMessage-ID: <py@a>\\r\\n\\r\\n.dot\\r\\n"

            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", prelude + script, String(server.port), server.certificatePEM ?? ""]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }

    private func configuration(_ tls: SinkTLS) -> SinkConfiguration {
        var configuration = SinkConfiguration()
        configuration.tls = tls
        configuration.requiresTLS = true
        configuration.credentials = SinkCredentials(username: "gw", password: "password")
        configuration.allowsPlaintextAuthentication = false
        configuration.requiresAuthentication = true
        return configuration
    }

    @Test("STARTTLS with a verified certificate, then AUTH", arguments: ["PLAIN", "LOGIN"])
    func startTLS(_ mechanism: String) throws {
        let server = try SinkServer(configuration(.startTLS(.selfSigned)))
        let said = try run(
            """
            client = smtplib.SMTP("localhost", port, timeout=20)
            print("auth" in client.esmtp_features, client.ehlo()[0], "auth" in client.esmtp_features)
            print(client.starttls(context=context)[0], client.ehlo()[0], client.esmtp_features["auth"].split())
            client.user, client.password = "gw", "password"
            print(client.auth("\(mechanism)", getattr(client, "auth_\(mechanism.lowercased())"))[0])
            print(client.sendmail("a@b.c", ["ada@y.z", "bounce@y.z"], mail), client.quit()[0])
            """, server)
        #expect(
            said == """
                False 250 False
                220 250 ['PLAIN', 'LOGIN', 'XOAUTH2']
                235
                {'bounce@y.z': (550, b'5.1.1 No such user here')} 221

                """)
        #expect(server.received(of: "<py@a>") == 1)
    }

    @Test("TLS from the first byte, and a wrong password")
    func implicit() throws {
        let server = try SinkServer(configuration(.implicit(.selfSigned)))
        let said = try run(
            """
            client = smtplib.SMTP_SSL("127.0.0.1", port, context=context, timeout=20)
            try: client.login("gw", "wrong")
            except smtplib.SMTPAuthenticationError as error: print(error.smtp_code)
            print(client.login("gw", "password")[0])
            big = mail + ("x" * 70 + "\\r\\n") * 40000
            print(client.sendmail("a@b.c", ["ada@y.z"], big), client.quit()[0])
            """, server)
        #expect(said == "535\n235\n{} 221\n")
        #expect(server.acceptedBytes > 2_880_000)
    }

    @Test("a certificate of one's own")
    func ownCertificate() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sink-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (
            folder.appendingPathComponent("c.pem").path, folder.appendingPathComponent("k.pem").path
        )
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
            "-out",
            certificate, "-subj", "/CN=mx.test", "-addext", "subjectAltName=DNS:localhost", "-days", "2",
        ]
        openssl.standardError = Pipe()
        try openssl.run()
        openssl.waitUntilExit()
        var configuration = SinkConfiguration()
        configuration.tls = .startTLS(.files(certificate: certificate, key: key))
        let server = try SinkServer(configuration)
        #expect(try server.certificatePEM == String(contentsOfFile: certificate, encoding: .utf8))
        let said = try run(
            """
            client = smtplib.SMTP("localhost", port, timeout=20)
            client.starttls(context=context)
            print(client.sendmail("a@b.c", ["ada@y.z"], mail), client.quit()[0])
            """, server)
        #expect(said == "{} 221\n")
    }

    @Test("SMTPUTF8")
    func utf8() throws {
        let server = try SinkServer()
        let said = try run(
            """
            client = smtplib.SMTP("127.0.0.1", port, timeout=20)
            print(client.sendmail("a@b.c", ["jörg@y.z"], mail, mail_options=["SMTPUTF8", "BODY=8BITMIME"]), client.quit()[0])
            """, server)
        #expect(said == "{} 221\n")
        #expect(server.received(of: "jörg@y.z") == 1)
    }
}
