// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Channels

@Suite("A channel to a scripted provider", .timeLimit(.minutes(1)))
struct HTTPChannelTests {
    static let taken = #"{"id":"m1"}"#
    /// More octets than the buffers of two sockets hold.
    static let large = 16 << 20

    /// Sends one text and returns what came of it.
    private func send(
        _ count: UInt32 = 1, connections: Int = 20, _ adjust: (inout HTTPSettings) -> Void = { _ in },
        _ script: @escaping ScriptedHTTPServer.Script
    ) async throws -> (reports: [AttemptReport], notes: [NoteKeeper.Note], requests: [ArrivedRequest]) {
        let server = try ScriptedHTTPServer(script)
        let bench = try HTTPBench(server.url, connections: connections, adjust)
        let reports = await bench.send(1...count)
        await bench.end()
        return (reports, bench.notes.notes, server.requests)
    }

    @Test("taken: one request, signed, with its id kept")
    func accepted() async throws {
        let (reports, notes, requests) = try await send { session in
            _ = try session.request()
            try session.answer(201, Self.taken)
            try session.waitForEnd()
        }
        #expect(reports.map(\.result) == [.accepted])
        #expect(reports[0].evidence == DeliveryEvidence(stage: "answer", code: 201, text: "201", remoteID: "m1"))
        #expect(notes == [.endHandedOver(1), .answered(1, code: 201, text: "accepted\t\tm1\t")])
        #expect(requests.map(\.text) == [#"{"text":"Hello."}"#])
        #expect(requests[0].headers["authorization"] == "Bearer k3y" && requests[0].target == "/messages")
        #expect(requests[0].headers["content-type"] == "application/json")
    }

    @Test("the end is noted before the last byte leaves and not before, the answer before the report")
    func notesInTime() async throws {
        let notes = NoteKeeper()
        let seen = Mutex<[[NoteKeeper.Note]]>([])
        let size = Self.large
        let server = try ScriptedHTTPServer { session in
            _ = try session.header()
            _ = try session.bytes(1000)
            seen.withLock { $0.append(notes.notes) }
            _ = try session.bytes(size - 1000)
            seen.withLock { $0.append(notes.notes) }
            try session.answer(201, Self.taken)
            try session.waitForEnd()
        }
        let bench = try HTTPBench(server.url, notes: notes)
        bench.channel.send([.request(body: String(repeating: "x", count: size))])
        #expect(await bench.collector.reports(1).map(\.result) == [.accepted])
        #expect(seen.withLock { $0 } == [[], [.endHandedOver(1)]])
        #expect(notes.notes.count == 2)
        await bench.end()
    }

    struct Said: Sendable {
        let code: String
        var status = 400
        let result: DeliveryResult
        var stage = "answer"
    }

