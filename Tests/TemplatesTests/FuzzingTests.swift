// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Templates

@Suite("Whatever the bytes")
struct FuzzingTests {
    @Test("pieces of templates in any order neither trap nor run away")
    func pieces() {
        let pieces = [
            "{{", "}}", "{{{", "}}}", "#", "^", "/", "<", ">", "$", "!", "=", "{{=<% %>=}}", "<%", "%>", "a", "b", "c",
            "d", ".", " ", "\n",
            "\r\n", "{{#c}}", "{{/c}}", "{{#b}}", "{{/b}}", "{{<p}}", "{{/p}}", "{{$a}}", "{{/a}}", "{{>p}}",
            "{{d.long}}",
            "<a href=\"", "\"", "<!--", "-->", "{{a}}", "{{{a}}}", "{{n}}", "é", "\u{0}",
        ]
        var state: UInt64 = 7
        for _ in 0..<1500 {
            var text = ""
            for _ in 0..<16 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            Array(text.utf8).withUnsafeBytes { fuzzTemplateParser($0) }
        }
    }

    @Test("a template of nothing but openings is refused in good time")
    func openings() {
        let text = String(repeating: "{{#a}}", count: 10_000)
        #expect(Desk.problems(text).count == MustacheParser.mostProblems)
        Array(text.utf8).withUnsafeBytes { fuzzTemplateParser($0) }
    }
}
