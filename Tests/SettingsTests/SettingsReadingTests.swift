// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Settings

@Suite("What comes out of a configuration")
struct SettingsReadingTests {
    static let contract = """
        state_dir     = "/var/lib/gatepost"
        templates_dir = "templates"
        default_lifetime = "3d"
        drain_timeout = "45s"
        dedupe_horizon = "30d"
        [intake]
        max_queued = 20_000
        min_free   = "10GiB"
        [keep]
        bodies = "1d"
        decisions = "400d"
        outcomes = "5y"
        receipts = "7d"
        [[producer]]
        name = "engine"
        may = ["job", "cancel"]
        brands = ["acme"]
        [[topic]]
        id = "newsletter"
        brand = "acme"
        title = { en = "Our newsletter", fr-CA = "Notre lettre" }
        [[brand]]
        id = "acme"
        controller = "Acme Inc."
        from = "Acme <news@acme.example>"
        reply_to = "help@acme.example"
        from_domains = ["acme.example", "Bücher.example"]
        postal_address = "1 Main Street, Springfield"
        unsubscribe_base = "https://mail.acme.example/"
        return_path_domain = "bounce.acme.example"
        [[route]]
        name = "relay"
        channel = "email"
        type = "smtp"
        url = "smtp://127.0.0.1:2525"
        tls = "opportunistic"
        username = "gw"
        password = { credential = "relay" }
        auth = "login"
        connections = 40
        rate = ["500/s", "1000000/d"]
        domain_rate = { "GMAIL.com" = "50/s", "bücher.example" = ["1/min", "9/h"] }
        match = { brands = ["acme"], classes = ["marketing"], countries = ["FR"] }
        failover = ["spare"]
        in_doubt = "park"
        pipelining = "within"
        helo_name = "out.acme.example"
        proxy = "SOCKS5H://Proxy.example:1080/"
        client_cert = "/dev/null"
        client_key = "/dev/null"
        connect_timeout = "5s"
        reply_timeout = "1m"
        end_of_data_timeout = "12m"
        idle_timeout = "10s"
        max_age = "1h"
        max_messages = 500
        [[route]]
        name = "spare"
        channel = "email"
        type = "smtp"
        url = "smtps://[::1]"
        [retry]
        first = "30s"
        factor = 3
        longest = "2h"
        give_up_after = "2d"
        [sandbox]
        redirect = { email = "qa@acme.example" }
        allow = ["*@Acme.example", "boss@acme.example", "+3361*", "+33612345678"]
        """

    @Test("all that the contract names is read")
    func contractExample() throws {
        let folder = try ConfigurationFolder(["gatepost.toml": Self.contract])
        let reading = folder.load(environment: [:])
        #expect(folder.lines(reading.errors).isEmpty)
        let settings = try #require(reading.settings)
        #expect(settings.stateDir == "/var/lib/gatepost")
        #expect(settings.templatesDir == "\(folder.path)/templates")
        #expect(settings.providersDir == "\(folder.path)/providers")
        #expect(settings.defaultLifetime == .days(3))
        #expect(settings.drainTimeout == .seconds(45))
        #expect(settings.dedupeHorizon == .days(30))
        #expect(settings.intake.maxQueued == 20_000)
        #expect(settings.intake.minFree == .bytes(10 << 30))
        #expect(settings.keep.bodies == .days(1))
        #expect(settings.keep.outcomes == .days(1825))
        #expect(settings.producers == [ProducerSettings(name: "engine", may: [.job, .cancel], brands: ["acme"])])
        #expect(settings.topic("newsletter", brand: "acme")?.title["fr-CA"] == "Notre lettre")
        #expect(settings.retry.first == .seconds(30))
        #expect(settings.retry.factor == 3)
        #expect(settings.sandbox?.redirect == [.email: "qa@acme.example"])
        #expect(settings.sandbox?.allow == ["*@acme.example", "boss@acme.example", "+3361*", "+33612345678"])
    }

    @Test("a brand in full")
    func brand() throws {
        let folder = try ConfigurationFolder(["gatepost.toml": Self.contract])
        let brand = try #require(folder.load().settings?.brand("acme"))
        #expect(brand.from == Mailbox(EmailAddress("news@acme.example")!, name: "Acme"))
        #expect(brand.replyTo?.address.description == "help@acme.example")
        #expect(brand.fromDomains == ["acme.example", "xn--bcher-kva.example"])
        #expect(brand.unsubscribeBase == "https://mail.acme.example")
        #expect(brand.returnPathDomain == "bounce.acme.example")
    }

