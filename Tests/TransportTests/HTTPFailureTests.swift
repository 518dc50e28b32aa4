// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Synchronization
import TestSupport
import Testing

@testable import Transport

@Suite("Lost answers and broken links", .timeLimit(.minutes(1)))
struct HTTPFailureTests {
    @Test(
        "an answer lost after the whole request: it arrived once, and that is all that is known",
        arguments: [false, true], ["POST", "PUT", "PATCH", "DELETE"])
    func lostAnswer(onKeptConnection isKept: Bool, method: String) async throws {
        for body in ["the text", ""] {
            let server = try ScriptedHTTPServer { session in
                while try session.request().text == "before" { try session.answer(200, "first") }
            }
            let desk = try Desk()
            if isKept { #expect(await desk.post(server.url, "before").text == "first") }
            let seen = await desk.post(server.url, body, method: method)
            #expect(seen.steps == [.began, .ends])
            #expect(seen.failure?.bodySent == .whole && seen.failure?.kind == .brokeOff)
            if isKept, !body.isEmpty {
                #expect(seen.failure?.message == "the connection was dropped before an answer came")
            }
            #expect(server.requests.filter { $0.method == method && $0.text == body }.count == 1)
        }
    }

    @Test("the same with a reset instead of an orderly end", arguments: [false, true])
    func reset(onKeptConnection isKept: Bool) async throws {
        let server = try ScriptedHTTPServer { session in
            if isKept {
                _ = try session.request()
                try session.answer(200, "first")
            }
            _ = try session.request()
            session.reset()
        }
        let desk = try Desk()
        if isKept { #expect(await desk.post(server.url, "before").text == "first") }
        let seen = await desk.post(server.url, "once")
        #expect(seen.failure?.bodySent == .whole && seen.failure?.kind == .brokeOff)
        #expect(server.requests.filter { $0.text == "once" }.count == 1)
    }

    @Test("what may be repeated is, where a kept connection dies without a word")
    func repeatable() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.answer(200, "first")
            _ = try session.request()
        }
        let desk = try Desk()
        #expect(await desk.get(server.url + "/a").text == "first")
        let seen = await desk.get(server.url + "/b")
        #expect(seen.text == "first" && seen.steps == [.began, .ends])
        #expect(server.requests.map(\.target) == ["/a", "/b", "/b"])
    }

