// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import StrictTOML
import Testing

@testable import Settings

@Suite("An HTTP route in the configuration")
struct HTTPRouteTests {
    typealias Row = SettingsErrorTests.Row

    static func texts(_ more: String = "", channel: String = "sms", name: String = "texts") -> String {
        "[[route]]\nname = \"\(name)\"\nchannel = \"\(channel)\"\ntype = \"http\"\nprovider = \"twilio\"\n\(more)\n"
    }

    static let full = """
        base_url = "https://api.example.com/v2/"
        settings = { account_sid = "AC1", from = "+15550100", pool = ["a", "b"], retries = 3, smart = true }
        secrets = { auth_token = { env = "SET" }, signing_key = { file = "key.pem" } }
        proxy = "http://proxy.example:3128"
        ca_file = "/dev/null"
        client_cert = "/dev/null"
        client_key = "/dev/null"
        http_version = "1.1"
        callback_url = "https://hooks.acme.example/sms?k=1"
        connect_timeout = "5s"
        answer_timeout = "1m"
        transliterate = true
        connections = 8
        rate = "100/s"
        in_doubt = "resend"
        failover = ["texts-2"]
        """

    static func folder(_ text: String) throws -> ConfigurationFolder {
        try ConfigurationFolder(["gatepost.toml": text, "key.pem": "-----BEGIN PRIVATE KEY-----\nAA==\n-----END\n"])
    }

    @Test("is read in full")
    func reads() throws {
        let folder = try Self.folder(Self.texts(Self.full) + Self.texts(name: "texts-2"))
        let reading = folder.load(environment: ["SET": "x"])
        #expect(folder.lines(reading.errors) == [])
        let route = try #require(reading.settings?.route("texts"))
        #expect((route.channel, route.connections, route.inDoubt) == (.sms, 8, .resend))
        #expect(route.failover == ["texts-2"])
        guard case .http(let http) = route.transport else {
            Issue.record("no HTTP route")
            return
        }
        var expected = HTTPSettings(provider: "twilio")
        (expected.baseURL, expected.version) = ("https://api.example.com/v2", .http11)
        expected.settings = [
            "account_sid": .text("AC1"), "from": .text("+15550100"), "pool": .list(["a", "b"]), "retries": .integer(3),
            "smart": .boolean(true),
        ]
        expected.secrets = ["auth_token": .env("SET"), "signing_key": .file("\(folder.path)/key.pem")]
        (expected.proxy, expected.caFile) = ("http://proxy.example:3128", "/dev/null")
        (expected.clientCertificate, expected.clientKey) = ("/dev/null", "/dev/null")
        expected.callbackURL = "https://hooks.acme.example/sms?k=1"
        (expected.connectTimeout, expected.answerTimeout) = (.seconds(5), .minutes(1))
        expected.transliterates = true
        #expect(http == expected)
    }

    @Test("says little by default")
    func defaults() throws {
        let reading = try Self.folder(Self.texts(channel: "crm_task")).load()
        let route = try #require(reading.settings?.route("texts"))
        #expect(route.transport == .http(HTTPSettings(provider: "twilio")))
        #expect((route.channel, route.connections, route.rate) == (.crmTask, 20, []))
    }

    @Test("may leave the guard and TLS out for a provider within")
    func inside() throws {
        let reading = try Self.folder(Self.texts("base_url = 'http://10.0.0.1:8090'\nallow_private_network = true"))
            .load()
        guard case .http(let http) = reading.settings?.route("texts")?.transport else {
            Issue.record("\(reading.errors)")
            return
        }
        #expect((http.baseURL, http.allowsPrivateNetwork) == ("http://10.0.0.1:8090", true))
    }

