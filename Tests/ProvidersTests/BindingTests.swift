// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Providers

@Suite("Binding a provider to a route")
struct BindingTests {
    private func mistakes(
        _ settings: [String: ProviderSetting], secrets: Set<String> = ["key"], base: String? = nil,
        callback: String? = nil
    ) throws -> [String: String] {
        let description = try ProviderScene.description(ReadingTests.good)
        do {
            _ = try Provider(
                description, settings: settings, secretNames: secrets, baseURL: base, callbackURL: callback)
            return [:]
        } catch {
            return Dictionary(error.mistakes.map { ($0.key, $0.words) }) { first, _ in first }
        }
    }

    @Test("what a route says is checked against what its provider wants")
    func checks() throws {
        #expect(try mistakes(["from": .text("x")]) == [:])
        let rows: [([String: ProviderSetting], String, String)] = [
            ([:], "settings.from", "one of from, pool must be there"),
            (["from": .text("x"), "pool": .text("y")], "settings.pool", "only one of from, pool"),
            (["from": .text("x"), "regoin": .text("us")], "settings.regoin", "did you mean \"region\"?"),
            (["from": .text("x"), "zzz": .text("us")], "settings.zzz", "it has region, from, pool"),
            (["from": .text("x"), "key": .text("hunter2")], "settings.key", "is a secret: give it under secrets"),
            (["from": .integer(3)], "settings.from", "must be a string"),
            (["from": .text("")], "settings.from", "must not be empty"),
            (["from": .text("a\u{0}b")], "settings.from", "control characters"),
            (["from": .text("x"), "region": .text("EUX")], "settings.region", "it must match [a-z]{2}"),
        ]
        for row in rows {
            let told = try mistakes(row.0)
            #expect(told[row.1]?.contains(row.2) == true, "\(told)")
        }
        let misplaced = try mistakes(["from": .text("x"), "key": .text("hunter2")], secrets: [])
        #expect(misplaced.keys.sorted() == ["settings.key"] && !"\(misplaced)".contains("hunter2"))
        #expect(try mistakes(["from": .text("x")], secrets: [])["secrets.key"]?.contains("is missing") == true)
        #expect(
            try mistakes(["from": .text("x")], secrets: ["key", "kay"])["secrets.kay"]?.contains(
                "did you mean \"key\"?") == true)
        #expect(try mistakes([:], secrets: [], base: "ftp://x").count == 3)
    }

    static let bases: [(String, String?)] = [
        ("https://h.example", "https://h.example"), ("https://h.example/", "https://h.example"),
        ("https://h.example:8443/a/b/", "https://h.example:8443/a/b"), ("http://127.0.0.1:80", "http://127.0.0.1:80"),
        ("https://[::1]:9/x", "https://[::1]:9/x"), ("https://u@h", nil), ("https://", nil), ("https://h?x", nil),
        ("https://h#x", nil),
        ("h.example", nil), ("https://h:0", nil), ("https://h:99999", nil), ("https://h/a b", nil),
        ("https://h/%zz", nil),
        ("https://h\\x", nil), ("HTTPS://h", nil), ("https://h:", nil), ("https://[::1", nil), ("https://h\r\n", nil),
    ]

    @Test("base URLs are what they look like", arguments: bases)
    func reads(_ row: (text: String, url: String?)) {
        #expect(URLShape.base(row.text) == row.url)
    }

    @Test("the route's base URL wins; a callback is a URL")
    func urls() throws {
        let description = try ProviderScene.description(ReadingTests.good)
        let own = try Provider(
            description, settings: ["from": .text("x"), "region": .text("us")], secretNames: ["key"], baseURL: nil,
            callbackURL: nil)
        #expect(own.baseURL == "https://us.example.com")
        let other = try Provider(
            description, settings: ["from": .text("x")], secretNames: ["key"], baseURL: "http://127.0.0.1:8080/",
            callbackURL: "https://me.example/a?b=c")
        #expect(other.baseURL == "http://127.0.0.1:8080")
        #expect(try mistakes(["from": .text("x")], callback: "me.example")["callback_url"] != nil)
        #expect(try mistakes(["from": .text("x")], callback: "https://me.example/?a b")["callback_url"] != nil)
    }

    @Test("a provider without a base URL wants the route's")
    func noBase() throws {
        let description = try #require(ProviderCatalog.load(folder: nil).catalog["webhook"])
        let mistakes = try #require(throws: ProviderMistakes.self) {
            try Provider(
                description, settings: ["path": .text("v1/texts")], secretNames: ["signing_key"], baseURL: nil,
                callbackURL: nil)
        }
        #expect(mistakes.mistakes.map(\.key) == ["base_url"])
        let provider = try Provider(
            description, settings: ["path": .text("v1/texts")], secretNames: ["signing_key"],
            baseURL: "https://me.example",
            callbackURL: "https://me.example/cb")
        let load = try provider.request(for: ProviderScene.text, now: ProviderScene.now, secrets: ProviderScene.secret)
        #expect(load.target == "/v1/texts")
        #expect(load.headers == [HeaderField("Idempotency-Key", ProviderScene.token)])
        #expect(
            load.bodyText
                == #"{"type":"text.send","id":"abcdefghijklmnopqrstuvwxyz","to":"+4915112345678","text":"Grüße & mehr","encoding":"gsm7","segments":1,"brand":"acme","campaign":"spring 26","class":"marketing","valid_until":"2026-11-22T09:30:15Z","callback_url":"https://me.example/cb?ref=abcdefghijklmnopqrstuvwxyz"}"#
        )
    }
}

@Suite("The operator's own providers")
struct CatalogTests {
    private func folder(_ files: [String: String]) throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(
            "gatepost-providers-\(UUID().uuidString)"
        ).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
        return path
    }

    @Test("a file of the operator's wins over a shipped one, and is missed where it is broken")
    func wins() throws {
        let path = try folder(["webhook.toml": ReadingTests.good, "own.toml": ReadingTests.good, "README.md": "x"])
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (catalog, problems) = ProviderCatalog.load(folder: path)
        #expect(problems.map(\.description) == [])
        #expect(catalog["webhook"]?.isShipped == false)
        #expect(catalog["own"]?.title == "T")
        #expect(ProviderCatalog.load(folder: nil).catalog["webhook"]?.isShipped == true)

        try "schema = ".write(toFile: "\(path)/webhook.toml", atomically: true, encoding: .utf8)
        let broken = ProviderCatalog.load(folder: path)
        #expect(broken.catalog["webhook"] == nil)
        #expect(broken.problems.map(\.file) == ["\(path)/webhook.toml"])
        #expect(broken.problems.first?.line == 1)
    }

    @Test("what is no provider is told")
    func strays() throws {
        let path = try folder(["x.json": "{}", "Upper.toml": "", "empty.toml": ""])
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(
            Set(ProviderCatalog.load(folder: path).problems.map(\.file)) == [
                "\(path)/x.json", "\(path)/Upper.toml", "\(path)/empty.toml",
            ])
        #expect(ProviderCatalog.load(folder: "\(path)/none").problems.count == 1)
    }
}
