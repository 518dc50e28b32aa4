// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Settings

@Suite("The policy sections")
struct PolicySettingsTests {
    static let brand =
        "brand = [{ id = \"acme\", controller = \"Acme\", from = \"news@acme.example\", postal_address = \"x\" }]"

    /// The contract's own example, line by line.
    static let contract = """
        \(brand)
        [[topic]]
        id = "newsletter"
        brand = "acme"
        title = { en = "Our newsletter" }
        [[policy.consent]]
        channel = "sms"
        class = "marketing"
        jurisdictions = ["US"]
        require = "express_written"
        allow_unproven = true
        [[policy.cap]]
        name = "promo-week"
        channel = "email"
        class = "marketing"
        topic = "newsletter"
        campaign = "spring-26"
        brand = "acme"
        jurisdictions = ["US-FL", "FR"]
        limit = 3
        window = "calendar week"
        zone = "Europe/Paris"
        week_starts = "sunday"
        per = ["address", "campaign"]
        over = "withhold"
        [[policy.quiet_hours]]
        channel = "sms"
        class = "marketing"
        presets = ["us", "fr-sms", "default"]
        min_confidence = "H"
        unknown_zone = "strictest"
        exempt = ["us-ky"]
        [[policy.blackout]]
        regions = ["US-LA"]
        from = "2026-08-28T00:00"
        to = "2026-08-31T00:00"
        channel = "voice"
        class = "marketing"
        why = "hurricane"
        """

    @Test("all that the contract names is read")
    func readsAll() throws {
        let folder = try ConfigurationFolder(["gatepost.toml": Self.contract])
        let reading = folder.load()
        #expect(folder.lines(reading.errors).isEmpty)
        let policy = try #require(reading.settings?.policy)
        #expect(
            policy.consent == [
                ConsentRule(
                    channel: .sms, messageClass: .marketing, jurisdictions: ["US"], require: .expressWritten,
                    allowUnproven: true)
            ])
        var cap = CapRule(name: "promo-week", limit: 3, window: .calendarWeek)
        (cap.channel, cap.messageClass, cap.topic, cap.campaign) = (.email, .marketing, "newsletter", "spring-26")
        (cap.brand, cap.jurisdictions, cap.zone) = ("acme", ["US-FL", "FR"], .fixed("Europe/Paris"))
        (cap.weekStarts, cap.perPerson, cap.perAddress, cap.perCampaign) = (.sunday, false, true, true)
        cap.over = .withhold
        #expect(policy.caps == [cap])
        #expect(
            policy.quietHours == [
                QuietHoursRule(
                    channel: .sms, messageClass: .marketing, presets: ["us", "fr-sms", "default"], minConfidence: .high,
                    unknownZone: .preset("strictest"), exempt: ["us-ky"])
            ])
        var blackout = BlackoutRule(
            regions: ["US-LA"], from: LocalTime("2026-08-28T00:00")!, to: LocalTime("2026-08-31T00:00")!)
        (blackout.channel, blackout.messageClass, blackout.why) = (.voice, .marketing, "hurricane")
        #expect(policy.blackouts == [blackout])
        #expect(policy.controllers == ["acme": "Acme"])
    }

    @Test("what only others can check is told with its place")
    func mentions() throws {
        let folder = try ConfigurationFolder(["gatepost.toml": Self.contract])
        let told = folder.load().mentions.map { "\($0.place.line) \($0.keyPath) \($0.name)" }
        #expect(
            told == [
                "9 policy.consent[0].jurisdictions[0] US", "19 policy.cap[0].jurisdictions[0] US-FL",
                "19 policy.cap[0].jurisdictions[1] FR", "29 policy.quiet_hours[0].presets[0] us",
                "29 policy.quiet_hours[0].presets[1] fr-sms", "29 policy.quiet_hours[0].presets[2] default",
                "32 policy.quiet_hours[0].exempt[0] us-ky", "31 policy.quiet_hours[0].unknown_zone strictest",
                "34 policy.blackout[0].regions[0] US-LA",
            ])
    }

    @Test("what is left out has the contract's defaults")
    func defaults() throws {
        let folder = try ConfigurationFolder([
            "gatepost.toml": """
            [[policy.consent]]
            require = "any"
            [[policy.cap]]
            name = "a"
            limit = 1
            window = "rolling 7d"
            [[policy.quiet_hours]]
            presets = ["default"]
            [[policy.blackout]]
            from = "2026-12-24T18:00"
            to = "2026-12-27T00:00"
            """
        ])
        let policy = try #require(folder.load().settings?.policy)
        #expect(policy.consent[0].allowUnproven == false)
        #expect(policy.consent[0].channel == nil && policy.consent[0].jurisdictions == nil)
        #expect(policy.caps == [CapRule(name: "a", limit: 1, window: .rolling(.days(7)))])
        #expect(policy.caps[0].perPerson && policy.caps[0].over == .postpone(.hours(48)))
        #expect(policy.quietHours[0].minConfidence == .medium && policy.quietHours[0].unknownZone == .hold)
        #expect(policy.blackouts[0].regions.isEmpty)
    }

    static let windows: [(String, CapRule.Window?)] = [
        ("rolling 24h", .rolling(.hours(24))), ("rolling 400d", .rolling(.days(400))), ("calendar day", .calendarDay),
        ("calendar week", .calendarWeek), ("calendar month", .calendarMonth), ("rolling 401d", nil),
        ("rolling 0d", nil), ("rolling -1d", nil), ("rolling", nil), ("rolling 7", nil), ("7d", nil),
        ("calendar year", nil), ("", nil), ("rolling 999ms", nil),
    ]

    @Test("windows of caps", arguments: windows)
    func window(text: String, expected: CapRule.Window?) throws {
        let folder = try ConfigurationFolder([
            "gatepost.toml": "[[policy.cap]]\nname = 'a'\nlimit = 1\nwindow = '\(text)'"
        ])
        let reading = folder.load()
        #expect(reading.settings?.policy.caps.first?.window == expected)
        #expect(reading.errors.isEmpty == (expected != nil))
    }

    @Test("sections in conf.d append")
    func confFolder() throws {
        let cap = { (name: String) in "[[policy.cap]]\nname = '\(name)'\nlimit = 1\nwindow = 'rolling 1d'\n" }
        let folder = try ConfigurationFolder([
            "gatepost.toml": cap("a"), "conf.d/1.toml": cap("b") + "[[policy.consent]]\nrequire = 'none'",
            "conf.d/2.toml": "[[policy.consent]]\nrequire = 'any'",
        ])
        let policy = try #require(folder.load().settings?.policy)
        #expect(policy.caps.map(\.name) == ["a", "b"])
        #expect(policy.consent.map(\.require) == [ConsentLevel.none, .any])
        try folder.write(cap("a"), to: "conf.d/3.toml")
        #expect(
            folder.lines(folder.load().errors) == [
                "conf.d/3.toml:2: policy.cap[2].name: \"a\" is already at gatepost.toml:2"
            ])
    }
}

