// SPDX-License-Identifier: Apache-2.0

import CProxies
import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Transport

@Suite("Proxies", .timeLimit(.minutes(1)))
struct HTTPProxyTests {
    @Test("everything goes through an HTTP proxy by CONNECT, and its own words are no part of an answer")
    func tunnel() async throws {
        let proxy = try ScriptedHTTPServer { session in
            let connect = try session.request()
            guard connect.method == "CONNECT", connect.target == "api.example.invalid:80" else { return }
            try session.write("HTTP/1.1 200 OK\r\nX-Proxy: yes\r\n\r\n")
            while true {
                let request = try session.request()
                try session.answer(201, "\(request.method) \(request.target) \(request.headers["host"] ?? "")")
            }
        }
        let desk = try Desk { $0.proxy = proxy.url }
        for _ in 0..<2 {
            let seen = await desk.post("http://api.example.invalid/x", "text")
            #expect(seen.text == "POST /x api.example.invalid" && seen.answer?.status == 201)
            #expect(seen.answer?.header("x-proxy") == nil)
        }
        #expect(proxy.requests.map(\.method) == ["CONNECT", "POST", "POST"])
    }

    @Test("what a proxy refuses has not been sent; its address may lie inside", arguments: [403, 407, 502])
    func refused(status: Int) async throws {
        let proxy = try ScriptedHTTPServer { session in
            _ = try session.request()
            try session.answer(status, "no", ["Proxy-Authenticate: Basic realm=x"])
        }
        let desk = try Desk { options in
            options.proxy = proxy.url
            options.allowsPrivateNetwork = false
        }
        let seen = await desk.post("https://api.example.invalid/", "text")
        #expect(seen.failure?.kind == .unreachable && seen.failure?.bodySent == HTTPFailure.Sent.none)
        #expect(seen.steps.isEmpty)
        #expect(proxy.requests.map(\.target) == ["api.example.invalid:443"])
    }

    @Test("SOCKS 5 with the name resolved over there (RFC 1928)")
    func socks() async throws {
        let proxy = try ScriptedHTTPServer { session in
            let count = try session.bytes(2)[1]
            _ = try session.bytes(Int(count))
            try session.write(bytes: [5, 0])
            let kind = try session.bytes(5)
            guard kind[..<4] == [5, 1, 0, 3], try session.bytes(Int(kind[4])) == Array("name.invalid".utf8) else {
                return
            }
            _ = try session.bytes(2)
            try session.write(bytes: [5, 0, 0, 1, 127, 0, 0, 1, 0, 80])
            _ = try session.request()
            try session.answer(200, "through")
        }
        let desk = try Desk { $0.proxy = "socks5h://127.0.0.1:\(proxy.port)" }
        #expect(await desk.post("http://name.invalid/", "text").text == "through")
    }

    @Test("proxies of the environment are not used")
    func environment() async throws {
        let desk = try Desk()
        let named = String(cString: gatepost_proxy_of_the_environment())
        #expect(ProcessInfo.processInfo.environment["http_proxy"] == named)
        let server = try ScriptedHTTPServer(answering: "straight")
        #expect(await desk.post(server.url, "x").text == "straight")
    }
}
