// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Synchronization
import TestSupport
import Testing

@testable import Transport

@Suite("Requests and answers", .timeLimit(.minutes(1)))
struct HTTPClientTests {
    @Test("a request arrives as it was said, and its answer comes back whole")
    func exchange() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.answer(201, #"{"sid":"SM1"}"#, ["Content-Type: application/json", "X-Twice: a", "X-Twice: b"])
        }
        let desk = try Desk()
        let request = HTTPRequest(
            method: "POST", url: server.url + "/v1/messages?a=b%20c",
            headers: [HeaderField("Authorization", "Basic eDp5"), HeaderField("X-Empty", "")],
            contentType: "application/json", body: Array(#"{"to":"+15005550006"}"#.utf8))
        let seen = await desk.send(request)
        #expect(seen.steps == [.began, .ends])
        #expect(seen.answer?.status == 201 && seen.answer?.isCut == false)
        #expect(seen.text == #"{"sid":"SM1"}"#)
        #expect(seen.answer?.header("content-type") == "application/json")
        #expect(seen.answer?.headers.filter { $0.name == "x-twice" }.map(\.value) == ["a", "b"])
        let arrived = try #require(server.requests.first)
        #expect(arrived.method == "POST" && arrived.target == "/v1/messages?a=b%20c")
        #expect(arrived.body == request.body)
        #expect(
            arrived.headers == [
                "host": "127.0.0.1:\(server.port)", "accept": "*/*", "user-agent": "gatepost",
                "authorization": "Basic eDp5", "x-empty": "", "content-type": "application/json",
                "content-length": "21",
            ])
    }

    @Test(
        "every method with and without a body says its length, or that it has none",
        arguments: [
            ("GET", "", nil), ("GET", "body", "4"), ("DELETE", "", nil), ("DELETE", "body", "4"), ("POST", "", "0"),
            ("POST", "body", "4"), ("PUT", "", "0"), ("PUT", "body", "4"), ("PATCH", "", "0"), ("PATCH", "body", "4"),
        ] as [(String, String, String?)])
    func methods(method: String, body: String, length: String?) async throws {
        let server = try ScriptedHTTPServer(answering: "done")
        let desk = try Desk()
        // One handle serves all three: what the one before set may not stick to the next.
        for method in ["PATCH", method, method] {
            let seen = await desk.send(HTTPRequest(method: method, url: server.url, body: Array(body.utf8)))
            #expect(seen.text == "done" && seen.steps == [.began, .ends])
        }
        let arrived = try #require(server.requests.last)
        #expect(server.requests.count == 3)
        #expect(arrived.method == method && arrived.text == body)
        #expect(arrived.headers["content-length"] == length)
        #expect(arrived.headers["content-type"] == nil && arrived.headers["expect"] == nil)
        #expect(arrived.headers["transfer-encoding"] == nil)
    }

