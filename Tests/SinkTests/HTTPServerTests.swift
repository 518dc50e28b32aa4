// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Providers
import Sink
import TestSupport
import Testing

@Suite("The sink's HTTP side", .timeLimit(.minutes(1)))
struct HTTPServerTests {
    private static let basic = ["Authorization": "Basic QUMxOnB3", "Content-Type": "application/x-www-form-urlencoded"]
    private static let bearer = ["Authorization": "Bearer k", "Content-Type": "application/json"]
    private static let crm = ["Authorization": "CRM-token t", "Content-Type": "application/json"]

    private static func text(to number: String, _ body: String = "Hello") -> String {
        "To=%2B\(number)&Body=\(body)&Kind=sms&Callback=https%3A%2F%2Fx.y%2Fc%3Fref%3D\(number)"
    }
    private static func json(to number: String, ref: String, _ body: String = "Hello") -> String {
        #"{"content":{"text":"\#(body)","parts":1},"tags":["gatepost"],"flash":false,"recipients":[{"msisdn":"\#(number)","ref":"r-\#(ref)"}]}"#
    }
    private static func task(_ title: String, contact: String) -> String {
        #"{"Subject":"\#(title)","Note":"n","Contact":"/contacts(\#(contact))"}"#
    }
    private static let uuid = "11111111-2222-4333-8444-555555555555"
    private static let messages = "/accounts/AC1/messages"

    private func server(
        time: any Timepiece = SystemTimepiece(), _ change: (inout SinkConfiguration) -> Void = { _ in }
    ) throws -> SinkHTTPServer {
        var configuration = SinkConfiguration()
        change(&configuration)
        return try SinkHTTPServer(configuration, providers: HTTPProviders.all, time: time)
    }

    @Test("takes a text, answers as recorded, tells and counts it")
    func accepts() async throws {
        let server = try server()
        var events = server.events().makeAsyncIterator()
        let probe = try Probe(server)
        let answer = try #require(probe.ask("POST", Self.messages, Self.basic, Self.text(to: "15550100000", "a%22b")))
        #expect(answer.status == 201 && answer.header("content-type") == "application/json")
        #expect(answer["to"] == .string("+15550100000") && answer["body"] == .string("a\"b"))
        let event = try #require(await events.next())
        #expect(event.sender == "pager" && event.recipient == "+15550100000" && event.messageID == "15550100000")
        guard case .accepted(let id) = event.verdict else {
            Issue.record("\(event.verdict)")
            return
        }
        #expect(answer["sid"] == .string("SM\(id)"))
        #expect(server.tally(ofRecipient: "+15550100000").accepted == 1 && server.distinct("15550100000") == 1)
        let other = try #require(probe.ask("POST", "/v1" + Self.messages, Self.basic, Self.text(to: "15550100000")))
        #expect(other.status == 201 && other["sid"] != answer["sid"])
        #expect(server.total.accepted == 2)
    }