/// Each row is a policy and all that must be said about it.
@Suite("Mistakes in the policy")
struct PolicyErrorTests {
    typealias Row = SettingsErrorTests.Row

    static func cap(_ more: String) -> String {
        "[[policy.cap]]\nname = 'a'\nlimit = 1\nwindow = 'rolling 7d'\n\(more)"
    }

    static let consents = [
        Row("a section slipped", "[[policy.caps]]\nlimit = 3", "1: policy.caps: unknown key; did you mean \"cap\"?"),
        Row(
            "no list of tables", "[policy.cap]\nlimit = 3",
            "1: policy.cap: must be a list of tables, as [[policy.cap]], not a table"),
        Row(
            "a consent that asks for nothing", "[[policy.consent]]\nchannel = 'sms'",
            "1: policy.consent[0]: \"require\" is missing; it must be \"none\", \"any\", \"express\", \"express_written\" or \"confirmed\""
        ),
        Row(
            "a level slipped", "[[policy.consent]]\nrequire = 'expres'",
            "2: policy.consent[0].require: must be \"none\", \"any\", \"express\", \"express_written\" or \"confirmed\"; did you mean \"express\"?"
        ),
        Row(
            "an unknown channel", "[[policy.consent]]\nrequire = 'any'\nchannel = 'mail'",
            "3: policy.consent[0].channel: must be \"email\", \"sms\" or \"voice\"; did you mean \"email\"?"),
        Row(
            "a task is no contact", "[[policy.consent]]\nrequire = 'any'\nchannel = 'crm_task'",
            "3: policy.consent[0].channel: a task counts as the channel that it intends: must be \"email\", \"sms\" or \"voice\""
        ),
        Row(
            "an unknown class", "[[policy.consent]]\nrequire = 'any'\nclass = 'promo'",
            "3: policy.consent[0].class: must be \"marketing\" or \"transactional\""),
        Row(
            "a flag in quotes", "[[policy.consent]]\nrequire = 'any'\nallow_unproven = 'no'",
            "3: policy.consent[0].allow_unproven: must be true or false, not a string"),
        Row(
            "jurisdictions of no form", "[[policy.consent]]\nrequire = 'any'\njurisdictions = ['usa', 'US', 'US-']",
            "3: policy.consent[0].jurisdictions[0]: must be a code as \"US\" (ISO 3166-1) or \"US-FL\" (ISO 3166-2)",
            "3: policy.consent[0].jurisdictions[2]: must be a code as \"US\" (ISO 3166-1) or \"US-FL\" (ISO 3166-2)"),
        Row(
            "no jurisdictions", "[[policy.consent]]\nrequire = 'any'\njurisdictions = []",
            "3: policy.consent[0].jurisdictions: matches nothing; leave it out to mean everywhere"),
    ]

