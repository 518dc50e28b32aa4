// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Templates

/// A sentence about the language: template and data on the left, what comes out on the right.
struct Row: CustomTestStringConvertible, Sendable {
    let says: String
    let template: String
    let data: String
    let partials: [String: String]
    let expected: String

    init(
        _ says: String, _ template: String, _ data: String = "{}", partials: [String: String] = [:],
        gives expected: String
    ) {
        (self.says, self.template, self.data) = (says, template, data)
        (self.partials, self.expected) = (partials, expected)
    }

    var testDescription: String { says }
}

@Suite("The Mustache language")
struct MustacheTests {
    static let values = [
        Row("text stays as it is", "Grüße, }} und {x}\n", gives: "Grüße, }} und {x}\n"),
        Row("a value", "Hello, {{who}}!", #"{"who":"Ada"}"#, gives: "Hello, Ada!"),
        Row("blanks in a tag do not matter", "{{ who }}{{\twho\n}}", #"{"who":"Ada"}"#, gives: "AdaAda"),
        Row("HTML marks are escaped", "{{x}}", #"{"x":"& \" ' < >"}"#, gives: "&amp; &quot; &#39; &lt; &gt;"),
        Row("three braces do not escape", "{{{x}}}|{{{ x }}}", #"{"x":"<&>"}"#, gives: "<&>|<&>"),
        Row("an ampersand does not escape", "{{&x}}|{{& x }}", #"{"x":"<&>"}"#, gives: "<&>|<&>"),
        Row("what is not there is empty", "[{{x}}]", #"{"x":null}"#, gives: "[]"),
        Row(
            "numbers keep their digits", "{{a}} {{b}} {{c}} {{d}}",
            #"{"a":1.50,"b":1e+19,"c":-0,"d":12345678901234567890}"#, gives: "1.50 1e+19 -0 12345678901234567890"),
        Row("booleans print as words", "{{a}} {{b}}", #"{"a":true,"b":false}"#, gives: "true false"),
        Row("braces in a value are text", "{{x}}", #"{"x":"{{y}}"}"#, gives: "{{y}}"),
        Row("dotted names go down", "{{a.b.c}}", #"{"a":{"b":{"c":"deep"}}}"#, gives: "deep"),
        Row("a broken chain is empty", "[{{a.b.c}}]", #"{"a":{"b":{"c":null}}}"#, gives: "[]"),
        Row("no line is lost around a value", "  {{x}}\n", #"{"x":"y"}"#, gives: "  y\n"),
        Row("a comment is nothing", "1{{! hush }}2", gives: "12"),
        Row("a comment may be long", "1{{!\n many\n lines\n}}2", gives: "12"),
        Row("a comment alone takes its line", "a\n  {{! x }}  \nb\n", gives: "a\nb\n"),
        Row(
            "delimiters change and change back", "{{=<% %>=}}(<%x%>)<%={{ }}=%>[{{x}}]", #"{"x":"y"}"#, gives: "(y)[y]"),
        Row("delimiters in strange marks", "{{=| |=}}|x|{{x}}", #"{"x":"y"}"#, gives: "y{{x}}"),
        Row("delimiters alone take their line", "a\n{{=@ @=}}\nb", gives: "a\nb"),
        Row("new delimiters hold inside sections", "{{=| |=}}|#s||x|,|/s|", #"{"s":[{"x":1},{"x":2}]}"#, gives: "1,2,"),
        Row("delimiters and raw", "{{=<% %>=}}<%{x}%><%&x%>", #"{"x":"<"}"#, gives: "<<"),
    ]

    static let sections = [
        Row("true shows", "{{#a}}yes{{/a}}", #"{"a":true}"#, gives: "yes"),
        Row("false hides", "{{#a}}yes{{/a}}", #"{"a":false}"#, gives: ""),
        Row("null hides", "{{#a}}yes{{/a}}{{^a}}no{{/a}}", #"{"a":null}"#, gives: "no"),
        Row("an empty string counts as missing", "{{#a}}yes{{/a}}{{^a}}no{{/a}}", #"{"a":""}"#, gives: "no"),
        Row("zero is a number, not a no", "{{#a}}{{a}}{{/a}}", #"{"a":0}"#, gives: "0"),
        Row("an empty list hides", "{{#a}}yes{{/a}}{{^a}}no{{/a}}", #"{"a":[]}"#, gives: "no"),
        Row("a list repeats", "{{#a}}({{n}}){{/a}}", #"{"a":[{"n":1},{"n":2},{"n":3}]}"#, gives: "(1)(2)(3)"),
        Row("a dot is the item", "{{#a}}({{.}}){{/a}}", #"{"a":["x","<",""]}"#, gives: "(x)(&lt;)()"),
        Row("a dot is the value of a section", "{{#a}}{{.}}{{{.}}}{{&.}}{{/a}}", #"{"a":"<"}"#, gives: "&lt;<<"),
        Row("lists in lists", "{{#a}}[{{#.}}{{.}},{{/.}}]{{/a}}", #"{"a":[[1,2],[3]]}"#, gives: "[1,2,][3,]"),
        Row("an object opens its names", "{{#a}}{{b}}{{/a}}", #"{"a":{"b":"in"}}"#, gives: "in"),
        Row("outer names are seen inside", "{{#a}}{{b}}{{c}}{{/a}}", #"{"a":{"b":"1"},"c":"2"}"#, gives: "12"),
        Row("inner names come first", "{{#a}}{{b}}{{/a}}{{b}}", #"{"a":{"b":"in"},"b":"out"}"#, gives: "inout"),
        Row(
            "an inner name without value lets the outer through", "{{#a}}{{b}}{{/a}}",
            #"{"a":[{"b":"1"},{"b":null},{}],"b":"o"}"#, gives: "1oo"),
        Row("dotted sections", "{{#a.b}}{{c}}{{/a.b}}{{^a.b}}no{{/a.b}}", #"{"a":{"b":{"c":"x"}}}"#, gives: "x"),
        Row(
            "the first part decides where the rest is looked for", "{{#a}}{{b.c}}{{/a}}",
            #"{"a":{"b":{"c":null}},"b":{"c":"outer"}}"#, gives: ""),
        Row("sections nest", "{{#a}}{{#b}}{{#a}}x{{/a}}{{/b}}{{/a}}", #"{"a":true,"b":true}"#, gives: "x"),
        Row(
            "the opposite of a list in an item", "{{#l}}{{^x}}-{{/x}}{{#x}}{{x}}{{/x}}{{/l}}", #"{"l":[{"x":"1"},{}]}"#,
            gives: "1-"),
        Row("tags alone on lines leave no lines", "a\n{{#s}}\nb\n{{/s}}\nc\n", #"{"s":true}"#, gives: "a\nb\nc\n"),
        Row("indented tags alone leave no lines", "a\n  {{#s}} \t\n b\n  {{/s}}\nc", #"{"s":true}"#, gives: "a\n b\nc"),
        Row("CRLF lines go whole", "a\r\n{{#s}}\r\nb\r\n{{/s}}\r\nc", #"{"s":true}"#, gives: "a\r\nb\r\nc"),
        Row("the first and last line may be alone", "{{#s}}\nb\n{{/s}}", #"{"s":true}"#, gives: "b\n"),
        Row("two tags on a line are not alone", " {{#s}}{{/s}}\nx", #"{"s":true}"#, gives: " \nx"),
        Row(
            "inline sections keep their blanks", " | {{#s}} {{! no }}\n {{/s}} | \n", #"{"s":true}"#,
            gives: " |  \n  | \n"),
        Row("inverted alone", "|\n{{^s}}\n{{/s}}\n|\n", #"{"s":null}"#, gives: "|\n|\n"),
    ]

    static let partials = [
        Row("a partial is set in", "[{{>p}}]", partials: ["p": "text"], gives: "[text]"),
        Row(
            "a partial sees the names around it", "{{#l}}{{>p}}{{/l}}", #"{"l":[{"x":1},{"x":2}]}"#,
            partials: ["p": "({{x}})"], gives: "(1)(2)"),
        Row("partials in partials", "{{>p}}", partials: ["p": "({{>q}})", "q": "q"], gives: "(q)"),
        Row(
            "delimiters do not reach a partial", "{{=<% %>=}}<%>p%>", #"{"x":"y"}"#, partials: ["p": "{{x}}"],
            gives: "y"),
        Row(
            "a partial's delimiters do not reach out", "{{>p}}{{x}}", #"{"x":"y"}"#, partials: ["p": "{{=| |=}}|x|"],
            gives: "yy"),
        Row(
            "inline partials keep blanks", "  {{x}}  {{>p}}\n", #"{"x":"|"}"#, partials: ["p": ">\n>"],
            gives: "  |  >\n>\n"),
        Row("a partial alone takes its line", "|\r\n{{>p}}\r\n|", partials: ["p": ">"], gives: "|\r\n>|"),
        Row("alone on the first line", "  {{>p}}\n>", partials: ["p": ">\n>"], gives: "  >\n  >>"),
        Row("alone on the last line", ">\n  {{>p}}", partials: ["p": ">\n>"], gives: ">\n  >\n  >"),
        Row(
            "a lone partial is indented, its values are not", "\\\n {{>p}}\n/\n", #"{"x":"<\n->"}"#,
            partials: ["p": "|\n{{{x}}}\n|\n"], gives: "\\\n |\n <\n->\n |\n/\n"),
        Row(
            "indentation adds up", "  {{>p}}\n", partials: ["p": "a\n  {{>q}}\nb\n", "q": "c\nd\n"],
            gives: "  a\n    c\n    d\n  b\n"),
        Row(
            "indentation of sections in partials", " {{>p}}\n", #"{"s":[1,2]}"#,
            partials: ["p": "{{#s}}\n{{.}};\n{{/s}}\nend\n"], gives: " 1;\n 2;\n end\n"),
    ]

    static let inheritance = [
        Row("a block has its own text", "{{$t}}own {{x}}{{/t}}", #"{"x":"1"}"#, gives: "own 1"),
        Row(
            "a parent without fillings is a partial", "{{>p}}|{{<p}}{{/p}}", partials: ["p": "{{$a}}own{{/a}}"],
            gives: "own|own"),
        Row(
            "a filling takes the block's place", "{{<p}}{{$a}}new{{/a}}{{/p}}", partials: ["p": "..{{$a}}own{{/a}}.."],
            gives: "..new.."),
        Row(
            "text between fillings is nothing", "{{<p}} one {{$a}}new{{/a}} two {{/p}}",
            partials: ["p": "{{$a}}own{{/a}}"], gives: "new"),
        Row(
            "data does not fill blocks", "{{<p}}{{/p}}", #"{"a":"data"}"#, partials: ["p": "{{$a}}own{{/a}}"],
            gives: "own"),
        Row("one of two", "{{<p}}{{$b}}B{{/b}}{{/p}}", partials: ["p": "{{$a}}1{{/a}},{{$b}}2{{/b}}"], gives: "1,B"),
        Row(
            "a block used twice is filled twice", "{{<p}}{{$a}}A{{/a}}{{/p}}",
            partials: ["p": "{{$a}}1{{/a}},{{$a}}2{{/a}}"], gives: "A,A"),
        Row(
            "two parents do not mix", "{{<p}}{{$a}}1{{/a}}{{/p}} {{<p}}{{$a}}2{{/a}}{{/p}}",
            partials: ["p": "|{{$a}}0{{/a}}{{$d}} d{{/d}}|"], gives: "|1 d| |2 d|"),
        Row(
            "the youngest wins", "{{<p}}{{$a}}c{{/a}}{{/p}}",
            partials: ["p": "{{<q}}{{$a}}p{{/a}}{{/q}}", "q": "{{<r}}{{$a}}o{{/a}}{{/r}}", "r": "{{$a}}g{{/a}}"],
            gives: "c"),
        Row(
            "the middle one wins where the youngest is silent", "{{<p}}{{/p}}",
            partials: ["p": "{{<q}}{{$a}}p{{/a}}{{/q}}", "q": "{{$a}}g{{/a}}"], gives: "p"),
        Row(
            "a block inside a filling is filled from below", "{{<p}}{{$in}}X{{/in}}{{/p}}",
            partials: ["p": "{{<q}}{{$a}}<{{$in}}d{{/in}}>{{/a}}{{/q}}", "q": "[{{$a}}{{/a}}]"], gives: "[<X>]"),
        Row(
            "a filling sees the names where it ends up", "{{<p}}{{$a}}I say {{f}}.{{/a}}{{/p}}",
            #"{"f":"apples","n":{"f":"bananas"}}"#, partials: ["p": "{{#n}}{{$a}}{{f}}{{/a}}{{/n}}"],
            gives: "I say bananas."),
        Row(
            "a parent inside a section", "{{#l}}{{<p}}{{$a}}{{.}}{{/a}}{{/p}}{{/l}}", #"{"l":[1,2]}"#,
            partials: ["p": "({{$a}}{{/a}})"], gives: "(1)(2)"),
        Row(
            "a parent alone is indented", "Hi,\n  {{<p}}{{/p}}\n", partials: ["p": "one\ntwo\n"],
            gives: "Hi,\n  one\n  two\n"),
        Row(
            "a filling may begin on its own line", "{{<p}}{{$a}}\nx\n\n:(\n{{/a}}{{/p}}",
            partials: ["p": "{{$a}}y{{/a}}"], gives: "x\n\n:(\n"),
        Row(
            "a filling is indented like the block", "{{<p}}{{$a}}new{{/a}}{{/p}}",
            partials: ["p": "stop:\n  {{$a}}own{{/a}}\n"], gives: "stop:\n  new\n"),
        Row(
            "each line of it", "{{<p}}{{$a}}\n1\n2{{/a}}\n{{/p}}\n", partials: ["p": "Hi,\n  {{$a}}{{/a}}\n"],
            gives: "Hi,\n  1\n  2\n"),
        Row(
            "its own indentation goes", "{{<p}}{{$a}}\n    1\n    2\n{{/a}}{{/p}}\n",
            partials: ["p": "Hi,\n  {{$a}}\n  {{/a}}\n"], gives: "Hi,\n  1\n  2\n"),
        Row(
            "deeper lines stay deeper", "{{<p}}{{$a}}\n  1\n    2\n{{/a}}{{/p}}\n", partials: ["p": "{{$a}}\n{{/a}}\n"],
            gives: "1\n  2\n"),
        Row(
            "the text of its own decides the indentation", "{{<p}}{{$a}}\n1\n2\n{{/a}}{{/p}}",
            partials: ["p": "Hi,\n{{$a}}\n  own\n{{/a}}\n"], gives: "Hi,\n  1\n  2\n"),
        Row(
            "unfilled it looks as written", "{{<p}}{{/p}}", partials: ["p": "<a>\n  {{$a}}\n    own\n  {{/a}}\n</a>\n"],
            gives: "<a>\n    own\n</a>\n"),
    ]

    @Test("values, comments, delimiters", arguments: values)
    func value(_ row: Row) throws { try check(row) }

    @Test("sections", arguments: sections)
    func section(_ row: Row) throws { try check(row) }

    @Test("partials", arguments: partials)
    func partial(_ row: Row) throws { try check(row) }

    @Test("inheritance", arguments: inheritance)
    func inherits(_ row: Row) throws { try check(row) }

    private func check(_ row: Row) throws {
        #expect(try Desk.render(row.template, row.data, partials: row.partials) == row.expected)
    }
}