    @Test(
        "the number's end says what becomes of it",
        arguments: [
            ("0001", 400, "is no number"), ("0002", 503, "not now"), ("0003", 429, "20429"), ("0004", 400, "refused"),
            ("0008", 400, "opted out"), ("0009", 201, "SM"),
        ])
    func behaviours(_ ending: String, _ status: Int, _ words: String) throws {
        let server = try server()
        let probe = try Probe(server)
        let number = "1555010\(ending)"
        let answer = try #require(probe.ask("POST", Self.messages, Self.basic, Self.text(to: number)))
        #expect(answer.status == status && answer.text.contains(words))
        let second = try #require(probe.ask("POST", Self.messages, Self.basic, Self.text(to: number)))
        #expect(second.status == (ending == "0003" ? 201 : status))
        if ending == "0003" { #expect(answer.header("retry-after") == "3") }
        if ending == "0001" { #expect(answer.text.contains("+\(number)")) }
    }

    @Test("drop closes, silent says nothing, slow answers late; none holds up the others, and an inquiry finds them")
    func special() async throws {
        let time = ManualTimepiece()
        let server = try server(time: time)
        var events = server.events().makeAsyncIterator()
        let (dropped, silent, slow) = (try Probe(server), try Probe(server), try Probe(server))
        silent.say(Probe.request("POST", Self.messages, Self.basic, Self.text(to: "15550100006")))
        #expect(await events.next()?.verdict == .leftWaiting)
        #expect(dropped.ask("POST", Self.messages, Self.basic, Self.text(to: "15550100005", "lost")) == nil)
        #expect(await events.next()?.verdict == .dropped)
        let asking = try Probe(server)
        let query = "?To=%2B15550100005"
        let found = try #require(asking.ask("GET", Self.messages + query, Self.basic))
        #expect(found.text.contains(#""body":"lost","status":"sent""#) && found.text.hasSuffix(#""page":0}"#))
        #expect(asking.ask("GET", Self.messages + "?To=%2B15550100099", Self.basic)?.text == #"{"messages":[]}"#)
        #expect(server.errands.inquiries == 2 && server.distinct("15550100005") == 1)
        #expect(server.tally(ofRecipient: "+15550100005").unanswered == 1)
        slow.say(
            Probe.request("POST", Self.messages, Self.basic, Self.text(to: "15550100007"))
                + Probe.request("POST", Self.messages, Self.basic, Self.text(to: "15550100008")))
        #expect(await events.next()?.recipient == "+15550100007")
        time.advance(by: .seconds(5))
        #expect(asking.ask("GET", Self.messages + query, Self.basic)?.status == 200)
        #expect(slow.answers(2).map(\.status) == [201, 400])
        server.stop()
        #expect(silent.answer() == nil)
    }

    @Test(
        "a request that is not right is told why",
        arguments: [
            ("POST", messages, ["Content-Type": "application/x-www-form-urlencoded"], text(to: "1555"), 401, "20003"),
            ("POST", messages, ["Authorization": "Basic QQ=="], text(to: "1555"), 401, "20003"),
            ("POST", messages, ["Authorization": "Basic QUMxOnB3="], text(to: "1555"), 401, "20003"),
            ("POST", messages, basic, "To=%2B1555&Kind=sms", 400, #""missing":["Body"]"#),
            ("POST", messages, basic, "To=%2B1555&Body=x&Kind=mms", 400, "Kind = sms"),
            ("POST", messages, ["Authorization": "Basic QUMxOnB3"], text(to: "1555"), 400, "Content-Type"),
            ("POST", "/send", ["Content-Type": "application/json"], "{}", 401, "who asks"),
            ("POST", "/send", bearer, "{\"content\":", 400, "a readable body"),
            ("POST", "/send", bearer, "{}", 400, "content.text"),
            ("POST", "/send", bearer, json(to: "1555", ref: "a"), 400, "Idempotency-Key"),
            ("POST", "/nowhere", bearer, "{}", 404, "no provider"), ("GET", "/send", bearer, "", 404, "no provider"),
            ("PATCH", "/tasks(\(uuid))", bearer, task("t", contact: "7"), 401, "who asks"),
            ("POST", "/oauth/token", [:], "grant_type=refresh_token", 400, "refresh_token"),
        ] as [(String, String, [String: String], String, Int, String)])
    func refuses(
        _ method: String, _ target: String, _ headers: [String: String], _ body: String, _ status: Int, _ words: String
    ) throws {
        let server = try server()
        let answer = try #require(try Probe(server).ask(method, target, headers, body))
        #expect(answer.status == status && answer.text.contains(words), "\(answer.status) \(answer.text)")
        #expect(server.total.accepted == 0 && server.total.refused == 1)
    }

    @Test("one key makes one text, whatever became of the first answer; another body under it is refused")
    func keys() throws {
        let server = try server()
        let probe = try Probe(server)
        let headers = Self.bearer.merging(["Idempotency-Key": "k1"]) { $1 }
        let body = Self.json(to: "15550105", ref: "job1")
        let (first, second) = (probe.ask("POST", "/send", headers, body), probe.ask("POST", "/send", headers, body))
        #expect(first?.status == 200 && first?["id"]?.number != nil && second == first)
        let other = probe.ask("POST", "/send", headers, Self.json(to: "15550105", ref: "job1", "Bye"))
        #expect(other?.status == 422)
        #expect(server.distinct("job1") == 1 && server.tally(ofReference: "job1").repeated == 1)
        let lost = Self.bearer.merging(["Idempotency-Key": "k2"]) { $1 }
        let lostBody = Self.json(to: "15550100005", ref: "job2")
        #expect(try Probe(server).ask("POST", "/send", lost, lostBody) == nil)
        #expect(probe.ask("POST", "/send", lost, lostBody)?.status == 200)
        #expect(server.distinct("job2") == 1 && server.tally(ofRecipient: "+15550100005").unanswered == 1)
    }

    @Test("a task under an id of its own is made once, found, and changed")
    func tasks() async throws {
        let server = try server()
        var events = server.events().makeAsyncIterator()
        let probe = try Probe(server)
        let path = "/tasks(\(Self.uuid))"
        #expect(probe.ask("GET", path, Self.crm)?.status == 404)
        #expect(try Probe(server).ask("PATCH", path, Self.crm, Self.task("Call", contact: "c-0005")) == nil)
        #expect(await events.next()?.verdict == .dropped)
        let again = try #require(probe.ask("PATCH", path, Self.crm, Self.task("Call", contact: "c-0005")))
        #expect(again.status == 200 && again["id"] == .string(Self.uuid) && again["created"] == .bool(false))
        #expect(await events.next()?.matter == .repetition)
        #expect(server.distinct(Self.uuid) == 1 && server.tally(ofRecipient: "c-0005").repeated == 1)
        let found = try #require(probe.ask("GET", path, Self.crm))
        #expect(found.status == 200 && found["ref"] == .string(Self.uuid) && found["id"] != nil)
        let closed = try #require(probe.ask("PATCH", path, Self.crm, #"{"State":"closed","Why":"withdrawn"}"#))
        #expect(closed.status == 200)
        let event = try #require(await events.next())
        #expect(event.matter == .amendment && event.recipient == "c-0005" && event.messageID == Self.uuid)
        #expect(server.errands.amendments == 1 && server.distinct(Self.uuid) == 1)
        #expect(probe.ask("PATCH", "/tasks(x)", Self.crm, Self.task("Call", contact: "c-0001"))?.status == 400)
    }

    @Test("token endpoints give tokens, and count them")
    func tokens() throws {
        let server = try server()
        let form = ["Content-Type": "application/x-www-form-urlencoded"]
        let body = "grant_type=refresh_token&refresh_token=r&client_id=i&client_secret=s"
        let answer = try #require(try Probe(server).ask("POST", "/oauth/token", form, body))
        #expect(answer.status == 200 && answer["access_token"]?.string?.hasPrefix("t-") == true)
        #expect(server.tokenRequests == 1 && server.total.taken + server.total.refused == 0)
    }

    @Test("under a provider's own base URL only that provider is looked at")
    func named() throws {
        let server = try server()
        let probe = try Probe(server)
        let answer = probe.ask("POST", "/pager" + Self.messages, Self.basic, Self.text(to: "1555"))
        #expect(answer?.status == 201)
        #expect(probe.ask("POST", "/keyed" + Self.messages, Self.basic, Self.text(to: "1555"))?.status == 404)
        #expect(server.baseURL(of: "pager") == "http://127.0.0.1:\(server.port)/pager")
    }

    @Test("pipelined requests, chunks and a client that closes")
    func pipelined() throws {
        let server = try server()
        let probe = try Probe(server)
        let one = Probe.request("POST", Self.messages, Self.basic, Self.text(to: "15550"))
        let body = Self.text(to: "15551")
        probe.say(String(repeating: one, count: 50))
        #expect(probe.answers(50).map(\.status) == Array(repeating: 201, count: 50))
        probe.say(
            "POST \(Self.messages) HTTP/1.1\r\nHost: a\r\nAuthorization: Basic QUMxOnB3\r\nConnection: close\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
                + String(body.utf8.count, radix: 16) + "\r\n\(body)\r\n0\r\n\r\n")
        let last = probe.answer()
        #expect(last?.status == 201 && last?.header("connection") == "close" && probe.answer() == nil)
        #expect(server.total.accepted == 51)
    }

    @Test("captures each request as a file, without what shows who asked")
    func captures() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sink-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try server { $0.captureFolder = folder.path }
        #expect(try Probe(server).ask("POST", Self.messages, Self.basic, Self.text(to: "1555"))?.status == 201)
        #expect(try Probe(server).ask("POST", Self.messages, Self.basic, Self.text(to: "15550001"))?.status == 400)
        let change = #"{"State":"closed","Why":"w"}"#
        #expect(try Probe(server).ask("PATCH", "/tasks(..%2F..%2Fx)", Self.crm, change)?.status == 200)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names.count == 2 && names[0].hasSuffix(".http") && names[1].hasSuffix("-amended.http"))
        let text = try String(contentsOf: folder.appendingPathComponent(names[0]), encoding: .utf8)
        #expect(
            text.hasPrefix("POST \(Self.messages) HTTP/1.1\r\n") && text.hasSuffix("\r\n\r\n" + Self.text(to: "1555")))
        #expect(text.contains("authorization: …\r\n") && !text.contains("QUMxOnB3"))
    }

    @Test("one connection too many is told so; stop may be called twice")
    func limits() throws {
        let server = try server { $0.maxConnections = 1 }
        let probe = try Probe(server)
        #expect(probe.ask("POST", "/x")?.status == 404)
        #expect(try Probe(server).answer()?.status == 503)
        server.stop()
        server.stop()
        #expect(probe.answer() == nil)
    }

    @Test("speaks HTTPS with a certificate that a client can check")
    func secure() async throws {
        let server = try server { $0.tls = .implicit(.selfSigned) }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("sink-\(UUID().uuidString).pem")
        try Data((server.certificatePEM ?? "").utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        let target = "https://localhost:\(server.port)\(Self.messages)"
        // Other tests of this process set proxies in the environment.
        curl.environment = [:]
        curl.arguments = [
            "-sS", "--cacert", file.path, "-u", "AC1:pw", "-d", Self.text(to: "15550"), target, "--next", "-sS",
            "--cacert",
            file.path, "-u", "AC1:pw", "-d", Self.text(to: "15551"), target,
        ]
        let output = Pipe()
        curl.standardOutput = output
        try curl.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        curl.waitUntilExit()
        #expect(curl.terminationStatus == 0 && text.contains("+15550") && text.contains("+15551"), "\(text)")
        #expect(server.total.accepted == 2)
    }
}
