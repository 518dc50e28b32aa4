// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite("Schemas", .enabled(if: Installed.python(with: "jsonschema") != nil, "needs PyPI jsonschema"))
struct SchemaTests {
    /// Records that are right or wrong in themselves; what configuration decides is the same for all.
    static let records: [String] = [
        job(), job(#","campaign":"spring","created_at":"2030-01-01T00:00:00Z","priority":"low","reference":[1,null]"#),
        job(#","kind":"job","not_before_local":"2030-12-01T09:00","not_before":"2030-12-01T09:00:00+01:00""#),
        job(
            #","headers":{"X-Campaign":"a","In-Reply-To":"<a@b.example>"},"from":{"email":"jane@acme.example","name":"Jane"}"#
        ),
        job(
            to:
                #"{"email":"ada@example.com","name":"Ada","timezone":"Europe/Paris","country":"FR","region":"FR-IDF","locale":"fr-CA"}"#
        ),
        job(to: #"{"email":"zoë@example.com"}"#), job(to: #"{"phone":"+33612345678"}"#),
        job(to: #"{"email":"a b@example.com"}"#),
        job(to: #"{"email":"a@@example.com"}"#), job(to: #"{"email":"ada"}"#),
        job(to: #"{"email":"ada@example.com","country":"fr"}"#),
        job(to: #"{"email":"ada@example.com","region":"IDF"}"#), job(to: #"{"email":"ada@example.com","locale":"f"}"#),
        job(to: #"{"email":"ada@example.com","phone":"0612345678"}"#),
        job(to: #"{"email":"ada@example.com","name":"A\nB"}"#),
        job(#","nonsense":1"#), job(#","priority":"urgent""#), job(#","campaign":"""#), job(#","campaign":null"#),
        job(#","expires_at":"2030-01-01""#), job(#","not_before_local":"2030-01-01T09:00Z""#),
        job(#","headers":{"Bcc":"x@y.example"}"#),
        job(#","headers":{"X-A":"b\r\nBcc: x"}"#), job(#","from":{"name":"Jane"}"#), job(#","task":{"owner":"x"}"#),
        job(#","kind":"message""#), #"{"id":"x","channel":"email"}"#,
        #"{"id":"","channel":"email","template":"trial-ending","to":{}}"#,
        #"{"kind":"cancel","id":"c1","match":{"person":"lead-1"}}"#,
        #"{"kind":"cancel","id":"c2","match":{"campaign":"x"},"all":true}"#,
        #"{"kind":"cancel","id":"c3","match":{"campaign":"x"}}"#, #"{"kind":"cancel","id":"c4","match":{}}"#,
        #"{"kind":"cancel","id":"c5","match":{},"all":true}"#, #"{"kind":"cancel","id":"c6","match":{"persona":"x"}}"#,
        #"{"kind":"cancel","id":"c7"}"#,
        #"{"kind":"cancel","id":"c8","match":{"id":"a"},"as_of":"2026-11-30T17:00:00Z"}"#,
        #"{"kind":"consent","id":"f1","address":"ada@example.com"}"#, "[]", "7",
        grant(), grant(#","basis":"express","basis_facts":{"date":"2026-01-02"},"occurred_at":"2026-01-02""#),
        grant(#","corrects":"c8""#), grant(#","basis":"verbal""#), grant(#","evidence":"x""#), grant(#","colour":1"#),
        grant(to: "+33612345678"), grant(to: "Ada <ada@example.com>"),
        #"{"kind":"consent","id":"f2","address":"ada@example.com","type":"granted","topics":["newsletter"]}"#,
        #"{"kind":"consent","id":"f3","address":"ada@example.com","type":"corrected","corrects":"c7"}"#,
        #"{"kind":"consent","id":"f4","address":"ada@example.com","type":"corrected"}"#,
        #"{"kind":"consent","id":"f5","address":"ada@example.com","type":"withdrawn"}"#,
        #"{"kind":"consent","id":"f6","type":"withdrawn"}"#,
        #"{"kind":"suppress","id":"s1","target":"@example.com","reason":"manual"}"#,
        #"{"kind":"suppress","id":"s2","reason":"manual"}"#,
    ]

    static func grant(_ more: String = "", to address: String = "ada@example.com") -> String {
        #"{"kind":"consent","id":"g","address":"\#(address)","channel":"email","topics":["newsletter"],"type":"granted"\#(more)}"#
    }

    static func job(_ more: String = "", to: String = #"{"email":"ada@example.com"}"#) -> String {
        #"{"id":"j","channel":"email","template":"trial-ending","to":\#(to),"data":DATA\#(more)}"#
    }

    @Test("the schema of records says what the decoder says, record by record")
    func recordsAgree() throws {
        let post = try Post()
        let data = try EnqueueTests.sample("trial-ending")
        let lines = Self.records.map { $0.replacingOccurrences(of: "DATA", with: data) }
        let receipt = try post.run("enqueue", "--dry-run", "--ndjson", input: lines.joined(separator: "\n")).output
            .object()
        let problems = try #require(receipt["problems"] as? [[String: Any]])
        let refused = Set(problems.compactMap { $0["line"] as? Int })
        let invalid = try Self.invalid(lines, against: try post.run("schema", "job").output, post)
        #expect(refused.count > 15 && refused.count < lines.count - 8)
        for line in 1...lines.count {
            #expect(refused.contains(line) == invalid.contains(line), "\(lines[line - 1])")
        }
    }

    @Test("receipts are as their schema says")
    func receipt() throws {
        let post = try Post()
        let receipt = try post.run("enqueue", "--dry-run", "--ndjson", input: "{}\n{").output
        #expect(try Self.invalid([receipt], against: try post.run("schema", "receipt").output, post).isEmpty)
        let broken = receipt.replacingOccurrences(of: "\"accepted\":0", with: "\"accepted\":-1")
        #expect(try Self.invalid([broken], against: try post.run("schema", "receipt").output, post) == [1])
    }

    @Test("the contract's own outcome is as the schema says")
    func outcome() throws {
        let post = try Post()
        let outcome = #"""
            {"seq":812,"time":"2026-11-21T20:00:00.123456Z","event":"sent","producer":"engine","job":"spring-26:8812:welcome",
            "channel":"email","recipient":"ada@example.com","person":"lead-8812","template":"welcome","template_digest":"ab",
            "class":"marketing","brand":"acme","topic":"newsletter","campaign":"spring-26","route":"relay","attempt":1,
            "reason":null,"detail":"250 2.0.0 queued as 4F2A","until":null,"message_id":"<a@b.example>","content_sha256":null,
            "segments":null,"provider":{"id":"4F2A","code":"250","enhanced":"2.0.0"},"reference":{"any":"thing"},"cause":null,
            "settles":null}
            """#.replacingOccurrences(of: "\n", with: "")
        let schema = try post.run("schema", "outcome").output
        #expect(try Self.invalid([outcome, "{}"], against: schema, post) == [2])
    }

    /// Numbers, from 1, of the lines that the schema refuses.
    static func invalid(_ lines: [String], against schema: String, _ post: Post) throws -> Set<Int> {
        try post.write(schema, to: "schema.json")
        try post.write(lines.joined(separator: "\n"), to: "lines.ndjson")
        let script = """
            import json, jsonschema
            schema = json.load(open("schema.json"))
            jsonschema.Draft202012Validator.check_schema(schema)
            validator = jsonschema.Draft202012Validator(schema)
            for number, line in enumerate(open("lines.ndjson", encoding="utf-8"), 1):
                if not validator.is_valid(json.loads(line)): print(number)
            """
        let python = GatepostBinary(path: try #require(Installed.python(with: "jsonschema")))
        let ending = try python.run(["-c", script], in: post.folder)
        try #require(ending.code == 0, "\(ending.words)")
        return Set(ending.lines.compactMap { Int($0) })
    }
}