    @Test("HEAD has an answer without a body")
    func head() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
            try session.waitForEnd()
        }
        let desk = try Desk()
        let seen = await desk.send(HTTPRequest(method: "HEAD", url: server.url))
        #expect(seen.answer?.header("content-length") == "99" && seen.answer?.isCut == false)
    }

    @Test("one connection serves one request after the other")
    func reuse() async throws {
        let server = try ScriptedHTTPServer(answering: "again")
        let desk = try Desk()
        for number in 0..<50 { #expect(await desk.post(server.url, "\(number)").text == "again") }
        #expect(server.connectionCount == 1)
        #expect(server.requests.map(\.text) == (0..<50).map(String.init))
    }

    @Test("never more connections than allowed; what is more waits its turn, in order")
    func limit() async throws {
        let all = Gate(3)
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            all.arriveAndWait()  // three are under way at once
            try session.answer(200)
            while true {
                _ = try session.request()
                try session.answer(200)
            }
        }
        let desk = try Desk { $0.connections = 3 }
        let url = server.url
        let answered = await withTaskGroup { group in
            for number in 0..<60 { group.addTask { await desk.post(url, "\(number)").answer?.status == 200 } }
            return await group.reduce(into: 0) { count, isAnswered in count += isAnswered ? 1 : 0 }
        }
        #expect(answered == 60)
        #expect(server.connectionCount == 3)
        #expect(Set(server.requests.map(\.text)).count == 60 && server.requests.count == 60)
    }

    @Test("a redirect is an answer; it is not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        let inside = try ScriptedHTTPServer(answering: "secret")
        let target = inside.url
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.answer(status, "moved", ["Location: \(target)/latest/meta-data"])
        }
        let desk = try Desk()
        let seen = await desk.post(server.url, "x")
        #expect(seen.answer?.status == status && seen.text == "moved")
        #expect(inside.connectionCount == 0 && server.requests.count == 1)
    }

    @Test("a chunked answer is put together; compression is not asked for")
    func chunked() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none \r\n3;x=y\r\ntwo\r\n")
            try session.write("0\r\nTrailer: t\r\n\r\n")
        }
        let desk = try Desk()
        let seen = await desk.post(server.url, "x")
        #expect(seen.text == "one two" && seen.answer?.isCut == false)
        #expect(seen.answer?.header("trailer") == nil)
        #expect(server.requests.first?.headers["accept-encoding"] == nil)
    }

    @Test("what came compressed all the same is handed up as it came")
    func compressed() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.answer(200, "\u{1F}not really", ["Content-Encoding: gzip"])
        }
        let desk = try Desk()
        #expect(await desk.post(server.url, "x").text == "\u{1F}not really")
    }

    @Test("what a server says before its answer is passed over")
    func informational() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            try session.answer(200, "at last")
        }
        let desk = try Desk()
        let seen = await desk.post(server.url, "x")
        #expect(seen.text == "at last" && seen.answer?.header("link") == nil)
    }

    @Test("a body larger than any buffer arrives whole, and its end is told once")
    func largeBody() async throws {
        let server = try ScriptedHTTPServer(answering: "thanks")
        let desk = try Desk()
        let body = String(repeating: "0123456789abcdef", count: 200_000)
        let seen = await desk.post(server.url, body)
        #expect(seen.text == "thanks" && seen.steps == [.began, .ends])
        #expect(server.requests.first?.text == body)
    }

    @Test("an early refusal of a large body is heard")
    func earlyAnswer() async throws {
        let server = try ScriptedHTTPServer { session in
            _ = try session.header()
            try session.answer(413, "too much", ["Connection: close"])
            try session.waitForEnd()
        }
        let desk = try Desk()
        let seen = await desk.post(server.url, String(repeating: "x", count: 8_000_000))
        #expect(seen.answer?.status == 413 && seen.text == "too much")
        #expect(seen.steps == [.began])
    }

    @Test(
        "a request that would say more than it means is not sent",
        arguments: [
            HTTPRequest(method: "POST", url: "/x", headers: [HeaderField("A", "b\r\nHost: evil")]),
            HTTPRequest(method: "POST", url: "/x", headers: [HeaderField("A\n", "b")]),
            HTTPRequest(method: "POST", url: "/x", headers: [HeaderField("", "b")]),
            HTTPRequest(method: "POST", url: "/x", headers: [HeaderField("Content-Length", "1")]),
            HTTPRequest(method: "POST", url: "/x", headers: [HeaderField("transfer-encoding", "chunked")]),
            HTTPRequest(method: "POST", url: "/x", contentType: "a\r\nB: c"),
            HTTPRequest(method: "POST", url: "/x\r\nA: b"),
            HTTPRequest(method: "POST /y HTTP/1.1\r\nA: b", url: "/x"),
            HTTPRequest(method: "", url: "/x"),
            HTTPRequest(method: "GET", url: "user:password@/x"),
        ])
    func smuggling(request: HTTPRequest) async throws {
        let server = try ScriptedHTTPServer(answering: "heard")
        let desk = try Desk()
        var request = request
        let isLogin = request.url.hasPrefix("user")
        request.url =
            isLogin ? "http://user:password@127.0.0.1:\(server.port)/" : server.url + request.url
        let seen = await desk.send(request)
        #expect(seen.failure?.kind == .setup && seen.failure?.bodySent == HTTPFailure.Sent.none)
        #expect(seen.steps.isEmpty && server.requests.isEmpty)
    }
}
