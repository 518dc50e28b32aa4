// SPDX-License-Identifier: Apache-2.0
//
// What lists without a reference field need: a mark in the words, texts within texts, and doubt where lists lag; and keys
// that a route names.

import GatewayModel
import Testing

@testable import Providers

@Suite("Marks, lines and keys that hold settings")
struct MarkTests {
    private static let token = ProviderScene.token

    /// (an expression, what the JSON body holds; nil: its key is left out)
    static let values: [(String, String?)] = [
        ("$task.title | line task.body", #""Call <Ada>\nLine 1\nLine 2""#),
        ("$task.title | line job.topic", #""Call <Ada>""#),
        ("$job.topic | line task.body", nil),
        ("$task.title | line task.body | html", #""Call &lt;Ada&gt;<br>Line 1<br>Line 2""#),
        ("$task.title | mark job.token", #""Call <Ada>\nref \#(token)""#),
        ("$task.title | html | mark job.token", #""Call &lt;Ada&gt;<br>ref \#(token)""#),
        ("$task.title | mark job.token | html", #""Call &lt;Ada&gt;<br>ref \#(token)""#),
        ("$task.title | mark job.uuid", #""Call <Ada>\nref 00443214-c742-44b6-b5cf-84653a56d7c6""#),
        ("$settings.word | line task.title", #""lead\nCall <Ada>""#),
        ("$task.contact | within /{settings.word}s(*)", #""/leads(42)""#),
        ("$settings.word | within {settings.word}/*/{settings.word}", #""lead/lead/lead""#),
    ]

    private static func file(_ fields: String, required: String = "required = true") -> String {
        ProviderScene.file(channel: "crm_task", request: "path = \"/m\"\nbody = \"json\"\n[request.fields]\n\(fields)")
            .replacing("[settings.word]\ntype = \"string\"", with: "[settings.word]\ntype = \"string\"\n\(required)")
    }

    private static func body(_ fields: String, word: String = "lead") throws -> String {
        try ProviderScene.provider(file(fields), settings: ["word": .text(word)])
            .request(for: ProviderScene.task, now: ProviderScene.now, secrets: ProviderScene.secret).bodyText
    }

    @Test("each gives its value", arguments: values)
    func gives(_ row: (expression: String, json: String?)) throws {
        #expect(try Self.body("x = \"\(row.expression)\"") == row.json.map { #"{"x":\#($0)}"# } ?? "{}")
    }

    @Test("a key may name a setting")
    func keys() throws {
        let fields = """
            "{settings.word}" = "$job.token"
            "regarding_{settings.word}_task@odata.bind" = "$task.contact"
            inner = { "a.{settings.word}" = 1 }
            "{other}" = 2
            """
        #expect(
            try Self.body(fields)
                == #"{"lead":"\#(Self.token)","regarding_lead_task@odata.bind":"42","inner":{"a.lead":1},"{other}":2}"#)
    }

    @Test("no setting breaks out of a key, or takes another's place", arguments: ["a b", "a\"", "a.b", "ä", "note"])
    func breakingOut(_ word: String) throws {
        let description = try ProviderScene.description(Self.file("note = \"x\"\n\"{settings.word}\" = \"$job.token\""))
        do throws(ProviderMistakes) {
            _ = try Provider(
                description, settings: ["word": .text(word)], secretNames: ["key"], baseURL: nil, callbackURL: nil)
            Issue.record("taken")
        } catch {
            #expect(error.mistakes.map(\.key) == ["settings.word"])
        }
    }

    /// (a field, a part of the complaint)
    static let slips: [(String, String)] = [
        ("\"{settings.wrod}\" = 1", "did you mean \"settings.word\"?"),
        ("\"{settings.number}\" = 1", "no setting that is a string"),
        ("x = \"$task.contact | within {settings.tags}(*)\"", "no setting that is a string"),
        ("x = \"$task.title | line task.due\"", "task.due is a time"),
        ("x = \"$task.title | html | line task.body\"", "line stands before html"),
        ("x = \"$task.title | mark task.body\"", "mark takes job.token or job.uuid"),
        ("x = \"$task.due | mark job.token\"", "mark works on a text"),
    ]

    @Test("each slip is told", arguments: slips)
    func tells(_ row: (field: String, words: String)) {
        let read = ProviderCatalog.read(Self.file(row.field), name: "x")
        #expect(read.problems.contains { $0.message.contains(row.words) }, "\(read.problems)")
    }

    @Test("a setting that may be missing names no key")
    func optional() {
        let read = ProviderCatalog.read(Self.file("\"{settings.word}\" = 1", required: ""), name: "x")
        #expect(read.problems.map(\.message).contains { $0.contains("must be required, or have a default") })
    }

    @Test("what a pattern gives is known again, whatever the settings are")
    func patterns() throws {
        func rest(_ pattern: String, _ text: String) -> String? {
            SettingPlaces.end(of: pattern, in: text[...]).map { String(text[$0...]) }
        }
        #expect(rest("/{settings.kind}s(", "/contacts(42)") == "42)")
        #expect(rest("/contacts(", "/contacts(42)") == "42)")
        #expect(rest("{settings.kind}", "gatepost_id") == "")
        #expect(rest("a_{settings.kind}_b@c", "a_x_y_b@c") == "")
        #expect(rest("/{settings.kind}s(", "/s(42)") == nil)
        #expect(rest("/{settings.kind}s(", "/con.tacts(42)") == nil)
        #expect(rest("/{settings.kind}s(", "contacts(42)") == nil)
    }
}

@Suite("Texts within texts, and lists that lag")
struct ContainsTests {
    private static let rules = """
        code = ["code"]
        [[answer.rule]]
        status = [400]
        contains = { "errors[*].message" = ["person", "Person"], kind = ["x"] }
        is = "bad_address"
        [[answer.rule]]
        contains = { "errors[*].message" = ["owner"] }
        is = "configuration"
        """

    /// (status, body, result)
    static let answers: [(Int, String, ResultWord)] = [
        (400, #"{"errors":[{"message":"a"},{"message":"no Person 42"}],"kind":"xyz"}"#, .badAddress),
        (400, #"{"errors":[{"message":"no person"}],"kind":"yz"}"#, .refused),
        (400, #"{"errors":[{"message":"no PERSON"}],"kind":"x"}"#, .refused),
        (400, #"{"errors":[{"message":"the owner is a person"}]}"#, .configuration),
        (500, #"{"errors":[{"message":"the owner"}]}"#, .configuration),
        (400, #"{"errors":[{"message":{"owner":1}}]}"#, .refused),
        (400, #"{"errors":"owner"}"#, .refused),
    ]

    @Test("a rule finds its words in the answer's", arguments: answers)
    func judges(_ row: (status: Int, body: String, result: ResultWord)) throws {
        let description = try AnswerTests.description(Self.rules)
        let verdict = AnswerJudge(description).judge(
            HTTPAnswer(status: row.status, body: Array(row.body.utf8)), now: nil)
        #expect(verdict.result.word == row.result)
    }

    private static func inquiry(_ head: String = "", _ found: String) -> String {
        ProviderScene.file(
            channel: "crm_task", request: "path = \"/m\"",
            more: "[inquiry]\npath = \"/m\"\n\(head)\n[inquiry.found]\nin = \"data\"\n\(found)\nid = \"id\"")
    }

    @Test("an inquiry looks for our mark within a text, and travels by its path")
    func marks() throws {
        let provider = try ProviderScene.provider(
            Self.inquiry("absent = \"not_sent\"", "where = { type = \"task\" }\ncontains = { note = \"$job.token\" }"))
        let asked = try #require(
            try provider.inquiry(
                for: ProviderScene.task, since: ProviderScene.now, now: ProviderScene.now, secrets: ProviderScene.secret
            ))
        #expect(asked.match == ["type": "task", "note": ProviderScene.token])
        func verdict(_ element: String) -> InquiryVerdict {
            provider.judgeInquiry(
                HTTPAnswer(status: 200, body: Array("{\"data\":[{\"id\":1,\"type\":\"task\"},\(element)]}".utf8)),
                match: asked.match)
        }
        #expect(verdict(#"{"id":2,"type":"task","note":"Words<br>ref \#(ProviderScene.token)"}"#) == .found(id: "2"))
        #expect(verdict(#"{"id":2,"type":"call","note":"ref \#(ProviderScene.token)"}"#) == .absent)
        #expect(verdict(#"{"id":2,"type":"task","note":"ref \#(ProviderScene.token.dropLast())"}"#) == .absent)
        #expect(verdict(#"{"id":2,"type":"task","note":null}"#) == .absent)
    }

    @Test("a list that may lag proves nothing by what it does not show")
    func unsure() throws {
        let found = "contains = { note = \"$job.token\" }"
        for head in ["", "absent = \"unsure\""] {
            let provider = try ProviderScene.provider(Self.inquiry(head, found))
            let answer = HTTPAnswer(status: 200, body: Array(#"{"data":[]}"#.utf8))
            guard case .noAnswer = provider.judgeInquiry(answer, match: ["note": "x"]) else {
                Issue.record("an empty list settles")
                return
            }
            let shown = HTTPAnswer(status: 200, body: Array(#"{"data":[{"id":7,"note":"a x b"}]}"#.utf8))
            #expect(provider.judgeInquiry(shown, match: ["note": "x"]) == .found(id: "7"))
        }
    }

    /// (in [inquiry], in [inquiry.found], a part of the complaint)
    static let slips: [(String, String, String)] = [
        ("absent = \"never\"", "where = { a = \"b\" }", "\"unsure\" or \"not_sent\""),
        ("", "", "\"where\" or \"contains\" is missing"),
        ("", "where = { a = \"b\" }\nabsent = [404]", "says nothing unless [inquiry] has absent = \"not_sent\""),
        ("", "where = { a = \"b\" }\ncontains = { a = \"b\" }", "stands in \"where\" already"),
        ("", "contains = { \"a[\" = \"b\" }", "is no path"),
    ]

    @Test("each slip is told", arguments: slips)
    func tells(_ row: (head: String, found: String, words: String)) {
        let read = ProviderCatalog.read(Self.inquiry(row.head, row.found), name: "x")
        #expect(read.problems.contains { $0.message.contains(row.words) }, "\(read.problems)")
    }

    @Test("a rule that looks for less covers one that looks for more")
    func covering() {
        let rule = "[[answer.rule]]\nstatus = [400]\ncontains = { m = [\"a\", \"b\"] }\nis = \"content\"\n"
        func problems(_ later: String) -> [String] {
            let text = ProviderScene.file(
                request: "path = \"/m\"", more: rule + "[[answer.rule]]\n\(later)\nis = \"refused\"")
            return ProviderCatalog.read(text, name: "x").problems.map(\.message)
        }
        #expect(problems("status = [400]\ncontains = { m = [\"a\"] }").contains { $0.contains("can never hold") })
        #expect(problems("status = [400]\ncontains = { m = [\"c\"] }") == [])
        #expect(problems("status = [400]\ncontains = { m = [\"\"] }").contains { $0.contains("must not be empty") })
    }
}
