// SPDX-License-Identifier: Apache-2.0

import Mail
import Testing

@Suite("Text made from html")
struct TextFromHTMLTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let html: String
        let text: String
        init(_ name: String, _ html: String, _ text: String) {
            (testDescription, self.html, self.text) = (name, html, text)
        }
    }

    static let table = [
        Row("nothing", "", ""),
        Row("no html at all", "just  text\nhere", "just text here\n"),
        Row("paragraphs", "<p>One</p><p>Two</p>", "One\n\nTwo\n"),
        Row("words go on across inline tags", "<b>H</b>el<i>lo</i> you", "Hello you\n"),
        Row(
            "headings", "<h1>Hi there</h1><p>x</p><h2>Next</h2>y<h3>Third</h3>z",
            "Hi there\n========\n\nx\n\nNext\n----\n\ny\n\nThird\n\nz\n"),
        Row("an empty heading leaves no line", "<p>a long paragraph</p><h1></h1><p>b</p>", "a long paragraph\n\nb\n"),
        Row("breaks", "a<br>b<br/><br />c", "a\nb\n\nc\n"),
        Row("divisions", "<div>a<div>b</div></div><div>c</div>", "a\nb\nc\n"),
        Row(
            "a link shows where it leads", "<a href='https://a.example/x?a=1&amp;b=2'>Read on</a>.",
            "Read on <https://a.example/x?a=1&b=2>.\n"),
        Row(
            "a link whose text is its address is written once", "<a href=\"https://a.example/\">a.example</a>",
            "a.example\n"),
        Row(
            "mail addresses", "<a href='mailto:me@a.example'>me@a.example</a> <a href='mailto:me@a.example'>Write</a>",
            "me@a.example Write <me@a.example>\n"),
        Row(
            "links to nowhere", "<a href='#top'>Up</a> <a href='JavaScript:x()'>Do</a> <a name=x>Here</a>",
            "Up Do Here\n"),
        Row(
            "an image in a link", "<a href=https://a.example/go><img src=x alt='Start now'></a>",
            "Start now <https://a.example/go>\n"),
        Row("lists", "<p>We have</p><ul><li>One</li><li>Two</li></ul><p>End</p>", "We have\n\n- One\n- Two\n\nEnd\n"),
        Row("numbered, begun anywhere", "<ol start=9><li>Nine<li>Ten</ol>", "9. Nine\n10. Ten\n"),
        Row("nested", "<ul><li>One<ul><li>Inner</li></ul></li><li>Two</li></ul>", "- One\n  - Inner\n- Two\n"),
        Row(
            "a table by row", "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>2 €</td></tr></table>",
            "Item | Price\nTea | 2 €\n"),
        Row(
            "a scaffold table is no table",
            "<table role=presentation><tr><td><p>One</p></td></tr><tr><td><p>Two</p></td></tr></table>", "One\n\nTwo\n"),
        Row("quotes", "<blockquote><p>One</p><p>Two</p></blockquote>after", "> One\n\n> Two\n\nafter\n"),
        Row("a rule", "a<hr>b", "a\n\n\(String(repeating: "-", count: 40))\n\nb\n"),
        Row("preformatted", "<pre>if x\n    y  z</pre>", "if x\n    y  z\n"),
        Row(
            "references", "&lt;&eacute;&#233;&#xE9;&rsquo;&euro;&nbsp;&amp;amp; AT&T &nosuch; &",
            "<ééé’€ &amp; AT&T &nosuch; &\n"),
        Row(
            "what is never seen",
            "<head><title>T</title><style>p{}</style></head><script>if (a<b) x()</script>yes<!-- no -->", "yes\n"),
        Row("conditional comments", "<!--[if mso]><p>no</p><![endif]--><![if !mso]>yes<![endif]>", "yes\n"),
        Row(
            "a preheader",
            "<div style=\"display: none; max-height:0\">Peek <div>in</div>&zwnj;&nbsp;</div><p>Hello</p>", "Hello\n"),
        Row("hidden by attribute", "<span hidden>no</span><p hidden>never closed", "never closed\n"),
        Row("a small maximum is still seen", "<div style='max-height:0.5em'>seen</div>", "seen\n"),
        Row(
            "spacers leave nothing", "<p>a</p><p>&nbsp;</p><table><tr><td>&nbsp;</td></tr></table><p>b</p>", "a\n\nb\n"),
        Row("soft hyphens go", "Donau&shy;dampf\u{AD}schiff", "Donaudampfschiff\n"),
        Row("a < that begins no tag", "1 < 2 <3", "1 < 2 <3\n"),
        Row("cut off anywhere", "<p>a<a href='https://a.exa", "a\n"),
        Row("closing what was never opened", "</ul></li></table></blockquote></a></pre>x", "x\n"),
    ]

    @Test("reads as if written by hand", arguments: table)
    func reads(_ row: Row) { #expect(converted(row.html) == row.text) }

    private func converted(_ html: String) -> String {
        String(decoding: TextFromHTML.text(of: Array(html.utf8)), as: UTF8.self)
    }

    @Test("lines are wrapped at 76 columns, indents included")
    func wraps() {
        let html = "<ul><li>" + Array(repeating: "seven77", count: 40).joined(separator: " ") + "</li></ul>"
        let lines = converted(html).split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines.allSatisfy { $0.count <= 76 })
        #expect(lines.first?.hasPrefix("- seven77") == true)
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  seven77") })
    }

    @Test("wide letters count twice, and lines break between them")
    func wraysWide() {
        let lines = converted("<p>" + String(repeating: "漢字", count: 50) + "。</p>").split(separator: "\n")
        #expect(lines.map(\.count) == [38, 38, 25])
    }

    @Test("a mark that may not begin a line stays with its word")
    func kinsoku() {
        let lines = converted(String(repeating: "漢", count: 38) + "。字").split(separator: "\n")
        #expect(lines.map { $0.count } == [37, 3])
    }

    @Test("a long address stays whole")
    func longURL() {
        let url = "https://a.example/" + String(repeating: "x", count: 200)
        #expect(converted("<p>Please <a href='\(url)'>click</a> now</p>") == "Please click\n<\(url)>\nnow\n")
    }

    @Test(
        "html that nests or opens without end costs no more than its length",
        arguments: [
            ("<blockquote>a", 20_000, 2_000_000), ("<ul><li>a", 20_000, 2_000_000), ("<x# hidden>a", 20_000, 200_000),
        ])
    func nests(_ piece: String, _ times: Int, _ most: Int) {
        let html = (0..<times).map { piece.replacing("#", with: "\($0)") }.joined()
        let began = ContinuousClock.now
        #expect((1...most).contains(TextFromHTML.text(of: Array(html.utf8)).count))
        #expect(ContinuousClock.now - began < .seconds(20))
    }

    @Test("whatever bytes come, text comes out, in time", arguments: 1...20)
    func survives(_ seed: UInt64) {
        var random = Seeded(seed)
        let pieces = [
            "<", ">", "</", "<div hidden>", "<p style='display:none'", "<!--", "&#", "&", "<a href=", "\"", "<li>",
            "</ul>", "<table><tr><td>", "é", " ", "x", "<style>", "<pre>\n", "</blockquote>", "<h1>",
        ]
        var html: [UInt8] = []
        for _ in 0..<400 {
            html += Array((pieces.randomElement(using: &random) ?? "").utf8)
            if Int.random(in: 0..<10, using: &random) == 0 { html.append(UInt8.random(in: 0...255, using: &random)) }
        }
        let text = TextFromHTML.text(of: html)
        #expect(String(validating: text, as: UTF8.self) != nil)
        #expect(text.isEmpty || text.last == 0x0A)
    }
}
