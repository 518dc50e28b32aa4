// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Channels

@Suite("Against a scripted server", .timeLimit(.minutes(1)))
struct OddServerTests {
    /// Sends parcels over one connection and returns the reports in order of the parcels.
    private func send(
        _ count: UInt32 = 1, connections: Int = 1, _ adjust: (inout SMTPSettings) -> Void = { _ in },
        _ script: @escaping ScriptedSMTPServer.Script
    ) async throws -> (reports: [AttemptReport], notes: [NoteKeeper.Note]) {
        let server = try ScriptedSMTPServer(script)
        let bench = try Bench(port: server.port, connections: connections, adjust)
        bench.channel.send((1...count).map { Parcel.to(number: $0) })
        let reports = await bench.collector.reports(Int(count))
        await bench.end()
        return (reports.sorted { $0.attempt < $1.attempt }, bench.notes.notes)
    }

    @Test("split and multi-line replies, bare LF: accepted all the same")
    func splitReplies() async throws {
        let (reports, notes) = try await send { session in
            try session.write("220-hel")
            try session.write("lo\r\n220 there\r\n")
            _ = try session.line()
            try session.write("250-me\r\n250 PIPELINING\r\n")
            for _ in 0..<3 { _ = try session.line() }
            for piece in ["2", "50-one\r", "\n250 two\r\n250 ok\n35", "4 go\r\n"] { try session.write(piece) }
            _ = try session.body()
            try session.write("250 2.0.0 queued")
            try session.write(" as Q7\n")
            _ = try session.line()
        }
        #expect(reports.map(\.result) == [.accepted])
        #expect(reports[0].evidence.remoteID == "Q7" && reports[0].evidence.enhanced == "2.0.0")
        #expect(notes == [.endHandedOver(1), .answered(1, code: 250, text: "2.0.0 queued as Q7")])
    }

    @Test("a connection past its age takes no further message: the next goes over a new one", arguments: [true, false])
    func retiresOld(_ isOld: Bool) async throws {
        let carried = Mutex<[Int: Int]>([:])
        let (reports, _) = try await send(3) {
            // Over with the turn in which it was opened.
            $0.maxAge = isOld ? .nanoseconds(1) : .hours(1)
        } _: { session in
            try session.greet()
            while true {
                try session.takeEnvelope()
                _ = try session.body()
                carried.withLock { $0[session.number, default: 0] += 1 }
                try session.say("250 2.0.0 queued as Q1")
            }
        }
        #expect(reports.map(\.result) == [.accepted, .accepted, .accepted])
        #expect(carried.withLock { $0 } == (isOld ? [0: 1, 1: 1, 2: 1] : [0: 3]))
    }

    @Test("through a proxy by CONNECT; the proxy resolves the relay's name")
    func throughProxy() async throws {
        let request = Mutex("")
        let proxy = try ScriptedSMTPServer { session in
            let first = try session.line()
            request.withLock { $0 = first }
            while try !session.line().isEmpty {}
            try session.write("HTTP/1.1 200 Connection established\r\n\r\n")
            try session.greet()
            try session.takeEnvelope()
            _ = try session.body()
            try session.say("250 2.0.0 queued as Q8")
            try session.waitForEnd()
        }
        let bench = try Bench(port: 2525, connections: 1) {
            ($0.host, $0.proxy) = ("relay.invalid", "http://127.0.0.1:\(proxy.port)")
        }
        bench.channel.send([Parcel.to(number: 1)])
        let reports = await bench.collector.reports(1)
        await bench.end()
        #expect(reports.map(\.result) == [.accepted] && reports[0].evidence.remoteID == "Q8")
        #expect(request.withLock { $0 } == "CONNECT relay.invalid:2525 HTTP/1.1")
    }

    @Test("closing behind the final dot: unknown, and the end was noted")
    func closesBehindTheDot() async throws {
        let (reports, notes) = try await send { session in
            try session.greet()
            try session.takeEnvelope()
            _ = try session.body()
        }
        #expect(reports.map(\.result) == [.unknown])
        #expect(reports[0].evidence.stage == "end_of_data")
        #expect(notes == [.endHandedOver(1)])
    }