    @Test("an SMTP route in full")
    func route() throws {
        let folder = try ConfigurationFolder(["gatepost.toml": Self.contract])
        let route = try #require(folder.load().settings?.route("relay"))
        #expect(route.connections == 40)
        #expect(route.rate == [RateLimit(count: 500, per: .seconds(1)), RateLimit(count: 1_000_000, per: .days(1))])
        #expect(
            route.domainRate == [
                "gmail.com": [RateLimit(count: 50, per: .seconds(1))],
                "xn--bcher-kva.example": [RateLimit(count: 1, per: .minutes(1)), RateLimit(count: 9, per: .hours(1))],
            ])
        #expect(route.match == RouteMatch(brands: ["acme"], classes: [.marketing], countries: ["FR"]))
        #expect(route.failover == ["spare"])
        #expect(route.inDoubt == .park)
        guard case .smtp(let smtp) = route.transport else { return }
        var expected = SMTPSettings(host: "127.0.0.1", port: 2525)
        (expected.tls, expected.username, expected.password) = (.opportunistic, "gw", .credential("relay"))
        (expected.mechanism, expected.pipelining, expected.heloName) = (.login, .within, "out.acme.example")
        (expected.clientCertificate, expected.clientKey) = ("/dev/null", "/dev/null")
        expected.proxy = "socks5h://proxy.example:1080"
        (expected.connectTimeout, expected.replyTimeout, expected.endOfDataTimeout) = (
            .seconds(5), .minutes(1), .minutes(12)
        )
        (expected.idleTimeout, expected.maxAge, expected.maxMessages) = (.seconds(10), .hours(1), 500)
        #expect(smtp == expected)
    }

    @Test("an empty file has every default")
    func defaults() throws {
        let folder = try ConfigurationFolder(["gatepost.toml": ""])
        var expected = GatewaySettings(file: "\(folder.path)/gatepost.toml")
        expected.templatesDir = "\(folder.path)/templates"
        expected.providersDir = "\(folder.path)/providers"
        expected.policiesDir = "\(folder.path)/policies"
        #expect(folder.load().settings == expected)
    }

    @Test("a relative path is taken from the file that names it")
    func relativePaths() throws {
        let folder = try ConfigurationFolder([
            "gatepost.toml": "state_dir = 'state'", "conf.d/a.toml": "templates_dir = 'mine'",
        ])
        let settings = try #require(folder.load().settings)
        #expect(settings.stateDir == "\(folder.path)/state")
        #expect(settings.templatesDir == "\(folder.path)/conf.d/mine")
    }

    static let urls: [(String, String?)] = [
        ("smtp://relay.example", "relay.example 25"),
        ("SMTPS://Relay.example/", "relay.example 465 tls"),
        ("smtp://relay:587", "relay 587"),
        ("smtp://[2001:db8::1]:26", "2001:db8::1 26"),
        ("smtp://bücher.example", "xn--bcher-kva.example 25"),
        ("smtp://[::g]", nil), ("smtp://[::1", nil), ("smtp://[::1]x", nil), ("smtp://h:0", nil), ("smtp://h:", nil),
        ("smtp://h:25:25", nil), ("smtp://a b", nil), ("smtp://h?x", nil), ("smtp:h", nil), ("", nil),
        ("smtp://-h", nil),
    ]

    @Test("addresses of relays", arguments: urls)
    func relayURL(text: String, expected: String?) {
        let url = try? RelayURL(text)
        #expect(url.map { "\($0.host) \($0.port)\($0.implicitTLS ? " tls" : "")" } == expected)
    }

    static let mailboxes: [(String, String?, String?)] = [
        ("a@b.example", "a@b.example", nil), ("A B <a@b.example>", "a@b.example", "A B"),
        ("\"A, B\" <a@b.example>", "a@b.example", "A, B"), ("\"A \\\"x\\\"\"<a@b.example>", "a@b.example", "A \"x\""),
        ("<a@b.example>", "a@b.example", nil), ("Zoë <a@b.example>", "a@b.example", "Zoë"),
        ("A <a@b.example", nil, nil),
        ("A <b> <a@b.example>", nil, nil), ("\"A <a@b.example>", nil, nil), ("A\r\nB: c <a@b.example>", nil, nil),
        ("", nil, nil),
    ]

    @Test("mailboxes", arguments: mailboxes)
    func mailbox(text: String, address: String?, name: String?) {
        let mailbox = Mailbox(text: text)
        #expect(mailbox?.address.description == address)
        #expect(mailbox?.name == name)
        if let mailbox { #expect(Mailbox(text: mailbox.text) == mailbox) }
    }

    static let sizes: [(String, IntakeSettings.FreeSpace?)] = [
        ("5%", .share(0.05)), ("0.5%", .share(0.005)), ("0%", .share(0)), ("1B", .bytes(1)),
        ("2GB", .bytes(2_000_000_000)),
        ("3TiB", .bytes(3 << 40)), ("100%", nil), ("%", nil), ("5", nil), ("5 GiB", nil), ("-5%", nil), ("1e1%", nil),
        ("nan%", nil), ("99999999TiB", nil), ("", nil), ("5gib", nil),
    ]

    @Test("sizes and shares", arguments: sizes)
    func size(text: String, expected: IntakeSettings.FreeSpace?) { #expect(IntakeSettings.FreeSpace(text) == expected) }

    static let rates: [(String, RateLimit?)] = [
        ("500/s", .init(count: 500, per: .seconds(1))), ("1/min", .init(count: 1, per: .minutes(1))),
        ("2/h", .init(count: 2, per: .hours(1))), ("3/d", .init(count: 3, per: .days(1))), ("0/s", nil), ("5/m", nil),
        ("5", nil),
        ("/s", nil), ("+5/s", nil), ("5/s/s", nil), ("5 /s", nil), ("99999999999999999999/s", nil),
    ]

    @Test("rates", arguments: rates)
    func rate(text: String, expected: RateLimit?) {
        #expect(RateLimit(text) == expected)
        if let expected { #expect(expected.text == text) }
    }
}

/// The repository's own files, whichever directory the tests run in.
@Suite("The sample configuration")
struct SampleConfigurationTests {
    static let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let sample = repository.appendingPathComponent("config/gatepost.toml").path

    @Test("has neither errors nor warnings")
    func isRight() {
        let reading = SettingsLoader.load(file: Self.sample, environment: [:])
        #expect((reading.errors + reading.warnings).map(\.description) == [])
    }

    @Test("shows the true defaults, and examples that can be read")
    func defaultsAreTrue() throws {
        let text = try String(contentsOfFile: Self.sample, encoding: .utf8)
        let uncommented = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.wholeMatch(of: /# (\[.*|\w+\s+= .*)/).map { String($0.1) } ?? String(line)
        }
        let folder = try ConfigurationFolder([
            "gatepost.toml": uncommented.joined(separator: "\n"), "relay-ca.pem": "x", "relay-client.pem": "x",
            "relay-client.key": "x", "providers/mine.toml": "",
        ])
        let reading = folder.load(environment: [:])
        #expect(
            folder.lines(reading.errors) == [
                "gatepost.toml:78: route[0].failover: no route is called \"relay-2\"; did you mean \"relay\"?"
            ])
        let plain = try #require(SettingsLoader.load(file: Self.sample, environment: [:]).settings)
        let withoutFailover = uncommented.filter { !$0.hasPrefix("failover") }.joined(separator: "\n")
        try folder.write(withoutFailover, to: "gatepost.toml")
        let shown = try #require(folder.load(environment: [:]).settings)
        #expect((shown.retry, shown.keep) == (plain.retry, plain.keep))
        #expect((shown.intake, shown.dedupeHorizon) == (plain.intake, plain.dedupeHorizon))
        #expect((shown.drainTimeout, shown.defaultLifetime) == (plain.drainTimeout, plain.defaultLifetime))
        guard case .smtp(let a) = shown.routes[0].transport, case .smtp(let b) = plain.routes[0].transport else {
            return
        }
        #expect(
            (a.connectTimeout, a.replyTimeout, a.endOfDataTimeout) == (
                b.connectTimeout, b.replyTimeout, b.endOfDataTimeout
            ))
        #expect((a.idleTimeout, a.maxAge, a.maxMessages) == (b.idleTimeout, b.maxAge, b.maxMessages))
        #expect(a.pipelining == b.pipelining)
        #expect(shown.routes[0].connections == plain.routes[0].connections)
    }
}
