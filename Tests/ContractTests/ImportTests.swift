// SPDX-License-Identifier: Apache-2.0
//
// Other people's lists (facts B3), by the real program's dry run: nothing is opened, nothing written.

import Foundation
import TestSupport
import Testing

@Suite("Importing lists")
struct ImportTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var origin: String
        var text: [UInt8]
        var counts: String
        var options: [String]
        var code: Int32
        var words: String

        /// - Parameter counts: `2 hard_bounce, 1 unreadable`, most first; empty where nothing would be imported.
        init(
            _ name: String, _ origin: String, _ text: String, _ counts: String, _ options: String..., code: Int32 = 0,
            says words: String = ""
        ) {
            (self.name, self.origin, self.text, self.counts) = (name, origin, Array(text.utf8), counts)
            (self.options, self.code, self.words) = (options, code, words)
        }
        init(_ name: String, bytes: [UInt8], _ counts: String, code: Int32 = 0, says words: String = "") {
            (self.name, origin, text, self.counts) = (name, "generic", bytes, counts)
            (options, self.code, self.words) = (["--max-bad", "50%"], code, words)
        }
        var testDescription: String { name }
    }

    static let formats: [Row] = [
        Row(
            "mailgun's bounces", "mailgun",
            "address,code,error,created_at\nada@example.com,550,No such mailbox,\"Mon, 06 May 2024 18:11:58 UTC\"\nBob@x.example,605,,\n",
            "2 hard_bounce"),
        Row(
            "mailgun's bounces as JSON", "mailgun",
            #"{"items":[{"address":"ada@example.com","code":"550","error":"x","created_at":"Mon, 06 May 2024 18:11:58 UTC"}],"paging":{"next":"u"}}"#,
            "1 hard_bounce"),
        Row(
            "mailgun's unsubscribes", "mailgun",
            "address,tags,created_at\nada@example.com,*,\"Fri, 21 Oct 2011 11:02:55 GMT\"\nbob@example.com,\"[\"\"news\"\"]\",\n",
            "2 withdrawn"),
        Row(
            "mailgun's complaints have to be named", "mailgun", "address,created_at\nada@example.com,\n", "", code: 64,
            says: "--list bounces|unsubscribes|complaints"),
        Row(
            "mailgun's complaints", "mailgun", "address,created_at\nada@example.com,\n", "1 complaint", "--list",
            "complaints"),
        Row(
            "sendgrid's bounces", "sendgrid",
            "status,reason,email,created\n5.1.1,550 no such user,ada@example.com,1443651125\n,,bob@example.com,1443651126\n",
            "2 hard_bounce", "--list", "bounces"),
        Row(
            "bounces of a message are passed over", "sendgrid",
            "email,created,reason,status\na@b.example,1443651125,spam,5.7.1\nb@b.example,1,full,4.2.2\nc@b.example,1,big,5.3.4\nd@b.example,1,none,5.1.1\n",
            "3 passed over: a bounce of the message, not of the address, 1 hard_bounce", "--list", "bounces"),
        Row(
            "sendgrid's blocks are no bad addresses", "sendgrid",
            "email,created,reason,status\na@b.example,1,x,5.7.1\n", "",
            "--list", "blocks", code: 65, says: "not bad addresses"),
        Row(
            "sendgrid's invalid addresses", "sendgrid",
            #"[{"created":1620141015,"email":"a@b.example","reason":"known bad domain"}]"#,
            "1 invalid", "--list", "invalid_emails"),
        Row(
            "sendgrid's spam reports tell themselves", "sendgrid",
            #"[{"created":1443651141,"email":"a@b.example","ip":"192.0.2.1"},{"created":1443651154,"email":"b@b.example","ip":"192.0.2.2"}]"#,
            "2 complaint"),
        Row(
            "sendgrid's unsubscribes", "sendgrid", "email,created\na@b.example,1443651141\n", "1 withdrawn", "--list",
            "unsubscribes"),
        Row(
            "sendgrid's group unsubscribes tell themselves", "sendgrid",
            #"[{"email":"a@b.example","group_id":42,"group_name":"News","created_at":1443651141}]"#, "1 withdrawn"),
        Row(
            "sendgrid without a list", "sendgrid", "email,created\na@b.example,1\n", "", code: 64,
            says: "--list bounces|blocks"),
        Row(
            "a list that the service does not have", "ses", "a@b.example,BOUNCE\n", "", "--list", "bounces", code: 64,
            says: "leave --list out"),
        Row(
            "ses's lines", "ses", "recipient1@example.com,BOUNCE\nrecipient2@example.com, COMPLAINT\n",
            "1 complaint, 1 hard_bounce"),
        Row(
            "ses's lines of JSON", "ses",
            "{\"emailAddress\": \"a@b.example\", \"reason\": \"BOUNCE\"}\n{\"emailAddress\": \"b@b.example\", \"reason\": \"COMPLAINT\"}\n",
            "1 complaint, 1 hard_bounce"),
        Row(
            "ses's answer", "ses",
            "{\n  \"NextToken\": \"x\",\n  \"SuppressedDestinationSummaries\": [\n    {\"EmailAddress\": \"a@b.example\", \"Reason\": \"BOUNCE\", \"LastUpdateTime\": \"2020-04-10T21:03:05.748000+00:00\"},\n    {\"EmailAddress\": \"b@b.example\", \"Reason\": \"BOUNCE\", \"LastUpdateTime\": 1586552585.077}\n  ]\n}\n",
            "2 hard_bounce"),
        Row(
            "postmark's dump", "postmark",
            #"""
            {"Suppressions":[{"EmailAddress":"a@b.example","SuppressionReason":"HardBounce","Origin":"Recipient","CreatedAt":"2019-12-17T08:58:33-05:00"},
            {"EmailAddress":"b@b.example","SuppressionReason":"SpamComplaint","Origin":"Recipient","CreatedAt":"2019-12-17T08:58:33-05:00"},
            {"EmailAddress":"c@b.example","SuppressionReason":"ManualSuppression","Origin":"Recipient","CreatedAt":"2019-12-17T08:58:33-05:00"},
            {"EmailAddress":"d@b.example","SuppressionReason":"ManualSuppression","Origin":"Customer","CreatedAt":"2019-12-17T08:58:33-05:00"},
            {"EmailAddress":"e@b.example","SuppressionReason":"ManualSuppression","Origin":"Admin","CreatedAt":"2019-12-17T08:58:33-05:00"}]}
            """#,
            "2 manual, 1 complaint, 1 hard_bounce, 1 withdrawn"),
        Row(
            "telnyx's export", "telnyx",
            """
            id,to,from,reason,source,scope,status,domain_id,created_at,updated_at,expires_at,group_id
            1,a@b.example,,hard_bounce,bounce,account,active,d,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,,
            2,b@b.example,,spam_complaint,fbl,account,active,d,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,,
            3,c@b.example,,unsubscribe,click,group,active,d,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,,g
            4,d@b.example,,invalid,api,account,active,d,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,,
            5,e@b.example,,manual_block,api,account,active,d,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,2030-01-01T00:00:00Z,
            6,f@b.example,,something_new,api,account,active,d,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,,
            7,g@b.example,,hard_bounce,api,account,expired,d,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,,

            """,
            "1 complaint, 1 hard_bounce, 1 imported, 1 invalid, 1 manual, 1 passed over: no longer active, 1 withdrawn"),
        Row("one column without a header", "generic", "ada@example.com\nbob@example.com\n", "2 imported"),
        Row(
            "the second column without a header", "generic", "Ada,ada@example.com\nBob,bob@example.com\n", "2 imported"),
        Row("a header in capitals", "generic", "E-Mail Address;Name\nAda@Example.com;Ada\n", "1 imported"),
        Row("numbers", "generic", "msisdn\n+33 6 12 34 56 78\n0033612345679\n", "2 imported"),
        Row(
            "numbers with a trunk zero", "generic",
            "msisdn\n+330612345678\n0033 0612345679\n+33612345670\n+390612345678\n",
            "4 imported", says: "2 telephone numbers taken without the zero"),
        Row(
            "digests by their columns", "generic",
            "md5\n3e3417d7ef77d5932a6734b916515ed5\n", "1 imported"),
        Row(
            "digests by their length", "generic",
            "3e3417d7ef77d5932a6734b916515ed5\n3ca93ad87e0bb737e653b66ad67731e86bbc050f\nB5FC85E55755F9E0D030A10AB4429B6B2944855F9A0D60077FE832BECBC41D72\n",
            "3 imported"),
        Row(
            "patterns", "generic",
            "target,reason\n@example.com,legal\n*.example.org,legal\n+33*,manual\nperson:p7,deceased\n",
            "2 legal, 1 deceased, 1 manual"),
        Row(
            "reasons in all words", "generic",
            "email,reason\na@b.example,Hard Bounce\nb@b.example,spam\nc@b.example,unsubscribed\nd@b.example,whatever\ne@b.example,\nf@b.example,litigator\n",
            "2 imported, 1 complaint, 1 hard_bounce, 1 litigator, 1 withdrawn"),
        Row("a reason for all", "generic", "+14155550123\n", "1 dnc_registry", "--reason", "dnc_registry"),
        Row(
            "an opt-out behind a digest", "generic", "md5,reason\n3e3417d7ef77d5932a6734b916515ed5,unsubscribe\n",
            "1 imported"),
    ]

    static let odd: [Row] = [
        Row("CR alone", "generic", "email\rada@example.com\rbob@example.com\r", "2 imported"),
        Row("CRLF, no end of line", "generic", "email\r\nada@example.com\r\nbob@example.com", "2 imported"),
        Row("a byte order mark", "generic", "\u{FEFF}email\nada@example.com\n", "1 imported"),
        Row("a byte order mark and no header", "generic", "\u{FEFF}ada@example.com\n", "1 imported"),
        Row("blank lines", "generic", "email\n\n  \nada@example.com\n\n", "1 imported"),
        Row("tabs", "generic", "name\temail\nAda\tada@example.com\n", "1 imported"),
        Row(
            "quotes, commas and line breaks in them", "generic",
            "name,email\n\"Lovelace, \"\"Ada\"\"\nCountess\",ada@example.com\n", "1 imported"),
        Row(
            "a display name", "generic", "email\nAda <ada@example.com>\n\"\"\"Lovelace, Ada\"\" <ada@example.com>\"\n",
            "2 imported"),
        Row("fewer cells than columns", "generic", "email,reason,note\nada@example.com\n", "1 imported"),
        Row("more cells than columns", "generic", "email\nada@example.com,x,y\n", "1 imported"),
        Row(
            "a quote that is not closed costs its own line", "generic",
            "email,note\na@b.example,\"oops\nb@b.example,x\nc@b.example,y\n", "2 imported, 1 unreadable", "--max-bad",
            "50%", says: "line 2: a quote is not closed"),
        Row(
            "what follows a quote", "generic", "email,note\na@b.example,\"x\"y\nb@b.example,x\n",
            "1 imported, 1 unreadable", "--max-bad", "50%", says: "line 2: something follows"),
        Row(
            "a national number", "generic", "phone\n0612345678\n+33612345678\n", "1 imported, 1 unreadable",
            "--max-bad", "50%", says: "telephone number without its country"),
        Row(
            "a national number and no header", "generic", "0612345678\n+33612345678\n", "1 imported, 1 unreadable",
            "--max-bad", "50%"),
        Row(
            "no address", "generic", "email,reason\n,bounce\nada@example.com,bounce\n", "1 hard_bounce, 1 unreadable",
            "--max-bad", "50%", says: "line 2: its address is empty"),
        Row(
            "a digest that is too short", "generic", "md5\n3e3417d7\n3e3417d7ef77d5932a6734b916515ed5\n",
            "1 imported, 1 unreadable", "--max-bad", "50%"),
        Row(
            "times of all kinds", "generic",
            "email,created\na@b.example,2026-11-21T20:00:00+01:00\nb@b.example,\"Fri, 21 Oct 2011 11:02:55 +0200\"\nc@b.example,1443651125\nd@b.example,2026-11-21 20:00:00\ne@b.example,2026-11-21\nf@b.example,1443651125.5\ng@b.example,21 Oct 2011 11:02 EST\n",
            "7 imported"),
        Row(
            "a time that is none", "generic", "email,created\na@b.example,yesterday\n", "1 imported",
            says: "1 time could not be read"),
        Row(
            bytes("Latin-1", [Array("email,note\na@b.example,caf".utf8), [0xE9], Array("\nb@b.example,x\n".utf8)]),
            "1 imported, 1 unreadable", says: "is not UTF-8"),
        Row(
            bytes("NUL bytes", [Array("email\na@b.example".utf8), [0], Array("\nb@b.example\n".utf8)]),
            "1 imported, 1 unreadable", says: "NUL"),
        Row(bytes("UTF-16", [[0xFF, 0xFE], Array("e\0m\0".utf8)]), "", code: 65, says: "UTF-16"),
        Row(bytes("compressed", [[0x1F, 0x8B, 8, 0]]), "", code: 65, says: "compressed"),
        Row(bytes("a spreadsheet", [[0x50, 0x4B, 3, 4, 1]]), "", code: 65, says: "save it as CSV"),
        Row(
            "a line of 3 MiB", "generic",
            "email\na@b.example," + String(repeating: "x", count: 3 << 20) + "\nb@b.example\n",
            "1 imported, 1 unreadable", "--max-bad", "50%", says: "longer than 1 MiB"),
        Row(
            "JSON that breaks off", "generic", #"[{"email":"a@b.example"},{"email":"b@b"#, "1 imported, 1 unreadable",
            "--max-bad", "50%", says: "ends in the middle"),
        Row(
            "JSON with rubbish in it", "generic",
            #"[{"email":"a@b.example"},7,{"email":1,"email":2},{"email":"c@b.example"}]"#, "2 imported, 2 unreadable",
            "--max-bad", "50%"),
        Row(
            "lines of JSON with rubbish in them", "generic",
            "{\"email\":\"a@b.example\"}\n\noops\n{\"email\":\"b@b.example\"}", "2 imported, 1 unreadable", "--max-bad",
            "50%", says: "line 3: is no JSON"),
        Row(
            "the columns of another list", "mailgun", "name,colour\nAda,red\n", "", code: 65,
            says: "expected: address,code,error,created_at"),
        Row(
            "no header where one is needed", "mailgun", "ada@example.com,550,x,y\n", "", code: 65,
            says: "the list has no header"),
        Row(
            "no column that says whom", "generic", "name,colour\nAda,red\n", "", code: 65,
            says: "the header is \"name,colour\""),
        Row("a reason is missing", "telnyx", "to,from\na@b.example,x\n", "", code: 65, says: "id,to,from,reason"),
        Row("JSON of another list", "ses", #"[{"name":"Ada"}]"#, "", code: 65, says: "EmailAddress,Reason"),
        Row("nothing", "generic", "", "", code: 65, says: "the list is empty"),
        Row("nothing but blanks", "generic", "\n \n", "", code: 65, says: "the list is empty"),
        Row("nothing but a header", "generic", "email\n", "", code: 65, says: "0 entries"),
        Row(
            "too much that is bad", "generic", "email\nada@example.com\noops\n", "", code: 65,
            says: "1 of 2 entries cannot be read; nothing was imported"),
        Row(
            "just not too much", "generic", "email\n" + String(repeating: "ada@example.com\n", count: 99) + "oops\n",
            "99 imported, 1 unreadable"),
        Row(
            "none is allowed", "generic", "email\n" + String(repeating: "ada@example.com\n", count: 99) + "oops\n", "",
            "--max-bad", "0", code: 65),
        Row(
            "a brand nobody has", "generic", "ada@example.com\n", "", "--scope", "brand:acne", code: 65,
            says: "configured: acme"),
        Row("a scope that is none", "generic", "ada@example.com\n", "", "--scope", "colour:red", code: 64),
    ]

    private static func bytes(_ name: String, _ parts: [[UInt8]]) -> (String, [UInt8]) { (name, parts.flatMap(\.self)) }

    @Test("every format is read, and what an entry means is said", arguments: formats)
    func reads(_ row: Row) throws { try Self.check(row) }

    @Test("odd lists are read or refused, clearly", arguments: odd)
    func stands(_ row: Row) throws { try Self.check(row) }

    private static func check(_ row: Row) throws {
        let post = try Post()
        try Data(row.text).write(to: URL(fileURLWithPath: "\(post.folder)/list"))
        let words =
            ["suppression", "import", "list", "--from", row.origin, "--dry-run", "--format", "csv"] + row.options
        let done = try post.binary.run(words, in: post.folder, environment: ["GATEPOST_CONFIG": "gatepost.toml"])
        #expect(done.code == row.code, "\(done.words)")
        let counts = done.lines.dropFirst().map { line -> String in
            let cells = line.replacingOccurrences(of: "\"", with: "").split(separator: ",")
            return "\(cells.last ?? "") \(cells.dropLast().joined(separator: ","))"
        }
        #expect(counts.joined(separator: ", ") == row.counts)
        #expect(row.words.isEmpty || done.words.contains(row.words), "\(done.words)")
    }
}

extension ImportTests.Row {
    fileprivate init(
        _ named: (String, [UInt8]), _ counts: String, code: Int32 = 0, says words: String = ""
    ) {
        self.init(named.0, bytes: named.1, counts, code: code, says: words)
    }
}