    @Test("an acceptance that comes with the 354 accepts nothing, and nothing is sent")
    func acceptsTooEarly() async throws {
        let (reports, notes) = try await send { session in
            try session.greet()
            for _ in 0..<3 { _ = try session.line() }
            try session.write("250 ok\r\n250 ok\r\n354 go\r\n250 queued as Q1\r\n")
            try session.waitForEnd()
        }
        #expect(reports.map(\.result) == [.transient] && notes.isEmpty)
    }

    @Test("silence behind the final dot: unknown when the patience for it ends")
    func silentBehindTheDot() async throws {
        let (reports, _) = try await send(1, { $0.endOfDataTimeout = .milliseconds(50) }) { session in
            try session.greet()
            try session.takeEnvelope()
            _ = try session.body()
            try session.waitForEnd()
        }
        #expect(reports.map(\.result) == [.unknown])
    }

    @Test("silence amid the envelope: transient")
    func silentAmidTheEnvelope() async throws {
        let (reports, notes) = try await send(1, { $0.replyTimeout = .milliseconds(50) }) { session in
            try session.greet()
            try session.waitForEnd()
        }
        #expect(reports.map(\.result) == [.transient] && notes.isEmpty)
    }

    @Test("silence instead of a greeting: unreachable")
    func silentGreeting() async throws {
        let (reports, _) = try await send(1, { $0.connectTimeout = .milliseconds(80) }) { try $0.waitForEnd() }
        #expect(reports.map(\.result) == [.unreachable] && reports[0].evidence.stage == "connecting")
    }

    @Test("nobody listens: unreachable, all that wait")
    func nobodyListens() async throws {
        let bench = try Bench(port: try LoopbackListener.freePort(), connections: 2)
        bench.channel.send((1...5).map { Parcel.to(number: $0) })
        let reports = await bench.collector.reports(5)
        #expect(reports.allSatisfy { $0.result == .unreachable && $0.evidence.stage == "connecting" })
        await bench.end()
    }

    @Test("421 in mid-flight: that message is put off, the next goes over a new connection")
    func leavesInMidFlight() async throws {
        let (reports, _) = try await send(2) { session in
            try session.greet()
            if session.number == 0 {
                try session.takeEnvelope()
                _ = try session.body()
                try session.say("421 4.3.0 going down")
            } else {
                while true {
                    try session.takeEnvelope()
                    _ = try session.body()
                    try session.say("250 ok")
                }
            }
        }
        #expect(reports.map(\.result) == [.transient, .accepted])
        #expect(reports[0].evidence.code == 421)
    }

    @Test("a connection closed while idle is no failure: another is opened")
    func closedWhileIdle() async throws {
        let server = try ScriptedSMTPServer { session in
            try session.greet()
            try session.takeEnvelope()
            _ = try session.body()
            try session.say("250 ok")
        }
        let bench = try Bench(port: server.port, connections: 1)
        for number: UInt32 in 1...3 {
            bench.channel.send([.to(number: number)])
            let reports = await bench.collector.reports(Int(number))
            #expect(reports.last?.result == .accepted)
        }
        #expect(server.connectionCount == 3)
        await bench.end()
    }

    @Test("RCPT refused but DATA taken: a lone dot, RSET, and the connection goes on")
    func loneDot() async throws {
        let said = Mutex<[String]>([])
        let (reports, _) = try await send(2) { session in
            try session.greet()
            for _ in 0..<3 { _ = try session.line() }
            for reply in ["250 ok", "550 5.1.1 nobody", "354 go"] { try session.say(reply) }
            let body = try session.body()
            let reset = try session.line()
            said.withLock { $0 = body + [reset] }
            try session.say("554 no valid recipients")
            try session.say("250 reset")
            try session.takeEnvelope()
            _ = try session.body()
            try session.say("250 ok")
            _ = try session.line()
        }
        #expect(reports.map(\.result) == [.badAddress, .accepted])
        #expect(said.withLock { $0 } == ["RSET"])
    }

