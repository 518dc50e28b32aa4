// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Providers

@Suite("Judging answers")
struct AnswerTests {
    static let rules = """
        id = ["data.id", "header:x-id | between ( )"]
        code = ["errors[*].code", "error"]
        text = ["errors[0].detail"]
        segments = ["data.parts"]
        retry_after = ["x-reset"]
        [[answer.rule]]
        status = [200]
        where = { "rows[*].status" = ["0", "ok"] }
        is = "accepted"
        [[answer.rule]]
        status = [200]
        any = { "rows[*].status" = ["1"] }
        is = "throttled"
        [[answer.rule]]
        status = [201]
        has = ["data.id"]
        is = "accepted"
        [[answer.rule]]
        status = [204]
        is = "accepted"
        [[answer.rule]]
        status = ["4xx"]
        code = [21211, "invalid"]
        is = "bad_address"
        [[answer.rule]]
        status = ["4xx"]
        code = ["stop"]
        is = "opted_out"
        [[answer.rule]]
        status = [503]
        is = "unavailable"
        [[answer.rule]]
        status = [402]
        is = "quota"
        """

    static func description(kind: String = "json", _ rules: String = rules) throws -> ProviderDescription {
        let file = ProviderScene.file(request: "path = \"/m\"")
        let start = try #require(
            file.range(of: "body = \"json\"\n[[answer.rule]]\nstatus = [200]\nis = \"accepted\"\n"))
        return try ProviderScene.description(
            file.replacingCharacters(in: start, with: "body = \"\(kind)\"\n\(rules)\n"))
    }

    /// (status, body, result, code, id)
    static let table: [(Int, String, ResultWord, String?, String?)] = [
        (201, #"{"data":{"id":"m1","parts":2}}"#, .accepted, nil, "m1"),
        (201, #"{"data":{"id":17}}"#, .accepted, nil, "17"),
        (201, #"{"data":{"id":""}}"#, .unknown, nil, nil),
        (201, #"{"data":{"id":null}}"#, .unknown, nil, nil),
        (201, #"{"data":null}"#, .unknown, nil, nil),
        (201, #"[]"#, .unknown, nil, nil),
        (201, "", .unknown, nil, nil),
        (201, "OK", .unknown, nil, nil),
        (204, "", .accepted, nil, nil),
        (205, "", .unknown, nil, nil),
        (204, "x", .unknown, nil, nil),
        (200, #"{"rows":[{"status":"0"},{"status":"ok"}]}"#, .accepted, nil, nil),
        (200, #"{"rows":[{"status":0}]}"#, .accepted, nil, nil),
        (200, #"{"rows":[{"status":"0"},{"status":"1"}]}"#, .throttled, nil, nil),
        (200, #"{"rows":[{"status":"0"},{}]}"#, .accepted, nil, nil),
        (200, #"{"rows":[{"status":"0"},{"status":null}]}"#, .unknown, nil, nil),
        (200, #"{"rows":[]}"#, .unknown, nil, nil),
        (200, #"{"rows":"0"}"#, .unknown, nil, nil),
        (200, #"{}"#, .unknown, nil, nil),
        (400, #"{"errors":[{"code":21211,"detail":"no"}]}"#, .badAddress, "21211", nil),
        (404, #"{"error":"invalid"}"#, .badAddress, "invalid", nil),
        (403, #"{"errors":[{"code":"stop"}]}"#, .optedOut, "stop", nil),
        (400, #"{"errors":[{"x":1},{"code":"stop"}]}"#, .optedOut, "stop", nil),
        (400, #"{"errors":[{"code":"other"}]}"#, .refused, "other", nil),
        (422, "<html>", .unknown, nil, nil),
        (400, "", .unknown, nil, nil),
        (401, "", .credentials, nil, nil),
        (403, #"{}"#, .configuration, nil, nil),
        (403, #"{"errors":[{"code":"other"}]}"#, .configuration, "other", nil),
        (403, "<html>", .credentials, nil, nil),
        (403, "", .credentials, nil, nil),
        (407, "", .credentials, nil, nil),
        (402, "", .quota, nil, nil),
        (404, "x", .configuration, nil, nil),
        (405, "{}", .configuration, nil, nil),
        (408, "{}", .unknown, nil, nil),
        (409, "{}", .refused, nil, nil),
        (410, "{}", .configuration, nil, nil),
        (425, "", .transient, nil, nil),
        (429, "", .throttled, nil, nil),
        (301, "", .configuration, nil, nil),
        (304, "{}", .configuration, nil, nil),
        (500, #"{"errors":[{"code":"stop"}]}"#, .unknown, "stop", nil),
        (503, "<html>", .unavailable, nil, nil),
        (504, "", .unknown, nil, nil),
        (102, "", .unknown, nil, nil),
        (600, "", .unknown, nil, nil),
    ]

    @Test("each answer has one result", arguments: table)
    func judges(_ row: (status: Int, body: String, result: ResultWord, code: String?, id: String?)) throws {
        let verdict = AnswerJudge(try Self.description()).judge(
            HTTPAnswer(status: row.status, body: Array(row.body.utf8)), now: nil)
        #expect(verdict.result.word == row.result)
        #expect(verdict.code == row.code)
        #expect(verdict.id == row.id)
    }

    @Test("ids come from headers too; words and parts are kept")
    func details() throws {
        let judge = AnswerJudge(try Self.description())
        let answer = HTTPAnswer(status: 204, headers: [HeaderField("x-id", "https://h/tasks(12-3)")])
        #expect(judge.judge(answer, now: nil) == AnswerVerdict(.accepted, id: "12-3"))
        let long = String(repeating: "ü", count: 500)
        let refused = HTTPAnswer(
            status: 400,
            body: Array(#"{"errors":[{"code":"x\ny","detail":"a\r\nb\#(long)"}],"data":{"parts":"2"}}"#.utf8))
        let verdict = judge.judge(refused, now: nil)
        #expect(verdict.code == "x y")
        #expect(verdict.segments == 2)
        #expect(verdict.text.hasPrefix("a  bü"))
        #expect(verdict.text.utf8.count == 400)
        #expect(judge.judge(HTTPAnswer(status: 200, body: [1]), now: nil).text.hasPrefix("the answer is no JSON"))
    }

    @Test(
        "words about letting us in give back nothing that could be a secret; others stand", arguments: [401, 403, 407])
    func secretsGivenBack(_ status: Int) throws {
        let token = "FwoGZXIvYXdzEBYaDKtoken0123456789"
        let words = #"does not match.\n\nx-amz-security-token:\#(token)\nSign it again"#
        func text(_ status: Int) throws -> String {
            let body = Array(#"{"errors":[{"detail":"\#(words)"}]}"#.utf8)
            return AnswerJudge(try Self.description()).judge(HTTPAnswer(status: status, body: body), now: nil).text
        }
        #expect(try text(status) == "does not match. … Sign it again")
        #expect(try text(400).contains(token))
    }

    @Test("a refusal to make the same twice, where it counts as done, says so instead of the error")
    func thereAlready() throws {
        let judge = AnswerJudge(
            try Self.description(
                """
                code = ["code"]
                text = ["message"]
                [[answer.rule]]
                status = [200, 400]
                code = ["twice", "made"]
                is = "accepted"
                """))
        func verdict(_ status: Int, _ body: String) -> AnswerVerdict {
            judge.judge(HTTPAnswer(status: status, body: Array(body.utf8)), now: nil)
        }
        #expect(
            verdict(400, #"{"code":"twice","message":"VALIDATION_ERROR"}"#)
                == AnswerVerdict(.accepted, code: "twice", text: "it was there already"))
        #expect(verdict(400, #"{"code":"other","message":"no"}"#).text == "no")
        #expect(verdict(200, #"{"code":"made","message":"hello"}"#).text == "hello")
    }

    @Test("a rule's own credentials verdict gives back nothing either, whatever the status")
    func awsGivesBack() throws {
        let aws = try #require(ShippedProvidersTests.loaded.catalog["aws-sms"])
        let body =
            #"{"__type":"SignatureDoesNotMatch","message":"x-amz-security-token:FwoGZXIvYXdzEBYaDKtoken0123456789"}"#
        let verdict = AnswerJudge(aws).judge(HTTPAnswer(status: 400, body: Array(body.utf8)), now: nil)
        #expect(verdict.result == .credentials && verdict.text == "…")
    }

    @Test("a body that cannot be trusted never makes a success, and stops no plain status")
    func untrusted() throws {
        let judge = AnswerJudge(try Self.description())
        let good = HTTPAnswer(
            status: 201, headers: [HeaderField("content-type", "application/json; charset=utf-8")],
            body: Array(#"{"data":{"id":"m1"}}"#.utf8))
        #expect(judge.judge(good, now: nil).result == .accepted)
        for bad in HostileAnswers.made(from: good) {
            #expect(judge.judge(bad, now: nil).result == .unknown)
            var unavailable = bad
            unavailable.status = 503
            #expect(judge.judge(unavailable, now: nil).result == .unavailable)
        }
        var vendor = good
        vendor.headers = [HeaderField("content-type", "application/vnd.api+json")]
        #expect(judge.judge(vendor, now: nil).result == .accepted)
        vendor.headers = []
        #expect(judge.judge(vendor, now: nil).result == .accepted)
    }

    @Test("where only the status counts, bodies are passed over")
    func statusOnly() throws {
        let judge = AnswerJudge(
            try Self.description(kind: "none", "id = [\"id\"]\n[[answer.rule]]\nstatus = [\"2xx\"]\nis = \"accepted\""))
        let html = HTTPAnswer(status: 200, headers: [HeaderField("content-type", "text/html")], body: Array("<p>".utf8))
        #expect(judge.judge(html, now: nil) == AnswerVerdict(.accepted))
        #expect(
            judge.judge(HTTPAnswer(status: 200, body: Array(#"{"id":"7"}"#.utf8)), now: nil)
                == AnswerVerdict(.accepted, id: "7"))
        #expect(judge.judge(HTTPAnswer(status: 400), now: nil).result == .refused)
        #expect(judge.judge(HTTPAnswer(status: 403), now: nil).result == .credentials)
        #expect(judge.judge(HTTPAnswer(status: 500), now: nil).result == .unknown)
    }

    static let xmlRules = """
        id = ["PublishResponse.PublishResult.MessageId"]
        code = ["ErrorResponse.Error.Code"]
        text = ["ErrorResponse.Error.Message"]
        [[answer.rule]]
        status = [200]
        has = ["PublishResponse.PublishResult.MessageId"]
        is = "accepted"
        [[answer.rule]]
        status = ["4xx"]
        code = ["Throttled"]
        is = "throttled"
        """

    @Test("answers of query APIs are read as XML")
    func xml() throws {
        let judge = AnswerJudge(try Self.description(kind: "xml", Self.xmlRules))
        func answer(_ status: Int, _ body: String) -> HTTPAnswer {
            HTTPAnswer(status: status, headers: [HeaderField("content-type", "text/xml")], body: Array(body.utf8))
        }
        let good = answer(
            200,
            "<?xml version=\"1.0\"?>\n<!-- x --><PublishResponse xmlns=\"http://sns/\"><PublishResult><MessageId>a-&#49;</MessageId></PublishResult></PublishResponse>"
        )
        #expect(judge.judge(good, now: nil) == AnswerVerdict(.accepted, id: "a-1"))
        for bad in HostileAnswers.made(from: good) { #expect(judge.judge(bad, now: nil).result == .unknown) }
        let throttled = answer(
            400,
            "<ErrorResponse><Error><Code>Throttled</Code><Message><![CDATA[a < b]]> &amp; c</Message></Error></ErrorResponse>"
        )
        #expect(
            judge.judge(throttled, now: nil)
                == AnswerVerdict(.throttled(after: nil), code: "Throttled", text: "a < b & c"))
        #expect(
            judge.judge(answer(200, "<PublishResponse><PublishResult/></PublishResponse>"), now: nil).result == .unknown
        )
    }

    static let trees: [(String, String?)] = [
        ("<a/>", #"{"a":""}"#), ("<a>x</a>", #"{"a":"x"}"#), ("<n:a b='>' c=\"/>\">x</n:a>", #"{"a":"x"}"#),
        ("<a><b>1</b><c/><b>2</b></a>", #"{"a":{"b":["1","2"],"c":""}}"#), ("<a> <b>1</b> </a>", #"{"a":{"b":"1"}}"#),
        ("<a>&lt;&#x41;&quot;</a>", #"{"a":"<A\""}"#), ("<a><?x y?>1<!-- 2 --></a>", #"{"a":"1"}"#),
        ("", nil), ("x", nil), ("<a>", nil), ("<a></b>", nil), ("<a/><b/>", nil), ("<a>&x;</a>", nil),
        ("<a>&#0;</a>", nil),
        ("<a>&#xD800;</a>", nil), ("<a>&", nil), ("<a b=\"", nil), ("<a <b/>", nil), ("<>x</>", nil), ("<a/ >", nil),
        ("<a><!DOCTYPE x></a>", nil), ("<a></a", nil), ("<a><![CDATA[x</a>", nil),
    ]

    @Test("each piece of XML is its tree or none", arguments: trees)
    func reads(_ row: (xml: String, tree: String?)) {
        #expect((try? XMLTree.parse(Array(row.xml.utf8)))?.text == row.tree)
    }

    /// (header's value, what it asks for)
    static let waits: [(String, Duration?)] = [
        ("0", .zero), ("30", .seconds(30)), (" 30 ", .seconds(30)), ("1.5", .milliseconds(1500)),
        ("0.0001", .milliseconds(1)),
        ("99999999", .seconds(86_400)), ("1795336245", .seconds(30)), ("1795336245000", .seconds(30)),
        ("1700000000", .zero),
        ("Sun, 22 Nov 2026 08:30:45 GMT", .seconds(30)), ("Sun, 22 Nov 2026 08:00:00 GMT", .zero),
        ("Sunday, 22-Nov-26 08:30:45 GMT", .seconds(30)), ("Sun Nov 22 08:30:45 2026", .seconds(30)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", .seconds(86_400)), ("", nil), ("soon", nil), ("-5", nil), ("1e400", nil),
        ("0x10", nil),
        ("nan", nil), ("Sun, 32 Nov 2026 08:30:45 GMT", nil),
    ]

    @Test("each form of Retry-After", arguments: waits)
    func asks(_ row: (value: String, wait: Duration?)) {
        let clock = Instant(rfc3339: "2026-11-22T08:30:15Z")!
        let dated = HTTPAnswer(
            status: 429,
            headers: [HeaderField("date", "Sun, 22 Nov 2026 08:30:15 GMT"), HeaderField("retry-after", row.value)])
        #expect(RetryAfter.of(dated, headers: [], now: nil) == row.wait)
        let undated = HTTPAnswer(status: 429, headers: [HeaderField("x-reset", row.value)])
        #expect(RetryAfter.of(undated, headers: ["x-other", "x-reset"], now: clock) == row.wait)
    }

    @Test("a time without any clock is passed over, and Retry-After comes first")
    func waitOrder() throws {
        let judge = AnswerJudge(try Self.description())
        var answer = HTTPAnswer(
            status: 429, headers: [HeaderField("x-reset", "9"), HeaderField("retry-after", "Sun Nov 22 08:30:45 2026")])
        #expect(judge.judge(answer, now: nil).result == .throttled(after: .seconds(9)))
        answer.headers[1].value = "4"
        #expect(judge.judge(answer, now: nil).result == .throttled(after: .seconds(4)))
        answer.status = 402
        #expect(judge.judge(answer, now: nil).result == .quota(after: .seconds(4)))
        answer.status = 503
        #expect(judge.judge(answer, now: nil).result == .unavailable)
    }

    static let paths: [(String, String)] = [
        ("a", "1"), ("b.c", "2"), ("l[0]", "3"), ("l[1].x", "4"), ("l[*].x", "4,5"), ("\"d.e\"", "6"),
        ("\"d.e\".x", ""), ("l[9]", ""),
        ("a[0]", ""), ("b[*]", ""), ("a.b.c", ""), ("l[*][0]", "7"),
    ]

    @Test("paths find what they say", arguments: paths)
    func finds(_ row: (path: String, found: String)) throws {
        let tree = try JSONValue.parse(
            Array(#"{"a":1,"b":{"c":2},"l":[3,{"x":4},{"x":5},[7]],"d.e":6}"#.utf8))
        let path = try #require(AnswerPath(row.path))
        #expect(path.all(in: tree).compactMap(\.plainText).joined(separator: ",") == row.found)
    }

    @Test(
        "what is no path is none",
        arguments: ["", ".", "a.", ".a", "a..b", "a[", "a[]", "a[-1]", "a[01]", "a[x]", "a]", "a b", "\"a", "a\"b\""])
    func noPaths(_ text: String) {
        #expect(AnswerPath(text) == nil)
    }

    static let found = """
        [inquiry]
        path = "/m"
        absent = "not_sent"
        [inquiry.found]
        in = "items"
        where = { "text" = "$text.body", "n.m" = 1 }
        id = "id"
        more = "next"
        absent = [404]
        """

    /// (status, body, verdict)
    static let inquiries: [(Int, String, String)] = [
        (200, #"{"items":[{"text":"x","n":{"m":1},"id":"1"},{"text":"Hi","n":{"m":1},"id":"2"}]}"#, "found 2"),
        (200, #"{"items":[{"text":"Hi","n":{"m":1}}],"next":"/more"}"#, "found nil"),
        (200, #"{"items":{"text":"Hi","n":{"m":1},"id":3}}"#, "found 3"),
        (200, #"{"items":[{"text":"Hi","n":{"m":2}}]}"#, "absent"),
        (200, #"{"items":[]}"#, "absent"),
        (200, #"{"items":[],"next":null}"#, "absent"),
        (200, #"{"items":[],"next":false}"#, "absent"),
        (200, #"{"items":[],"next":"/more"}"#, "none"),
        (200, #"{"things":[]}"#, "none"),
        (200, #"{"items":null}"#, "none"),
        (200, #"{"items":"x"}"#, "none"),
        (200, "", "none"), (200, "[", "none"), (204, "", "none"), (404, "", "absent"), (500, "{}", "none"),
        (401, "", "none"), (429, "", "none"), (302, "", "none"),
    ]

    @Test("an inquiry says absent only of an answer that shows all there is", arguments: inquiries)
    func inquires(_ row: (status: Int, body: String, verdict: String)) throws {
        let provider = try ProviderScene.provider(ProviderScene.file(request: "path = \"/m\"", more: Self.found))
        let verdict = provider.judgeInquiry(
            HTTPAnswer(status: row.status, body: Array(row.body.utf8)), match: ["text": "Hi", "n.m": "1"])
        switch verdict {
        case .found(let id): #expect("found \(id ?? "nil")" == row.verdict)
        case .absent: #expect(row.verdict == "absent")
        case .noAnswer(let why): #expect(row.verdict == "none", "\(why)")
        }
        var cut = HTTPAnswer(status: 200, body: Array(row.body.utf8))
        cut.isCut = true
        if case .noAnswer = provider.judgeInquiry(cut, match: ["text": "Hi"]) {
        } else {
            Issue.record("a cut answer settles")
        }
    }
}
