// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Glibc
import Sink

/// A blocking client that says what it is told and reads what comes.
final class Probe {
    private let socket: Int32
    private var held: [UInt8] = []

    /// Connected, the greeting unread.
    convenience init(_ server: SinkServer) throws { try self.init(port: server.port) }
    convenience init(_ server: SinkHTTPServer) throws { try self.init(port: server.port) }

    private init(port: UInt16) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
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
            guard fill() else { return nil }
        }
    }

    private func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        held += buffer[..<count]
        return true
    }

    /// The next answer over HTTP; nil where the link is closed.
    func answer() -> HTTPAnswer? {
        guard let first = line(), let status = Int(first.split(separator: " ")[1]) else { return nil }
        var answer = HTTPAnswer(status: status)
        while let field = line(), let colon = field.firstIndex(of: ":") {
            let value = field[field.index(after: colon)...].drop { $0 == " " }
            answer.headers.append(HeaderField(field[..<colon].lowercased(), String(value)))
        }
        let length = Int(answer.header("content-length") ?? "") ?? 0
        while held.count < length, fill() {}
        answer.body = Array(held.prefix(length))
        held.removeFirst(min(length, held.count))
        return answer
    }

    func answers(_ count: Int) -> [HTTPAnswer] { (0..<count).compactMap { _ in answer() } }

    /// One request and its answer.
    func ask(
        _ method: String, _ target: String, _ headers: [String: String] = [:], _ body: String = ""
    ) -> HTTPAnswer? {
        say(Self.request(method, target, headers, body))
        return answer()
    }

    static func request(
        _ method: String, _ target: String, _ headers: [String: String] = [:], _ body: String = ""
    ) -> String {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: sink\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if !body.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
        return text + "\r\n" + body
    }
}

extension HTTPAnswer {
    var text: String { String(decoding: body, as: UTF8.self) }
    /// Of a JSON body.
    subscript(key: String) -> JSONValue? { (try? JSONValue.parse(body))?.object?[key] }
}