    @Test("a server that swallows what is pipelined behind a body: noticed once, then spoken to more carefully")
    func swallowsPipelined() async throws {
        let levels = Mutex<[Bool]>([])
        let server = try ScriptedSMTPServer { session in
            try session.greet()
            while true {
                try session.takeEnvelope()
                _ = try session.body()
                let isPipelined = session.hasUnread()
                levels.withLock { $0.append(isPipelined) }
                if isPipelined {
                    try session.say("250 ok")
                    return try session.waitForEnd()
                }
                try session.say("250 ok")
            }
        }
        let bench = try Bench(port: server.port, connections: 1) { $0.replyTimeout = .milliseconds(500) }
        bench.channel.send((1...4).map { Parcel.to(number: $0) })
        let reports = await bench.collector.reports(4)
        #expect(reports.allSatisfy { $0.result == .accepted })
        #expect(bench.channel.status.pipelining == .within)
        #expect(levels.withLock { $0 } == [true, false, false, false])
        await bench.end()
    }

    @Test("a server without PIPELINING gets one command at a time")
    func withoutPipelining() async throws {
        let (reports, _) = try await send(3) { session in
            try session.greet(["SIZE 1000"])
            while true {
                for reply in ["250 ok", "250 ok", "354 go"] {
                    let line = try session.line()
                    if line == "QUIT" { return try session.say("221 bye") }
                    if session.hasUnread() { return }
                    try session.say(reply)
                }
                _ = try session.body()
                if session.hasUnread() { return }
                try session.say("250 ok")
            }
        }
        #expect(reports.map(\.result) == [.accepted, .accepted, .accepted])
    }

