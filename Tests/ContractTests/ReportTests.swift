// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite("Reports and changes on an idle gatepost")
struct ReportTests {
    let post: Post

    init() throws {
        post = try Post()
        try #require(try post.run("init").code == 0)
    }

    @Test("a hold is shown in every format, and taken back")
    func holds() throws {
        let added = try post.run(
            "hold", "add", "--campaign", "spring, 26", "--why", "a \"quoted\" reason", "--actor", "ada")
        #expect(added.code == 0 && added.output == "1\n")
        #expect(try post.run("hold", "list").lines.count == 2)
        let row = try post.run("hold", "list", "--format", "json").output.object()
        #expect(row["id"] as? Int == 1 && row["campaign"] as? String == "spring, 26" && row["brand"] is NSNull)
        let csv = try post.run("hold", "list", "--format", "csv").lines
        #expect(csv.first == "id,campaign,brand,template,route,class,since,by,why")
        #expect(csv.last?.hasPrefix(#"1,"spring, 26",,,,,"#) == true)
        #expect(csv.last?.hasSuffix(#",ada,"a ""quoted"" reason""#) == true)
        #expect(try post.run("hold", "remove", "1").code == 0)
        let gone = try post.run("hold", "remove", "1")
        #expect(gone.code == 65 && gone.words.contains("there is no hold 1"))
    }

    @Test("status tells that no daemon runs, and the routes")
    func status() throws {
        let rows = try post.run("status", "--format", "json").lines.map { try $0.object() }
        #expect(rows.first?["kind"] as? String == "daemon" && rows.first?["running"] as? Bool == false)
        #expect(rows.last?["kind"] as? String == "route" && rows.last?["route"] as? String == "relay")
        #expect(try post.run("status").output.contains("not running"))
        #expect(try post.run("status", "--format", "csv").lines.first?.hasPrefix("route,state,ready") == true)
    }

    @Test("a paused route says so, with why")
    func routes() throws {
        #expect(try post.run("route", "pause", "relay", "--why", "moving").code == 0)
        let row = try post.run("route", "list", "--format", "json").output.object()
        #expect(row["state"] as? String == "paused" && row["why"] as? String == "moving")
        #expect(try post.run("route", "resume", "relay").code == 0)
        #expect(try post.run("route", "pause", "nosuch").code == 64)
    }

    @Test("every operator's change is in the journal, which verifies")
    func journal() throws {
        #expect(try post.run("route", "pause", "relay", "--actor", "ada").code == 0)
        #expect(try post.run("route", "resume", "relay", "--actor", "ada").code == 0)
        let check = try post.run("journal", "verify", "--format", "json").output.object()
        #expect(check["ok"] as? Bool == true && check["rows"] as? Int == 2)
        let rows = try post.run("journal", "export").lines.map { try $0.object()["seq"] as? Int }
        #expect(rows == [1, 2])
        #expect(try post.run("journal", "export", "--after", "1").lines.count == 1)
    }

    @Test("a cursor beyond the journal's end is an error, never silence")
    func cursor() throws {
        let ending = try post.run("outcomes", "--after", "99")
        #expect(ending.code == 65 && ending.words.contains("99"))
        #expect(try post.run("outcomes", "--after", "0").code == 0)
        let journal = try #require(try statusJournal())
        #expect(try post.run("outcomes", "--after", "\(journal):0").code == 0)
        #expect(try post.run("outcomes", "--after", "another:0").code == 65)
        #expect(try post.run("outcomes", "--after", ":0").code == 64)
    }

    private func statusJournal() throws -> String? {
        try post.run("status", "--format", "json").lines.first?.object()["journal_id"] as? String
    }

    @Test("changes that match nothing change nothing; a job that is not there is an error")
    func nothing() throws {
        #expect(try post.run("queue", "cancel", "--campaign", "x", "--why", "test").words.contains("0 jobs cancelled"))
        #expect(try post.run("queue", "list", "--format", "json").output.isEmpty)
        #expect(try post.run("queue", "show", "x").code == 65)
        #expect(try post.run("report", "--by", "campaign,channel", "--format", "csv").lines.count == 1)
    }

    @Test("a full disk behind standard output exits 74; a reader who left ends it quietly")
    func output() throws {
        let shell = GatepostBinary(path: "/bin/sh")
        let full = try shell.run(["-c", "\"$0\" schema job > /dev/full", post.binary.path])
        #expect(full.code == 74 && full.words.contains("No space left"))
        let left = try shell.run(["-c", "{ \"$0\" schema job; echo $? >&2; } | true", post.binary.path])
        #expect(left.words == "0\n")
    }
}
