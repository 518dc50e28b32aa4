// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Providers

@Suite("Requests from descriptions")
struct RequestTests {
    /// (what stands in [request], target, content type, body)
    static let table: [(String, String, String?, String)] = [
        ("path = \"/m\"", "/m", nil, ""),
        ("path = \"/a%20b/{job.brand}/{settings.word | path}/c(1)\"", "/a%20b/acme/x%20y/z/c(1)", nil, ""),
        ("path = \"/m/{job.campaign}\"", "/m/spring%2026", nil, ""),
        ("path = \"/m/{text.to | digits}\"", "/m/4915112345678", nil, ""),
        ("path = \"/m/{text.to}\"", "/m/%2B4915112345678", nil, ""),
        (
            "path = \"/m\"\nquery = { to = \"$text.to\", t = \"$job.topic\", tag = \"$settings.tags\", b = \"$text.body\" }",
            "/m?to=%2B4915112345678&tag=a&tag=b%2Fc&b=Gr%C3%BC%C3%9Fe%20%26%20mehr", nil, ""
        ),
        (
            "path = \"/m\"\nbody = \"form\"\n[request.fields]\nTo = \"$text.to\"\nTopic = \"$job.topic\"\nBody = \"$text.body\"\n\"a.b\" = [\"1\", \"$job.brand\"]\ntags = \"$settings.tags\"",
            "/m", "application/x-www-form-urlencoded",
            "To=%2B4915112345678&Body=Gr%C3%BC%C3%9Fe+%26+mehr&a.b=1&a.b=acme&tags=a&tags=b%2Fc"
        ),
        (
            "path = \"/m\"\nbody = \"json\"\ncontent_type = \"application/x-amz-json-1.0\"\n[request.fields]\nz = 1\na = true\nn = { t = \"$job.topic\", u = { v = \"$job.topic\" } }\nl = [{ to = \"$text.to\" }, { t = \"$job.topic\" }, \"$job.topic\"]\nempty = {}\nnone = []\ngone = [\"$job.topic\"]\n\"o.k\" = \"\"",
            "/m", "application/x-amz-json-1.0",
            #"{"z":1,"a":true,"l":[{"to":"+4915112345678"}],"empty":{},"none":[],"o.k":""}"#
        ),
        ("path = \"/m\"\nbody = \"json\"\n[request.fields]\nt = \"$job.topic\"", "/m", "application/json", "{}"),
    ]

    @Test("each form comes out exactly", arguments: table)
    func exact(_ row: (request: String, target: String, type: String?, body: String)) throws {
        let provider = try ProviderScene.provider(
            ProviderScene.file(request: row.request), settings: ["word": .text("x y/z"), "tags": .list(["a", "b/c"])])
        let load = try provider.request(for: ProviderScene.text, now: ProviderScene.now, secrets: ProviderScene.secret)
        #expect(load.target == row.target)
        #expect(load.contentType == row.type)
        #expect(load.bodyText == row.body)
        #expect(load.method == "POST")
        #expect(load.purpose == .create)
        #expect(load.reference == ProviderScene.token)
        #expect(provider.baseURL == "https://api.example.com/base")
    }

