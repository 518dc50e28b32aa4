// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

/// Each row is a configuration and all that must be said about it.
@Suite("Mistakes in the configuration")
struct SettingsErrorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var says: String
        var text: String
        var errors: [String]
        init(_ says: String, _ text: String, _ errors: String...) {
            (self.says, self.text, self.errors) = (says, text, errors)
        }
        var testDescription: String { says }
    }

    /// A brand and a route in one line each, so that a row's own text begins at line 1.
    static func brand(_ more: String = "") -> String {
        "brand = [{ id = \"acme\", controller = \"Acme\", from = \"news@acme.example\", postal_address = \"x\"\(more) }]"
    }
    static func route(_ more: String, name: String = "relay") -> String {
        "[[route]]\nname = \"\(name)\"\nchannel = \"email\"\ntype = \"smtp\"\n\(more)\n"
    }

    static let top = [
        Row("an unknown key", "stat_dir = '/x'", "gatepost.toml:1: stat_dir: unknown key; did you mean \"state_dir\"?"),
        Row("a wrong type", "\nstate_dir = 1", "gatepost.toml:2: state_dir: must be a string, not an integer"),
        Row("an empty path", "state_dir = ''", "gatepost.toml:1: state_dir: must be a string that is not empty"),
        Row(
            "providers nowhere", "providers_dir = 'none'", "gatepost.toml:1: providers_dir: names no folder"),
        Row(
            "a duration without unit", "drain_timeout = '30'",
            "gatepost.toml:1: drain_timeout: must be a duration as \"30s\", \"1h30m\" or \"7d\""),
        Row("no time to drain", "drain_timeout = '0s'", "gatepost.toml:1: drain_timeout: must be between 1s and 1h"),
        Row(
            "several at once", "x = 1\ny = 2",
            "gatepost.toml:1: x: unknown key; known here: brand, dedupe_horizon, default_lifetime, drain_timeout, http, intake, keep, policies_dir, policy, producer, providers_dir, retry, route, sandbox, state_dir, templates_dir, topic",
            "gatepost.toml:2: y: unknown key; known here: brand, dedupe_horizon, default_lifetime, drain_timeout, http, intake, keep, policies_dir, policy, producer, providers_dir, retry, route, sandbox, state_dir, templates_dir, topic"
        ),
        Row("broken TOML", "a = [", "gatepost.toml:1: not valid TOML: expected a value"),
        Row(
            "nothing may be queued", "[intake]\nmax_queued = 0",
            "gatepost.toml:2: intake.max_queued: must be an integer from 1 to 1000000000"),
        Row(
            "free space of all", "[intake]\nmin_free = '100%'",
            "gatepost.toml:2: intake.min_free: must be a share as \"5%\" or a size as \"10GiB\""),
        Row(
            "a negative size", "intake.min_free = '-1GiB'",
            "gatepost.toml:1: intake.min_free: must be a share as \"5%\" or a size as \"10GiB\""),
        Row("kept too short", "[keep]\nbodies = '1s'", "gatepost.toml:2: keep.bodies: must be between 1h and 100y"),
        Row(
            "an unknown thing to keep", "[keep]\nbodys = '7d'",
            "gatepost.toml:2: keep.bodys: unknown key; did you mean \"bodies\"?"),
        Row(
            "back-off that shrinks", "[retry]\nfactor = 0.5",
            "gatepost.toml:2: retry.factor: must be a number from 1.0 to 100.0"),
        Row(
            "longest below first", "[retry]\nfirst = '5m'\nlongest = '1m'",
            "gatepost.toml:3: retry.longest: must not be shorter than \"first\" (5m)"),
        Row(
            "giving up before trying again", "[retry]\ngive_up_after = '10s'",
            "gatepost.toml:2: retry.give_up_after: must not be shorter than \"first\" (1m)"),
        Row(
            "sandbox without redirect", "[sandbox]\nallow = []",
            "gatepost.toml:1: sandbox: \"redirect\" is missing; it says where messages go instead, as { email = \"qa@acme.example\" }"
        ),
        Row(
            "sandbox redirect to nobody", "[sandbox]\nredirect = {}",
            "gatepost.toml:2: sandbox.redirect: must name an address, as { email = \"qa@acme.example\" }"),
        Row(
            "sandbox redirect to no address", "[sandbox]\nredirect = { email = 'qa' }",
            "gatepost.toml:2: sandbox.redirect.email: must be an e-mail address"),
        Row(
            "sandbox redirect to no phone", "[sandbox]\nredirect = { sms = '0612' }",
            "gatepost.toml:2: sandbox.redirect.sms: must be a phone number as \"+33612345678\" (E.164)"),
        Row(
            "sandbox redirect of no channel", "[sandbox]\nredirect = { emial = 'qa@acme.example' }",
            "gatepost.toml:2: sandbox.redirect: must name an address, as { email = \"qa@acme.example\" }",
            "gatepost.toml:2: sandbox.redirect.emial: unknown key; did you mean \"email\"?"),
        Row(
            "sandbox pattern", "[sandbox]\nredirect = { email = 'qa@acme.example' }\nallow = ['*@acme.example', '*']",
            "gatepost.toml:3: sandbox.allow[1]: must be an address or a pattern as \"*@acme.example\" or \"+3361*\""),
        Row(
            "sandbox that leaves a channel open",
            "\(brand())\n[sandbox]\nredirect = { sms = '+33612345678' }\n\(route("url = 'smtp://h'"))",
            "gatepost.toml:3: sandbox.redirect: has no email address, but route \"relay\" carries email"),
    ]

    static let senders = [
        Row(
            "a producer without name", "[[producer]]\nmay = ['job']",
            "gatepost.toml:1: producer[0]: \"name\" is missing; it must be 1 to 32 of A-Z a-z 0-9 _ -"
        ),
        Row(
            "a producer's name that is a path", "[[producer]]\nname = '../x'",
            "gatepost.toml:2: producer[0].name: must be 1 to 32 of A-Z a-z 0-9 _ -"),
        Row(
            "an unknown kind of record", "[[producer]]\nname = 'x'\nmay = ['job', 'cancle']",
            "gatepost.toml:3: producer[0].may[1]: must be \"job\", \"cancel\", \"consent\" or \"suppress\"; did you mean \"cancel\"?"
        ),
        Row(
            "a producer that may nothing", "[[producer]]\nname = 'x'\nmay = []",
            "gatepost.toml:3: producer[0].may: must name at least one kind of record; without it, all are allowed"),
        Row(
            "a producer of no brand", "[[producer]]\nname = 'x'\nbrands = []",
            "gatepost.toml:3: producer[0].brands: must name at least one brand; without it, all are allowed"),
        Row(
            "a producer of an unknown brand", "\(brand())\n[[producer]]\nname = 'x'\nbrands = ['acne']",
            "gatepost.toml:4: producer[0].brands: no brand is called \"acne\"; did you mean \"acme\"?"),
        Row(
            "a producer twice", "[[producer]]\nname = 'x'\n[[producer]]\nname = 'x'",
            "gatepost.toml:4: producer[1].name: \"x\" is already at gatepost.toml:2"),
        Row(
            "a topic without title", "[[topic]]\nid = 'news'",
            "gatepost.toml:1: topic[0]: \"title\" is missing; it must be a table of titles by language, as { en = \"Our newsletter\" }"
        ),
        Row(
            "a topic with one title for all", "[[topic]]\nid = 'news'\ntitle = 'News'",
            "gatepost.toml:3: topic[0].title: must be a table of titles by language, as { en = \"Our newsletter\" }, not a string"
        ),
        Row(
            "a topic in no language", "[[topic]]\nid = 'news'\ntitle = { english = 'News' }",
            "gatepost.toml:3: topic[0].title: \"english\" is no language tag as \"en\" or \"fr-CA\""),
        Row(
            "a topic of an unknown brand", "[[topic]]\nid = 'news'\nbrand = 'x'\ntitle = { en = 'News' }",
            "gatepost.toml:3: topic[0].brand: no brand is called \"x\""),
        Row(
            "a topic twice", "topic = [\n{ id = 'a', title = { en = 'A' } },\n{ id = 'a', title = { en = 'A' } }]",
            "gatepost.toml:3: topic[1].id: \"a\" is already at gatepost.toml:2"),
        Row(
            "an empty brand", "[[brand]]",
            "gatepost.toml:1: brand[0]: \"id\" is missing; it must be 1 to 64 of A-Z a-z 0-9 . _ - (not beginning with a dot)",
            "gatepost.toml:1: brand[0]: \"controller\" is missing; it must be one line of text",
            "gatepost.toml:1: brand[0]: \"from\" is missing; it must be an address as \"Acme <news@acme.example>\""),
        Row(
            "a brand from nowhere", "[[brand]]\nid = 'a'\ncontroller = 'A'\nfrom = 'Acme'",
            "gatepost.toml:4: brand[0].from: must be an address as \"Acme <news@acme.example>\""),
        Row(
            "a header slipped into a name",
            "[[brand]]\nid = 'a'\ncontroller = 'A'\nfrom = \"A\\r\\nBcc: x <a@b.example>\"",
            "gatepost.toml:4: brand[0].from: must be one line of text"),
        Row(
            "from outside from_domains", brand(", from_domains = [\"other.example\"]"),
            "gatepost.toml:1: brand[0].from_domains: must hold acme.example, the domain of \"from\""),
        Row(
            "a domain that is none", brand(", return_path_domain = \"bounce\""),
            "gatepost.toml:1: brand[0].return_path_domain: must be a domain as \"acme.example\""),
        Row(
            "unsubscribe without https", brand(", unsubscribe_base = \"http://mail.acme.example\""),
            "gatepost.toml:1: brand[0].unsubscribe_base: must begin with https:// (RFC 8058 section 3.1)"),
        Row(
            "unsubscribe with a password", brand(", unsubscribe_base = \"https://u:p@mail.acme.example\""),
            "gatepost.toml:1: brand[0].unsubscribe_base: must be a link as \"https://mail.acme.example\""),
        Row(
            "a brand twice",
            "[[brand]]\nid='a'\ncontroller='A'\nfrom='a@a.example'\n[[brand]]\nid='a'\ncontroller='A'\nfrom='a@a.example'",
            "gatepost.toml:6: brand[1].id: \"a\" is already at gatepost.toml:2"),
    ]

    static let routes = [
        Row(
            "an empty route", "[[route]]",
            "gatepost.toml:1: route[0]: \"name\" is missing; it must be 1 to 64 of A-Z a-z 0-9 . _ - (not beginning with a dot)",
            "gatepost.toml:1: route[0]: \"channel\" is missing; it must be \"email\", \"sms\" or \"crm_task\"",
            "gatepost.toml:1: route[0]: \"type\" is missing; it must be \"smtp\" or \"http\""),
        Row(
            "a type slipped", "[[route]]\nname = 'x'\nchannel = 'email'\ntype = 'smpt'\nurl = 'smtp://h'",
            "gatepost.toml:4: route[0].type: must be \"smtp\" or \"http\"; did you mean \"smtp\"?"),
        Row(
            "SMTP for texts", "[[route]]\nname = 'x'\nchannel = 'sms'\ntype = 'smtp'\nurl = 'smtp://h'",
            "gatepost.toml:3: route[0].channel: type = \"smtp\" carries channel = \"email\" only"),
        Row(
            "no url", route(""),
            "gatepost.toml:1: route[0]: \"url\" is missing; it must be an address as \"smtp://127.0.0.1:2525\""),
        Row(
            "a url of another scheme", route("url = 'https://h'"),
            "gatepost.toml:5: route[0].url: must begin with smtp:// or smtps://"),
        Row(
            "a url without host", route("url = 'smtp://:25'"),
            "gatepost.toml:5: route[0].url: must name a host: a name, or an address ([::1] for IPv6)"),
        Row(
            "a url with a path", route("url = 'smtp://h/x'"),
            "gatepost.toml:5: route[0].url: must end with host or port: smtp://host or smtp://host:port"),
        Row(
            "a port too high", route("url = 'smtp://h:65536'"),
            "gatepost.toml:5: route[0].url: must have a port from 1 to 65535, or none"),
        Row(
            "a password in the url is not even quoted", route("url = 'smtp://u:hunter2@h'"),
            "gatepost.toml:5: route[0].url: must not hold user or password; \"username\" and \"password\" are keys of their own"
        ),
        Row(
            "an inline password is not even quoted", route("url = 'smtp://h'\nusername = 'u'\npassword = 'hunter2'"),
            "gatepost.toml:7: route[0].password: secrets never stand in the configuration; say where it is kept: { file = \"…\" }, { env = \"…\" } or { credential = \"…\" }"
        ),
        Row(
            "a password in two places", route("url = 'smtp://h'\nusername = 'u'\npassword = { env = 'A', file = 'b' }"),
            "gatepost.toml:7: route[0].password: must be exactly one of { file = \"…\" }, { env = \"…\" } or { credential = \"…\" }"
        ),
        Row(
            "a password in an unknown place", route("url = 'smtp://h'\nusername = 'u'\npassword = { vault = 'A' }"),
            "gatepost.toml:7: route[0].password.vault: unknown key; a secret is { file = \"…\" }, { env = \"…\" } or { credential = \"…\" }"
        ),
        Row(
            "a username alone", route("url = 'smtp://h'\nusername = 'u'"),
            "gatepost.toml:6: route[0].username: needs a \"password\" with it"),
        Row(
            "a password alone", route("url = 'smtp://h'\npassword = { env = 'SET' }"),
            "gatepost.toml:6: route[0].password: needs a \"username\" with it"),
        Row(
            "a password in the clear",
            route("url = 'smtp://h'\ntls = 'none'\nusername = 'u'\npassword = { env = 'SET' }"),
            "gatepost.toml:6: route[0].tls: must be \"required\" where there is a username: the password would travel in the clear"
        ),
        Row(
            "a password that an attacker can have in the clear",
            route("url = 'smtp://h'\ntls = 'opportunistic'\nusername = 'u'\npassword = { env = 'SET' }"),
            "gatepost.toml:6: route[0].tls: must be \"required\" where there is a username: the password would travel in the clear"
        ),
        Row(
            "smtps without TLS", route("url = 'smtps://h'\ntls = 'none'"),
            "gatepost.toml:6: route[0].tls: contradicts smtps://, which is TLS from the first byte; leave it out"),
        Row(
            "a TLS word slipped", route("url = 'smtp://h'\ntls = 'requierd'"),
            "gatepost.toml:6: route[0].tls: must be \"required\", \"opportunistic\" or \"none\"; did you mean \"required\"?"
        ),
        Row(
            "no authorities", route("url = 'smtp://h'\nca_file = 'none.pem'"),
            "gatepost.toml:6: route[0].ca_file: cannot be read: No such file or directory"),
        Row(
            "no client certificate, no key",
            route("url = 'smtp://h'\nclient_cert = 'none.pem'\nclient_key = 'none.key'"),
            "gatepost.toml:6: route[0].client_cert: cannot be read: No such file or directory",
            "gatepost.toml:7: route[0].client_key: cannot be read: No such file or directory"),
        Row(
            "a client certificate alone", route("url = 'smtp://h'\nclient_cert = '/dev/null'"),
            "gatepost.toml:6: route[0].client_cert: needs a \"client_key\" with it"),
        Row(
            "a client key alone", route("url = 'smtp://h'\nclient_key = '/dev/null'"),
            "gatepost.toml:6: route[0].client_key: needs a \"client_cert\" with it"),
        Row(
            "a proxy of another kind", route("url = 'smtp://h'\nproxy = 'https://p:3128'"),
            "gatepost.toml:6: route[0].proxy: must begin with http://, socks5:// or socks5h://"),
        Row(
            "a proxy without port", route("url = 'smtp://h'\nproxy = 'socks5://[::1]'"),
            "gatepost.toml:6: route[0].proxy: must end with host and port (1 to 65535): socks5://host:port"),
        Row(
            "a proxy's password", route("url = 'smtp://h'\nproxy = 'http://u:hunter2@p:3128'"),
            "gatepost.toml:6: route[0].proxy: must not hold user or password; a proxy that wants them is not supported"),
        Row(
            "no connections", route("url = 'smtp://h'\nconnections = 0"),
            "gatepost.toml:6: route[0].connections: must be an integer from 1 to 1000"),
        Row(
            "no rate", route("url = 'smtp://h'\nrate = '0/s'"),
            "gatepost.toml:6: route[0].rate: must be a rate as \"500/s\", or a list of them (/s, /min, /h or /d; at least 1)"
        ),
        Row(
            "a rate among others", route("url = 'smtp://h'\nrate = ['5/s', '5/m']"),
            "gatepost.toml:6: route[0].rate[1]: must be a rate as \"500/s\", or a list of them (/s, /min, /h or /d; at least 1)"
        ),
        Row(
            "a domain's rate", route("url = 'smtp://h'\ndomain_rate = { 'x.example' = 'fast' }"),
            "gatepost.toml:6: route[0].domain_rate.\"x.example\": must be a rate as \"500/s\", or a list of them (/s, /min, /h or /d; at least 1)"
        ),
        Row(
            "the rate of no domain", route("url = 'smtp://h'\ndomain_rate = { gmail = '5/s' }"),
            "gatepost.toml:6: route[0].domain_rate.gmail: the key must be a domain as \"gmail.com\""),
        Row(
            "a domain twice, spelled differently",
            route("url = 'smtp://h'\ndomain_rate = { 'bücher.example' = '5/s', 'xn--bcher-kva.example' = '6/s' }"),
            "gatepost.toml:6: route[0].domain_rate.\"xn--bcher-kva.example\": the domain xn--bcher-kva.example is here twice"
        ),
        Row(
            "a match of an unknown brand", "\(brand())\n\(route("url = 'smtp://h'\nmatch = { brands = ['acm'] }"))",
            "gatepost.toml:7: route[0].match: no brand is called \"acm\"; did you mean \"acme\"?"),
        Row(
            "a match of an unknown class", route("url = 'smtp://h'\nmatch = { classes = ['promo'] }"),
            "gatepost.toml:6: route[0].match.classes[0]: must be \"marketing\" or \"transactional\""),
        Row(
            "a match of no country", route("url = 'smtp://h'\nmatch = { countries = ['fr'] }"),
            "gatepost.toml:6: route[0].match.countries[0]: must be a country code as \"FR\" (ISO 3166-1, two capital letters)"
        ),
        Row(
            "a match of nothing", route("url = 'smtp://h'\nmatch = { countries = [] }"),
            "gatepost.toml:6: route[0].match.countries: matches nothing; leave it out to match any"),
        Row(
            "failover to itself", route("url = 'smtp://h'\nfailover = ['relay']"),
            "gatepost.toml:6: route[0].failover: names the route itself"),
        Row(
            "failover to a route twice",
            route("url = 'smtp://h'\nfailover = ['b', 'b']") + route("url = 'smtp://i'", name: "b"),
            "gatepost.toml:6: route[0].failover: names \"b\" twice"),
        Row(
            "failover to nowhere", route("url = 'smtp://h'\nfailover = ['rely']"),
            "gatepost.toml:6: route[0].failover: no route is called \"rely\"; did you mean \"relay\"?"),
        Row(
            "failover to a route that has a mistake of its own",
            route("url = 'smtp://h'\nfailover = ['b']") + route("url = 1", name: "b"),
            "gatepost.toml:11: route[1].url: must be a string, not an integer"),
        Row(
            "a route twice", route("url = 'smtp://h'") + route("url = 'smtp://h'\nmatch = {classes = ['marketing']}"),
            "gatepost.toml:7: route[1].name: \"relay\" is already at gatepost.toml:2"),
        Row(
            "in_doubt slipped", route("url = 'smtp://h'\nin_doubt = 'retry'"),
            "gatepost.toml:6: route[0].in_doubt: must be \"park\" or \"resend\""),
        Row(
            "an auth slipped", route("url = 'smtp://h'\nusername = 'u'\npassword = { env = 'SET' }\nauth = 'plian'"),
            "gatepost.toml:8: route[0].auth: must be \"plain\", \"login\" or \"xoauth2\"; did you mean \"plain\"?"),
        Row(
            "a time-out of nothing", route("url = 'smtp://h'\nreply_timeout = '0s'"),
            "gatepost.toml:6: route[0].reply_timeout: must be between 1s and 1h"),
        Row(
            "a provider on SMTP", route("url = 'smtp://h'\nprovidr = 'x'"),
            "gatepost.toml:6: route[0].providr: unknown key; known here: auth, ca_file, channel, client_cert, client_key, connect_timeout, connections, domain_rate, end_of_data_timeout, failover, helo_name, idle_timeout, in_doubt, match, max_age, max_messages, name, password, pipelining, proxy, rate, reply_timeout, tls, type, url, username"
        ),
    ]

    static let unavailable = [
        Row(
            "listeners", "[http]\npublic = '127.0.0.1:8480'",
            "gatepost.toml:1: http: not available in this version: nothing would listen"),
        Row(
            "DKIM", "[[brand]]\nid='a'\ncontroller='A'\nfrom='a@a.example'\n[[brand.dkim]]\nselector = 's1'",
            "gatepost.toml:5: brand[0].dkim[0]: not available in this version: mail would leave unsigned; sign at the relay"
        ),
    ]

    @Test("are told, each with file, line and what to do", arguments: top + senders + routes + unavailable)
    func told(_ row: Row) throws {
        let folder = try ConfigurationFolder(["gatepost.toml": row.text])
        let reading = folder.load(environment: ["SET": "x"])
        #expect(folder.lines(reading.errors) == row.errors)
        #expect(reading.settings == nil)
        #expect(!"\(reading)".contains("hunter2"))
    }

    static let warnings = [
        Row(
            "nothing to send with", "", "gatepost.toml:1: there is no [[brand]]: every job will be rejected",
            "gatepost.toml:1: there is no [[route]]: every job will be rejected"),
        Row(
            "a brand nowhere to be found",
            "[[brand]]\nid='a'\ncontroller='A'\nfrom='a@a.example'\n\(route("url = 'smtp://h'"))",
            "gatepost.toml:1: brand[0]: has no \"postal_address\": marketing mail must show one in many countries"),
        Row(
            "a route behind one that takes all",
            "\(brand())\n\(route("url = 'smtp://h'"))\(route("url = 'smtp://i'", name: "b"))",
            "gatepost.toml:7: route[1]: is never chosen: route \"relay\" at gatepost.toml:3 has no match and takes every email job; only jobs that name this route come here"
        ),
        Row(
            "a route in reserve is no surprise",
            "\(brand())\n\(route("url = 'smtp://h'\nfailover = ['b']"))\(route("url = 'smtp://i'", name: "b"))"),
        Row(
            "a credential outside the unit",
            "\(brand())\n\(route("url = 'smtp://h'\nusername = 'u'\npassword = { credential = 'relay' }"))",
            "gatepost.toml:8: route[0].password: the credential \"relay\" cannot be looked up: CREDENTIALS_DIRECTORY is not set, as it is within the systemd unit"
        ),
    ]

    @Test("are warnings where the settings can be used", arguments: warnings)
    func warned(_ row: Row) throws {
        let folder = try ConfigurationFolder(["gatepost.toml": row.text])
        let reading = folder.load()
        #expect(folder.lines(reading.warnings) == row.errors)
        #expect(reading.errors.isEmpty)
        #expect(reading.settings != nil)
    }

    @Test("a missing file is one clear line")
    func missing() {
        let reading = SettingsLoader.load(file: "/nonexistent/gatepost.toml", environment: [:])
        #expect(
            reading.errors.map(\.description) == [
                "/nonexistent/gatepost.toml: cannot be read: No such file or directory"
            ])
        #expect(reading.settings == nil)
    }
}
