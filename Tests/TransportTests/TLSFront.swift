// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// Speaks TLS in front of a scripted server, one of its connections for each of ours; ends are passed on as close_notify,
/// before the end of the scripted connection.
/// Python does it: ssl is in its standard library.
final class TLSFront {
    static let python = Installed.python(with: "ssl")

    let port: Int
    var url: String { "https://127.0.0.1:\(port)" }
    private let process: ServerProcess

    /// - Parameters:
    ///   - authority: PEM file; where there is one, clients show a certificate it signed.
    ///   - highest: a version of TLS, as `TLSv1_1`, and no higher.
    init(
        _ server: ScriptedHTTPServer, _ own: TestCertificate, authority: String = "", highest: String = "",
        port: Int? = nil
    ) throws {
        let python = Self.python ?? "python3"
        let arguments = [own.certificateFile, own.keyFile, "\(server.port)", authority, highest]
        process = try ServerProcess(python, port: port) { port in ["-c", Self.program, "\(port)"] + arguments }
        self.port = process.port
    }

    private static let program = """
        import socket, ssl, sys, threading
        port, certificate, key, behind, authority, highest = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if highest:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion[highest]
        if authority:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.load_verify_locations(authority)
            context.verify_mode = ssl.CERT_REQUIRED

        def forth(outer, inner):
            try:
                while piece := outer.recv(65536):
                    inner.sendall(piece)
            except OSError:
                pass
            try:
                inner.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        def serve(raw):
            try:
                outer = context.wrap_socket(raw, server_side=True)
            except (OSError, ssl.SSLError):
                raw.close()
                return
            inner = socket.create_connection(("127.0.0.1", int(behind)))
            threading.Thread(target=forth, args=(outer, inner), daemon=True).start()
            try:
                while piece := inner.recv(65536):
                    outer.sendall(piece)
                outer.settimeout(0)
                outer.unwrap()
            except OSError:
                pass
            try:
                outer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            outer.close()
            inner.close()

        listener = socket.create_server(("127.0.0.1", int(port)))
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        """
}
