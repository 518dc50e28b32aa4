// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Providers

@Suite("docs/providers.md")
struct DocumentedTests {
    static let page: String = {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return (try? String(contentsOf: root.appendingPathComponent("docs/providers.md"), encoding: .utf8)) ?? ""
    }()

    @Test("the walk-through's file works as it stands")
    func walkThrough() throws {
        let start = try #require(Self.page.range(of: "```toml\n"))
        let rest = Self.page[start.upperBound...]
        let end = try #require(rest.range(of: "```"))
        let description = try ProviderScene.description(String(rest[..<end.lowerBound]))
        #expect(description.check().map(\.description) == [])
        let provider = try Provider(
            description, settings: ["account": .text("a-17"), "from": .text("ACME")], secretNames: ["key"],
            baseURL: nil,
            callbackURL: nil)
        let load = try provider.request(for: ProviderScene.text, now: ProviderScene.now, secrets: ProviderScene.secret)
        #expect(load.target == "/v2/accounts/a-17/messages")
        #expect(load.bodyText == #"{"to":"4915112345678","from":"ACME","text":"Grüße & mehr","ttl":3600}"#)
    }

    @Test("the file that closes tasks works as it stands")
    func closing() throws {
        let start = try #require(Self.page.range(of: "```toml\nschema = 1\ntitle = \"Grove to-dos\"\n"))
        let text = Self.page[start.lowerBound...].dropFirst("```toml\n".count)
        let end = try #require(text.range(of: "```"))
        let description = try ProviderScene.description(String(text[..<end.lowerBound]))
        #expect(description.check().map(\.description) == [])
        #expect(description.examples.filter { $0.question == .amend }.count == 2)
        let provider = try Provider(
            description, settings: [:], secretNames: ["key"], baseURL: nil, callbackURL: nil)
        let load = try provider.amendment(
            for: ProviderScene.task, taskID: "4711", note: "Withdrawn: do not contact by sms", now: ProviderScene.now,
            secrets: ProviderScene.secret)
        #expect(load?.method == "PATCH" && load?.target == "/v1/todos/4711")
        let body = try #require(load?.bodyText)
        #expect(body.hasPrefix(#"{"state":"done","text":"Withdrawn: do not contact by sms\n"#), "\(body)")
    }

    @Test("every word there is, is on the page")
    func words() {
        var words = StepReader.names + ResultWord.allCases.map(\.rawValue) + AuthReader.types
        words += ExpressionName.TextName.allCases.map { "text.\($0.rawValue)" }
        words += ExpressionName.TaskName.allCases.map { "task.\($0.rawValue)" }
        words += ExpressionName.JobName.allCases.map { "job.\($0.rawValue)" }
        words += ProviderExample.Part.allCases.map(\.rawValue) + ProviderExample.Question.allCases.map(\.rawValue)
        words += AnswerKind.allCases.map(\.rawValue) + ["callback.url", "now", "attempt.since"]
        for word in words {
            #expect(Self.page.contains("`\(word)`") || Self.page.contains("`\(word) "), "\(word)")
        }
    }
}

@Suite("Whatever comes in")
struct AnythingTests {
    /// The same every time.
    struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test("spoilt bytes of answers, expressions, paths and files end in a verdict or a problem, never in a crash")
    func neverTraps() throws {
        var dice = Dice(state: 7)
        let json = AnswerJudge(try AnswerTests.description())
        let xml = AnswerJudge(try AnswerTests.description(kind: "xml", AnswerTests.xmlRules))
        let bodies = [
            #"{"data":{"id":"m1","parts":2},"rows":[{"status":"0"}],"errors":[{"code":1}]}"#,
            "<PublishResponse><PublishResult><MessageId>a&#49;</MessageId><![CDATA[x]]></PublishResult></PublishResponse>",
        ]
        var accepted = 0
        for round in 0..<3000 {
            var bytes = Array(bodies[round % 2].utf8)
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let place = Int.random(in: 0..<bytes.count, using: &dice)
                switch Int.random(in: 0..<3, using: &dice) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &dice)
                case 1: bytes.removeSubrange(place...)
                default: bytes.insert(contentsOf: bytes[place...], at: place)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            for status in [200, 201, 400] {
                let verdict = (round % 2 == 0 ? json : xml).judge(HTTPAnswer(status: status, body: bytes), now: nil)
                if verdict.result == .accepted { accepted += 1 }
                #expect(status != 400 || verdict.result != .accepted)
            }
        }
        #expect(accepted > 0)

        let marks = Array("$text.to|cut 3\"!{}[]*.()ü \\".unicodeScalars)
        let context = ReadingContext(channel: .sms)
        for _ in 0..<5000 {
            var text = String.UnicodeScalarView("$text.to | ".unicodeScalars)
            for _ in 0..<Int.random(in: 0..<12, using: &dice) { text.append(marks.randomElement(using: &dice) ?? "x") }
            _ = try? ExpressionParser.value(String(text), context.scope(.create, noSecrets: nil))
            _ = try? PathTemplate("/" + String(text.dropFirst(11)), context.scope(.create, noSecrets: nil))
            _ = AnswerPath(String(text.dropFirst(11)))
            _ = AnswerSource(String(text.dropFirst(11)))
        }

        let file = Array(ReadingTests.good.utf8)
        for _ in 0..<300 {
            var bytes = file
            for _ in 0..<3 { bytes.remove(at: Int.random(in: 0..<bytes.count, using: &dice)) }
            let read = ProviderCatalog.read(String(decoding: bytes, as: UTF8.self), name: "x")
            #expect((read.description == nil) == !read.problems.isEmpty)
        }
    }
}
