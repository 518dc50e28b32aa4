// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Templates

@Suite("Rendering safely")
struct RenderingTests {
    // MARK: Escaping

    struct Place: CustomTestStringConvertible, Sendable {
        let says: String
        let template: String
        let rules: LinkRules
        let value: String
        let expected: String
        init(_ says: String, _ template: String, _ rules: LinkRules, _ value: String, _ expected: String) {
            (self.says, self.template, self.rules, self.value, self.expected) = (says, template, rules, value, expected)
        }
        var testDescription: String { says }
    }

    static let places = [
        Place("a tag in HTML", "<p>{{x}}</p>", .html, "<script>", "<p>&lt;script&gt;</p>"),
        Place(
            "a quote in an attribute", "<p title='{{x}}'>", .html, "' onclick='x", "<p title='&#39; onclick=&#39;x'>"),
        Place("controls in HTML go", "{{x}}", .html, "a\u{0}b\u{8}c\u{7F}d\te\nf", "abcd\te\nf"),
        Place("CRLF becomes LF", "{{x}}", .text, "a\r\nb\rc", "a\nb\nc"),
        Place("text is not escaped", "{{x}}", .text, "<&>\"'", "<&>\"'"),
        Place("escape sequences lose their teeth", "{{x}}", .text, "\u{1B}[31mred", "[31mred"),
        Place("JSON strings", "\"{{x}}\"", .json, "a\"b\\c\nd\u{1}\u{7F}é", "\"a\\\"b\\\\c\\nd\\u0001\\u007fé\""),
        Place("one line takes a tab and letters", "{{x}}", .line, "é\t…", "é\t…"),
        Place(
            "a link's path", "<a href=\"https://a.example/{{x}}\">", .html, "b c/\"é'&",
            "<a href=\"https://a.example/b%20c/%22%C3%A9&#39;&amp;\">"),
        Place(
            "a link's query", "<a href=\"https://a.example/?q={{x}}&r\">", .html, "a&b=c/#d e",
            "<a href=\"https://a.example/?q=a%26b%3Dc%2F%23d%20e&r\">"),
        Place(
            "behind a tag's end all is text again", "<a href=\"https://a.example/?q=1\">{{x}}</a>", .html, "a b",
            "<a href=\"https://a.example/?q=1\">a b</a>"),
        Place("other attributes are no links", "<p title=\"x?{{x}}\">", .html, "a b", "<p title=\"x?a b\">"),
        Place(
            "a comment's marks cannot be closed", "<!-- {{x}} --><p>{{x}}</p>", .html, "-->",
            "<!-- --&gt; --><p>--&gt;</p>"),
    ]

    @Test("a value stays a value", arguments: places)
    func escapes(_ place: Place) throws {
        let data = JSONObject([("x", .string(place.value))])
        #expect(try Desk.render(place.template, data, rules: place.rules) == place.expected)
    }

    // MARK: Links

    static let links: [(template: String, url: String, isSafe: Bool)] = [
        ("<a href=\"{{u}}\">", "https://a.example/?a=1&b=2", true), ("<a href='{{u}}'>", "HTTP://a.example", true),
        ("<a href = \"{{u}}\">", "mailto:a@b.example", true), ("<A HREF=\"{{u}}\">", "tel:+15550100", true),
        ("<img src=\"{{u}}/logo.png\">", "https://a.example", true),
        ("<a href=\"{{{u}}}\">", "https://a.example", true),
        ("<a href=\"{{u}}\">", "javascript:alert(1)", false), ("<a href=\"{{u}}\">", " https://a.example", false),
        ("<a href=\"{{u}}\">", "data:text/html,x", false), ("<a href=\"{{u}}\">", "//a.example", false),
        ("<a href=\"{{u}}\">", "", false), ("<a href=\"{{u}}\">", "https:", false),
        ("<a href='{{u}}'>", "JaVaScRiPt:x", false),
        ("<a href=\"{{{u}}}\">", "java\tscript:x", false), ("<a\nhref\n=\n\"{{u}}\">", "vbscript:x", false),
        ("<a href=\"{{#u}}{{.}}{{/u}}\">", "javascript:x", false),
        ("<a href=\"{{#u}}{{u}}{{/u}}{{^u}}https://b.example{{/u}}\">", "", true),
        ("<form action=\"{{u}}\">", "javascript:x", false),
        ("<!--[if mso]><a href=\"{{u}}\"><![endif]-->", "javascript:x", false),
        ("<!--[if !mso]><!--><a href=\"{{u}}\"><!--<![endif]-->", "javascript:x", false),
        ("<!---><a href=\"{{u}}\">", "javascript:x", false), ("<!-- x --><a href=\"{{u}}\">", "javascript:x", false),
        ("<a href=\"{{#n}}https://a.example/{{/n}}{{u}}\">", "javascript:x", false),
        ("<!-- <a href=\"{{u}}\"> -->", "javascript:x", true),
        ("<a href=\"https://a.example/{{u}}\">", "javascript:x", true),
        ("<a title=\"{{u}}\">", "javascript:x", true), ("<a href=\"x\" data-x=\"{{u}}\">", "javascript:x", true),
    ]