    @Test(
        "each class of refusal, as the provider says it",
        arguments: [
            Said(code: "bad_address", result: .badAddress), Said(code: "opted_out", result: .optedOut),
            Said(code: "content", result: .content), Said(code: "refused", result: .refused),
            Said(code: "configuration", result: .configuration),
            Said(code: "credentials", status: 401, result: .configuration, stage: "authenticating"),
            Said(code: "throttled", status: 429, result: .throttled(after: .seconds(1))),
            Said(code: "transient", status: 503, result: .transient),
            Said(code: "unavailable", status: 503, result: .unreachable),
            Said(code: "quota", status: 402, result: .throttled(after: .seconds(57_600))),
            Said(code: "unknown", status: 500, result: .unknown),
        ])
    func refused(_ said: Said) async throws {
        let (reports, notes, requests) = try await send { session in
            _ = try session.request()
            try session.answer(said.status, #"{"code":"\#(said.code)","message":"so it is"}"#)
            try session.waitForEnd()
        }
        #expect(reports.map(\.result) == [said.result] && requests.count == 1)
        #expect(reports[0].evidence.stage == said.stage && reports[0].evidence.enhanced == said.code)
        #expect(reports[0].evidence.text == "\(said.status) \(said.code): so it is")
        guard case .answered(1, let code, let text) = notes.last else {
            Issue.record("the answer was not noted")
            return
        }
        #expect(HTTPJudgement.judgeStored(code: code, text: text) == said.result)
        #expect(HTTPJudgement.evidenceStored(code: code, text: text) == reports[0].evidence)
    }

    // MARK: Lost answers

    enum Losing: CaseIterable { case closes, resets, isSilent, talksNonsense }

    @Test(
        "an answer lost on a fresh connection or a used one: one request, no verdict",
        arguments: Losing.allCases, [0, 2])
    func lost(_ how: Losing, after good: Int) async throws {
        let server = try ScriptedHTTPServer { session in
            for _ in 0..<good where session.number == 0 {
                _ = try session.request()
                try session.answer(201, Self.taken)
            }
            _ = try session.request()
            switch how {
            case .closes: return
            case .resets: session.reset()
            case .isSilent: try session.waitForEnd()
            case .talksNonsense: try session.write("what?\r\n\r\n")
            }
        }
        let bench = try HTTPBench(server.url, connections: 1) {
            if how == .isSilent { $0.answerTimeout = .milliseconds(100) }
        }
        for number in 0..<UInt32(good) { #expect(await bench.send(number...number).map(\.result) == [.accepted]) }
        let reports = await bench.send(9...9)
        #expect(reports.map(\.result) == [.unknown] && reports[0].evidence.stage == "answer")
        #expect(server.requests.count == good + 1)
        #expect(bench.notes.notes.last == .endHandedOver(9))
        await bench.end()
    }

    @Test("a used connection that was closed while idle is no failure")
    func closedWhileIdle() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.answer(201, Self.taken)
        }
        let bench = try HTTPBench(server.url, connections: 1)
        for number: UInt32 in 1...3 {
            #expect(await bench.send(number...number).map(\.result) == [.accepted])
            await server.closed(Int(number))
        }
        #expect(server.requests.count == 3)
        await bench.end()
    }