    @Test("connections closed while idle do no harm: the next requests succeed, each once", arguments: [false, true])
    func closedWhileIdle(byReset isReset: Bool) async throws {
        let count = 12
        let (together, closing) = (Gate(count), Gate(count + 1))
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            if session.number < count {
                together.arriveAndWait()
                try session.answer(200, "first")
                closing.arriveAndWait()
                return isReset ? session.reset() : session.hangUp()
            }
            try session.answer(200, "second")
            while true {
                _ = try session.request()
                try session.answer(200, "second")
            }
        }
        let desk = try Desk { $0.connections = count }
        let url = server.url
        let first = await texts(count) { await desk.post(url, "a\($0)") }
        #expect(first == Array(repeating: "first", count: count))
        await closing.arriveAndWaitOutside()
        await server.closed(count)
        for number in 0..<3 {
            let seen = await desk.post(url, "b\(number)")
            #expect(seen.text == "second", "\(seen.end)")
        }
        let second = await texts(count) { await desk.post(url, "c\($0)") }
        #expect(second == Array(repeating: "second", count: count))
        #expect(Set(server.requests.map(\.text)).count == server.requests.count)
    }

    @Test("what a server says before it closes an idle connection is no answer to the next request")
    func farewell() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.answer(200, session.number == 0 ? "first" : "second")
            guard session.number == 0 else { return try session.waitForEnd() }
            try session.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        let desk = try Desk()
        #expect(await desk.post(server.url, "a").text == "first")
        await server.closed(1)
        let seen = await desk.post(server.url, "b")
        #expect(seen.text == "second" && seen.steps == [.began, .ends], "\(seen.end)")
        #expect(server.requests.map(\.text) == ["a", "b"])
    }

    @Test("a link that drops in mid-body: only part has left")
    func midBody() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.header()
            _ = try session.bytes(10_000)
            session.reset()
        }
        let desk = try Desk()
        let seen = await desk.post(server.url, String(repeating: "x", count: 30_000_000))
        #expect(seen.steps == [.began])
        #expect(seen.failure?.bodySent == .part && seen.failure?.kind == .brokeOff)
    }

    @Test("nobody listens; a name that is none")
    func unreachable() async throws {
        let desk = try Desk()
        let port = try LoopbackListener.freePort()
        for url in ["http://127.0.0.1:\(port)/", "http://no-such-name.invalid/"] {
            let seen = await desk.post(url, "x")
            #expect(seen.failure?.kind == .unreachable && seen.failure?.bodySent == HTTPFailure.Sent.none)
            #expect(seen.steps.isEmpty && seen.failure?.message.isEmpty == false)
        }
    }

    @Test("a server that accepts and says nothing during the handshake is unreachable in time")
    func silentHandshake() async throws {
        let server = try ScriptedHTTPServer { try $0.waitForEnd() }
        let desk = try Desk { $0.connectTimeout = .milliseconds(50) }
        let seen = await desk.post("https://127.0.0.1:\(server.port)/", "x")
        #expect(seen.failure?.kind == .unreachable && seen.failure?.bodySent == HTTPFailure.Sent.none)
    }

    @Test("no answer in time")
    func silence() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.waitForEnd()
        }
        let desk = try Desk { $0.answerTimeout = .milliseconds(50) }
        for body in ["x", ""] {
            let seen = await desk.post(server.url, body)
            #expect(seen.failure == HTTPFailure(.timedOut, bodySent: .whole, "no answer in time"))
        }
    }

    @Test("a server that does not take the body holds it up only so long")
    func stuck() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.header()
            Gate(2).arriveAndWait()  // never reads on
        }
        let desk = try Desk { $0.answerTimeout = .milliseconds(50) }
        let seen = await desk.post(server.url, String(repeating: "x", count: 30_000_000))
        #expect(seen.failure?.kind == .timedOut && seen.failure?.bodySent == .part)
    }

    @Test("an answer that drips byte by byte has the same time as any: what came of it is handed up as cut")
    func slowByTheByte() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while true { try session.write("x") }
        }
        let desk = try Desk { options in
            options.answerTimeout = .milliseconds(60)
            options.maxAnswerBytes = .max
        }
        let seen = await desk.post(server.url, "x")
        #expect(seen.answer?.status == 200 && seen.answer?.isCut == true && seen.text?.hasPrefix("xxx") == true)
    }

    @Test("a header that never ends has no more time either")
    func slowHeader() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Le")
            try session.waitForEnd()
        }
        let desk = try Desk { $0.answerTimeout = .milliseconds(60) }
        let seen = await desk.post(server.url, "x")
        #expect(seen.failure?.kind == .timedOut && seen.failure?.bodySent == .whole)
    }

    @Test("an answer of 100 MB is cut at the limit, and the rest is not read")
    func flood() async throws {
        let written = Mutex(0)
        let stopped = Gate(2)
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            let piece = [UInt8](repeating: 0x20, count: 100_000)
            defer { stopped.arriveAndWait() }
            for _ in 0..<1000 {
                try session.write(bytes: piece)
                written.withLock { $0 += piece.count }
            }
        }
        let desk = try Desk { $0.maxAnswerBytes = 50_000 }
        let seen = await desk.post(server.url, "x")
        #expect(seen.answer?.isCut == true && seen.answer?.body.count == 50_000)
        await stopped.arriveAndWaitOutside()
        #expect(written.withLock { $0 } < 50_000_000)
    }

    @Test(
        "an answer that ends too soon",
        arguments: [
            "HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{\"sid\"",
            "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{\"sid\"\r\n",
            "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{\"sid\"\r\nnonsense",
        ])
    func truncated(answer: String) async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.write(answer)
        }
        let desk = try Desk()
        let seen = await desk.post(server.url, "x")
        #expect(seen.answer?.status == 201 && seen.answer?.isCut == true && seen.text == "{\"sid\"")
    }

    @Test(
        "what comes is no answer: it is unknown what became of the request",
        arguments: [
            "HTTP/1.1 201 Created\r\nContent-", "HTTP/1.1 201", "220 mail ESMTP\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        ])
    func nonsense(answer: String) async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.write(answer)
        }
        let desk = try Desk()
        let seen = await desk.post(server.url, "x")
        #expect(seen.failure?.kind == .brokeOff && seen.failure?.bodySent == .whole, "\(seen.end)")
        #expect(server.requests.count == 1)
    }

    @Test("headers of absurd size, in one line or in many, are not read to their end", arguments: [1, 1000])
    func absurdHeaders(lines: Int) async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.write("HTTP/1.1 200 OK\r\n")
            for _ in 0..<lines { try session.write("X: " + String(repeating: "y", count: 1_000_000 / lines) + "\r\n") }
            try session.write("\r\n")
        }
        let desk = try Desk()
        let seen = await desk.post(server.url, "x")
        #expect(seen.failure?.kind == .brokeOff && seen.failure?.bodySent == .whole, "\(seen.end)")
    }

    private func texts(_ count: Int, _ send: @escaping @Sendable (Int) async -> Sighting) async -> [String?] {
        await withTaskGroup { group in
            for number in 0..<count { group.addTask { await send(number).text } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}
