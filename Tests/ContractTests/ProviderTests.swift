// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite("provider, and routes that go by one")
struct ProviderTests {
    static let account = "AC00000000000000000000000000000000"
    static let route = """
        [[route]]
        name = "texts"
        channel = "sms"
        type = "http"
        provider = "twilio"
        settings = { account_sid = "\(account)", from = "+15550100" }
        secrets = { auth_token = { file = "token" } }

        """

    static func post(_ more: String = route) throws -> Post {
        let post = try Post(Post.configuration + more)
        try post.write("hunter2\n", to: "token")
        #expect(chmod("\(post.folder)/token", 0o600) == 0)
        return post
    }

    @Test("every provider is listed, with the routes that go by it")
    func list() throws {
        let rows = try Self.post().run("provider", "list", "--format", "json").lines.map { try $0.object() }
        let names = rows.compactMap { $0["provider"] as? String }
        #expect(Set(names).isSuperset(of: ["twilio", "hubspot"]) && names == names.sorted())
        let twilio = try #require(rows.first { $0["provider"] as? String == "twilio" })
        #expect(twilio["routes"] as? [String] == ["texts"])
        #expect(twilio["channel"] as? String == "sms")
    }

    @Test("what a provider wants is shown, without any configuration, too")
    func show() throws {
        let post = try Self.post()
        let ending = try post.run("provider", "show", "twilio")
        #expect(ending.code == 0 && ending.output.contains("account_sid") && ending.output.contains("[[route]]"))
        let object = try #require(try post.run("provider", "show", "twilio", "--format", "json").lines.first).object()
        let secrets = object["secrets"] as? [[String: Any]]
        #expect(secrets?.compactMap { $0["name"] as? String }.contains("auth_token") == true)
        #expect(try post.run("provider", "show", "twillio").code == 65)
    }

