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

    @Test("the job of the README is taken")
    func readme() throws {
        let job = try Self.piece(of: Self.page("README.md"), from: "echo '", to: "' |")
        let ending = try Post().run("enqueue", "--dry-run", input: job)
        #expect(ending.code == 0)
        #expect(try ending.output.object()["accepted"] as? Int == 1)
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
