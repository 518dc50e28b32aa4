// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Providers

@Suite("Expressions")
struct ExpressionTests {
    /// (an expression, what the JSON body holds; nil: its key is left out)
    static let texts: [(String, String?)] = [
        ("plain", #""plain""#),
        ("$$5 off", #""$5 off""#),
        ("$text.to", #""+4915112345678""#),
        ("$text.to | digits", #""4915112345678""#),
        ("$text.body", #""Grüße & mehr""#),
        ("$text.body | html", #""Grüße &amp; mehr""#),
        ("$text.body | cut 3", #""Grü""#),
        ("$text.body | upper", #""GRÜSSE & MEHR""#),
        ("$text.encoding | upper", #""GSM7""#),
        ("$text.segments", "1"),
        ("$text.segments | text", #""1""#),
        ("$text.segments | prefix n", #""n1""#),
        ("$text.segments | text | number", "1"),
        ("$text.validity", "3600"),
        ("$text.validity | clamp 1 60", "60"),
        ("$text.validity | clamp 7200 9000", "7200"),
        ("$text.valid_until | iso8601", #""2026-11-22T09:30:15Z""#),
        ("$text.valid_until | seconds", "1795339815"),
        ("$text.valid_until | milliseconds", "1795339815250"),
        ("$text.valid_until | date", #""2026-11-22""#),
        ("$text.valid_until | time", #""09:30""#),
        ("$now | time | suffix \" h\"", #""08:30 h""#),
        ("$job.token", #""abcdefghijklmnopqrstuvwxyz""#),
        ("$job.token | within /a(*)/b", #""/a(abcdefghijklmnopqrstuvwxyz)/b""#),
        ("$job.uuid", #""00443214-c742-44b6-b5cf-84653a56d7c6""#),
        ("$job.uuid | upper | guid | cut 8", #""00443214""#),
        ("$job.brand", #""acme""#),
        ("$job.brand | map all", "true"),
        ("$job.campaign | map all", "false"),
        ("$job.class | map level", nil),
        ("$job.topic", nil),
        ("$job.topic | upper | prefix x", nil),
        ("$job.topic | else none", #""none""#),
        ("$job.topic | or job.brand | upper", #""ACME""#),
        ("$job.brand | or job.topic", #""acme""#),
        ("$job.topic | then yes", nil),
        ("$job.brand | then \"two words\"", #""two words""#),
        ("$job.brand | list", #"["acme"]"#),
        ("$settings.word", nil),
        ("$settings.word | else other", #""other""#),
        ("$settings.number", "9"),
        ("$settings.number | text", #""9""#),
        ("$settings.flag", "true"),
        ("$settings.flag | not", "false"),
        ("$settings.flag | yesno", #""yes""#),
        ("$settings.tags", #"["a","b"]"#),
        ("$settings.word | or job.brand", #""acme""#),
        ("$secrets.key", #""the key""#),
        ("$callback.url", #""https://me.example/cb?a=1&ref=abcdefghijklmnopqrstuvwxyz""#),
    ]

    @Test("each gives its value for a text", arguments: texts)
    func gives(_ row: (expression: String, json: String?)) throws {
        let quoted = row.expression.contains("\"") ? "'\(row.expression)'" : "\"\(row.expression)\""
        let provider = try ProviderScene.provider(
            ProviderScene.file(request: "path = \"/m\"\nbody = \"json\"\n[request.fields]\nx = \(quoted)"),
            settings: ["number": .integer(9), "flag": .boolean(true), "tags": .list(["a", "b"])],
            callback: "https://me.example/cb?a=1")
        let load = try provider.request(for: ProviderScene.text, now: ProviderScene.now, secrets: ProviderScene.secret)
        #expect(load.bodyText == row.json.map { #"{"x":\#($0)}"# } ?? "{}")
    }

    static let tasks: [(String, String?)] = [
        ("$task.title | html", #""Call &lt;Ada&gt;""#),
        ("$task.body | html", #""Line 1<br>Line 2""#),
        ("$task.due | date", #""2026-12-01""#),
        ("$task.due | or now | milliseconds", "1796166000000"),
        ("$task.owner | number", "7"),
        ("$task.priority | map level", "3"),
        ("$task.contact | within /contacts(*)", #""/contacts(42)""#),
        ("$task.intended_channel | upper", #""VOICE""#),
        ("$job.class", #""transactional""#),
    ]

    @Test("each gives its value for a task", arguments: tasks)
    func givesForTask(_ row: (expression: String, json: String?)) throws {
        let file = ProviderScene.file(
            channel: "crm_task", request: "path = \"/m\"\nbody = \"json\"\n[request.fields]\nx = \"\(row.expression)\"")
        let load = try ProviderScene.provider(file).request(
            for: ProviderScene.task, now: ProviderScene.now, secrets: ProviderScene.secret)
        #expect(load.bodyText == row.json.map { #"{"x":\#($0)}"# } ?? "{}")
    }

    /// (an expression, the character complained of, a part of the words)
    static let slips: [(String, Int, String)] = [
        ("$", 2, "a name was expected"),
        ("$text.tos", 2, "did you mean \"text.to\"?"),
        ("$text.to digits", 10, "\"|\" was expected"),
        ("$text.to | digit", 12, "did you mean \"digits\"?"),
        ("$text.to | digits 3", 12, "it is written \"digits\""),
        ("$text.to |", 11, "a step was expected"),
        ("$text.segments | digits", 18, "digits works on a text, not on a whole number"),
        ("$text.valid_until", 2, "a time needs a form"),
        ("$text.valid_until | upper", 21, "not on a time"),
        ("$text.validity | clamp 9 1", 18, "two whole numbers"),
        ("$text.validity | clamp 9", 18, "clamp LEAST MOST"),
        ("$job.class | map levle", 14, "did you mean \"level\"?"),
        ("$job.class | within abc", 14, "one * in it"),
        ("$job.class | cut 0", 14, "at least 1"),
        ("$job.class | prefix a b", 14, "stand in double quotes"),
        ("$job.class | prefix \"a", 21, "the closing \" is missing"),
        ("$job.topic | or now", 14, "now is a time"),
        ("$job.topic | or job.tpoic", 14, "did you mean \"job.topic\"?"),
        ("$settings.wrd", 2, "did you mean \"settings.word\"?"),
        ("$settings.other", 2, "declare it as [settings.other]"),
        ("$secrets.other", 2, "declare it as [secrets.other]"),
        ("$task.title", 2, "a text has no more than"),
        ("$attempt.since | seconds", 2, "though elsewhere it is"),
        ("$text.to | yesno", 12, "yesno works on true or false"),
        ("$text.validity | else x", 18, "else works on"),
    ]

    @Test("each slip is told at its character", arguments: slips)
    func tells(_ row: (expression: String, character: Int, words: String)) throws {
        let quoted = row.expression.contains("\"") ? "'\(row.expression)'" : "\"\(row.expression)\""
        let text = ProviderScene.file(request: "path = \"/m\"\nbody = \"json\"\n[request.fields]\nx  = \(quoted)")
        let read = ProviderCatalog.read(text, name: "x")
        #expect(read.description == nil)
        let problem = try #require(read.problems.first)
        #expect(read.problems.count == 1)
        #expect(problem.message.contains(row.words), "\(problem)")
        #expect(problem.message.contains("(character \(row.character) of"), "\(problem)")
        #expect(problem.column == 6 + row.character, "\(problem)")
        #expect(problem.keyPath == "request.fields.x")
    }

    @Test("what must be there and is not stops the request, with the right one to blame")
    func required() throws {
        let rows: [(String, RequestMistake.Blame, String)] = [
            ("$job.topic!", .message, "job.topic is not there"),
            ("$job.topic! | upper", .message, "job.topic is not there"),
            ("$text.body | number", .message, "a whole number was expected"),
            ("$text.body | guid", .message, "a UUID was expected"),
            ("$callback.url!", .configuration, "callback.url is not there"),
        ]
        for row in rows {
            let provider = try ProviderScene.provider(
                ProviderScene.file(request: "path = \"/m\"\nbody = \"json\"\n[request.fields]\nx = \"\(row.0)\""))
            let mistake = try #require(throws: RequestMistake.self) {
                try provider.request(for: ProviderScene.text, now: ProviderScene.now, secrets: ProviderScene.secret)
            }
            #expect(mistake.blame == row.1)
            #expect(mistake.words.contains(row.2))
        }
    }

    @Test("a secret that cannot be read is the configuration's fault")
    func unreadableSecret() throws {
        struct Gone: Error {}
        let provider = try ProviderScene.provider(
            ProviderScene.file(request: "path = \"/m\"\nbody = \"json\"\n[request.fields]\nx = \"$secrets.key\""))
        let mistake = try #require(throws: RequestMistake.self) {
            try provider.request(for: ProviderScene.text, now: ProviderScene.now) { _ in throw Gone() }
        }
        #expect(mistake.blame == .configuration)
    }

    @Test("a cut never splits a character")
    func cuts() {
        let rows: [(String, Int, String)] = [
            ("abc", 3, "abc"), ("abc", 2, "ab"), ("a😀b", 2, "a"), ("a😀b", 3, "a😀"), ("e\u{301}x", 1, ""),
            ("👨‍👩‍👧", 5, ""),
        ]
        for row in rows { #expect(ExpressionStep.cut(row.0, to: row.1) == row.2) }
    }

    @Test("a token's bits are its UUID; another token's too")
    func uuids() {
        #expect(JobUUID.of(token: "aaaaaaaaaaaaaaaaaaaaaaaaaa") == "00000000-0000-4000-8000-000000000000")
        #expect(JobUUID.of(token: "77777777777777777777777777") == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(JobUUID.of(token: "odd") != JobUUID.of(token: "od"))
        #expect(JobUUID.of(token: "odd").utf8.count == 36)
    }

    @Test("what is always sent is known without a message")
    func alwaysThere() throws {
        let rows: [(String, Bool)] = [
            ("x", true), ("$text.to | digits", true), ("$job.topic", false), ("$job.topic!", true),
            ("$job.topic | else x | upper", true), ("$job.topic | or job.token", true),
            ("$job.topic | or job.brand", false),
            ("$job.class | map level", false), ("$job.class | map all", true),
            ("$job.class | map level | else x", true),
            ("$settings.word", false), ("$secrets.key", true),
        ]
        for row in rows {
            let file = ProviderScene.file(
                request: "path = \"/m\"\nbody = \"json\"\n[request.fields]\nx = \"\(row.0)\"")
            let expression = try #require(ProviderScene.description(file).request.body.expressions.first)
            #expect(expression.isAlwaysThere == row.1, "\(row.0)")
        }
    }
}
