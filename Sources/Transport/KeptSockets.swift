// SPDX-License-Identifier: Apache-2.0
//
// KeptSockets: the sockets of one client's connections, so that one whose other end has gone is known before anything is
// said over it.
//
// libcurl 7.88.1 takes a connection for alive that was reset (its issue 10646), and over TLS one that was closed: the
// request would be written to nobody, and nobody could tell. Owned by a client, kept until its last connection is closed.

import Glibc

final class KeptSockets {
    private var byLocalPort: [in_port_t: Int32] = [:]
    /// Not asked for yet; they may still be connecting.
    private var unknown: Set<Int32> = []

    func opened(_ socket: Int32) { unknown.insert(socket) }

    /// Closes it.
    func close(_ socket: Int32) {
        unknown.remove(socket)
        if let port = byLocalPort.first(where: { $0.value == socket })?.key { byLocalPort[port] = nil }
        Glibc.close(socket)
    }

    /// Whether the other end of the connection from that port has closed or reset it. False where the port is not known.
    func hasEnded(localPort: Int32) -> Bool {
        guard let port = in_port_t(exactly: localPort) else { return false }
        if byLocalPort[port] == nil { learn() }
        guard let socket = byLocalPort[port] else { return false }
        var look = pollfd(fd: socket, events: Int16(POLLIN) | Self.peerClosed, revents: 0)
        guard poll(&look, 1, 0) > 0 else { return false }
        return look.revents & (Self.peerClosed | Int16(POLLHUP) | Int16(POLLERR) | Int16(POLLNVAL)) != 0
    }

    /// POLLRDHUP, which Swift's Glibc does not show: seen also behind bytes not read yet, such as TLS's farewell.
    private static let peerClosed: Int16 = 0x2000

    private func learn() {
        for socket in unknown {
            guard let port = Self.localPort(socket), port != 0 else { continue }
            byLocalPort[port] = socket
            unknown.remove(socket)
        }
    }

    private static func localPort(_ socket: Int32) -> in_port_t? {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        return code == 0 ? in_port_t(bigEndian: address.sin6_port) : nil  // where sockaddr_in has its port, too
    }
}