    @Test("a link that begins with a value is one that mails may hold", arguments: links)
    func link(_ template: String, _ url: String, _ isSafe: Bool) throws {
        let data = JSONObject([("u", .string(url)), ("n", .null)])
        let failure = #expect(
            performing: {
                _ = try Desk.render(template, data)
                if isSafe { throw Interpreter.Failure(name: nil, reason: .empty) }
            },
            throws: { error in
                (error as? Interpreter.Failure)?.reason == (isSafe ? .empty : .unsafeLink)
            })
        _ = failure
    }

    // MARK: One line

    @Test(
        "what could begin a new header is refused, not stripped",
        arguments: [
            "X\r\nBcc: v@example.org", "a\nb", "a\rb", "a\u{0}", "a\u{1B}", "a\u{7F}", "a\u{2028}b", "\u{2029}",
            "a\u{B}b",
        ])
    func headerInjection(_ value: String) {
        let data = JSONObject([("x", .string(value))])
        #expect(throws: Interpreter.Failure.self) { try Desk.render("Hi {{x}}", data, rules: .line) }
    }

    // MARK: Types and bounds

    @Test("a value of another type than declared is an error, not a guess")
    func wrongType() throws {
        let schema = DataSchema([DataField("x", .string), DataField("d", .date)])
        #expect(throws: Interpreter.Failure.self) { try Desk.render("{{x}}", #"{"x":{"a":1}}"#, schema: schema) }
        #expect(throws: Interpreter.Failure.self) { try Desk.render("{{x}}", #"{"x":["a"]}"#, schema: schema) }
        #expect(throws: Interpreter.Failure.self) { try Desk.render("{{d}}", #"{"d":"soon"}"#, schema: schema) }
        #expect(throws: Interpreter.Failure.self) { try Desk.render("{{d}}", #"{"d":5}"#, schema: schema) }
    }

    @Test("output has a bound")
    func outputBound() throws {
        #expect(try Desk.render("{{x}}", #"{"x":"12345"}"#, limit: 5) == "12345")
        #expect(throws: Interpreter.Failure.self) { try Desk.render("{{x}}", #"{"x":"123456"}"#, limit: 5) }
        #expect(throws: Interpreter.Failure.self) { try Desk.render("123456", "{}", limit: 5) }
    }

    @Test("lists in lists in lists do not run away")
    func workBound() throws {
        let data = JSONObject([("l", .array(Array(repeating: .bool(true), count: 2000)))])
        let template = "{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}"
        #expect(throws: Interpreter.Failure.self) { try Desk.render(template, data) }
    }

    // MARK: Defaults

    @Test("a default stands for what is missing, where it was declared")
    func defaults() throws {
        let item = DataType.object([DataField("name", .string, fallback: .string("nobody"))])
        let schema = DataSchema([
            DataField("name", .string), DataField("l", .list(of: item)),
            DataField("n", .number, fallback: .number(.init(3))),
            DataField("o", item),
        ])
        let template = "{{n}} {{#l}}{{name}},{{/l}} {{o.name}} {{#n}}yes{{/n}}"
        #expect(
            try Desk.render(template, #"{"name":"outer","l":[{"name":"a"},{},{"name":null}],"o":{}}"#, schema: schema)
                == "3 a,nobody,nobody, nobody yes")
    }

    // MARK: Dates

    static let dates: [(template: String, value: String, language: String, expected: String)] = [
        ("{{d}}", "2026-11-21", "fr", "2026-11-21"), ("{{d}}", "2026-01-02T23:59:59-05:00", "en", "2026-01-02"),
        ("{{d.year}}/{{d.month}}/{{d.day}}", "2026-01-02", "en", "2026/1/2"),
        ("{{d.long}}", "2026-11-21", "en", "21 November 2026"),
        ("{{d.long}}", "2026-11-21", "fr-CA", "21 novembre 2026"), ("{{d.long}}", "2026-08-01", "fr", "1er août 2026"),
        ("{{d.long}}", "2026-03-05", "de", "5. März 2026"), ("{{d.long}}", "2026-03-05", "es", "5 de marzo de 2026"),
        ("{{d.long}}", "2026-03-05", "it", "5 marzo 2026"), ("{{d.long}}", "2026-03-05", "pt_BR", "5 de março de 2026"),
        ("{{d.long}}", "2026-03-05", "nl", "5 maart 2026"), ("{{d.long}}", "2026-03-05", "xx", "5 March 2026"),
        ("{{#d}}{{day}}.{{month}}. {{.}}{{/d}}", "2026-03-05", "en", "5.3. 2026-03-05"),
    ]

    @Test("dates", arguments: dates)
    func date(_ template: String, _ value: String, _ language: String, _ expected: String) throws {
        let schema = DataSchema([DataField("d", .date)])
        let data = JSONObject([("d", .string(value))])
        #expect(try Desk.render(template, data, schema: schema, language: DateLanguage(locale: language)) == expected)
    }
}
