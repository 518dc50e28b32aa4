// SPDX-License-Identifier: Apache-2.0
//
// ScriptedSMTPServer: a peer that does what a test tells it, well-mannered or not.
//
// Each connection gets a thread and runs the script with its session; when the script returns or throws, the connection
// is closed. Blocking sockets on purpose: a script reads as the conversation it plays.

import Foundation
import Synchronization

public final class ScriptedSMTPServer: Sendable {
    public typealias Script = @Sendable (ScriptedSession) throws -> Void

    public let port: Int
    private let listener: Int32
    private let sessions = Mutex<[ScriptedSession]>([])

    /// Listens on a free port of 127.0.0.1.
    public init(_ script: @escaping Script) throws {
        (listener, port) = try LoopbackListener.open()
        let listener = listener
        Thread.detachNewThread { [weak self] in
            var number = 0
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { return }
                let session = ScriptedSession(socket, number: number)
                number += 1
                guard let self else { return session.hangUp() }
                sessions.withLock { $0.append(session) }
                Thread.detachNewThread {
                    try? script(session)
                    session.hangUp()
                }
            }
        }
    }

    deinit { stop() }

    /// How many connections there were so far.
    public var connectionCount: Int { sessions.withLock { $0.count } }

    /// Ends listening and every connection.
    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        sessions.withLock { $0.forEach { $0.cut() } }
    }
}

/// One connection, as its script sees it.
public final class ScriptedSession: Sendable {
    public struct Ended: Error {}

    /// From 0, in the order of arrival.
    public let number: Int
    private let socket: Int32
    private struct State {
        var unread: [UInt8] = []
        var isOpen = true
    }
    private let state = Mutex(State())

    init(_ socket: Int32, number: Int) {
        (self.socket, self.number) = (socket, number)
        var one: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The next line, without its CRLF. Throws `Ended` when the client has closed.
    public func line() throws -> String {
        while true {
            if let line = state.withLock({ Self.takeLine(&$0.unread) }) { return line }
            try fill()
        }
    }

    /// The lines up to the final dot, without it; dots still stuffed.
    public func body() throws -> [String] {
        var lines: [String] = []
        while true {
            let line = try line()
            if line == "." { return lines }
            lines.append(line)
        }
    }

    /// Whether the client has sent more than was read, without waiting.
    public func hasUnread() -> Bool {
        if state.withLock({ !$0.unread.isEmpty }) { return true }
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// Writes one line and its CRLF.
    public func say(_ line: String) throws { try write(line + "\r\n") }

    /// Writes exactly that.
    public func write(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Ended() }
            rest = rest.dropFirst(count)
        }
    }

    /// Greets, and answers EHLO with these extensions.
    public func greet(_ extensions: [String] = ["PIPELINING"]) throws {
        try say("220 scripted ESMTP")
        _ = try line()
        let lines = ["scripted"] + extensions
        for (index, line) in lines.enumerated() { try say("250\(index == lines.count - 1 ? " " : "-")\(line)") }
    }

    /// Reads MAIL, RCPT and DATA and takes all three; returns the recipient's address.
    @discardableResult
    public func takeEnvelope() throws -> String {
        var recipient = ""
        while true {
            let line = try line()
            if line == "DATA" {
                try say("354 go on")
                return recipient
            }
            if line == "QUIT" {
                try say("221 bye")
                throw Ended()
            }
            if line.hasPrefix("RCPT TO:<") { recipient = String(line.dropFirst(9).prefix { $0 != ">" }) }
            try say("250 2.1.0 ok")
        }
    }

    /// Waits until the client has closed; what it says meanwhile is ignored.
    public func waitForEnd() throws { while true { _ = try line() } }

    /// Ends both directions; the script's thread closes.
    func cut() {
        state.withLock { if $0.isOpen { shutdown(socket, Int32(SHUT_RDWR)) } }
    }

    /// Closes at once.
    public func hangUp() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            close(socket)
        }
    }

    private func fill() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { throw Ended() }
        state.withLock { $0.unread.append(contentsOf: buffer[..<count]) }
    }

    private static func takeLine(_ unread: inout [UInt8]) -> String? {
        guard let end = unread.firstIndex(of: 0x0A) else { return nil }
        let line = unread[..<end]
        unread.removeFirst(end + 1)
        return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
}

public enum LoopbackListener {
    public struct Failed: Error {}

    /// A listening socket on a free port of 127.0.0.1.
    static func open() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 128) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard descriptor >= 0, isBound else { throw Failed() }
        return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
    }

    /// A port that was free a moment ago: nobody listens there.
    public static func freePort() throws -> Int {
        let (descriptor, port) = try open()
        close(descriptor)
        return port
    }

    /// Whether somebody accepts connections there.
    static func accepts(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = in_port_t(port).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