    @Test("dots, long lines and every octet arrive as they were, with the final dot only once")
    func arrivesIntact() async throws {
        let content = ".\r\n..\r\n.a\r\nb.\r\n\r\n.\r\n" + String(repeating: "x", count: 90_000) + "\r\n.\r\n"
        let got = Mutex<[String]>([])
        let server = try ScriptedSMTPServer { session in
            try session.greet()
            try session.takeEnvelope()
            let body = try session.body()
            got.withLock { $0 = body }
            try session.say("250 ok")
            _ = try session.line()
        }
        let bench = try Bench(port: server.port)
        bench.channel.send([.to(content: content)])
        let reports = await bench.collector.reports(1)
        #expect(reports.first?.result == .accepted)
        let lines = got.withLock { $0 }.map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 }
        #expect(lines.map { $0 + "\r\n" }.joined() == content)
        await bench.end()
    }

    @Test("slow answers are waited for side by side: six messages, six bodies before the first answer")
    func slowAnswersAreNotSerialised() async throws {
        let gate = Gate(6)
        let (reports, _) = try await send(6, connections: 6) { session in
            try session.greet()
            try session.takeEnvelope()
            _ = try session.body()
            gate.arriveAndWait()
            try session.say("250 ok")
            _ = try session.line()
        }
        #expect(reports.map(\.result) == Array(repeating: DeliveryResult.accepted, count: 6))
    }

    @Test("what waits is recalled; what has begun runs on")
    func recall() async throws {
        let bodyIsThere = Gate(2)
        let goOn = Gate(2)
        let server = try ScriptedSMTPServer { session in
            try session.greet()
            try session.takeEnvelope()
            _ = try session.body()
            bodyIsThere.arriveAndWait()
            goOn.arriveAndWait()
            try session.say("250 ok")
            _ = try session.line()
        }
        let bench = try Bench(port: server.port, connections: 1) { $0.pipelining = .within }
        bench.channel.send((1...3).map { Parcel.to(number: $0) })
        await bodyIsThere.arriveAndWaitOutside()
        bench.channel.recall([1, 2].map { AttemptID(run: 1, counter: $0) })
        let recalled = await bench.collector.reports(1)
        #expect(recalled.map(\.attempt.counter) == [2] && recalled.map(\.result) == [.recalled])
        async let closed: Void = bench.end()
        let both = await bench.collector.reports(2)
        #expect(both.last?.attempt.counter == 3 && both.last?.result == .recalled)
        await goOn.arriveAndWaitOutside()
        await closed
        #expect(bench.collector.reportsSoFar.last?.result == .accepted)
    }

    @Test("a silent route does not hold up another on the same reactor, not even one that refuses to say good-bye")
    func routesDoNotWaitForEachOther() async throws {
        let silent = try ScriptedSMTPServer { try $0.waitForEnd() }
        let rude = try ScriptedSMTPServer { session in
            try session.greet(["AUTH PLAIN"])
            _ = try session.line()
            try session.say("535 5.7.8 no")
            try session.waitForEnd()  // QUIT is not answered
        }
        let good = try ScriptedSMTPServer { session in
            try session.greet()
            while true {
                try session.takeEnvelope()
                _ = try session.body()
                try session.say("250 ok")
            }
        }
        let reactor = try Reactor()
        let silentBench = try Bench(port: silent.port, on: reactor)
        let rudeBench = try Bench(port: rude.port, on: reactor) { ($0.username, $0.password) = ("gw", .env("wrong")) }
        let goodBench = try Bench(port: good.port, on: reactor)
        silentBench.channel.send((1...40).map { Parcel.to(number: $0) })
        rudeBench.channel.send((1...40).map { Parcel.to(number: $0) })
        goodBench.channel.send((1...200).map { Parcel.to(number: $0) })
        let sent = await goodBench.collector.reports(200)
        #expect(sent.allSatisfy { $0.result == .accepted })
        let refused = await rudeBench.collector.reports(40)
        #expect(refused.allSatisfy { $0.result == .configuration && $0.evidence.code == 535 })
        #expect(silentBench.collector.reportsSoFar.isEmpty)
        await goodBench.channel.close()
        await silentBench.channel.close()
        await rudeBench.channel.close()
        #expect(silentBench.collector.reportsSoFar.count == 40)
        await reactor.stop()
    }

    @Test(
        "greeted with a refusal for good: configuration; for now: unreachable",
        arguments: [
            ("554 5.7.1 not you", DeliveryResult.configuration), ("421 busy", .unreachable),
        ])
    func refusedAtTheDoor(_ greeting: String, _ expected: DeliveryResult) async throws {
        let (reports, _) = try await send { try $0.say(greeting) }
        #expect(reports.map(\.result) == [expected])
        #expect(reports[0].evidence.code == Int(greeting.prefix(3)))
    }

    @Test("a secret that cannot be had: configuration")
    func noSecret() async throws {
        let (reports, _) = try await send(1, { ($0.username, $0.password) = ("gw", .file("/nowhere")) }) {
            try $0.greet()
        }
        #expect(reports.map(\.result) == [.configuration])
    }

    @Test("credentials are configured and no AUTH is offered: configuration")
    func noAuthOffered() async throws {
        let (reports, _) = try await send(1, { ($0.username, $0.password) = ("gw", .env("secret")) }) { session in
            try session.greet()
            try session.waitForEnd()
        }
        #expect(reports.map(\.result) == [.configuration] && reports[0].evidence.stage == "authenticating")
    }

    @Test("the EHLO name is ours to choose")
    func heloName() async throws {
        let said = Mutex("")
        let (reports, _) = try await send(1, { $0.heloName = "gate.acme.example" }) { session in
            try session.say("220 hi")
            let line = try session.line()
            said.withLock { $0 = line }
            try session.say("250 PIPELINING")
            try session.takeEnvelope()
            _ = try session.body()
            try session.say("250 ok")
        }
        #expect(said.withLock { $0 } == "EHLO gate.acme.example" && reports.map(\.result) == [.accepted])
    }

    @Test("a connection is retired after its last message, with QUIT")
    func retires() async throws {
        let quits = Mutex(0)
        let (reports, _) = try await send(4, { $0.maxMessages = 2 }) { session in
            try session.greet()
            for _ in 0..<2 {
                try session.takeEnvelope()
                _ = try session.body()
                try session.say("250 ok")
            }
            if try session.line() == "QUIT" { quits.withLock { $0 += 1 } }
        }
        #expect(reports.allSatisfy { $0.result == .accepted } && quits.withLock { $0 } == 2)
    }

    @Test("an idle connection is given up, politely")
    func idleRetires() async throws {
        let quit = Gate(2)
        let server = try ScriptedSMTPServer { session in
            try session.greet()
            try session.takeEnvelope()
            _ = try session.body()
            try session.say("250 ok")
            if try session.line() == "QUIT" { quit.arriveAndWait() }
        }
        let bench = try Bench(port: server.port) { $0.idleTimeout = .milliseconds(30) }
        bench.channel.send([.to()])
        #expect(await bench.collector.reports(1).map(\.result) == [.accepted])
        await quit.arriveAndWaitOutside()
        await bench.end()
    }
}
