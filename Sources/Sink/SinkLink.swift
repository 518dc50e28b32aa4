// SPDX-License-Identifier: Apache-2.0
//
// SinkLink: one connection: a socket, TLS where there is any, and the conversation over it.
//
// Owned by the sink's thread. Decides nothing: moves bytes and says what epoll should wait for.

import COpenSSL
import Glibc

/// What a link carries: SMTP or HTTP, seen from the server.
protocol LinkConversation {
    /// Not sent yet; the link removes what it has sent.
    var output: [UInt8] { get set }
    /// Whether it goes on with what the client says next; else that has to wait.
    var isReading: Bool { get }
}

final class SinkLink<Conversation: LinkConversation> {
    let socket: Int32
    /// Never reused, unlike the socket's number: what a timer knows a link by.
    let number: Int
    var conversation: Conversation
    var isShakingHands = false
    private(set) var tls: TLSSession?
    private var sent = 0
    /// What TLS wants of the socket before the last step can go on.
    private var wantsWrite = false
    /// As epoll was told last.
    var interest: UInt32 = 0

    init(socket: Int32, number: Int, conversation: Conversation) {
        (self.socket, self.number, self.conversation) = (socket, number, conversation)
    }

    deinit { close(socket) }

    func begin(_ session: TLSSession) {
        tls = session
        isShakingHands = true
    }

    /// Returns `.done(0)` once hands are shaken.
    func handshake() -> LinkProgress {
        guard let tls else { return .ended }
        let progress = tls.handshake()
        wantsWrite = progress == .wantsWrite
        guard case .done = progress else { return progress }
        isShakingHands = false
        return .done(0)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> LinkProgress {
        if let tls { return tls.read(into: buffer) }
        while true {
            let count = recv(socket, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .done(count) }
            if count == 0 { return .ended }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .wantsRead : .ended
        }
    }

    /// Sends what it can of the replies. Returns false where the link is broken.
    func flush() -> Bool {
        wantsWrite = false
        while sent < conversation.output.count {
            let progress = conversation.output.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
            switch progress {
            case .done(let count): sent += count
            case .wantsRead: return true
            case .wantsWrite:
                wantsWrite = true
                return true
            case .ended: return false
            }
        }
        conversation.output.removeAll(keepingCapacity: true)
        sent = 0
        return true
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> LinkProgress {
        if let tls { return tls.write(bytes) }
        let count = send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        if count >= 0 { return .done(count) }
        return errno == EAGAIN || errno == EINTR ? .wantsWrite : .ended
    }

    var hasUnsent: Bool { sent < conversation.output.count }

    /// What epoll should watch: reading stops while the conversation stands still or the client does not take its replies.
    var wantedInterest: UInt32 {
        var wanted = EPOLLRDHUP.rawValue
        if isShakingHands || conversation.isReading, !isStuffed { wanted |= EPOLLIN.rawValue }
        if wantsWrite { wanted |= EPOLLOUT.rawValue }
        return wanted
    }

    private var isStuffed: Bool { conversation.output.count - sent > 256 << 10 }

    /// Says goodbye over TLS; the socket closes with the link.
    func farewell() { if let tls, !isShakingHands { tls.shutdown() } }
}