    static let mistakes = [
        Row(
            "no provider", "[[route]]\nname = 'texts'\nchannel = 'sms'\ntype = 'http'",
            "gatepost.toml:1: route[0]: \"provider\" is missing; it must be a provider's name: 1 to 64 of a-z 0-9 _ -"),
        Row(
            "a provider that is a path", texts().replacing("\"twilio\"", with: "\"../twilio\""),
            "gatepost.toml:5: route[0].provider: must be a provider's name: 1 to 64 of a-z 0-9 _ -"),
        Row(
            "mail by HTTP", texts(channel: "email"),
            "gatepost.toml:3: route[0].channel: type = \"http\" carries channel = \"sms\" or \"crm_task\" only"),
        Row(
            "texts by SMTP", SettingsErrorTests.route("url = 'smtp://h'").replacing("\"email\"", with: "\"sms\""),
            "gatepost.toml:3: route[0].channel: type = \"smtp\" carries channel = \"email\" only"),
        Row(
            "a key of SMTP", texts("url = 'smtp://h'"),
            "gatepost.toml:6: route[0].url: unknown key; known here: allow_private_network, answer_timeout, base_url, ca_file, callback_url, channel, client_cert, client_key, connect_timeout, connections, domain_rate, failover, http_version, in_doubt, match, name, provider, proxy, rate, secrets, settings, transliterate, type"
        ),
        Row(
            "a key slipped", texts("anser_timeout = '3s'"),
            "gatepost.toml:6: route[0].anser_timeout: unknown key; did you mean \"answer_timeout\"?"),
        Row(
            "a secret inline", texts("secrets = { auth_token = 'hunter2' }"),
            "gatepost.toml:6: route[0].secrets.auth_token: secrets never stand in the configuration; say where it is kept: { file = \"…\" }, { env = \"…\" } or { credential = \"…\" }"
        ),
        Row(
            "a secret that is not there", texts("[route.secrets]\nauth_token = { env = 'UNSET' }"),
            "gatepost.toml:7: route[0].secrets.auth_token: the environment variable UNSET is not set"),
        Row(
            "a secret of two lines", texts("secrets = { auth_token = { env = 'LINES' } }"),
            "gatepost.toml:6: route[0].secrets.auth_token: the secret must be one line, or a key in PEM"),
        Row(
            "settings of a wrong kind", texts("settings = { since = 2026-01-01, list = [1], line = \"a\\nb\" }"),
            "gatepost.toml:6: route[0].settings.since: must be a string, an integer, true or false, or a list of strings, not a date or time",
            "gatepost.toml:6: route[0].settings.list[0]: must be a string, not an integer",
            "gatepost.toml:6: route[0].settings.line: must be one line of text"),
        Row(
            "a secret's place among the settings", texts("settings = { auth_token = { env = 'SET' } }"),
            "gatepost.toml:6: route[0].settings.auth_token: is where a secret is kept: give it under \"secrets\""),
        Row(
            "settings that are no table", texts("settings = 'x'"),
            "gatepost.toml:6: route[0].settings: must be a table, as { from = \"+15550100\" }, not a string"),
        Row(
            "a base in the clear", texts("base_url = 'http://api.example.com'"),
            "gatepost.toml:6: route[0].base_url: must begin with https://, or the route needs allow_private_network = true"
        ),
        Row(
            "a base with a password", texts("base_url = 'https://u:hunter2@api.example.com'"),
            "gatepost.toml:6: route[0].base_url: must not hold user or password; what is secret belongs in \"secrets\""),
        Row(
            "a base that asks", texts("base_url = 'https://api.example.com/?key=hunter2'"),
            "gatepost.toml:6: route[0].base_url: must not hold a query (\"?\")"),
        Row(
            "a base of another scheme", texts("base_url = 'ftp://api.example.com'\nallow_private_network = true"),
            "gatepost.toml:6: route[0].base_url: must begin with https:// and name a host; ASCII only, as it goes over the wire"
        ),
        Row(
            "a callback in the clear", texts("callback_url = 'http://hooks.acme.example/sms'"),
            "gatepost.toml:6: route[0].callback_url: must begin with https://"),
        Row(
            "a callback with a fragment", texts("callback_url = 'https://hooks.acme.example/sms#x'"),
            "gatepost.toml:6: route[0].callback_url: must not hold a fragment (\"#\")"),
        Row(
            "HTTP of tomorrow", texts("http_version = '3'"),
            "gatepost.toml:6: route[0].http_version: must be \"1.1\" or \"2\"; did you mean \"2\"?"),
        Row(
            "no time to answer", texts("answer_timeout = '1ms'"),
            "gatepost.toml:6: route[0].answer_timeout: must be between 1s and 10m"),
        Row(
            "half a client certificate", texts("client_cert = '/dev/null'"),
            "gatepost.toml:6: route[0].client_cert: needs a \"client_key\" with it"),
        Row(
            "rates by domain", texts("domain_rate = { 'a.example' = '1/s' }"),
            "gatepost.toml:6: route[0].domain_rate: is for e-mail: phones and contacts have no domain"),
        Row(
            "letters of a task", texts("transliterate = true", channel: "crm_task"),
            "gatepost.toml:6: route[0].transliterate: is for channel = \"sms\""),
        Row(
            "failover to another channel", texts("failover = ['tasks']") + texts(channel: "crm_task", name: "tasks"),
            "gatepost.toml:6: route[0].failover: route \"tasks\" carries crm_task, not sms"),
        Row(
            "a sandbox that texts real people",
            texts() + "[sandbox]\nredirect = { email = 'qa@acme.example' }",
            "gatepost.toml:8: sandbox.redirect: has no sms address, but route \"texts\" carries sms"),
    ]

