// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import StrictTOML
import Testing

@testable import Providers

@Suite("Reading descriptions strictly")
struct ReadingTests {
    static let good = """
        schema = 1
        title = "T"
        channel = "sms"
        as_of = "2026-11-22"
        sources = ["here"]
        base_url = "https://{settings.region}.example.com"
        quota = ["10/s", "5000/d"]
        [settings.region]
        type = "string"
        default = "eu"
        pattern = "[a-z]{2}"
        [settings.from]
        type = "string"
        [settings.pool]
        type = "string"
        [[settings_rule]]
        one_of = ["from", "pool"]
        [secrets.key]
        required = true
        [auth]
        type = "basic"
        username = "$settings.region"
        password = "$secrets.key"
        [request]
        method = "POST"
        path = "/m/{settings.region}"
        body = "json"
        [request.headers]
        X-A = "b"
        [request.query]
        v = "2"
        [request.fields]
        to = "$text.to"
        [inquiry]
        path = "/q"
        [inquiry.found]
        where = { id = "$job.token" }
        [repeat]
        by = "key"
        header = "Idempotency-Key"
        window = "24h"
        [answer]
        body = "json"
        id = ["id"]
        code = ["code"]
        [[answer.rule]]
        status = [200]
        has = ["id"]
        is = "accepted"
        [[answer.rule]]
        status = ["4xx"]
        code = [1, 2]
        is = "bad_address"
        [[example]]
        name = "good"
        status = 200
        body = '{"id":"{id}"}'
        id = "{id}"
        is = "accepted"
        """

    @Test("the good one is good")
    func isGood() throws {
        let read = ProviderCatalog.read(Self.good, name: "x")
        #expect(read.problems.map(\.description) == [])
        let description = try #require(read.description)
        #expect(description.check().map(\.description) == [])
        #expect(description.name == "x")
        #expect(description.quota == ["10/s", "5000/d"])
        #expect(description.digest.count == 64)
        #expect(description.isShipped == false)
        #expect(description.settings.map(\.name) == ["region", "from", "pool"])
    }

