// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Channels

/// A provider whose tokens are called t1, t2, …
final class TokenPeer: Sendable {
    /// What it says to the so-many-th request for a token, from 1.
    typealias Giving = @Sendable (Int) -> (status: Int, body: String)

    let server: ScriptedHTTPServer

    /// - Parameter takes: whether a request with that token is taken; else it is answered 401.
    init(giving: @escaping Giving = TokenPeer.always, takes: @escaping @Sendable (String) -> Bool) throws {
        let given = Mutex(0)
        server = try ScriptedHTTPServer { session in
            while true {
                let request = try session.request()
                if request.target == "/token" {
                    let answer = giving(
                        given.withLock { given in
                            given += 1
                            return given
                        })
                    try session.answer(answer.status, answer.body, ["Content-Type: application/json"])
                } else if takes(String(request.headers["authorization"]?.dropFirst("Bearer ".count) ?? "")) {
                    try session.answer(201, #"{"id":"m1"}"#)
                } else {
                    try session.answer(401, #"{"code":"credentials"}"#)
                }
            }
        }
    }

    static let always: Giving = { (200, #"{"access_token":"t\#($0)","token_type":"Bearer","expires_in":3600}"#) }

    var tokenRequests: [ArrivedRequest] { server.requests.filter { $0.target == "/token" } }
    var texts: [ArrivedRequest] { server.requests.filter { $0.target != "/token" } }
    func texts(with token: String) -> Int {
        texts.count { $0.headers["authorization"] == "Bearer \(token)" }
    }
}

@Suite("Tokens", .timeLimit(.minutes(1)))
struct HTTPTokenTests {
    @Test("fifty texts wait for one token; fifty texts whose token is refused wait for one new one")
    func shared() async throws {
        let peer = try TokenPeer { $0 != "t1" }
        let bench = try HTTPBench(peer.server.url, .oauth, connections: 4)
        let reports = await bench.send(1...50)
        #expect(reports.allSatisfy { $0.result == .accepted })
        #expect(peer.tokenRequests.count == 2)
        #expect((1...4).contains(peer.texts(with: "t1")) && peer.texts(with: "t2") == 50)
        #expect(peer.tokenRequests[0].text.contains("grant_type=client_credentials"))
        await bench.end()
    }

    @Test("refusals that come after the new token do not cost it")
    func lateRefusals() async throws {
        // Both leave with t1; the second is refused when t2 has come and the first was taken with it.
        let late = Gate(2)
        let given = Mutex(0)
        let server = try ScriptedHTTPServer { session in
            while true {
                let request = try session.request()
                if request.target == "/token" {
                    let number = given.withLock { given in
                        given += 1
                        return given
                    }
                    let (status, body) = TokenPeer.always(number)
                    try session.answer(status, body)
                } else if request.headers["authorization"] != "Bearer t1" {
                    try session.answer(201, #"{"id":"m1"}"#)
                    if request.text.contains("first") { late.arriveAndWait() }
                } else {
                    if request.text.contains("second") { late.arriveAndWait() }
                    try session.answer(401, #"{"code":"credentials"}"#)
                }
            }
        }
        let bench = try HTTPBench(server.url, .oauth, connections: 3)
        bench.channel.send([.request(number: 1, body: "first"), .request(number: 2, body: "second")])
        let reports = await bench.collector.reports(2)
        #expect(reports.map(\.result) == [.accepted, .accepted] && given.withLock { $0 } == 2)
        await bench.end()
    }

    @Test("refused, renewed, taken: what a crash would find at each step")
    func notes() async throws {
        let peer = try TokenPeer { $0 != "t1" }
        let bench = try HTTPBench(peer.server.url, .oauth)
        #expect(await bench.send().map(\.result) == [.accepted])
        #expect(
            bench.notes.notes == [
                .endHandedOver(1), .answered(1, code: 401, text: "credentials\tcredentials\t\t"),
                .endHandedOver(1), .answered(1, code: 201, text: "accepted\t\tm1\t"),
            ])
        await bench.end()
    }

    @Test("a new token that is refused too: configuration, and what waits is not sent to hear it")
    func refusedTwice() async throws {
        let peer = try TokenPeer { _ in false }
        let bench = try HTTPBench(peer.server.url, .oauth, connections: 1)
        let reports = await bench.send(1...3)
        #expect(reports.map(\.result) == [.configuration, .recalled, .recalled])
        #expect(reports[0].evidence.stage == "authenticating" && reports[0].evidence.code == 401)
        #expect(peer.tokenRequests.count == 2 && peer.texts.count == 2)
        await bench.end()
    }

    struct Failing: Sendable {
        let status: Int
        let body: String
        let result: DeliveryResult
    }

    @Test(
        "no token: all that wait are told, and none was sent",
        arguments: [
            Failing(status: 400, body: #"{"error":"invalid_client"}"#, result: .configuration),
            Failing(status: 200, body: "<html>", result: .configuration),
            Failing(status: 503, body: "", result: .unreachable),
        ])
    func noToken(_ failing: Failing) async throws {
        let peer = try TokenPeer(giving: { _ in (failing.status, failing.body) }) { _ in true }
        let bench = try HTTPBench(peer.server.url, .oauth)
        let reports = await bench.send(1...5)
        #expect(reports.map(\.result) == Array(repeating: failing.result, count: 5))
        #expect(reports.allSatisfy { $0.evidence.stage == "authenticating" })
        #expect(peer.texts.isEmpty && peer.tokenRequests.count == 1 && bench.notes.notes.isEmpty)
        await bench.end()
    }

    @Test("a refused token whose renewal fails: the texts were not sent")
    func renewalFails() async throws {
        let peer = try TokenPeer(giving: { $0 == 1 ? TokenPeer.always(1) : (400, #"{"error":"invalid_grant"}"#) }) {
            _ in false
        }
        let bench = try HTTPBench(peer.server.url, .oauth, connections: 2)
        let reports = await bench.send(1...2)
        #expect(reports.map(\.result) == [.configuration, .configuration])
        #expect(reports.allSatisfy { $0.evidence.text.contains("invalid_grant") } && peer.texts.count == 2)
        await bench.end()
    }

    @Test("the link lost behind the token's request: unreachable, since no text was sent")
    func tokenLost() async throws {
        let server = try ScriptedHTTPServer { session in _ = try session.request() }
        let bench = try HTTPBench(server.url, .oauth)
        #expect(await bench.send(1...2).map(\.result) == [.unreachable, .unreachable])
        await bench.end()
    }

    @Test("what waits for a token is recalled, and closing does not wait for it")
    func recallWhileFetching() async throws {
        let isAsked = Gate(2)
        let server = try ScriptedHTTPServer { session in
            _ = try session.request()
            isAsked.arriveAndWait()
            try session.waitForEnd()
        }
        let bench = try HTTPBench(server.url, .oauth)
        bench.channel.send([.request(number: 1), .request(number: 2)])
        await isAsked.arriveAndWaitOutside()
        bench.channel.recall([AttemptID(run: 1, counter: 1)])
        #expect(await bench.collector.reports(1).map(\.result) == [.recalled])
        #expect(bench.channel.status.isFetchingToken)
        await bench.end()
        #expect(bench.collector.reportsSoFar.map(\.result) == [.recalled, .recalled])
    }

    @Test("a renewal that fails while the old token serves: requests go on, and it is not tried again at once")
    func servesOn() async throws {
        let peer = try TokenPeer(giving: { $0 == 2 ? (503, "") : TokenPeer.always($0) }) { _ in true }
        let bench = try HTTPBench(peer.server.url, .oauth)
        #expect(await bench.send(1...1).map(\.result) == [.accepted])
        bench.timepiece.advance(by: .seconds(3560))
        for number: UInt32 in 2...4 { #expect(await bench.send(number...number).map(\.result) == [.accepted]) }
        #expect(peer.texts(with: "t1") == 4 && peer.tokenRequests.count == 2)
        bench.timepiece.advance(by: .seconds(11))
        #expect(await bench.send(5...5).map(\.result) == [.accepted])
        #expect(peer.texts(with: "t3") == 1 && peer.tokenRequests.count == 3)
        await bench.end()
    }

    @Test("an inquiry's token is renewed as well")
    func inquiry() async throws {
        let peer = try TokenPeer { $0 != "t1" }
        let bench = try HTTPBench(peer.server.url, .oauth)
        #expect(await bench.send(1...1, .inquire).map(\.result) == [.unknown])
        #expect(peer.tokenRequests.count == 2 && peer.texts(with: "t2") == 1 && bench.notes.notes.isEmpty)
        await bench.end()
    }

    @Test("two routes are two accounts: each has its own token")
    func twoRoutes() async throws {
        let peer = try TokenPeer { _ in true }
        let reactor = try Reactor()
        let (one, two) = (
            try HTTPBench(peer.server.url, .oauth, on: reactor), try HTTPBench(peer.server.url, .oauth, on: reactor)
        )
        #expect(await one.send().map(\.result) == [.accepted])
        #expect(await two.send().map(\.result) == [.accepted])
        #expect(peer.tokenRequests.count == 2)
        await one.channel.close()
        await two.end()
    }

    @Test("refused for a clock that is off: signed again by the provider's clock, once")
    func clock() async throws {
        let server = try ScriptedHTTPServer { session in
            while true {
                let request = try session.request()
                let isRight = request.headers["webhook-timestamp"] == "1800003600"
                let date = ["Date: Fri, 15 Jan 2027 09:00:00 GMT"]
                try session.answer(
                    isRight ? 201 : 401, isRight ? #"{"id":"m1"}"# : #"{"code":"credentials"}"#, date)
            }
        }
        let bench = try HTTPBench(
            server.url, .webhooks, key: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        #expect(await bench.send(1...1).map(\.result) == [.accepted])
        #expect(await bench.send(2...2).map(\.result) == [.accepted])
        #expect(server.requests.count == 3)
        await bench.end()
    }
}