    @Test("the link lost amid the body: not sent")
    func lostAmidTheBody() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.header()
            _ = try session.bytes(1000)
            session.reset()
        }
        let bench = try HTTPBench(server.url)
        bench.channel.send([.request(body: String(repeating: "x", count: Self.large))])
        let reports = await bench.collector.reports(1)
        #expect(reports.map(\.result) == [.transient] && reports[0].evidence.stage == "request")
        #expect(bench.notes.notes.isEmpty)
        await bench.end()
    }

    @Test("a 500 before the body has come: not sent", arguments: [true, false])
    func refusedEarly(_ isEarly: Bool) async throws {
        let size = Self.large
        let server = try ScriptedHTTPServer { session in
            _ = try session.header()
            _ = try session.bytes(isEarly ? 1000 : size)
            try session.answer(500, #"{"code":"what?"}"#)
            try session.waitForEnd()
        }
        let bench = try HTTPBench(server.url)
        bench.channel.send([.request(body: String(repeating: "x", count: size))])
        #expect(await bench.collector.reports(1).map(\.result) == [isEarly ? .transient : .unknown])
        await bench.end()
    }

    // MARK: Odd answers

    struct Odd: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let answer: String
        let result: DeliveryResult
        var stops = true
    }

    @Test(
        "answers that are none, or not what they should be",
        arguments: [
            Odd(
                testDescription: "200 that is no JSON",
                answer: "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", result: .unknown),
            Odd(
                testDescription: "201 that breaks off",
                answer: "HTTP/1.1 201 OK\r\nContent-Length: 100\r\n\r\n{\"id\":\"m1\"", result: .unknown),
            Odd(
                testDescription: "201 that breaks off behind a whole object",
                answer: "HTTP/1.1 201 OK\r\nContent-Length: 100\r\n\r\n{\"id\":\"m1\"}", result: .unknown),
            Odd(
                testDescription: "201 with another content type",
                answer:
                    "HTTP/1.1 201 OK\r\nContent-Type: text/html\r\nContent-Length: 11\r\n\r\n{\"id\":\"m1\"}",
                result: .unknown),
            Odd(
                testDescription: "201 with nothing in it", answer: "HTTP/1.1 201 OK\r\nContent-Length: 0\r\n\r\n",
                result: .unknown),
            Odd(
                testDescription: "204", answer: "HTTP/1.1 204 OK\r\n\r\n", result: .unknown),
            Odd(
                testDescription: "a header that breaks off", answer: "HTTP/1.1 201 OK\r\nContent-Le",
                result: .unknown),
            Odd(
                testDescription: "500 without words", answer: "HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n",
                result: .unknown),
            Odd(
                testDescription: "404 of somebody else", answer: "HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n",
                result: .configuration),
            Odd(
                testDescription: "503 that breaks off behind its code",
                answer: "HTTP/1.1 503 no\r\nContent-Length: 99\r\n\r\n{\"code\":\"transient\"}", result: .unknown),
        ])
    func odd(_ odd: Odd) async throws {
        let (reports, _, requests) = try await send { session in
            _ = try session.request()
            try session.write(odd.answer)
        }
        #expect(reports.map(\.result) == [odd.result] && requests.count == 1)
    }

    @Test("an answer byte by byte is an answer like any other")
    func byteByByte() async throws {
        let (reports, _, _) = try await send { session in
            _ = try session.request()
            for byte in "HTTP/1.1 201 OK\r\nContent-Length: 11\r\n\r\n\(Self.taken)".utf8 {
                try session.write(bytes: [byte])
            }
            try session.waitForEnd()
        }
        #expect(reports.map(\.result) == [.accepted])
    }

    @Test("an answer of a hundred megabytes is not read to its end")
    func huge() async throws {
        let written = Mutex(0)
        let size = 100 << 20
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.write("HTTP/1.1 201 OK\r\nContent-Length: \(size)\r\n\r\n{\"id\":\"m1\",\"x\":\"")
            let piece = [UInt8](repeating: 0x78, count: 1 << 16)
            while true {
                try session.write(bytes: piece)
                written.withLock { $0 += piece.count }
            }
        }
        let bench = try HTTPBench(server.url)
        #expect(await bench.send().map(\.result) == [.unknown])
        await server.closed(1)
        #expect(written.withLock { $0 } < size)
        await bench.end()
    }

    @Test("an answer that never ends: what came in time is judged")
    func endless() async throws {
        let (reports, _, _) = try await send(1, { $0.answerTimeout = .milliseconds(100) }) { session in
            _ = try session.request()
            try session.write("HTTP/1.1 201 OK\r\nContent-Length: 11\r\n\r\n{\"id\"")
            try session.waitForEnd()
        }
        #expect(reports.map(\.result) == [.unknown])
    }

    @Test("a redirect is not followed")
    func redirected() async throws {
        let inside = try ScriptedHTTPServer(answering: Self.taken)
        let to = "Location: \(inside.url)/admin"
        let (reports, _, requests) = try await send { session in
            _ = try session.request()
            try session.answer(307, "", [to])
            try session.waitForEnd()
        }
        #expect(reports.map(\.result) == [.configuration] && reports[0].evidence.code == 307)
        #expect(requests.count == 1 && inside.connectionCount == 0)
    }

    @Test("an address inside is not connected to, unless the route says so")
    func inside() async throws {
        let server = try ScriptedHTTPServer(answering: Self.taken)
        let bench = try HTTPBench("https://127.0.0.1:\(server.port)") { $0.allowsPrivateNetwork = false }
        let reports = await bench.send()
        #expect(reports.map(\.result) == [.configuration] && reports[0].evidence.stage == "connecting")
        #expect(server.connectionCount == 0 && bench.notes.notes.isEmpty)
        await bench.end()
    }

    // MARK: The account's verdicts

    @Test("nobody listens: unreachable, and what waits goes back unsent")
    func nobodyListens() async throws {
        let bench = try HTTPBench("http://127.0.0.1:\(try LoopbackListener.freePort())", connections: 2)
        let reports = await bench.send(1...5)
        #expect(reports[0].result == .unreachable && reports[0].evidence.stage == "connecting")
        #expect(reports.allSatisfy { [.unreachable, .recalled].contains($0.result) })
        #expect(reports.count { $0.result == .recalled } >= 3)
        await bench.end()
    }

    @Test("throttled with Retry-After: so long, and nobody else is sent to be told the same")
    func throttled() async throws {
        let (reports, _, requests) = try await send(3, connections: 1) { session in
            _ = try session.request()
            try session.answer(429, #"{"code":"throttled"}"#, ["Retry-After: 7"])
            try session.waitForEnd()
        }
        #expect(reports.map(\.result) == [.throttled(after: .seconds(7)), .recalled, .recalled])
        #expect(requests.count == 1)
    }

    @Test("a key that is not taken, and cannot be renewed: said once")
    func badKey() async throws {
        let (reports, _, requests) = try await send(3, connections: 1) { session in
            _ = try session.request()
            try session.answer(401, #"{"code":"credentials"}"#)
            try session.waitForEnd()
        }
        #expect(reports.map(\.result) == [.configuration, .recalled, .recalled] && requests.count == 1)
        #expect(reports[0].evidence.stage == "authenticating")
    }

    @Test("a secret that cannot be had: configuration, and nothing is connected")
    func noSecret() async throws {
        let server = try ScriptedHTTPServer(answering: Self.taken)
        let bench = try HTTPBench(server.url, key: nil)
        let reports = await bench.send(1...3)
        #expect(reports.map(\.result) == Array(repeating: .configuration, count: 3))
        #expect(reports.allSatisfy { $0.evidence.stage == "authenticating" } && server.connectionCount == 0)
        await bench.end()
    }

    @Test("who swallows five answers gets no sixth text, whichever way the others wait", arguments: [true, false])
    func swallows(_ isMultiplexed: Bool) async throws {
        let (reports, _, requests) = try await send(9, connections: 1) {
            $0.version = isMultiplexed ? .http2 : .http11
        } _: { session in
            _ = try session.request()
        }
        #expect(reports.count { $0.result == .unknown } == 5 && reports.count { $0.result == .recalled } == 4)
        #expect(requests.count == 5)
    }

    @Test("throttled: what was given to the client and has not begun goes back as well")
    func throttledAmidPending() async throws {
        let (reports, _, requests) = try await send(9, connections: 1) {
            $0.version = .http2
        } _: { session in
            _ = try session.request()
            try session.answer(429, #"{"code":"throttled"}"#)
            try session.waitForEnd()
        }
        #expect(reports.count { $0.result == .throttled(after: .seconds(1)) } == 1 && requests.count == 1)
        #expect(reports.count { $0.result == .recalled } == 8)
    }

    // MARK: Recall and close

    @Test("what waits is recalled; what has begun runs on, on recall as on close")
    func recall() async throws {
        let isThere = Gate(2)
        let goOn = Gate(2)
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            isThere.arriveAndWait()
            goOn.arriveAndWait()
            try session.answer(201, Self.taken)
            try session.waitForEnd()
        }
        let bench = try HTTPBench(server.url, connections: 1)
        bench.channel.send((1...3).map { .request(number: $0) })
        await isThere.arriveAndWaitOutside()
        bench.channel.recall([1, 2].map { AttemptID(run: 1, counter: $0) })
        let recalled = await bench.collector.reports(1)
        #expect(recalled.map(\.attempt.counter) == [2] && recalled.map(\.result) == [.recalled])
        async let closed: Void = bench.end()
        let both = await bench.collector.reports(2)
        #expect(both.last?.attempt.counter == 3 && both.last?.result == .recalled)
        await goOn.arriveAndWaitOutside()
        await closed
        #expect(bench.collector.reportsSoFar.last?.result == .accepted && server.requests.count == 1)
    }

    @Test("a request that waits for its connection is recalled too")
    func recallWhileConnecting() async throws {
        let isThere = Gate(2)
        // Takes the connection and says nothing to CONNECT: no tunnel, so no request.
        let proxy = try ScriptedHTTPServer { session in
            _ = try session.header()
            isThere.arriveAndWait()
            try session.waitForEnd()
        }
        let bench = try HTTPBench("http://provider.invalid") { $0.proxy = proxy.url }
        bench.channel.send([.request()])
        await isThere.arriveAndWaitOutside()
        bench.channel.recall([AttemptID(run: 1, counter: 1)])
        #expect(await bench.collector.reports(1).map(\.result) == [.recalled])
        #expect(bench.notes.notes.isEmpty)
        await bench.end()
    }

    @Test("what comes after the close, and what is no request, goes back")
    func notForUs() async throws {
        let server = try ScriptedHTTPServer(answering: Self.taken)
        let bench = try HTTPBench(server.url)
        bench.channel.send([.to(number: 1)])
        #expect(await bench.collector.reports(1).map(\.result) == [.recalled])
        await bench.channel.close()
        bench.channel.send([.request(number: 2)])
        #expect(await bench.collector.reports(2).map(\.result) == [.recalled, .recalled])
        #expect(server.connectionCount == 0)
        await bench.end()
    }

    @Test("no more requests at once than connections, and all get through")
    func limit() async throws {
        let most = Mutex((now: 0, most: 0))
        let server = try ScriptedHTTPServer { session in
            while true {
                _ = try session.request()
                most.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                most.withLock { $0.now -= 1 }
                try session.answer(201, Self.taken)
            }
        }
        let bench = try HTTPBench(server.url, connections: 3)
        let reports = await bench.send(1...200)
        #expect(reports.allSatisfy { $0.result == .accepted } && server.requests.count == 200)
        #expect(server.connectionCount <= 3 && most.withLock { $0.most } <= 3)
        #expect(bench.notes.notes.count == 400)
        await bench.end()
    }

    // MARK: Inquiries

    struct Asked: Sendable {
        let status: Int
        let body: String
        let result: DeliveryResult
        let id: String?
    }

    @Test(
        "asked what became of an attempt: nothing is noted, and only a clear answer settles it",
        arguments: [
            Asked(
                status: 200, body: #"{"messages":[{"id":"m0","reference":"x"},{"id":"m7","reference":"ref1"}]}"#,
                result: .accepted, id: "m7"),
            Asked(
                status: 200, body: #"{"messages":[{"id":"m0","reference":"x"}]}"#, result: .absent, id: nil),
            Asked(status: 200, body: "<html>", result: .unknown, id: nil),
            Asked(status: 503, body: "", result: .unknown, id: nil),
            Asked(status: 401, body: "", result: .unknown, id: nil),
        ])
    func asked(_ asked: Asked) async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.answer(asked.status, asked.body)
            try session.waitForEnd()
        }
        let bench = try HTTPBench(server.url)
        let reports = await bench.send(1...1, .inquire)
        #expect(reports.map(\.result) == [asked.result] && reports[0].evidence.remoteID == asked.id)
        #expect(bench.notes.notes.isEmpty && server.requests.map(\.method) == ["GET"])
        await bench.end()
    }

    @Test("an amendment is reported as what makes a task, and leaves no note on the wire")
    func amended() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.answer(201, #"{"id":"m1"}"#)
            _ = try session.request()
        }
        let bench = try HTTPBench(server.url)
        #expect(await bench.send(1...1, .amend).map(\.result) == [.accepted])
        #expect(await bench.send(2...2, .amend).map(\.result) == [.unknown])
        #expect(bench.notes.notes.isEmpty && server.requests.map(\.method) == ["POST", "POST"])
        await bench.end()
    }

    @Test("asked in vain: the doubt stays")
    func askedInVain() async throws {
        let server = try ScriptedHTTPServer { session in _ = try session.request() }
        let bench = try HTTPBench(server.url)
        #expect(await bench.send(1...1, .inquire).map(\.result) == [.unknown])
        await bench.end()
    }
}
