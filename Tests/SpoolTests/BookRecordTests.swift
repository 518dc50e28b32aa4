// SPDX-License-Identifier: Apache-2.0
//
// Consent and suppress records (CONTRACT 4): grants are strict, opt-outs fail wide.

import GatewayModel
import Testing

@testable import Spool

@Suite("Consent and suppress records")
struct BookRecordTests {
    static let now = Samples.now
    typealias Row = RecordDecoderTests.Row

    /// A grant with the field given replaced, added or (by nil) left out.
    static func grant(_ field: String = "kind", _ value: String? = #""consent""#) -> String {
        record(
            [
                ("kind", #""consent""#), ("id", #""form-77""#), ("address", #""ada@example.com""#),
                ("channel", #""email""#),
                ("brand", #""acme""#), ("topics", #"["newsletter"]"#), ("type", #""granted""#),
            ], field, value)
    }
    static func optOut(_ field: String = "kind", _ value: String? = #""consent""#) -> String {
        record(
            [
                ("kind", #""consent""#), ("id", #""stop-1""#), ("address", #""ada@example.com""#),
                ("channel", #""email""#),
                ("brand", #""acme""#), ("topics", #"["newsletter"]"#), ("type", #""withdrawn""#),
                ("occurred_at", #""2027-01-10T10:00:00Z""#),
            ], field, value)
    }
    static func suppress(_ field: String = "kind", _ value: String? = #""suppress""#) -> String {
        record(
            [
                ("kind", #""suppress""#), ("id", #""sunset-12""#), ("target", #""ada@example.com""#),
                ("scope", #"{"brand":"acme","class":"marketing"}"#), ("reason", #""unengaged""#),
                ("expires_at", #""2028-01-01T00:00:00Z""#), ("note", #""no opens""#),
            ], field, value)
    }
    private static func record(_ fields: [(String, String)], _ field: String, _ value: String?) -> String {
        var fields = fields.filter { $0.0 != field }
        if let value { fields.append((field, value)) }
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }
    static func said(_ problems: [Problem]) -> [String] {
        problems.map { [$0.code.description, $0.field].compactMap(\.self).joined(separator: " ") }
    }

    // MARK: Grants

    @Test("everything a grant may say arrives")
    func fullGrant() throws {
        let text = #"""
            {"kind":"consent","id":"form-77","address":"Ada@Example.COM","channel":"email","brand":"acme","topics":["newsletter","news"],
             "type":"granted","basis":"implied_purchase","basis_facts":{"purchase_date":"2026-12-24","order":"o-1"},"method":"web-form",
             "occurred_at":"2027-01-10T10:00:00+01:00","wording":"Yes,\nplease","language":"fr-CA",
             "disclosures":{"withdrawal_explained":true},"evidence":{"ip":"192.0.2.0"},"actor":"ada"}
            """#
        guard case .consent(let new) = RecordDecoderTests.decode(text) else {
            Issue.record("was refused: \(RecordDecoderTests.decode(text))")
            return
        }
        let (event, details) = (new.consent.event, new.consent.details)
        #expect(new.id == "form-77" && new.problems.isEmpty && new.more.isEmpty && new.contentDigest.count == 16)
        #expect(new.consent.address == .email("ada@example.com") && event.type == .granted && event.channel == .email)
        #expect(event.brand == "acme" && event.topics == ["newsletter", "news"] && event.basis == .impliedPurchase)
        #expect(event.basisDay == CalendarDay("2026-12-24") && event.hasWording && event.hasEvidence && !event.isImport)
        #expect(event.occurredAt == Instant(rfc3339: "2027-01-10T09:00:00Z") && event.recordedAt == Self.now)
        #expect(details.wording == "Yes,\nplease" && details.method == "web-form" && details.actor == "ada")
        #expect(
            details.occurredText == "2027-01-10T10:00:00+01:00" && details.language == "fr-CA" && details.damage == nil)
        #expect(details.producer == "default" && details.recordID == "form-77")
        #expect(details.disclosures?["withdrawal_explained"] == .bool(true) && details.basisFacts?["order"] != nil)
    }

    static let refused: [Row] = [
        Row("no id", grant("id", nil), "missing_field id"),
        Row("no address", grant("address", nil), "missing_field address"),
        Row("no channel", grant("channel", nil), "missing_field channel"),
        Row("no type", grant("type", nil), "missing_field type"),
        Row("no topics", grant("topics", nil), "missing_field topics"),
        Row("no brand where there are two", grant("brand", nil), "missing_field brand"),
        Row("a brand nobody has", grant("brand", #""acne""#), "unknown_brand brand"),
        Row("a topic nobody has", grant("topics", #"["newsleter"]"#), "unknown_topic topics[0]"),
        Row("no topic at all", grant("topics", "[]"), "bad_type topics"),
        Row("topics as text", grant("topics", #""newsletter""#), "bad_type topics"),
        Row("a misspelt field", grant("occured_at", #""2027-01-01""#), "unknown_field occured_at"),
        Row("a channel unheard of", grant("channel", #""fax""#), "bad_value channel"),
        Row("a task is consented to by its channel", grant("channel", #""crm_task""#), "bad_value channel"),
        Row("a mail address for texts", grant("channel", #""sms""#), "bad_value channel"),
        Row("a number for mail", grant("address", #""+33612345678""#), "bad_value channel"),
        Row("an address with a name", grant("address", #""Ada <ada@example.com>""#), "bad_address address"),
        Row("a national number", grant("address", #""0612345678""#), "bad_address address"),
        Row("an address that is none", grant("address", "7"), "bad_type address"),
        Row("a trunk zero", grant("address", #""+330612340010""#), "bad_address address"),
        Row("a trunk zero in a spelling", grant("address", #""0033 0612340010""#), "bad_address address"),
        Row("a type nobody knows", grant("type", #""subscribed_maybe""#), "bad_value type"),
        Row("a basis nobody knows", grant("basis", #""verbal""#), "bad_value basis"),
        Row("from the future", grant("occurred_at", #""2027-01-15T08:05:01Z""#), "bad_time occurred_at"),
        Row("a day that has begun nowhere", grant("occurred_at", #""2027-01-17""#), "bad_time occurred_at"),
        Row("a time without a zone", grant("occurred_at", #""2027-01-10T10:00""#), "bad_time occurred_at"),
        Row("a day that is none", grant("occurred_at", #""2027-02-30""#), "bad_time occurred_at"),
        Row("a basis from the future", grant("basis_facts", #"{"date":"2027-03-01"}"#), "bad_time basis_facts"),
        Row("a basis on no day", grant("basis_facts", #"{"purchase_date":"x"}"#), "bad_time basis_facts.purchase_date"),
        Row("evidence in words", grant("evidence", #""a form""#), "bad_type evidence"),
        Row(
            "evidence of 17 KiB", grant("evidence", "{\"a\":\"\(String(repeating: "x", count: 17 << 10))\"}"),
            "bad_value evidence"),
        Row(
            "wording of 257 KiB", grant("wording", "\"\(String(repeating: "x", count: 257 << 10))\""),
            "bad_value wording"),
        Row("no wording in it", grant("wording", #""""#), "bad_value wording"),
        Row("a method on two lines", grant("method", #""a\nb""#), "bad_value method"),
        Row("an actor on two lines", grant("actor", #""a\nb""#), "bad_value actor"),
        Row("a language that is none", grant("language", #""f""#), "bad_value language"),
        Row("corrects something and is no correction", grant("corrects", #""c8""#), "bad_value corrects"),
        Row("a correction of nothing", grant("type", #""corrected""#), "missing_field corrects"),
        Row("by a producer that may not", grant(), by: "engine", "not_permitted kind"),
        Row("an opt-out by a producer that may not", optOut(), by: "engine", "not_permitted kind"),
        Row("a suppression by a producer that may not", suppress(), by: "engine", "not_permitted kind"),
        Row(
            "for a brand of somebody else", grant("brand", #""beta""#), by: "acme-only", "not_permitted brand",
            "unknown_topic topics[0]"),
        Row(
            "an opt-out for a brand of somebody else", optOut("brand", #""beta""#), by: "acme-only",
            "not_permitted brand", "unknown_topic topics[0]"),
        Row(
            "a suppression for a brand of somebody else", suppress("scope", #"{"brand":"beta"}"#), by: "acme-only",
            "not_permitted scope.brand"),
        Row("a kind nobody knows", grant("kind", #""consents""#), "bad_value kind"),
    ]

    @Test("a grant with anything wrong is refused", arguments: refused)
    func refuses(_ row: Row) {
        guard case .problems(let problems) = RecordDecoderTests.decode(row.text, producer: row.producer) else {
            Issue.record("was taken: \(RecordDecoderTests.decode(row.text, producer: row.producer))")
            return
        }
        #expect(Self.said(problems) == row.expected)
        #expect(problems.allSatisfy { LineSafety.isOneLine($0.message) })
    }

    @Test(
        "when a grant counts from",
        arguments: [
            (#""2027-01-10""#, "2027-01-10T00:00:00Z"), (#""2027-01-15T08:04:59Z""#, "2027-01-15T08:00:00Z"),
            (#""2027-01-15T07:59:00Z""#, "2027-01-15T07:59:00Z"), (#""2027-01-15""#, "2027-01-15T00:00:00Z"),
        ])
    func grantTimes(text: String, counts: String) {
        guard case .consent(let new) = RecordDecoderTests.decode(Self.grant("occurred_at", text)) else {
            Issue.record("was refused")
            return
        }
        #expect(new.consent.event.occurredAt == Instant(rfc3339: counts))
    }

    @Test("a day that has begun somewhere on earth is no future")
    func tomorrowInTokyo() {
        let rules = Samples.rules()
        let evening = RecordDecoder(
            rules: rules, producer: "default", now: Instant(rfc3339: "2027-01-15T23:00:00Z")!)
        guard case .consent(let new) = evening.decode(Array(Self.grant("occurred_at", #""2027-01-16""#).utf8)) else {
            Issue.record("was refused")
            return
        }
        #expect(new.consent.event.occurredAt == Instant(rfc3339: "2027-01-15T23:00:00Z"))
    }

    @Test("the only brand need not be said; an import says it is one; a correction needs no scope")
    func littleThings() {
        guard case .consent(let new) = RecordDecoderTests.decode(Self.grant("brand", nil), oneBrand: true) else {
            return #expect(Bool(false))
        }
        #expect(new.consent.event.brand == "acme")
        for text in [Self.grant("type", #""imported""#), Self.grant("method", #""Import""#)] {
            guard case .consent(let imported) = RecordDecoderTests.decode(text) else { return #expect(Bool(false)) }
            #expect(imported.consent.event.isImport)
        }
        let correction =
            #"{"kind":"consent","id":"x","type":"corrected","address":"ada@example.com","corrects":"c812"}"#
        guard case .consent(let new) = RecordDecoderTests.decode(correction) else { return #expect(Bool(false)) }
        #expect(new.consent.event.corrects == 812 && new.consent.event.topics == nil)
    }

    // MARK: Opt-outs

    /// What an opt-out becomes: `channel brand topics occurred`, `*` for any, and the problems said.
    struct Wide: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var becomes: String
        var problems: [String]
        var producer = "default"
        init(_ name: String, _ text: String, _ becomes: String, by producer: String = "default", _ problems: String...)
        {
            (self.name, self.text, self.becomes) = (name, text, becomes)
            (self.producer, self.problems) = (producer, problems)
        }
        var testDescription: String { name }
    }

    static let then = "2027-01-10T10:00:00.000000Z"
    static let rightNow = "2027-01-15T08:00:00.000000Z"
    static let wide: [Wide] = [
        Wide("a sound one", optOut(), "email acme newsletter \(then)"),
        Wide(
            "nothing but who and what", #"{"kind":"consent","id":"a","type":"objected","address":"a@b.example"}"#,
            "* * * \(rightNow)"),
        Wide("a channel unheard of", optOut("channel", #""fax""#), "* acme newsletter \(then)", "bad_value channel"),
        Wide(
            "a channel that does not fit", optOut("channel", #""sms""#), "* acme newsletter \(then)",
            "bad_value channel"),
        Wide("a task's channel", optOut("channel", #""crm_task""#), "* acme newsletter \(then)", "bad_value channel"),
        Wide("a channel that is a number", optOut("channel", "1"), "* acme newsletter \(then)", "bad_type channel"),
        Wide("a brand nobody has", optOut("brand", #""acne""#), "email * newsletter \(then)", "unknown_brand brand"),
        Wide("a brand that is null", optOut("brand", "null"), "email * newsletter \(then)", "bad_type brand"),
        Wide(
            "a topic nobody has", optOut("topics", #"["newsletter","newz"]"#), "email acme * \(then)",
            "unknown_topic topics[1]"),
        Wide("an empty list of topics", optOut("topics", "[]"), "email acme * \(then)", "bad_type topics"),
        Wide("topics as text", optOut("topics", #""newsletter""#), "email acme * \(then)", "bad_type topics"),
        Wide("a misspelt field", optOut("brandt", #""acme""#), "email acme newsletter \(then)", "unknown_field brandt"),
        Wide(
            "a time that is none", optOut("occurred_at", #""yesterday""#), "email acme newsletter \(rightNow)",
            "bad_time occurred_at"),
        Wide(
            "a time ahead", optOut("occurred_at", #""2028-01-01T00:00:00Z""#), "email acme newsletter \(rightNow)",
            "bad_time occurred_at"),
        Wide(
            "a day counts to its end", optOut("occurred_at", #""2027-01-10""#),
            "email acme newsletter 2027-01-10T23:59:59.999999Z"),
        Wide("today counts to now", optOut("occurred_at", #""2027-01-15""#), "email acme newsletter \(rightNow)"),
        Wide("evidence in words", optOut("evidence", #""x""#), "email acme newsletter \(then)", "bad_type evidence"),
        Wide("a basis nobody knows", optOut("basis", #""x""#), "email acme newsletter \(then)", "bad_value basis"),
        Wide("no id", optOut("id", nil), "email acme newsletter \(then)", "missing_field id"),
        Wide("an id that is none", optOut("id", #""ä""#), "email acme newsletter \(then)", "bad_value id"),
        Wide("corrects something", optOut("corrects", #""c8""#), "email acme newsletter \(then)", "bad_value corrects"),
        Wide(
            "an address in a spelling", optOut("address", #""Ada <mailto:Ada@Example.com>""#),
            "email acme newsletter \(then)"),
        Wide("a misspelt type", optOut("type", #""withdrawnn""#), "email acme newsletter \(then)", "bad_value type"),
        Wide("a type in capitals", optOut("type", #""Withdrawn""#), "email acme newsletter \(then)", "bad_value type"),
        Wide(
            "another system's type", optOut("type", #""unsubscribed""#), "email acme newsletter \(then)",
            "bad_value type"),
        Wide("a misspelt kind", optOut("kind", #""consnet""#), "email acme newsletter \(then)", "bad_value kind"),
        Wide("a kind in capitals", optOut("kind", #""Consent""#), "email acme newsletter \(then)", "bad_value kind"),
        Wide("a kind that is a number", optOut("kind", "1"), "email acme newsletter \(then)", "bad_type kind"),
        Wide("no kind", optOut("kind", nil), "email acme newsletter \(then)", "missing_field kind"),
        Wide("no brand, by a producer of one", optOut("brand", nil), "email acme newsletter \(then)", by: "acme-only"),
        Wide(
            "a damaged brand, by a producer of one", optOut("brand", #""acne""#), "email acme newsletter \(then)",
            by: "acme-only",
            "unknown_brand brand"),
        Wide(
            "a damaged brand, by a producer of two", optOut("brand", #""acne""#),
            "email acme newsletter \(then) | email beta newsletter \(then)", by: "two", "unknown_brand brand"),
    ]

    @Test("an opt-out is taken whatever is wrong with it, and reaches further for it", arguments: wide)
    func failsWide(_ row: Wide) {
        guard case .consent(let new) = RecordDecoderTests.decode(row.text, producer: row.producer) else {
            Issue.record("was refused: \(RecordDecoderTests.decode(row.text, producer: row.producer))")
            return
        }
        let events = [new.consent] + new.more
        let became = events.map { consent in
            let event = consent.event
            let topics = event.topics?.joined(separator: ",") ?? "*"
            return "\(event.channel?.rawValue ?? "*") \(event.brand ?? "*") \(topics) \(event.occurredAt.rfc3339)"
        }
        #expect(became.joined(separator: " | ") == row.becomes)
        #expect(Self.said(new.problems) == row.problems)
        #expect(new.problems.allSatisfy { $0.message.contains("taken all the same") })
        #expect((new.consent.details.damage == nil) == row.problems.isEmpty && !new.id.isEmpty)
        #expect(events.allSatisfy { $0.event.type.isOptOut && $0.event.basis == nil })
    }

    /// Opt-outs and suppressions of a number with a trunk zero, however it is written; whom they are for.
    static let zeros: [(text: String, meant: String)] = [
        ("+330612340010", "+33612340010"), ("0033 0612340077", "+33612340077"),
        ("tel:+44-0-7700-900123", "+447700900123"),
    ]

    @Test("an opt-out with a trunk zero is for the number that was meant, and its receipt says so", arguments: zeros)
    func meantNumbers(text: String, meant: String) throws {
        let types = ["withdrawn", "objected", "reassigned"]
        let optOuts = types.map { type in
            #"{"kind":"consent","id":"a","type":"\#(type)","channel":"sms","address":"\#(text)"}"#
        }
        for record in optOuts {
            guard case .consent(let new) = RecordDecoderTests.decode(record) else {
                Issue.record("was refused: \(RecordDecoderTests.decode(record))")
                return
            }
            #expect(new.consent.address == .phone(meant) && new.consent.event.channel == .sms)
            Self.expectMended(new.problems, "address", meant, damage: new.consent.details.damage)
        }
        guard case .suppress(let new) = RecordDecoderTests.decode(Self.suppress("target", "\"\(text)\"")) else {
            Issue.record("the suppression was refused")
            return
        }
        #expect(new.suppression.target == .address(.phone(meant)))
        Self.expectMended(new.problems, "target", meant, damage: new.suppression.details.damage)
    }

    private static func expectMended(_ problems: [Problem], _ field: String, _ meant: String, damage: String?) {
        #expect(said(problems) == ["bad_address \(field)"])
        #expect(problems.allSatisfy { $0.message.hasSuffix("is taken for \(meant)") })
        #expect(damage?.contains("taken without it") == true)
        #expect(damage?.contains(meant.dropFirst(3)) == false, "what may have to be erased stands in one place only")
    }

    @Test("a grant with a trunk zero is told the number that may be meant")
    func meantGrants() {
        let text = Self.grant("address", #""+330612340010""#)
        guard case .problems(let problems) = RecordDecoderTests.decode(text) else { return #expect(Bool(false)) }
        #expect(problems.allSatisfy { $0.message.contains("+33612340010 may be meant") })
    }

    @Test("an id is made from the content: the same record is the same record")
    func derivedID() {
        let texts = [Self.optOut("id", nil), Self.optOut("id", nil), Self.optOut("id", #""""#)]
        let ids = texts.map { text -> String in
            if case .consent(let new) = RecordDecoderTests.decode(text) { new.id } else { "" }
        }
        #expect(ids[0] == ids[1] && ids[0].hasPrefix("optout-") && ids[0] != ids[2])
    }

    @Test(
        "an opt-out that names nobody is lost, aloud",
        arguments: [
            optOut("address", nil), optOut("address", #""ada""#), optOut("address", "null"),
            optOut("address", #""0612345678""#),
            suppress("target", nil), suppress("target", #""ada""#), suppress("target", "[]"),
            suppress("target", #""md5:12""#), #"{"kind":"unsubscribe","id":"a","address":"ada@example.com"}"#,
            #"{"kind":"supress","id":"a","address":"ada@example.com"}"#, #"{"id":"a","type":"withdrawn"}"#,
            #"{"kind":"suppress","id":"a","target":"ada@example.com","note":"x","note":"y"}"#,
            #"{"kind":"consent","type":"withdrawn","address":"ada@example.com""#,
        ])
    func lost(text: String) {
        guard case .lostOptOut(let problems, _) = RecordDecoderTests.decode(text) else {
            Issue.record("got \(RecordDecoderTests.decode(text))")
            return
        }
        #expect(!problems.isEmpty)
    }

    // MARK: Suppressions

    static let suppressions: [Wide] = [
        Wide("a sound one", suppress(), "unengaged * acme * * marketing 2028-01-01T00:00:00.000000Z"),
        Wide(
            "a misspelt kind", suppress("kind", #""supress""#),
            "unengaged * acme * * marketing 2028-01-01T00:00:00.000000Z", "bad_value kind"),
        Wide(
            "no kind", suppress("kind", nil), "unengaged * acme * * marketing 2028-01-01T00:00:00.000000Z",
            "missing_field kind"),
        Wide(
            "a reason nobody knows", suppress("reason", #""tired""#), "imported * acme * * marketing never",
            "bad_value reason", "bad_value expires_at"),
        Wide(
            "a reason in another dress", suppress("reason", #""Hard Bounce""#),
            "hard_bounce * acme * * marketing never", "bad_value expires_at"),
        Wide(
            "no reason", suppress("reason", nil), "imported * acme * * marketing never", "missing_field reason",
            "bad_value expires_at"),
        Wide(
            "an end that is none", suppress("expires_at", #""soon""#), "unengaged * acme * * marketing never",
            "bad_time expires_at"),
        Wide(
            "an end that is past", suppress("expires_at", #""2026-01-01""#), "unengaged * acme * * marketing never",
            "bad_time expires_at"),
        Wide(
            "an end by day", suppress("expires_at", #""2027-02-01""#),
            "unengaged * acme * * marketing 2027-02-01T23:59:59.999999Z"),
        Wide(
            "a scope in words", suppress("scope", #""acme""#), "unengaged * * * * * 2028-01-01T00:00:00.000000Z",
            "bad_type scope"),
        Wide(
            "a scope of mistakes",
            suppress("scope", #"{"channel":"fax","brand":"x","topic":"y","campaign":1,"class":"z","zone":2}"#),
            "unengaged * * * * * 2028-01-01T00:00:00.000000Z", "unknown_brand scope.brand", "bad_value scope.channel",
            "unknown_topic scope.topic", "bad_type scope.campaign", "bad_value scope.class", "unknown_field scope.zone"),
        Wide(
            "a whole scope",
            suppress(
                "scope", #"{"channel":"crm_task","brand":"beta","topic":"news","campaign":"c","class":"transactional"}"#
            ),
            "unengaged crm_task beta news c transactional 2028-01-01T00:00:00.000000Z"),
        Wide("no scope", suppress("scope", nil), "unengaged * * * * * 2028-01-01T00:00:00.000000Z"),
        Wide(
            "no scope, by a producer of one", suppress("scope", nil),
            "unengaged * acme * * * 2028-01-01T00:00:00.000000Z", by: "acme-only"),
        Wide(
            "no scope, by a producer of two", suppress("scope", nil),
            "unengaged * acme * * * 2028-01-01T00:00:00.000000Z | unengaged * beta * * * 2028-01-01T00:00:00.000000Z",
            by: "two"),
        Wide(
            "no id", suppress("id", nil), "unengaged * acme * * marketing 2028-01-01T00:00:00.000000Z",
            "missing_field id"),
        Wide(
            "a note on two lines", suppress("note", #""a\nb""#),
            "unengaged * acme * * marketing 2028-01-01T00:00:00.000000Z", "bad_value note"),
        Wide(
            "a field nobody knows", suppress("reasons", "1"),
            "unengaged * acme * * marketing 2028-01-01T00:00:00.000000Z", "unknown_field reasons"),
        Wide(
            "a target in a spelling", suppress("target", #""<Ada@example.com>""#),
            "unengaged * acme * * marketing 2028-01-01T00:00:00.000000Z"),
    ]

    @Test("a suppression is taken whatever is wrong with it", arguments: suppressions)
    func suppresses(_ row: Wide) {
        guard case .suppress(let new) = RecordDecoderTests.decode(row.text, producer: row.producer) else {
            Issue.record("was refused: \(RecordDecoderTests.decode(row.text, producer: row.producer))")
            return
        }
        let became = ([new.suppression] + new.more).map { suppression in
            let scope = suppression.scope
            let parts = [
                scope.channel?.rawValue, scope.brand, scope.topic, scope.campaign, scope.messageClass?.rawValue,
            ]
            let words = parts.map { $0 ?? "*" }.joined(separator: " ")
            return "\(suppression.reason.rawValue) \(words) \(suppression.expiresAt?.rfc3339 ?? "never")"
        }
        #expect(became.joined(separator: " | ") == row.becomes)
        #expect(Self.said(new.problems) == row.problems)
        #expect(new.suppression.target == .address(.email("ada@example.com")))
        #expect(new.suppression.details.source == "record" && new.suppression.details.recordID == new.id)
        #expect((new.suppression.details.damage == nil) == row.problems.isEmpty)
    }

    @Test(
        "every kind of target is taken",
        arguments: [
            "@example.com", "*.example.com", "+33*", "+33…*", "+330*", "person:lead-1",
            "md5:3e3417d7ef77d5932a6734b916515ed5",
        ])
    func targets(text: String) {
        guard case .suppress(let new) = RecordDecoderTests.decode(Self.suppress("target", "\"\(text)\"")) else {
            return #expect(Bool(false))
        }
        #expect(new.suppression.target == SuppressionTarget(text))
    }

    @Test("the fuzz target stands all of it")
    func fuzzed() {
        let texts =
            Self.refused.map(\.text) + Self.wide.map(\.text) + Self.suppressions.map(\.text)
            + Self.zeros.flatMap {
                [Self.optOut("address", "\"\($0.text)\""), Self.suppress("target", "\"\($0.text)\"")]
            }
        for text in texts { Array(text.utf8).withUnsafeBytes { fuzzRecordDecoder($0) } }
    }
}
