// SPDX-License-Identifier: Apache-2.0

import Glibc
import Sink

/// A blocking client that says what it is told and reads what comes.
final class Probe {
    private let socket: Int32
    private var held: [UInt8] = []

    /// Connected, the greeting unread.
    init(_ server: SinkServer) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw ProbeError.cannotConnect(errno) }
    }

    deinit { close(socket) }

    enum ProbeError: Error { case cannotConnect(Int32) }

    func say(_ text: String) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(socket, $0.baseAddress.map { $0 + done }, bytes.count - done, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            done += count
        }
    }

    /// The next reply's last line, without its CRLF; nil where the link is closed.
    func reply() -> String? {
        while let line = line() {
            if line.utf8.count < 4 || Array(line.utf8)[3] != UInt8(ascii: "-") { return line }
        }
        return nil
    }

    func replies(_ count: Int) -> [String] { (0..<count).compactMap { _ in reply() } }

    /// Greeting, EHLO, envelope; returns when the sink waits for data.
    func begin(to recipient: String) {
        say("EHLO me\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<\(recipient)>\r\nDATA\r\n")
        _ = replies(5)
    }

    private func line() -> String? {
        while true {
            if let end = held.firstIndex(of: 0x0A) {
                defer { held.removeFirst(end + 1) }
                return String(decoding: held[..<end].dropLast(), as: UTF8.self)
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            held += buffer[..<count]
        }
    }
}
