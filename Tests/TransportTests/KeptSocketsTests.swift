// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing

@testable import Transport

@Suite("Kept connections whose other end has gone", .timeLimit(.minutes(1)))
struct KeptSocketsTests {
    enum Farewell: CaseIterable { case none, words, end, wordsAndEnd, reset }

    @Test("an end is seen, also behind words not read yet; words alone are none", arguments: Farewell.allCases)
    func ends(farewell: Farewell) async throws {
        let said = Gate(2)
        let server = try ScriptedHTTPServer { session in
            if farewell == .words || farewell == .wordsAndEnd { try session.write("bye") }
            if farewell == .end || farewell == .wordsAndEnd { session.endWriting() }
            if farewell == .reset { session.reset() }
            said.arriveAndWait()
            try session.waitForEnd()
        }
        let sockets = KeptSockets()
        let (socket, port) = try connect(to: server.port)
        sockets.opened(socket)
        await said.arriveAndWaitOutside()
        #expect(sockets.hasEnded(localPort: port) == [.end, .wordsAndEnd, .reset].contains(farewell))
        sockets.close(socket)
        #expect(!sockets.hasEnded(localPort: port), "a socket that was closed is not looked at")
        await server.closed(1)
    }

    private func connect(to port: Int) throws -> (socket: Int32, localPort: Int32) {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = in_port_t(port).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        try #require(isConnected)
        return (socket, Int32(in_port_t(bigEndian: address.sin_port)))
    }
}
