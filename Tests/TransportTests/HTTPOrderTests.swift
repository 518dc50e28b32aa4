// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Synchronization
import TestSupport
import Testing

@testable import Transport

@Suite("Taking back, closing, several clients", .timeLimit(.minutes(1)))
struct HTTPOrderTests {
    /// What owners heard, by name.
    private final class Record: Sendable {
        private let heard = Mutex<[String: HTTPEnd]>([:])
        var ends: [String: HTTPEnd] { heard.withLock { $0 } }
        func note(_ name: String, _ end: HTTPEnd) { heard.withLock { $0[name] = end } }
    }

    @Test("what waits or still connects can be taken back and is never heard of again; what has begun cannot")
    func cancel() async throws {
        let (begun, go) = (Gate(2), Gate(2))
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            begun.arriveAndWait()
            go.arriveAndWait()
            try session.answer(200)
            _ = try session.request()
            try session.answer(200)
        }
        let desk = try Desk { $0.connections = 1 }
        let record = Record()
        let url = server.url
        await desk.onReactor { tenant in
            for name in ["a", "b", "c"] {
                let witness = Witness { record.note(name, $0.end) }
                tenant.transfers.append(tenant.client.begin(.post(url, name), owner: witness))
            }
        }
        await begun.arriveAndWaitOutside()
        #expect(await desk.onReactor { tenant in tenant.transfers.map { $0.cancel() } } == [false, true, true])
        #expect(await desk.onReactor { tenant in tenant.transfers.map { $0.cancel() } } == [false, false, false])
        await go.arriveAndWaitOutside()
        #expect(await desk.post(url, "d").answer?.status == 200)
        #expect(server.requests.map(\.text) == ["a", "d"])
        #expect(Set(record.ends.keys) == ["a"])
    }

    @Test("what still connects leaves room when it is taken back")
    func cancelConnecting() async throws {
        let silent = try ScriptedHTTPServer { try $0.waitForEnd() }  // no handshake ever ends
        let server = try ScriptedHTTPServer(answering: "free")
        let desk = try Desk { $0.connections = 1 }
        let url = "https://127.0.0.1:\(silent.port)/"
        await desk.onReactor { tenant in
            tenant.transfers = [tenant.client.begin(.post(url, "never"), owner: Witness { _ in fatalError("heard") })]
        }
        async let next = desk.post(server.url, "next")
        while silent.connectionCount == 0 { await Task.yield() }
        #expect(await desk.onReactor { $0.transfers[0].cancel() })
        #expect(await next.text == "free")
        #expect(server.requests.map(\.text) == ["next"])
    }

    @Test("closing ends each transfer once, with what was sent of it; what is begun later ends too")
    func close() async throws {
        let begun = Gate(2)
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            begun.arriveAndWait()
            try session.waitForEnd()
        }
        let desk = try Desk { $0.connections = 1 }
        let record = Record()
        let url = server.url
        await desk.onReactor { tenant in
            for name in ["under way", "waiting"] {
                let witness = Witness { end in
                    record.note(name, end.end)
                    // An owner that cannot stop.
                    _ = tenant.client.begin(.post(url, "late"), owner: Witness { record.note("late \(name)", $0.end) })
                }
                tenant.transfers.append(tenant.client.begin(.post(url, name), owner: witness))
            }
        }
        await begun.arriveAndWaitOutside()
        await desk.onReactor { $0.client.close() }
        func closed(_ sent: HTTPFailure.Sent) -> HTTPEnd {
            .failed(HTTPFailure(.brokeOff, bodySent: sent, "the client is closed"))
        }
        #expect(
            record.ends == [
                "under way": closed(.whole), "waiting": closed(.none), "late under way": closed(.none),
                "late waiting": closed(.none),
            ])
        #expect(await desk.post(url, "after").end == closed(.none))
        #expect(await desk.onReactor { $0.client.underWay } == 0)
        await desk.onReactor { $0.client.close() }
        #expect(server.requests.map(\.text) == ["under way"])
    }

    @Test("a tenant that leaves, or a reactor that stops, takes transfers under way with it")
    func gone() async throws {
        let begun = Gate(2)
        let ended = Gate(2)
        let server = try ScriptedHTTPServer { session in
            defer { ended.arriveAndWait() }
            _ = try session.request()
            begun.arriveAndWait()
            try session.waitForEnd()
        }
        let url = server.url
        for isStop in [true, false] {
            let desk = try Desk()
            await desk.onReactor { _ = $0.client.begin(.post(url, "x"), owner: Witness { _ in }) }
            await begun.arriveAndWaitOutside()
            if isStop { await desk.reactor.stop() } else { desk.tenancy.leave() }
            await ended.arriveAndWaitOutside()
        }
    }

    @Test("a request begun from within another's beginning is served like any")
    func nested() async throws {
        let server = try ScriptedHTTPServer(answering: "both")
        let desk = try Desk()
        let url = server.url
        let inner = await withCheckedContinuation { continuation in
            desk.tenancy.run { tenant in
                guard let client = tenant?.client else { return }
                let inner = Witness { continuation.resume(returning: $0) }
                let outer = Witness(began: { _ = client.begin(.post(url, "inner"), owner: inner) }) { _ in }
                _ = client.begin(.post(url, "outer"), owner: outer)
            }
        }
        #expect(inner.text == "both")
        #expect(Set(server.requests.map(\.text)) == ["outer", "inner"])
    }

    @Test("clients on one reactor have connections of their own")
    func twoClients() async throws {
        let server = try ScriptedHTTPServer(answering: "here")
        let desk = try Desk()
        let url = server.url
        let second = desk.reactor.settle { loop in
            var options = HTTPClientOptions()
            options.allowsPrivateNetwork = true
            return Desk.Tenant(loop.httpClient(options))
        }
        for number in 0..<20 {
            #expect(await desk.post(url, "a\(number)").text == "here")
            let seen = await withCheckedContinuation { continuation in
                second.run { tenant in
                    let witness = Witness { continuation.resume(returning: $0) }
                    _ = tenant?.client.begin(.post(url, "b\(number)"), owner: witness)
                }
            }
            #expect(seen.text == "here")
        }
        #expect(server.connectionCount == 2 && server.requests.count == 40)
    }
}