    /// (what is put in the place of what, the line of the complaint, a part of it)
    static let slips: [(String, String, Int, String)] = [
        ("schema = 1", "schema = 2", 1, "must be 1"),
        ("schema = 1\n", "", 1, "\"schema\" is missing"),
        ("title = \"T\"", "titel = \"T\"", 2, "did you mean \"title\"?"),
        ("\"sms\"", "\"email\"", 3, "must be \"sms\" or \"crm_task\""),
        ("2026-11-22", "2026-13-22", 4, "a day"),
        ("[\"here\"]", "[]", 5, "where its facts are from"),
        ("https://{settings.region}", "http://{settings.region}", 6, "an https:// URL"),
        ("{settings.region}.example.com", "{settings.regoin}.example.com", 6, "did you mean \"settings.region\"?"),
        ("{settings.region}.example.com", "{settings.from}.example.com", 6, "must be required, or have a default"),
        ("{settings.region}.example.com", "me:pw@example.com", 6, "an https:// URL"),
        ("{settings.region}.example.com", "example.com/a?b=c", 6, "an https:// URL"),
        ("\"10/s\"", "\"10/m\"", 7, "a rate"),
        ("[settings.region]", "[settings.Region]", 8, "lower-case letters"),
        (
            "type = \"string\"\ndefault", "type = \"text\"\ndefault", 9,
            "\"string\", \"integer\", \"boolean\" or \"list\""
        ),
        ("default = \"eu\"", "default = 3", 10, "must be a string"),
        ("default = \"eu\"", "default = \"EU\"", 10, "it must match"),
        ("default = \"eu\"", "default = \"eu\"\nrequired = true", 10, "no meaning where it is required"),
        ("\"[a-z]{2}\"", "\"[a-z\"", 11, "a regular expression"),
        (
            "[settings.from]", "[settings.api_key]\ntype = \"string\"\n[settings.from]", 12,
            "declare it as [secrets.api_key]"
        ),
        ("one_of = [\"from\", \"pool\"]", "one_of = [\"from\"]", 17, "two settings or more"),
        ("\"pool\"]", "\"poll\"]", 17, "did you mean \"pool\"?"),
        ("\"pool\"]", "\"region\"]", 17, "is always there"),
        ("[secrets.key]\nrequired = true", "[secrets]\nkey = \"k\"", 19, "a secret must not stand here"),
        ("[secrets.key]\nrequired = true", "[secrets.key]\nvalue = \"k\"", 19, "a secret must not stand here"),
        ("type = \"basic\"", "type = \"basci\"", 21, "did you mean \"basic\"?"),
        ("\"$secrets.key\"", "\"hunter2\"", 23, "is a secret and must not stand here"),
        ("\"$secrets.key\"", "\"\"", 23, "is a secret and must not stand here"),
        ("\"$secrets.key\"", "\"$settings.from\"", 23, "is a secret and must not stand here"),
        ("\"$secrets.key\"", "\"$secrets.kye\"", 23, "did you mean \"secrets.key\"?"),
        ("username = \"$settings.region\"", "username = \"$text.to\"", 22, "nothing here is called \"text.to\""),
        ("username =", "usernam =", 22, "did you mean \"username\"?"),
        ("\"POST\"", "\"post\"", 25, "\"GET\", \"POST\""),
        ("\"POST\"", "\"GET\"", 27, "a GET has no body"),
        ("\"/m/{settings.region}\"", "\"m\"", 26, "a path begins with /"),
        ("\"/m/{settings.region}\"", "\"/m?x=1\"", 26, "[request.query]"),
        ("\"/m/{settings.region}\"", "\"/m/{settings.region\"", 26, "the closing } is missing"),
        ("\"/m/{settings.region}\"", "\"/m x\"", 26, "%XX"),
        ("\"/m/{settings.region}\"", "\"/m/../x\"", 26, "no . and .."),
        ("\"/m/{settings.region}\"", "\"/m/{text.too}\"", 26, "did you mean \"text.to\"?"),
        ("\"/m/{settings.region}\"", "\"/m/{secrets.key}\"", 26, "a secret must not stand here: addresses"),
        ("body = \"json\"\n[request.h", "body = \"xml\"\n[request.h", 27, "\"form\", \"json\" or \"none\""),
        ("body = \"json\"\n[request.h", "[request.h", 31, "stands without a body"),
        ("X-A = \"b\"", "\"X A\" = \"b\"", 29, "is no name of a header"),
        ("X-A = \"b\"", "Authorization = \"b\"", 29, "has its place in [auth]"),
        ("X-A = \"b\"", "Content-Type = \"b\"", 29, "content_type"),
        ("X-A = \"b\"", "X-A = \"$secrets.key\"", 29, "a secret must not stand here"),
        ("X-A = \"b\"", "X-A = \"Bearer abcdefgh\"", 29, "looks like a secret"),
        ("v = \"2\"", "v = \"$secrets.key\"", 31, "a secret must not stand here"),
        ("v = \"2\"", "v = 2.5", 31, "is written as a text"),
        ("to = \"$text.to\"", "to = \"$secrets.key\"", 33, "kept on disk"),
        ("to = \"$text.to\"", "to = 2026-11-22", 33, "a date is written as a text"),
        ("to = \"$text.to\"", "a = { b = [\"$text.to\", \"$text.t\"] }", 33, "nothing here is called \"text.t\""),
        ("to = \"$text.to\"", "a = \"-----BEGIN PRIVATE KEY-----\"", 33, "looks like a secret"),
        (
            "body = \"json\"\n[request.h", "body = \"form\"\n[request.fields.x]\ny = \"1\"\n[request.h", 28,
            "a form is flat"
        ),
        ("path = \"/q\"", "path = \"/q\"\ntries = 99", 36, "from 1 to 10"),
        ("path = \"/q\"", "path = \"/q\"\nafter = 60", 36, "did you mean \"60s\"?"),
        ("where = {", "were = {", 37, "did you mean \"where\"?"),
        ("{ id = \"$job.token\" }", "{ \"a[\" = \"$job.token\" }", 37, "is no path"),
        ("by = \"key\"", "by = \"keys\"", 39, "\"key\" or \"upsert\""),
        ("by = \"key\"", "by = \"upsert\"", 40, "unknown key"),
        ("window = \"24h\"\n", "", 38, "\"window\" is missing"),
        ("[answer]\nbody = \"json\"", "[answer]\nbody = \"yaml\"", 43, "\"json\", \"xml\" or \"none\""),
        ("id = [\"id\"]", "id = [\"i d\"]", 44, "a path, as a.b"),
        ("id = [\"id\"]", "id = [\"id | before x\"]", 44, "a path, as a.b"),
        ("code = [\"code\"]\n", "", 51, "needs [answer] code"),
        ("status = [200]\nhas", "status = [20]\nhas", 47, "from 100 to 599"),
        ("status = [200]\nhas", "status = [\"20x\"]\nhas", 47, "a class as"),
        ("status = [200]\nhas", "has", 48, "\"accepted\" needs a status"),
        ("status = [200]\nhas", "status = [302]\nhas", 47, "a redirect is not accepted"),
        ("status = [200]\nhas", "status = []\nhas", 47, "must not be empty"),
        ("is = \"accepted\"\n[[answer", "is = \"accept\"\n[[answer", 49, "did you mean \"accepted\"?"),
        (
            "is = \"accepted\"\n[[answer", "is = \"accepted\"\n[[answer.rule]]\nis = \"refused\"\n[[answer", 50,
            "has no condition"
        ),
        (
            "is = \"bad_address\"",
            "is = \"bad_address\"\n[[answer.rule]]\nstatus = [404]\ncode = [\"2\"]\nis = \"refused\"", 54,
            "can never hold: the rule at line 50"
        ),
        ("name = \"good\"\n", "", 54, "\"name\" is missing"),
        ("is = \"accepted\"\nend", "is = \"found\"", 59, "accepted"),
        ("name = \"good\"", "name = \"good\"\nplays = \"token\"", 56, "belong together"),
        ("name = \"good\"", "name = \"good\"\nmatch = { a = \"b\" }", 56, "belongs to an inquiry"),
        (
            "name = \"good\"", "name = \"a\"\nstatus = 200\nis = \"unknown\"\n[[example]]\nname = \"a\"", 58,
            "is called as another"
        ),
    ]

