// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite("What the documents show works as it stands")
struct DocumentTests {
    private static func page(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: Post.shippedTemplates).deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
    }

    /// What stands behind `start`, up to `end`.
    private static func piece(of text: String, from start: String, to end: String) throws -> String {
        let opening = try #require(text.range(of: start))
        let closing = try #require(text.range(of: end, range: opening.upperBound..<text.endIndex))
        return String(text[opening.upperBound..<closing.lowerBound])
    }

    @Test("the records of the README are taken")
    func readme() throws {
        let records = try Self.piece(of: Self.page("README.md"), from: "<<'END'\n", to: "END")
        let ending = try Post().run("enqueue", "--dry-run", "--ndjson", input: records)
        #expect(ending.code == 0)
        #expect(try ending.output.object()["accepted"] as? Int == 2)
    }

    @Test("the sections of the policy's page are sound")
    func policy() throws {
        let post = try Post()
        let sections = try Self.page("docs/policy.md").components(separatedBy: "```toml\n").dropFirst()
        try #require(sections.count == 4)
        let text = sections.map { $0.components(separatedBy: "```")[0] }.joined(separator: "\n")
        try post.write(text, to: "conf.d/policy.toml")
        let ending = try post.run("check")
        #expect(ending.code == 0 && ending.output.isEmpty)
        #expect(ending.words.contains("us-fl"))
    }

    @Test("the sample configuration is sound")
    func sample() throws {
        let post = try Post()
        try post.write(Self.page("config/gatepost.toml"), to: "gatepost.toml")
        let ending = try post.run("check")
        #expect(ending.code == 0 && ending.output.isEmpty)
        #expect(ending.words.contains("week: marketing: 3 in rolling"))
    }

    @Test("the cancel of the producers' page is taken")
    func cancel() throws {
        let fence = "```json\n{\"kind\":\"cancel\""
        let rest = try Self.piece(of: Self.page("docs/producers.md"), from: fence, to: "\n```")
        #expect(try Post().run("enqueue", "--dry-run", input: "{\"kind\":\"cancel\"" + rest).code == 0)
    }

    @Test("the declaration of the templates' page is one")
    func template() throws {
        let post = try Post()
        let declaration = try Self.piece(of: Self.page("docs/templates.md"), from: "```toml\n", to: "```")
        try post.write(declaration, to: "templates/order/template.toml")
        try post.write("{{first_name}}: {{total}}", to: "templates/order/subject.txt")
        try post.write("{{#lines}}{{title}} {{/lines}}{{ends_on.long}}", to: "templates/order/body.txt")
        let ending = try post.run(
            "render", "order", "--part", "subject", "--data", "-", input: #"{"first_name":"Ada"}"#)
        #expect(ending.code == 0 && ending.output == "Ada: 0\n")
    }
}