    static let caps = [
        Row(
            "an empty cap", "[[policy.cap]]",
            "1: policy.cap[0]: \"name\" is missing; it must be 1 to 64 of A-Z a-z 0-9 . _ - (not beginning with a dot)",
            "1: policy.cap[0]: \"limit\" is missing; it must be an integer from 0 to 1000000",
            "1: policy.cap[0]: \"window\" is missing; it must be \"rolling D\" (as \"rolling 7d\"), \"calendar day\", \"calendar week\" or \"calendar month\""
        ),
        Row(
            "a limit below nothing", "[[policy.cap]]\nname = 'a'\nlimit = -1\nwindow = 'calendar day'",
            "3: policy.cap[0].limit: must be an integer from 0 to 1000000"),
        Row(
            "a limit of all there are", "[[policy.cap]]\nname = 'a'\nlimit = 1_000_001\nwindow = 'calendar day'",
            "3: policy.cap[0].limit: must be an integer from 0 to 1000000"),
        Row(
            "a window of nothing", "[[policy.cap]]\nname = 'a'\nlimit = 1\nwindow = 'rolling 0d'",
            "4: policy.cap[0].window: must roll over 1s to 400d"),
        Row(
            "a window too long", "[[policy.cap]]\nname = 'a'\nlimit = 1\nwindow = 'rolling 2y'",
            "4: policy.cap[0].window: must roll over 1s to 400d"),
        Row(
            "an unknown window", "[[policy.cap]]\nname = 'a'\nlimit = 1\nwindow = 'weekly'",
            "4: policy.cap[0].window: must be \"rolling D\" (as \"rolling 7d\"), \"calendar day\", \"calendar week\" or \"calendar month\""
        ),
        Row(
            "an unknown weekday", "[[policy.cap]]\nname='a'\nlimit=1\nwindow='calendar week'\nweek_starts = 'sundya'",
            "5: policy.cap[0].week_starts: must be \"monday\", \"sunday\" or \"saturday\"; did you mean \"sunday\"?"),
        Row(
            "an unknown zone", "[[policy.cap]]\nname='a'\nlimit=1\nwindow='calendar day'\nzone = 'Europe/Pairs'",
            "5: policy.cap[0].zone: must be \"recipient\" or an IANA zone as \"Europe/Paris\"; did you mean \"Europe/Paris\"?"
        ),
        Row(
            "an abbreviation is no zone", "[[policy.cap]]\nname='a'\nlimit=1\nwindow='calendar day'\nzone = 'EST'",
            "5: policy.cap[0].zone: must be \"recipient\" or an IANA zone as \"Europe/Paris\""),
        Row(
            "nobody to count", cap("per = []"),
            "5: policy.cap[0].per: must name \"person\" or \"address\": whose messages are counted"),
        Row(
            "a campaign alone", cap("per = ['campaign']"),
            "5: policy.cap[0].per: must name \"person\" or \"address\": whose messages are counted"),
        Row(
            "somebody else to count", cap("per = ['persn']"),
            "5: policy.cap[0].per[0]: must be \"person\", \"address\" or \"campaign\"; did you mean \"person\"?"),
        Row(
            "over slipped", cap("over = 'drop'"),
            "5: policy.cap[0].over: must be \"postpone D\" (as \"postpone 48h\") or \"withhold\""),
        Row(
            "postponed by nothing", cap("over = 'postpone 0h'"),
            "5: policy.cap[0].over: must postpone by 1s to 400d; to end the job at once say \"withhold\""),
        Row(
            "a channel slipped", cap("channel = 'smss'"),
            "5: policy.cap[0].channel: must be \"email\", \"sms\", \"voice\" or \"crm_task\"; did you mean \"sms\"?"),
        Row(
            "an unknown brand", "\(PolicySettingsTests.brand)\n\(cap("brand = 'acne'"))",
            "6: policy.cap[0].brand: no brand is called \"acne\"; did you mean \"acme\"?"),
        Row(
            "an unknown topic", "topic = [{ id = 'news', title = { en = 'News' } }]\n\(cap("topic = 'newz'"))",
            "6: policy.cap[0].topic: no topic is called \"newz\"; did you mean \"news\"?"),
        Row("a cap twice", cap("") + cap(""), "6: policy.cap[1].name: \"a\" is already at gatepost.toml:2"),
        Row(
            "a word of another product", cap("lookahead = '1h'"),
            "5: policy.cap[0].lookahead: unknown key; known here: brand, campaign, channel, class, jurisdictions, limit, name, over, per, topic, week_starts, window, zone"
        ),
    ]