    @Test("a request is shown as it would leave, its secrets masked, and nothing is sent")
    func tries() throws {
        let data = "{\"to\":\"+33612340000\",\"body\":\"Olá {\"}"
        let ending = try Self.post().run(
            "provider", "try", "twilio", "--route", "texts", "--data", "-", "--format", "json", input: data)
        #expect(ending.code == 0)
        let object = try #require(ending.lines.first).object()
        #expect(object["method"] as? String == "POST")
        #expect(
            object["url"] as? String == "https://api.twilio.com/2010-04-01/Accounts/\(Self.account)/Messages.json")
        let body = try #require(object["body"] as? String)
        #expect(body.contains("To=%2B33612340000") && body.contains("From=%2B15550100"))
        let headers = try #require(object["headers"] as? [String: String])
        #expect(headers["Authorization"] == "Basic ‹base64 of \(Self.account):‹auth_token››")
        #expect(!ending.output.contains("hunter2"))
        #expect(ending.words.contains("UCS-2, 5 units, 1 part"))
    }

    @Test("settings come from the command line where there is no route, and what lacks is named")
    func lacks() throws {
        let post = try Self.post("")
        let lacking = try post.run("provider", "try", "twilio")
        #expect(lacking.code == 65 && lacking.words.contains("settings.account_sid"))
        let given = try post.run(
            "provider", "try", "twilio", "--setting", "account_sid=\(Self.account)", "--setting", "from=+15550100")
        #expect(given.code == 0 && given.output.contains("POST https://api.twilio.com/"))
        #expect(given.words.contains("GSM-7"))
        let wrong = try post.run("provider", "try", "twilio", "--data", "-", input: "{\"too\":1}")
        #expect(wrong.code != 0)
    }

    @Test("a request that a provider has not is told before what else lacks; an amendment's sample is the daemon's own")
    func purposes() throws {
        let post = try Self.post("")
        for (purpose, part) in [("amend", "[amend]"), ("inquire", "[inquiry]")] {
            let ending = try post.run("provider", "try", "vonage-sms", "--purpose", purpose)
            #expect(ending.code == 65 && ending.words.contains("vonage-sms has no \(part)"), "\(ending.words)")
            #expect(!ending.words.contains("settings."))
        }
        let day = Date.now.formatted(.iso8601.year().month().day())
        let amended = try post.run("provider", "try", "close", "--purpose", "amend", "--format", "json")
        #expect(amended.output.contains("Withdrawn: do not contact by voice (consent withdrawn \(day.prefix(8))"))
        let other = try post.run(
            "provider", "try", "close", "--purpose", "amend", "--data", "-", input: #"{"note":"Moved away"}"#)
        #expect(other.output.contains("Moved away") && !other.output.contains("Withdrawn"))
    }

    static let mistakes = [
        ("provider = \"twilio\"", "provider = \"twillio\"", "gatepost.toml:21", "did you mean \"twilio\"?"),
        ("channel = \"sms\"", "channel = \"crm_task\"", "gatepost.toml:21", "twilio carries sms, not crm_task"),
        ("from =", "form =", "gatepost.toml:22", "form"),
        ("auth_token =", "auth_tokn =", "gatepost.toml:23", "auth_tok"),
        (
            "settings = {", "settings = { auth_token = \"hunter2\",", "gatepost.toml:22",
            "settings.auth_token: is a secret: give it under secrets, as { file = … }, { env = … } or { credential = … }"
        ),
    ]

    @Test("a route that does not fit its provider is told at its own place", arguments: mistakes)
    func told(_ right: String, _ wrong: String, _ place: String, _ words: String) throws {
        let post = try Self.post(Self.route.replacingOccurrences(of: right, with: wrong))
        let ending = try post.run("check")
        #expect(ending.code == 78)
        #expect(ending.lines.contains { $0.contains(place) && $0.contains(words) }, "\(ending.output)")
        #expect(!ending.output.contains("hunter2"))
    }

    @Test("a provider file of one's own wins, and its mistakes are told, used or not")
    func ownFile() throws {
        let post = try Self.post()
        try post.write("schema = 1\ntitel = \"Mine\"\n", to: "providers/mine.toml")
        let ending = try post.run("check")
        #expect(ending.code == 78)
        #expect(ending.output.contains("providers/mine.toml:2") && ending.output.contains("title"))
    }

    @Test("a sample longer than its template's max_segments is told before anybody is sent it")
    func segments() throws {
        let post = try Self.post()
        try post.write(String(repeating: "’", count: 71) + "\n", to: "templates/trial-ending/sms.txt")
        let manifest = "\(post.folder)/templates/trial-ending/template.toml"
        let text = try String(contentsOfFile: manifest, encoding: .utf8)
        try post.write(
            text.replacingOccurrences(of: "max_segments = 2", with: "max_segments = 1"),
            to: "templates/trial-ending/template.toml")
        let ending = try post.run("check")
        #expect(ending.code == 78)
        #expect(ending.output.contains("templates/trial-ending/sms.txt"))
        #expect(ending.output.contains("UCS-2, 71 units, 2 parts"))
        #expect(ending.output.contains("transliterate = true on the route would make it 1 part"))
    }

    @Test("a text is previewed with how it travels")
    func preview() throws {
        let ending = try Self.post().run("render", "trial-ending", "--part", "sms")
        #expect(ending.code == 0 && ending.words.contains("GSM-7"))
        #expect(try Self.post().run("render", "case-study", "--part", "task-title").lines.count == 1)
    }

    static let job = """
        {"id":"t1","channel":"sms","template":"trial-ending","to":{"phone":"+33612340000"},\
        "data":{"product":"Acme","ends_on":"2026-12-01","keep_url":"https://acme.example/keep"}}
        """

    @Test("a text is taken in where a route carries texts, and is no_route where none does")
    func intake() throws {
        let taken = try Self.post().run("enqueue", "--dry-run", input: Self.job)
        #expect(taken.code == 0 && taken.output.contains("\"accepted\":1"))
        let refused = try Self.post("").run("enqueue", "--dry-run", input: Self.job)
        #expect(refused.code == 65 && refused.output.contains("no_route"))
    }

    @Test("an HTTP route is shown with its provider, and doubts are listed by either word")
    func status() throws {
        let post = try Self.post()
        #expect(try post.run("init").code == 0)
        let rows = try post.run("route", "list", "--format", "json").lines.map { try $0.object() }
        #expect(rows.map { $0["way"] as? String } == ["smtp", "twilio"])
        #expect(try post.run("queue", "list", "--state", "unknown", "--format", "json").code == 0)
        #expect(try post.run("queue", "list", "--state", "doubt", "--format", "json").code == 0)
    }
}