    @Test("each slip is told at its line", arguments: slips)
    func tells(_ row: (old: String, new: String, line: Int, words: String)) throws {
        let source = Self.good + "\nend"
        let range = try #require(source.range(of: row.old), "nothing to replace")
        var text = source.replacingCharacters(in: range, with: row.new)
        if text.hasSuffix("\nend") { text = String(text.dropLast(4)) }
        let read = ProviderCatalog.read(text, name: "x")
        #expect(read.description == nil)
        #expect(
            read.problems.contains { $0.line == row.line && $0.description.contains(row.words) },
            "\(read.problems.map(\.description))")
        #expect(read.problems.allSatisfy { $0.file == "x.toml" && $0.line != nil })
    }

    @Test("a file with many mistakes tells them all, in one reading")
    func tellsAll() {
        var text = Self.good
        let wrong: [(String, String)] = [
            ("title = \"T\"", "titel = \"T\""), ("\"10/s\"", "\"10/m\""), ("\"pool\"]", "\"poll\"]"),
            ("\"$secrets.key\"", "\"hunter2\""), ("{settings.region}\"\nbody", "{settings.regino}\"\nbody"),
            ("X-A = \"b\"", "Authorization = \"b\""), ("\"$text.to\"", "\"$text.to | digist\""),
            ("where = {", "were = {"),
            ("window = \"24h\"", "window = \"1 day\""), ("is = \"bad_address\"", "is = \"bad\""),
            ("id = \"{id}\"", "idd = \"{id}\""),
        ]
        for (old, new) in wrong {
            guard let range = text.range(of: old) else { Issue.record("no \(old)"); continue }
            text.replaceSubrange(range, with: new)
        }
        let problems = ProviderCatalog.read(text, name: "x").problems
        let lines = Set(problems.compactMap(\.line))
        for line in [1, 2, 7, 17, 23, 26, 29, 33, 37, 41, 53, 58] {
            #expect(lines.contains(line), "nothing at line \(line): \(problems.map(\.description))")
        }
        #expect(!problems.contains { $0.description.contains("hunter2") })
    }

    @Test("examples that are not judged as they say are told at their place")
    func examples() throws {
        let rows: [(String, String, String)] = [
            ("status = 200\nbody = '", "status = 201\nbody = '", "is judged unknown, not accepted"),
            ("id = \"{id}\"", "id = \"other\"", "has the id \"4711\", not \"other\""),
            ("id = \"{id}\"", "code = 5", "has the code (none), not \"5\""),
            ("id = \"{id}\"", "retry_after = \"5s\"", "asks for no wait"),
        ]
        for row in rows {
            let text = Self.good.replacingOccurrences(of: row.0, with: row.1)
            let read = ProviderCatalog.read(text, name: "x")
            let problems = try #require(read.description).check()
            #expect(problems.map(\.line) == [54])
            #expect(problems.first?.message.contains(row.2) == true, "\(problems)")
        }
    }

    @Test("placeholders are filled, escaped, and nothing else is")
    func placeholders() {
        let rows: [(String, String)] = [
            ("{to}", "a\\\"b"), ("{\"x\":\"{to}\"}", "{\"x\":\"a\\\"b\"}"), ("{other}{", "{other}{"),
            ("{{to}}", "{a\\\"b}"), ("", ""),
        ]
        for row in rows {
            let example = ProviderExample(
                name: "", place: TOMLPlace(file: "", line: 1, column: 1), question: .request, plays: nil, status: 200,
                headers: [], body: row.0, isCut: false, expects: .nothing, match: [:])
            #expect(String(decoding: example.answer(filling: ["to": "a\"b"]).body, as: UTF8.self) == row.1)
        }
    }

    @Test("rules that say less cover those that say more")
    func covering() throws {
        func rule(_ text: String) throws -> AnswerRule {
            let file = ProviderScene.file(request: "path = \"/m\"").replacingOccurrences(
                of: "[[answer.rule]]\nstatus = [200]\nis = \"accepted\"",
                with: "code = [\"c\"]\n[[answer.rule]]\n\(text)\nis = \"refused\"")
            return try #require(ProviderScene.description(file).answers.rules.first)
        }
        let rows: [(String, String, Bool)] = [
            ("status = [\"4xx\"]", "status = [404]", true), ("status = [404]", "status = [\"4xx\"]", false),
            ("status = [400, 404]", "status = [404]\ncode = [1]", true), ("code = [1, 2]", "code = [1]", true),
            ("code = [1]", "code = [1, 2]", false), ("has = [\"a\"]", "has = [\"a\", \"b\"]", true),
            ("has = [\"a\", \"b\"]", "has = [\"a\"]", false), ("where = { a = [1, 2] }", "where = { a = [1] }", true),
            ("where = { a = [1] }", "any = { a = [1] }", false), ("status = [404]", "code = [1]", false),
        ]
        for row in rows { #expect(try rule(row.0).covers(rule(row.1)) == row.2, "\(row)") }
    }
}