    @Test("headers take values that fit, and the key of repeats")
    func headers() throws {
        let provider = try ProviderScene.provider(
            ProviderScene.file(
                request:
                    "path = \"/m\"\nheaders = { X-Brand = \"$job.brand\", X-Topic = \"$job.topic\", Prefer = \"plain\" }",
                more: "[repeat]\nby = \"key\"\nheader = \"Idempotency-Key\"\nwindow = \"24h\""))
        let load = try provider.request(for: ProviderScene.text, now: ProviderScene.now, secrets: ProviderScene.secret)
        #expect(
            load.headers == [
                HeaderField("X-Brand", "acme"), HeaderField("Prefer", "plain"),
                HeaderField("Idempotency-Key", ProviderScene.token),
            ])
        #expect(provider.description.repeatRule == .key(header: "Idempotency-Key", window: .seconds(86_400)))
    }

    @Test("what would break out of its place stops the request")
    func breakingOut() throws {
        var lines = ProviderScene.text
        lines.brand = "acme\r\nX-Evil: 1"
        let header = try ProviderScene.provider(
            ProviderScene.file(request: "path = \"/m\"\nheaders = { X = \"$job.brand\" }"))
        #expect(throws: RequestMistake.self) {
            try header.request(for: lines, now: ProviderScene.now, secrets: ProviderScene.secret)
        }
        let path = try ProviderScene.provider(ProviderScene.file(request: "path = \"/m/{job.brand}/x\""))
        for brand in ["..", ".", ""] {
            var message = ProviderScene.text
            message.brand = brand
            #expect(throws: RequestMistake.self) {
                try path.request(for: message, now: ProviderScene.now, secrets: ProviderScene.secret)
            }
        }
        var slash = ProviderScene.text
        slash.brand = "../?a=b#c"
        let load = try path.request(for: slash, now: ProviderScene.now, secrets: ProviderScene.secret)
        #expect(load.target == "/m/..%2F%3Fa%3Db%23c/x")
    }

    @Test("the same message makes the same bytes")
    func stable() throws {
        let provider = try ProviderScene.provider(
            ProviderScene.file(
                request: "path = \"/m\"\nbody = \"json\"\n[request.fields]\nb = \"$text.body\"\na = \"$text.to\""))
        let first = try provider.request(for: ProviderScene.text, now: ProviderScene.now, secrets: ProviderScene.secret)
        let later = ProviderScene.now + .seconds(900)
        #expect(try provider.request(for: ProviderScene.text, now: later, secrets: ProviderScene.secret) == first)
        #expect(first.bodyText == #"{"b":"Grüße & mehr","a":"+4915112345678"}"#)
    }

    @Test("a text's provider makes no task")
    func wrongChannel() throws {
        let provider = try ProviderScene.provider(ProviderScene.file(request: "path = \"/m\""))
        #expect(throws: RequestMistake.self) {
            try provider.request(for: ProviderScene.task, now: ProviderScene.now, secrets: ProviderScene.secret)
        }
    }

    @Test("inquiry and amendment have what only they know")
    func others() throws {
        let inquiry = try ProviderScene.provider(
            ProviderScene.file(
                request: "path = \"/m\"",
                more: """
                    [inquiry]
                    path = "/m"
                    query = { to = "$text.to", after = "$attempt.since | iso8601" }
                    after = "2m"
                    [inquiry.found]
                    in = "items"
                    where = { text = "$text.body", "meta.parts" = "$text.segments" }
                    """))
        let since = Instant(rfc3339: "2026-11-22T08:00:00Z")!
        let asked = try #require(
            try inquiry.inquiry(
                for: ProviderScene.text, since: since, now: ProviderScene.now, secrets: ProviderScene.secret))
        #expect(asked.method == "GET")
        #expect(asked.purpose == .inquire)
        #expect(asked.target == "/m?to=%2B4915112345678&after=2026-11-22T08%3A00%3A00Z")
        #expect(asked.match == ["text": "Grüße & mehr", "meta.parts": "1"])
        #expect(inquiry.description.inquiry?.after == .seconds(120))
        #expect(inquiry.description.inquiry?.tries == 3)

        let amend = try ProviderScene.provider(
            ProviderScene.file(
                channel: "crm_task", request: "path = \"/t\"",
                more: """
                    [amend]
                    method = "PATCH"
                    path = "/t/{task.id}"
                    body = "json"
                    fields = { note = "$task.note", done = true }
                    """))
        let amended = try #require(
            try amend.amendment(
                for: ProviderScene.task, taskID: "a/1", note: "withdrawn", now: ProviderScene.now,
                secrets: ProviderScene.secret))
        #expect(amended.target == "/t/a%2F1")
        #expect(amended.bodyText == #"{"note":"withdrawn","done":true}"#)
        #expect(amended.purpose == .amend)
        #expect(
            try amend.inquiry(for: ProviderScene.task, since: since, now: since, secrets: ProviderScene.secret) == nil)
    }

    @Test(
        "an id that is not known is missed wherever it stands",
        arguments: [
            "path = \"/t/{task.id}\"", "path = \"/t\"\nquery = { id = \"$task.id\" }",
            "path = \"/t\"\nheaders = { x-id = \"$task.id | prefix t\" }",
            "path = \"/t\"\nbody = \"json\"\nfields = { tasks = [{ id = \"$task.id | number\" }] }",
        ])
    func unknownID(_ amend: String) throws {
        let provider = try ProviderScene.provider(
            ProviderScene.file(
                channel: "crm_task", request: "path = \"/t\"", more: "[amend]\nmethod = \"POST\"\n\(amend)"))
        func amended(_ id: String?) throws -> RequestLoad? {
            try provider.amendment(
                for: ProviderScene.task, taskID: id, note: nil, now: ProviderScene.now, secrets: ProviderScene.secret)
        }
        #expect(try amended("17") != nil)
        let mistake = #expect(throws: RequestMistake.self) { try amended(nil) }
        #expect(mistake?.words.hasSuffix("look there for the reference \(ProviderScene.token)") == true)
    }

    @Test("a request costs a few microseconds")
    func cost() throws {
        let provider = try ProviderScene.provider(
            ProviderScene.file(
                request:
                    "path = \"/m/{settings.word}\"\nbody = \"json\"\n[request.fields]\nto = \"$text.to\"\ntext = \"$text.body\"\nfrom = \"$settings.word\"\nref = \"$job.token\"\nurl = \"$callback.url\"\nvalid = \"$text.valid_until | iso8601\"\nbrand = \"$job.brand\"\nlevel = \"$job.class | map level\""
            ),
            settings: ["word": .text("w")], callback: "https://me.example/cb")
        let message = ProviderScene.text
        let clock = ContinuousClock()
        var size = 0
        let time = try clock.measure {
            for _ in 0..<2000 {
                size += try provider.request(for: message, now: ProviderScene.now, secrets: ProviderScene.secret).body
                    .count
            }
        }
        print("request: \(time / 2000), \(size / 2000) bytes")
        #expect(time / 2000 < .milliseconds(2))
    }
}
