// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite("enqueue")
struct EnqueueTests {
    static let good =
        #"{"id":"a1","channel":"email","template":"trial-ending","to":{"email":"ada@example.com"},"data":DATA}"#

    static func sample(_ template: String) throws -> String {
        try String(contentsOfFile: "\(Post.shippedTemplates)/\(template)/sample.json", encoding: .utf8)
            .replacingOccurrences(of: "\n", with: " ")
    }

    @Test("a dry run gives the receipt that would come, and stores nothing")
    func dryRun() throws {
        let post = try Post()
        let lines = [
            try Self.good.replacingOccurrences(of: "DATA", with: Self.sample("trial-ending")),
            #"{"id":"a2","channel":"email","template":"trial-endin","to":{"email":"ada@example.com"}}"#,
            "",
            #"{"id":"a3","channel":"email","template":"welcome","to":{"emial":"x"}}"#,
            #"{"id":"a4"#,
        ]
        let ending = try post.run("enqueue", "--dry-run", "--ndjson", input: lines.joined(separator: "\n"))
        #expect(ending.code == 65)
        let receipt = try ending.output.object()
        #expect(receipt["accepted"] as? Int == 1 && receipt["rejected"] as? Int == 3)
        let problems = try #require(receipt["problems"] as? [[String: Any]])
        let found = Set(problems.map { "\($0["line"] ?? 0) \($0["code"] ?? "")" })
        #expect(found.isSuperset(of: ["2 unknown_template", "4 unknown_field", "5 not_json"]))
        #expect(post.names(in: "state").isEmpty)
    }

    @Test("files land in incoming/ whole, under names of their own; the form is found out")
    func enqueue() throws {
        let post = try Post()
        #expect(try post.run("init").code == 0)
        let one = try Self.good.replacingOccurrences(of: "DATA", with: Self.sample("trial-ending"))
        let first = try post.run("enqueue", input: one)
        let second = try post.run("enqueue", "-", input: one + "\n" + one)
        #expect(first.code == 0 && first.output.hasSuffix(".json\n"))
        #expect(second.code == 0 && second.output.hasSuffix(".ndjson\n"))
        #expect(Set(post.names(in: "state/spool/incoming")) == Set(first.lines + second.lines))
        #expect(post.names(in: "state/spool/tmp").isEmpty)
    }

    @Test("--wait prints the receipt as it comes, and exits 65 where something was rejected", arguments: [0, 2])
    func wait(rejected: Int) throws {
        let post = try Post()
        #expect(try post.run("init").code == 0)
        try post.write("{}", to: "job.json")
        let waiting = try post.start("enqueue", "job.json", "--wait", "--timeout", "60s")
        while post.names(in: "state/spool/incoming").isEmpty, waiting.isRunning { poll(nil, 0, 5) }
        let name = try #require(post.names(in: "state/spool/incoming").first)
        let receipt = #"{"file":"\#(name)","accepted":1,"rejected":\#(rejected)}"#
        try post.write(receipt, to: "state/spool/receipts/\(name).receipt.json")
        let ending = try waiting.ending()
        #expect(ending.output == receipt + "\n")
        #expect(ending.code == (rejected == 0 ? 0 : 65))
    }

    @Test("without a daemon --wait exits 75, and the file stays")
    func waitInVain() throws {
        let post = try Post()
        #expect(try post.run("init").code == 0)
        let ending = try post.run("enqueue", "--wait", "--timeout", "50ms", input: "{}")
        #expect(ending.code == 75 && ending.words.contains("the file stays queued"))
        #expect(post.names(in: "state/spool/incoming").count == 1)
    }

    @Test("what cannot be enqueued is said with its exit code")
    func failures() throws {
        let post = try Post()
        #expect(try post.run("enqueue", input: "{}").code == 73, "no spool yet")
        #expect(try post.run("init").code == 0)
        #expect(try post.run("enqueue", input: "").code == 65)
        #expect(try post.run("enqueue", "missing.json").code == 65)
        #expect(try post.run("enqueue", "--producer", "nobody", input: "{}").code == 64)
    }
}
