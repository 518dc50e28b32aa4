// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sink
import Testing

@Suite("The sink over real sockets", .timeLimit(.minutes(1)))
struct SinkServerTests {
    @Test("takes a message, tells and counts it")
    func accepts() async throws {
        let server = try SinkServer()
        let events = server.events()
        let probe = try Probe(server)
        #expect(probe.reply() == "220 sink.localhost ESMTP Gatepost sink")
        probe.say("EHLO me\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<ada@y.z>\r\nRCPT TO:<bounce@y.z>\r\nDATA\r\n")
        #expect(probe.replies(5).map { $0.prefix(3) } == ["250", "250", "250", "550", "354"])
        probe.say("Message-ID: <1@a>\r\n\r\nHello\r\n.\r\nQUIT\r\n")
        let answer = try #require(probe.reply())
        #expect(answer.hasPrefix("250 2.0.0 Ok: queued as "))
        #expect(probe.reply() == "221 2.0.0 Bye")
        #expect(probe.reply() == nil)
        var seen: [SinkEvent] = []
        for await event in events.prefix(2) { seen.append(event) }
        #expect(seen.map(\.recipient) == ["bounce@y.z", "ada@y.z"])
        #expect(seen[1].verdict == .accepted(id: String(answer.split(separator: " ").last ?? "")))
        #expect(seen[1].size == 28 && seen[1].messageID == "<1@a>" && seen[1].sender == "a@b.c")
        #expect(
            server.received(of: "<1@a>") == 1 && server.received(of: "ada@y.z") == 1
                && server.received(of: "bounce@y.z") == 0)
        #expect(server.tally(ofRecipient: "bounce@y.z").refused == 1)
        #expect(server.total.accepted == 1 && server.total.refused == 1)
    }

    @Test("drop closes, silent says nothing, slow answers late; none holds up the others")
    func special() async throws {
        let server = try SinkServer()
        var events = server.events().makeAsyncIterator()
        let (silent, slow, dropped) = (try Probe(server), try Probe(server), try Probe(server))
        silent.begin(to: "silent@y.z")
        silent.say("x\r\n.\r\n")
        #expect(await events.next()?.verdict == .leftWaiting)
        slow.begin(to: "slow-1@y.z")
        slow.say("x\r\n.\r\nNOOP\r\n")
        dropped.begin(to: "drop@y.z")
        dropped.say("x\r\n.\r\n")
        #expect(dropped.reply() == nil)
        #expect(await events.next()?.verdict == .dropped)
        let quick = try Probe(server)
        quick.begin(to: "ada@y.z")
        quick.say("x\r\n.\r\n")
        #expect(quick.reply()?.hasPrefix("250 2.0.0") == true)
        #expect(await events.next()?.recipient == "ada@y.z")
        #expect(slow.replies(2).map { $0.prefix(9) } == ["250 2.0.0", "250 2.0.0"])
        #expect(await events.next()?.recipient == "slow-1@y.z")
        #expect(server.total.unanswered == 2)
        server.stop()
        #expect(silent.reply() == nil)
        #expect(await events.next() == nil)
    }

    @Test("20 connections with everything pipelined at once")
    func flood() async throws {
        let server = try SinkServer()
        let (connections, messages) = (20, 100)
        let body = String(repeating: String(repeating: "x", count: 70) + "\r\n", count: 70)
        await withTaskGroup(of: Void.self) { group in
            for connection in 0..<connections {
                group.addTask {
                    guard let probe = try? Probe(server) else { return }
                    let text = (0..<messages).map { number in
                        "MAIL FROM:<a@b.c>\r\nRCPT TO:<c\(connection)@y.z>\r\nDATA\r\nMessage-ID: <\(connection).\(number)@a>\r\n\r\n\(body).\r\n"
                    }.joined()
                    probe.say("EHLO me\r\n" + text + "QUIT\r\n")
                    while let reply = probe.reply(), !reply.hasPrefix("221") {}
                }
            }
        }
        #expect(server.total.accepted == connections * messages)
        #expect(server.talliesByMessageID.count == connections * messages)
        #expect(server.talliesByMessageID.values.allSatisfy { $0.accepted == 1 })
        #expect(server.received(of: "c7@y.z") == messages)
        #expect(server.acceptedBytes > connections * messages * 5000)
    }

    @Test("one connection too many is told so")
    func tooMany() throws {
        var configuration = SinkConfiguration()
        configuration.maxConnections = 2
        let server = try SinkServer(configuration)
        let probes = try (0..<3).map { _ in try Probe(server) }
        #expect(probes.map { $0.reply()?.prefix(3) } == ["220", "220", "421"])
        #expect(probes[2].reply() == nil)
    }

    @Test("captures each message as a file, envelope on top")
    func captures() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sink-\(UUID().uuidString)/in")
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        var configuration = SinkConfiguration()
        configuration.captureFolder = folder.path
        let server = try SinkServer(configuration)
        let probe = try Probe(server)
        probe.begin(to: "ada@y.z")
        probe.say("Subject: 1\r\n\r\n..dot\r\n.\r\n")
        _ = probe.reply()
        probe.say("MAIL FROM:<>\r\nRCPT TO:<bob@y.z>\r\nDATA\r\nSubject: 2\r\n\r\n.\r\n")
        _ = probe.replies(4)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names.count == 2 && names.allSatisfy { $0.hasSuffix(".eml") && !$0.hasPrefix(".") })
        let texts = try names.map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }
        #expect(
            texts == [
                "X-Envelope-From: <a@b.c>\r\nX-Envelope-To: <ada@y.z>\r\nSubject: 1\r\n\r\n.dot\r\n",
                "X-Envelope-From: <>\r\nX-Envelope-To: <bob@y.z>\r\nSubject: 2\r\n\r\n",
            ])
        try FileManager.default.removeItem(at: folder)
        probe.say("MAIL FROM:<>\r\nRCPT TO:<bob@y.z>\r\nDATA\r\n.\r\n")
        #expect(probe.replies(4).last == "451 4.3.0 Cannot keep the message")
    }

    @Test("what cannot be used is said at the start")
    func startErrors() throws {
        let server = try SinkServer()
        var taken = SinkConfiguration()
        taken.port = server.port
        #expect(throws: SinkError.cannotListen(address: "127.0.0.1", port: server.port, errno: EADDRINUSE)) {
            try SinkServer(taken)
        }
        var nowhere = SinkConfiguration()
        nowhere.address = "somewhere"
        #expect(throws: SinkError.badAddress("somewhere")) { try SinkServer(nowhere) }
        var noFolder = SinkConfiguration()
        noFolder.captureFolder = "/dev/null/x"
        #expect(throws: SinkError.cannotUseFolder("/dev/null/x", errno: ENOTDIR)) { try SinkServer(noFolder) }
        var noKey = SinkConfiguration()
        noKey.tls = .implicit(.files(certificate: "/nonexistent", key: "/nonexistent"))
        #expect(throws: SinkError.self) { try SinkServer(noKey) }
    }

    @Test("stop may be called twice, and frees the port")
    func stops() throws {
        let server = try SinkServer()
        let probe = try Probe(server)
        _ = probe.reply()
        server.stop()
        server.stop()
        #expect(probe.reply() == nil)
        var same = SinkConfiguration()
        same.port = server.port
        _ = try SinkServer(same)
    }
}