    static let hours = [
        Row(
            "hours of nothing", "[[policy.quiet_hours]]",
            "1: policy.quiet_hours[0]: \"presets\" is missing; it must be a list of presets, as [\"us\", \"default\"]"),
        Row(
            "an empty list", "[[policy.quiet_hours]]\npresets = []",
            "2: policy.quiet_hours[0].presets: must name at least one preset; for no quiet hours leave the section out"),
        Row(
            "a name that is none", "[[policy.quiet_hours]]\npresets = ['us']\nunknown_zone = 'a b'",
            "3: policy.quiet_hours[0].unknown_zone: must be 1 to 64 of A-Z a-z 0-9 . _ - (not beginning with a dot)"),
        Row(
            "a confidence that is none", "[[policy.quiet_hours]]\npresets = ['us']\nmin_confidence = 'high'",
            "3: policy.quiet_hours[0].min_confidence: must be \"L\", \"M\" or \"H\""),
        Row(
            "a blackout without end", "[[policy.blackout]]\nfrom = '2026-08-28T00:00'",
            "1: policy.blackout[0]: \"to\" is missing; it must be a wall time as \"2026-08-28T00:00\", without an offset"
        ),
        Row(
            "a blackout that ends before it begins",
            "[[policy.blackout]]\nfrom = '2026-08-28T00:00'\nto = '2026-08-28T00:00'",
            "3: policy.blackout[0].to: must be after \"from\""),
        Row(
            "a blackout with an offset", "[[policy.blackout]]\nfrom = '2026-08-28T00:00Z'\nto = '2026-08-29T00:00'",
            "2: policy.blackout[0].from: must be a wall time as \"2026-08-28T00:00\", without an offset"),
        Row(
            "a blackout without quotes", "[[policy.blackout]]\nfrom = 2026-08-28T00:00:00\nto = '2026-08-29T00:00'",
            "2: policy.blackout[0].from: must be a string, not a date or time"),
        Row(
            "a blackout nowhere",
            "[[policy.blackout]]\nregions = []\nfrom = '2026-08-28T00:00'\nto = '2026-08-29T00:00'",
            "2: policy.blackout[0].regions: matches nothing; leave it out to mean everywhere"),
    ]

    @Test("are told, each with file, line and what to do", arguments: consents + caps + hours)
    func told(_ row: Row) throws {
        let folder = try ConfigurationFolder(["gatepost.toml": row.text])
        let reading = folder.load()
        #expect(folder.lines(reading.errors) == row.errors.map { "gatepost.toml:\($0)" })
        #expect(reading.settings == nil)
    }

    static let warnings = [
        Row(
            "a cap of none", "[[policy.cap]]\nname = 'a'\nlimit = 0\nwindow = 'rolling 7d'",
            "3: policy.cap[0].limit: 0 blocks everything that this cap matches; for no cap leave it out"),
        Row(
            "a rolling window in a zone", cap("zone = 'Europe/Paris'"),
            "5: policy.cap[0].zone: has no meaning here: a rolling window is the same in every zone"),
        Row(
            "a first day of no week", cap("week_starts = 'sunday'"),
            "5: policy.cap[0].week_starts: has no meaning here: only a calendar week has a first day"),
    ]

    @Test("are warnings where the rule still holds", arguments: warnings)
    func warned(_ row: Row) throws {
        let folder = try ConfigurationFolder(["gatepost.toml": row.text])
        let reading = folder.load()
        #expect(reading.settings?.policy.caps.count == 1)
        #expect(
            folder.lines(reading.warnings).filter { $0.contains("policy") } == row.errors.map { "gatepost.toml:\($0)" })
    }
}
