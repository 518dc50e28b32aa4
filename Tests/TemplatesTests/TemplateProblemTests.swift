// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Templates

/// A sentence about what is wrong: the template on the left, the problem with its place on the right.
struct Complaint: CustomTestStringConvertible, Sendable {
    let says: String
    let template: String
    let expected: [String]

    init(_ says: String, _ template: String, is expected: String...) {
        (self.says, self.template, self.expected) = (says, template, expected)
    }

    var testDescription: String { says }
}

@Suite("What is wrong with a template")
struct TemplateProblemTests {
    static let schema = DataSchema([
        DataField("first_name", .string), DataField("url", .string), DataField("d", .date),
        DataField("items", .list(of: .object([DataField("name", .string, required: true)]))),
    ])
    static let partials = [
        "loop": "{{>loop}}", "a": "x{{>b}}", "b": "{{>a}}", "bad": "{{#x}}", "lay": "{{$body}}{{/body}}",
        "self": "{{<self}}{{$body}}{{/body}}{{/self}}",
    ]

    static let table = [
        Complaint(
            "a misspelt name", "Hi\n {{frist_name}}",
            is: "t:2:4: \"frist_name\" is not declared (did you mean \"first_name\"?)"),
        Complaint(
            "an unknown name", "{{zzz}}",
            is: "t:1:3: \"zzz\" is not declared (declare it under [data] in template.toml)"),
        Complaint(
            "every one of them", "{{zzz}}{{#yyy}}{{/yyy}}",
            is: "t:1:3: \"zzz\" is not declared (declare it under [data] in template.toml)",
            "t:1:11: \"yyy\" is not declared (declare it under [data] in template.toml)"),
        Complaint(
            "a name of the items outside them", "{{name}}",
            is: "t:1:3: \"name\" is not declared (declare it under [data] in template.toml)"),
        Complaint("a part that is not there", "{{#items}}{{name.x}}{{/items}}", is: "t:1:13: \"name\" has no \"x\""),
        Complaint(
            "brand has no such part", "{{brand.colour}}",
            is: "t:1:3: \"brand\" has no \"colour\" (it has id, name, from, reply_to, postal_address)"),
        Complaint(
            "a date has no such part", "{{d.hour}}", is: "t:1:3: \"d\" has no \"hour\" (it has year, month, day, long)"),
        Complaint(
            "a list is not printed", "{{items}}",
            is: "t:1:3: \"items\" is a list and cannot be printed (use {{#items}})"),
        Complaint("a dot outside of sections", "{{.}}", is: "t:1:3: {{.}} means an item and stands in no section here"),
        Complaint("a tag without end", "a {{first_name", is: "t:1:3: this tag is never closed (end it with }})"),
        Complaint("a raw tag with too few braces", "{{{url}}", is: "t:1:1: this tag is never closed (end it with }}})"),
        Complaint(
            "a section without end", "{{#d}}\n{{#items}}{{/items}}", is: "t:1:1: \"d\" is never closed (add {{/d}})"),
        Complaint("an end without section", "é{{/d}}", is: "t:1:2: \"d\" is closed here and was never opened"),
        Complaint(
            "crossed sections", "{{#d}}{{#url}}{{/d}}{{/url}}",
            is: "t:1:15: \"d\" is closed here, \"url\" of line 1 is open (write {{/url}})",
            "t:1:21: \"url\" is closed here, \"d\" of line 1 is open (write {{/d}})"),
        Complaint("a tag without name", "{{ }}", is: "t:1:1: this tag names nothing"),
        Complaint(
            "a name with a blank", "{{first name}}", is: "t:1:3: \"first name\" is no name (names hold no blanks)"),
        Complaint("bad delimiters", "{{=<%=}}", is: "t:1:1: these are no delimiters (write it as {{=<% %>=}})"),
        Complaint(
            "a partial that is not there", "{{>lya}}", is: "t:1:4: there is no partial \"lya\" (did you mean \"lay\"?)"),
        Complaint(
            "a partial in itself", "{{>loop}}", is: "_partials/loop.mustache:1:4: \"loop\" includes itself: loop → loop"
        ),
        Complaint("partials in a circle", "{{>a}}", is: "_partials/b.mustache:1:4: \"a\" includes itself: a → b → a"),
        Complaint(
            "a parent of itself", "{{<self}}{{/self}}",
            is: "_partials/self.mustache:1:4: \"self\" includes itself: self → self"),
        Complaint(
            "a filling for no block", "{{<lay}}{{$bdoy}}x{{/bdoy}}{{/lay}}", is: "t:1:12: \"lay\" has no block \"bdoy\""
        ),
        Complaint(
            "a value in a tag", "<a {{url}}>", is: "t:1:6: a value may stand in a tag only inside an attribute's quotes"
        ),
        Complaint(
            "a value as a tag's name", "<{{url}}>",
            is: "t:1:4: a value may stand in a tag only inside an attribute's quotes"),
        Complaint("a value without quotes", "<a href={{url}}>", is: "t:1:11: put the attribute's value in quotes"),
        Complaint(
            "a value in a script", "<script>var x = '{{url}}'</script>{{url}}",
            is: "t:1:20: a value may not stand in <script>"),
        Complaint("a value in a handler", "<a onclick=\"{{url}}\">", is: "t:1:15: a value may not stand in a script"),
        Complaint(
            "a section over a date's part", "{{#d.year}}{{/d.year}}",
            is: "t:1:4: a part of a date is always there (ask for the date itself)"),
    ]

    @Test("each is told with its place", arguments: table)
    func told(_ row: Complaint) {
        #expect(Desk.problems(row.template, Self.schema, partials: Self.partials) == row.expected)
    }

    @Test("one line and text messages take no raw values")
    func raw() {
        let expected = ["t:1:4: this part takes no raw values (write {{url}})"]
        #expect(Desk.problems("{{{url}}}", Self.schema, rules: .line) == expected)
        #expect(Desk.problems("{{&url}}", Self.schema, rules: .message).count == 1)
    }

    @Test("nesting has a bound")
    func nesting() {
        let deep = String(repeating: "{{#url}}", count: 65) + String(repeating: "{{/url}}", count: 65)
        #expect(Desk.problems(deep, Self.schema) == ["t:1:513: more than 64 tags deep"])
        let chain = Dictionary(uniqueKeysWithValues: (0..<100).map { ("p\($0)", $0 == 99 ? "end" : "{{>p\($0 + 1)}}") })
        #expect(Desk.problems("{{>p0}}", partials: chain).count == 1)
    }

    @Test("sections in partials in sections have a bound together")
    func levels() {
        let (open, close) = (String(repeating: "{{#url}}", count: 50), String(repeating: "{{/url}}", count: 50))
        let chain = Dictionary(
            uniqueKeysWithValues: (0..<9).map { ("p\($0)", $0 == 8 ? "end" : "\(open){{>p\($0 + 1)}}\(close)") })
        let problems = Desk.problems("{{>p0}}", Self.schema, partials: chain)
        #expect(problems == ["_partials/p3.mustache: nested too deeply with all its partials in place"])
    }

    @Test("partials that multiply are stopped")
    func multiplying() {
        var bombs: [String: String] = ["p0": String(repeating: "x", count: 1000)]
        for level in 1...12 { bombs["p\(level)"] = String(repeating: "{{>p\(level - 1)}}", count: 10) }
        let problems = Desk.problems("{{>p12}}", partials: bombs)
        #expect(problems.count == 1 && problems[0].hasSuffix("too large with all its partials in place"))
    }
}
