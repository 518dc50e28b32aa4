// SPDX-License-Identifier: Apache-2.0
//
// ScriptedHTTPServer: an HTTP/1.1 peer that does what a test tells it, well-mannered or not.
//
// Each connection gets a thread and runs the script with its session; when the script returns or throws, the connection
// is closed. Every request that came whole is kept, so that a test can count what really arrived.

import Foundation
import Synchronization

/// A request as it came over the wire.
public struct ArrivedRequest: Hashable, Sendable {
    /// From 0: the connection it came over.
    public var connection: Int
    public var method: String
    public var target: String
    /// Names in lower case.
    public var headers: [String: String]
    public var body: [UInt8]
    public var text: String { String(decoding: body, as: UTF8.self) }
}

public final class ScriptedHTTPServer: Sendable {
    public typealias Script = @Sendable (ScriptedHTTPSession) throws -> Void

    public let port: Int
    private let listener: Int32
    private let kept = Mutex<(sessions: [ScriptedHTTPSession], requests: [ArrivedRequest])>(([], []))

    private let ends = NSCondition()
    private nonisolated(unsafe) var endCount = 0  // under the condition's lock

    /// Listens on a free port of 127.0.0.1.
    public init(_ script: @escaping Script) throws {
        (listener, port) = try LoopbackListener.open()
        let listener = listener
        Thread.detachNewThread { [weak self] in
            var number = 0
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { return }
                let session = ScriptedHTTPSession(socket, number: number) { [weak self] request in
                    self?.kept.withLock { $0.requests.append(request) }
                }
                number += 1
                guard let self else { return session.hangUp() }
                kept.withLock { $0.sessions.append(session) }
                Thread.detachNewThread {
                    try? script(session)
                    session.hangUp()
                    self.countEnd()
                }
            }
        }
    }

    /// Answers every request of every connection with 200 and that body.
    public convenience init(answering body: String) throws {
        try self.init { session in
            while true {
                _ = try session.request()
                try session.answer(200, body)
            }
        }
    }

    deinit { stop() }

    private func countEnd() {
        ends.lock()
        endCount += 1
        ends.broadcast()
        ends.unlock()
    }

    public var url: String { "http://127.0.0.1:\(port)" }
    /// Those that came whole, in the order they were read.
    public var requests: [ArrivedRequest] { kept.withLock(\.requests) }
    /// How many connections there were so far.
    public var connectionCount: Int { kept.withLock(\.sessions.count) }

    /// Returns once so many connections have been closed by their scripts.
    public func closed(_ count: Int) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                self.ends.lock()
                while self.endCount < count { self.ends.wait() }
                self.ends.unlock()
                continuation.resume()
            }
        }
    }

    /// Ends listening and every connection.
    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        kept.withLock { $0.sessions.forEach { $0.cut() } }
    }
}

/// One connection, as its script sees it.
public final class ScriptedHTTPSession: Sendable {
    public struct Ended: Error {}

    /// From 0, in the order of arrival.
    public let number: Int
    private let socket: Int32
    private let keep: @Sendable (ArrivedRequest) -> Void
    private let isOpen = Mutex(true)
    private let unread = Mutex<[UInt8]>([])

    init(_ socket: Int32, number: Int, keep: @escaping @Sendable (ArrivedRequest) -> Void) {
        (self.socket, self.number, self.keep) = (socket, number, keep)
        var one: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The next request, body included. Throws `Ended` when the client has closed.
    public func request() throws -> ArrivedRequest {
        var request = try header()
        request.body = try bytes(Int(request.headers["content-length"] ?? "0") ?? 0)
        keep(request)
        return request
    }

    /// The next request up to its empty line; the body is left to `bytes`, and it does not count as arrived.
    public func header() throws -> ArrivedRequest {
        let first = try line().split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard first.count == 3 else { throw Ended() }
        var request = ArrivedRequest(
            connection: number, method: first[0], target: first[1], headers: [:], body: [])
        while true {
            let line = try line()
            if line.isEmpty { return request }
            guard let colon = line.firstIndex(of: ":") else { throw Ended() }
            request.headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
    }

    /// Exactly so many bytes.
    public func bytes(_ count: Int) throws -> [UInt8] {
        while unread.withLock({ $0.count < count }) { try fill() }
        return unread.withLock { unread in
            defer { unread.removeFirst(count) }
            return Array(unread[..<count])
        }
    }

    /// An answer with a Content-Length.
    public func answer(_ status: Int, _ body: String = "", _ headers: [String] = []) throws {
        let lines = ["HTTP/1.1 \(status) scripted", "Content-Length: \(body.utf8.count)"] + headers
        try write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Writes exactly that.
    public func write(_ text: String) throws { try write(bytes: Array(text.utf8)) }

    public func write(bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Ended() }
            rest = rest.dropFirst(count)
        }
    }

    /// The client reads the end of the stream; what it says can still be read.
    public func endWriting() { shutdown(socket, Int32(SHUT_WR)) }

    /// Waits until the client has closed; what it says meanwhile is ignored.
    public func waitForEnd() throws {
        while true {
            try fill()
            unread.withLock { $0 = [] }
        }
    }

    /// Closes at once; the client reads the end of the stream.
    public func hangUp() {
        isOpen.withLock { isOpen in
            if isOpen { close(socket) }
            isOpen = false
        }
    }

    /// Closes with a reset.
    public func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        hangUp()
    }

    /// Ends both directions; the script's thread closes.
    func cut() { isOpen.withLock { if $0 { shutdown(socket, Int32(SHUT_RDWR)) } } }

    private func line() throws -> String {
        while true {
            let line = unread.withLock { unread -> String? in
                guard let end = unread.firstIndex(of: 0x0A) else { return nil }
                let line = unread[..<end]
                unread.removeFirst(end + 1)
                return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
            }
            if let line { return line }
            try fill()
        }
    }

    private func fill() throws {
        let read = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = max(0, recv(socket, buffer.baseAddress, buffer.count, 0))
        }
        guard !read.isEmpty else { throw Ended() }
        unread.withLock { $0.append(contentsOf: read) }
    }
}
