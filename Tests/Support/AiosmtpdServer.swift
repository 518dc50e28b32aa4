// SPDX-License-Identifier: Apache-2.0
//
// AiosmtpdServer: a real SMTP server in Python with TLS and AUTH, and without PIPELINING.

import Foundation

public enum AiosmtpdServer {
    /// A Python that has it, or nil.
    public static let python = Installed.python(with: "aiosmtpd")

    public struct Manner: Sendable {
        /// TLS from the first byte, STARTTLS offered, or neither.
        public var tls = "none"
        public var certificate: TestCertificate?
        /// The client must show a certificate that this one vouches for.
        public var clientAuthority: TestCertificate?
        /// TLS 1.2 at most.
        public var isOldTLS = false
        /// Mechanisms it knows; user `gw`, password `secret`, XOAUTH2 token `token`. Empty: no AUTH.
        public var mechanisms: [String] = []
        public var smtpUTF8 = false
        public init() {}
    }

    /// Answers every message with `250 2.0.0 queued as` and its number of octets.
    public static func start(_ manner: Manner) throws -> ServerProcess {
        guard let python else { throw ServerProcess.NotStarted(description: "no Python with aiosmtpd") }
        return try ServerProcess(python) { port in
            [
                "-c", program, "\(port)", manner.tls, manner.certificate?.certificateFile ?? "",
                manner.certificate?.keyFile ?? "", manner.mechanisms.joined(separator: ","), manner.smtpUTF8 ? "1" : "",
                manner.clientAuthority?.certificateFile ?? "", manner.isOldTLS ? "1" : "",
            ]
        }
    }

    private static let program = """
        import base64, signal, ssl, sys
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import SMTP, AuthResult

        port, tls, certificate, key, mechanisms, utf8, authority, old = sys.argv[1:]
        known = [m for m in mechanisms.split(",") if m]

        class Handler:
            async def handle_DATA(self, server, session, envelope):
                return "250 2.0.0 queued as N%d" % len(envelope.original_content)

            async def auth_XOAUTH2(self, server, args):
                said = base64.b64decode(args[1]) if len(args) > 1 else await server.challenge_auth("")
                right = b"user=gw\\x01auth=Bearer token\\x01\\x01"
                return AuthResult(success=said == right, handled=False)

        def check(server, session, envelope, mechanism, data):
            good = data.login == b"gw" and data.password == b"secret"
            return AuthResult(success=good, handled=False)

        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            if old:
                context.maximum_version = ssl.TLSVersion.TLSv1_2
            if authority:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(authority)
        options = dict(enable_SMTPUTF8=bool(utf8))
        if known:
            options.update(
                authenticator=check, auth_require_tls=False, auth_required=True,
                auth_exclude_mechanism=[m for m in ("PLAIN", "LOGIN", "XOAUTH2") if m not in known])
        if tls == "starttls":
            options.update(tls_context=context)
        controller = Controller(
            Handler(), hostname="127.0.0.1", port=int(port),
            ssl_context=context if tls == "implicit" else None, **options)
        try:
            controller.start()
        except OSError:
            # It calls itself to see whether it is there, and shows no certificate: up to TLS 1.2 it hears the refusal.
            if not authority:
                raise
        signal.pause()
        """
}

/// A self-signed certificate for 127.0.0.1, made with openssl in a directory of its own.
public final class TestCertificate: Sendable {
    public let certificateFile: String
    public let keyFile: String
    private let directory: URL

    /// - Parameter name: a DNS name to certify instead of the address 127.0.0.1.
    public init(for name: String? = nil) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("gatepost-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        certificateFile = directory.appendingPathComponent("certificate.pem").path
        keyFile = directory.appendingPathComponent("key.pem").path
        let subject = name.map { "DNS:\($0)" } ?? "IP:127.0.0.1"
        let code = Installed.openssl.flatMap {
            Installed.run(
                $0,
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=gatepost test", "-addext", "subjectAltName=\(subject)", "-keyout", keyFile, "-out",
                    certificateFile,
                ])
        }
        guard code == 0 else { throw ServerProcess.NotStarted(description: "openssl made no certificate") }
    }

    deinit { try? FileManager.default.removeItem(at: directory) }
}
