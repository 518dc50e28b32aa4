// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Foundation
import Glibc

/// What one listener of the sink waits on: its socket, what wakes it, and the epoll over both and all links.
struct SinkSockets: Sendable {
    let listener: Int32
    let wake: Int32
    let poll: Int32
    let port: UInt16

    init(_ address: String, _ port: UInt16) throws(SinkError) {
        let listening = try ListeningSocket(address, port)
        let (wake, poll) = (eventfd(0, Int32(EFD_CLOEXEC)), epoll_create1(Int32(EPOLL_CLOEXEC)))
        guard wake >= 0, poll >= 0 else {
            let code = errno
            for descriptor in [listening.descriptor, wake, poll] where descriptor >= 0 { close(descriptor) }
            throw .noResources(errno: code)
        }
        (listener, self.port, self.wake, self.poll) = (listening.descriptor, listening.port, wake, poll)
        watch(listener, EPOLLIN.rawValue, EPOLL_CTL_ADD)
        watch(wake, EPOLLIN.rawValue, EPOLL_CTL_ADD)
    }

    func watch(_ descriptor: Int32, _ interest: UInt32, _ change: Int32) {
        var event = epoll_event()
        event.events = interest
        event.data.fd = descriptor
        epoll_ctl(poll, change, descriptor, &event)
    }

    /// The next client's socket, ready for use; nil where none waits.
    func accept() -> Int32? {
        let socket = Glibc.accept(listener, nil, nil)
        guard socket >= 0 else { return nil }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        _ = fcntl(socket, F_SETFL, O_NONBLOCK)
        var on: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return socket
    }

    /// Sends that to a client that cannot stay, and closes its socket.
    static func turnAway(_ socket: Int32, with words: String) {
        let bytes = Array(words.utf8)
        send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        close(socket)
    }
}

/// A listener's own thread. Ends when it is told to, and with this object.
final class SinkThread: Sendable {
    private let wake: Int32
    private let ended = DispatchGroup()

    /// - Parameter run: until `wake` can be read. Listener and epoll are closed behind it.
    init(_ name: String, _ sockets: SinkSockets, _ run: @escaping @Sendable () -> Void) {
        wake = sockets.wake
        let thread = Thread { [ended] in
            ignoreBrokenPipes()
            run()
            close(sockets.listener)
            close(sockets.poll)
            ended.leave()
        }
        thread.name = name
        ended.enter()
        thread.start()
    }

    deinit {
        stop()
        close(wake)
    }

    /// Returns when the thread has ended; may be called again.
    func stop() {
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
        ended.wait()
    }
}

/// libssl writes without MSG_NOSIGNAL: on this thread a client that went away is an error, not a signal.
private func ignoreBrokenPipes() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}