    @Test("mistakes are told, each with file, line and what to do", arguments: mistakes)
    func told(_ row: Row) throws {
        let folder = try Self.folder(row.text)
        let reading = folder.load(environment: ["SET": "x", "LINES": "a\nb"])
        #expect(folder.lines(reading.errors) == row.errors)
        #expect(reading.settings == nil)
        #expect(!"\(reading.errors)".contains("hunter2"))
    }

    @Test("what a provider's description complains of is told where it stands")
    func places() throws {
        let folder = try Self.folder(Self.texts("settings = { from = 'x' }\n[route.secrets]\na = { env = 'SET' }"))
        let reading = folder.load(environment: ["SET": "x"])
        let places = try #require(reading.httpRoutes["texts"])
        let keys = ["provider", "settings.from", "settings.to", "secrets.a", "secrets.b", "base_url"]
        #expect(
            folder.lines(keys.map { places.problem(about: $0, "no") }) == [
                "gatepost.toml:5: route[0].provider: no", "gatepost.toml:6: route[0].settings.from: no",
                "gatepost.toml:6: route[0].settings.to: no", "gatepost.toml:8: route[0].secrets.a: no",
                "gatepost.toml:7: route[0].secrets.b: no", "gatepost.toml:1: route[0].base_url: no",
            ])
    }

    @Test("a reload tells its changes, neither secrets nor accounts")
    func difference() {
        func settings(_ change: (inout HTTPSettings) -> Void) -> GatewaySettings {
            var http = HTTPSettings(provider: "twilio")
            http.settings = ["account_sid": .text("AC1")]
            http.secrets = ["auth_token": .env("A")]
            change(&http)
            var settings = GatewaySettings(file: "x")
            settings.routes = [RouteSettings(name: "texts", channel: .sms, transport: .http(http))]
            return settings
        }
        let after = settings { http in
            http.settings = ["account_sid": .text("AC2"), "from": .text("+15550100")]
            (http.secrets, http.baseURL) = (["auth_token": .file("/a")], "https://b.example")
            http.callbackURL = "https://hooks.acme.example/?key=1"
        }
        #expect(
            SettingsDifference(from: settings { _ in }, to: after).lines == [
                "route texts: base_url the provider's → https://b.example",
                "route texts: settings account_sid changed", "route texts: settings from added",
                "route texts: secrets auth_token environment A → file /a", "route texts: callback_url changed",
            ])
        let bytes = String(decoding: SettingsListing(after).canonicalBytes, as: UTF8.self)
        #expect(bytes.contains("file /a") && !bytes.contains("AC2") && !bytes.contains("key=1"))
    }
}
