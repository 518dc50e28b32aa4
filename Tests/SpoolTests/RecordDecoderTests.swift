// SPDX-License-Identifier: Apache-2.0

import Cryptography
import GatewayModel
import Testing

@testable import Spool

@Suite("Decoding one record")
struct RecordDecoderTests {
    static func decode(_ text: String, producer: String = "default", oneBrand: Bool = false) -> RecordDecoder.Answer {
        RecordDecoder(rules: Samples.rules(oneBrand: oneBrand), producer: producer, now: Samples.now).decode(
            Array(text.utf8))
    }

    static let full = #"""
        {"id":"spring-26:8812:welcome","kind":"job","channel":"email","template":"welcome",
         "to":{"email":"Ada@Example.COM","phone":"+33612345678","crm_contact":"0035g","name":"Ada Lovelace","person":"lead-8812",
               "timezone":"Europe/Paris","country":"FR","region":"FR-IDF","locale":"fr-CA"},
         "brand":"acme","topic":"newsletter","campaign":"spring-26","data":{"first_name":"Ada","n":1.50},
         "created_at":"2026-11-30T17:00:00Z","not_before":"2027-12-01T09:00:00+01:00","not_before_local":"2027-12-01T00:30",
         "expires_at":"2027-12-03T00:00:00Z","priority":"high","route":"relay","reference":{"any":["thing"]},
         "from":{"email":"jane@acme.example","name":"Jane Roe"},"reply_to":{"email":"help@acme.example"},
         "headers":{"X-Campaign":"spring","References":"<a@b.example> <c@d.example>"}}
        """#

    @Test("a record of nothing but mistakes costs little to answer")
    func manyMistakes() {
        let fields = (0..<5000).map { "\"misspelt_field_\($0)\":1" }.joined(separator: ",")
        let long = "a" + String(repeating: "\u{301}", count: 20_000)
        guard case .problems(let problems) = Self.decode("{\"\(long)\":1,\(fields)}") else {
            Issue.record("was taken")
            return
        }
        #expect(problems.count == 100 && problems.allSatisfy { $0.message.utf8.count < 400 })
    }

    @Test("everything a job may say arrives")
    func fullJob() throws {
        guard case .job(let job, let placement, let digest) = Self.decode(Self.full) else {
            Issue.record("was refused: \(Self.decode(Self.full))")
            return
        }
        #expect(job.id == "spring-26:8812:welcome" && job.channel == .email && job.template == "welcome")
        #expect(job.to.email?.description == "Ada@example.com" && job.to.phone?.description == "+33612345678")
        #expect(job.to.crmContact == "0035g" && job.to.name == "Ada Lovelace" && job.to.person == "lead-8812")
        #expect(job.to.timezone == "Europe/Paris" && job.to.country == "FR" && job.to.region == "FR-IDF")
        #expect(job.to.locale == "fr-CA" && job.brand == "acme" && job.topic == "newsletter")
        #expect(job.campaign == "spring-26" && job.data["n"] == .number(.init(literal: "1.50")))
        #expect(
            job.createdAt == Instant(rfc3339: "2026-11-30T17:00:00Z") && job.priority == .high && job.route == "relay")
        #expect(job.from?.name == "Jane Roe" && job.replyTo?.address.description == "help@acme.example")
        #expect(job.headers.map(\.name) == ["X-Campaign", "References"] && digest.count == 16)
        #expect(job.reference == .object(JSONObject([("any", .array([.string("thing")]))])))
        #expect(
            placement.lane == LaneKey(route: "relay", domain: nil, brand: "acme")
                && placement.messageClass == .marketing)
        #expect(placement.priority == .normal, "lowered to the template's max_priority")
        #expect(placement.notBefore == Instant(rfc3339: "2027-12-01T12:30:00Z"), "the later of the two")
        #expect(placement.expiresAt == Instant(rfc3339: "2027-12-03T00:00:00Z"))
    }

    @Test("a stored record reads back as the job it was")
    func stored() {
        guard case .job(let job, _, _) = Self.decode(Self.full) else { return #expect(Bool(false)) }
        #expect(RecordDecoder.job(stored: Array(Self.full.utf8), defaultBrand: nil) == job)
        let unbranded = Array(#"{"id":"a","channel":"email","template":"t","to":{"email":"a@b.example"}}"#.utf8)
        #expect(RecordDecoder.job(stored: unbranded, defaultBrand: nil) == nil)
        #expect(RecordDecoder.job(stored: unbranded, defaultBrand: "acme")?.brand == "acme")
        #expect(RecordDecoder.job(stored: Array("{".utf8), defaultBrand: "acme") == nil)
    }

    @Test("what is left out is filled in")
    func defaults() throws {
        let text =
            #"{"id":"a","channel":"email","template":"welcome","topic":"news","data":{"first_name":"A"},"to":{"email":"a@b.example"}}"#
        guard case .job(let job, let placement, _) = Self.decode(text, oneBrand: true) else {
            return #expect(Bool(false))
        }
        #expect(
            job.brand == "acme" && placement.expiresAt == Samples.now + .seconds(7 * 86_400)
                && placement.notBefore == nil)
        guard case .job(_, let receipt, _) = Self.decode(Samples.job("b")) else { return #expect(Bool(false)) }
        #expect(receipt.expiresAt == nil && receipt.messageClass == .transactional)
    }

    /// A record and the problems it must have: code and field, in order.
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var producer: String
        var expected: [String]
        init(_ name: String, _ text: String, by producer: String = "default", _ expected: String...) {
            (self.name, self.text, self.producer, self.expected) = (name, text, producer, expected)
        }
        /// A receipt job with one more field.
        init(_ name: String, with extra: String, by producer: String = "default", _ expected: String...) {
            (self.name, self.producer, self.expected) = (name, producer, expected)
            text = Samples.job("a", extra: "," + extra)
        }
        /// A receipt job to such a recipient.
        init(_ name: String, to recipient: String, _ expected: String...) {
            (self.name, producer, self.expected) = (name, "default", expected)
            text = #"{"id":"a","channel":"email","template":"receipt","brand":"acme","to":\#(recipient)}"#
        }
        var testDescription: String { name }
    }

    static let refused: [Row] = [
        Row("truncated", #"{"id":"a""#, "not_json"), Row("empty", "", "not_json"),
        Row("twice the same key", #"{"id":"a","id":"b"}"#, "not_json"), Row("NaN", #"{"id":NaN}"#, "not_json"),
        Row("a list", "[]", "bad_type"), Row("a string", #""x""#, "bad_type"),
        Row("nested too deep", #"{"data":"# + String(repeating: "[", count: 32), "not_json"),
        Row(
            "nothing in it", "{}", "missing_field brand", "missing_field id", "missing_field channel",
            "missing_field template", "missing_field to"),
        Row("a misspelt field", with: #""expire_at":"x""#, "unknown_field expire_at"),
        Row("a misspelt field of to", to: #"{"email":"a@b.example","mail":"x"}"#, "unknown_field to.mail"),
        Row(
            "an id that is a number",
            #"{"id":7,"channel":"email","template":"receipt","brand":"acme","to":{"email":"a@b.example"}}"#,
            "bad_type id"),
        Row("an empty id", Samples.job(""), "bad_value id"),
        Row("an id with umlauts", Samples.job("ä"), "bad_value id"),
        Row("an id with a line break", Samples.job(#"a\r\nb"#), "bad_value id"),
        Row("an id of 201 bytes", Samples.job(String(repeating: "x", count: 201)), "bad_value id"),
        Row(
            "a channel unheard of", #"{"id":"a","channel":"fax","template":"receipt","brand":"acme","to":{}}"#,
            "bad_value channel"),
        Row("no address", to: "{}", "missing_field to.email"), Row("to is text", to: #""a@b.example""#, "bad_type to"),
        Row("null for none", with: #""campaign":null"#, "bad_type campaign"),
        Row("an address with a name", to: #"{"email":"Ada <a@b.example>"}"#, "bad_address to.email"),
        Row("an address with a comment", to: #"{"email":"a(c)@b.example"}"#, "bad_address to.email"),
        Row("a group", to: #"{"email":"g:a@b.example;"}"#, "bad_address to.email"),
        Row("two @", to: #"{"email":"a@b@c.example"}"#, "bad_address to.email"),
        Row("a quoted part", to: #"{"email":"\"a b\"@c.example"}"#, "bad_address to.email"),
        Row(
            "a line break in an address", to: #"{"email":"a@b.example\r\nBcc: c@d.example"}"#,
            "header_injection to.email"),
        Row(
            "a bare line feed in a name", to: #"{"email":"a@b.example","name":"A\nBcc: x"}"#, "header_injection to.name"
        ),
        Row("U+2028 in a name", to: #"{"email":"a@b.example","name":"A\u2028B"}"#, "header_injection to.name"),
        Row("a phone with spaces", to: #"{"email":"a@b.example","phone":"+33 6 12"}"#, "bad_address to.phone"),
        Row("a national phone", to: #"{"email":"a@b.example","phone":"0612345678"}"#, "bad_address to.phone"),
        Row("a trunk zero", to: #"{"email":"a@b.example","phone":"+330612345678"}"#, "bad_address to.phone"),
        Row("an Irish trunk zero", to: #"{"email":"a@b.example","phone":"+3530871234567"}"#, "bad_address to.phone"),
        Row("a zone unheard of", to: #"{"email":"a@b.example","timezone":"Europe/Pariss"}"#, "bad_value to.timezone"),
        Row("a country in words", to: #"{"email":"a@b.example","country":"France"}"#, "bad_value to.country"),
        Row("a region without a country", to: #"{"email":"a@b.example","region":"IDF"}"#, "bad_value to.region"),
        Row("a locale with an underscore", to: #"{"email":"a@b.example","locale":"fr_CA"}"#, "bad_value to.locale"),
        Row("a person with a line break", to: #"{"email":"a@b.example","person":"x\ny"}"#, "bad_value to.person"),
        Row("a time without an offset", with: #""not_before":"2027-12-01T09:00:00""#, "bad_time not_before"),
        Row("a 30th of February", with: #""created_at":"2027-02-30T09:00:00Z""#, "bad_time created_at"),
        Row("a 25th hour", with: #""expires_at":"2027-02-03T25:00:00Z""#, "bad_time expires_at"),
        Row("a date only", with: #""not_before":"2027-12-01""#, "bad_time not_before"),
        Row(
            "a wall time with an offset", with: #""not_before_local":"2027-12-01T09:00Z""#, "bad_time not_before_local"),
        Row("a time that is a number", with: #""expires_at":1800000000"#, "bad_type expires_at"),
        Row("expired", with: #""expires_at":"2027-01-15T08:00:00Z""#, "expired expires_at"),
        Row("a priority unheard of", with: #""priority":"urgent""#, "bad_value priority"),
        Row(
            "a reference over 4 KiB", with: #""reference":""# + String(repeating: "r", count: 4095) + #"""#,
            "bad_value reference"),
        Row("a route unheard of", with: #""route":"relai""#, "unknown_route route"),
        Row("a route of another channel", with: #""route":"texts""#, "no_route route"),
        Row("a topic unheard of", with: #""topic":"newsleter""#, "unknown_topic topic"),
        Row("data that is a list", with: #""data":[]"#, "bad_type data"),
        Row("from elsewhere", with: #""from":{"email":"ceo@bank.example"}"#, "not_permitted from.email"),
        Row("reply_to elsewhere", with: #""reply_to":{"email":"x@bank.example"}"#, "not_permitted reply_to.email"),
        Row("from without an address", with: #""from":{"name":"Jane"}"#, "missing_field from.email"),
        Row("from as text", with: #""from":"jane@acme.example""#, "bad_type from"),
        Row(
            "a line break in from", with: #""from":{"email":"j@acme.example","name":"J\r\nTo: x"}"#,
            "header_injection from.name"),
        Row("a header of ours", with: #""headers":{"Subject":"x"}"#, "bad_value headers.Subject"),
        Row("a header that is a number", with: #""headers":{"X-N":1}"#, "bad_type headers.X-N"),
        Row("a line break in a header", with: #""headers":{"X-A":"b\r\nBcc: c"}"#, "header_injection headers.X-A"),
        Row(
            "a line break in a header's name", with: #""headers":{"X-A\nB":"b"}"#,
            "header_injection headers.X-A\u{FFFD}B"),
        Row("a colon in a header's name", with: #""headers":{"X-A: b":"c"}"#, "bad_value headers.X-A: b"),
        Row("a header twice", with: #""headers":{"X-A":"b","x-a":"c"}"#, "bad_value headers.x-a"),
        Row(
            "an endless word in a header", with: #""headers":{"X-A":""# + String(repeating: "w", count: 901) + #""}"#,
            "bad_value headers.X-A"),
        Row("a task of an e-mail", with: #""task":{}"#, "bad_value task"),
        Row(
            "a brand unheard of",
            #"{"id":"a","channel":"email","template":"receipt","brand":"acne","to":{"email":"a@b.example"}}"#,
            "unknown_brand brand"),
        Row(
            "a template unheard of",
            #"{"id":"a","channel":"email","template":"welcom","brand":"acme","to":{"email":"a@b.example"}}"#,
            "unknown_template template"),
        Row(
            "a marketing template without topic and data",
            #"{"id":"a","channel":"email","template":"welcome","brand":"acme","to":{"email":"a@b.example"}}"#,
            "template_data data.first_name", "missing_field topic"),
        Row(
            "a template for other channels",
            #"{"id":"a","channel":"sms","template":"receipt","brand":"acme","to":{"phone":"+15550100000"}}"#,
            "bad_value channel"),
        Row(
            "no route for the country",
            #"{"id":"a","channel":"sms","template":"welcome","topic":"news","data":{"first_name":"A"},"brand":"acme","to":{"phone":"+33612345678","country":"FR"}}"#,
            "no_route route"),
        Row(
            "from on an sms",
            #"{"id":"a","channel":"sms","template":"welcome","topic":"news","data":{"first_name":"A"},"brand":"acme","from":{"email":"j@acme.example"},"to":{"phone":"+15550100000","country":"US"}}"#,
            "bad_value from"),
        Row(
            "a marketing task that does not say how",
            #"{"id":"a","channel":"crm_task","template":"call","topic":"news","brand":"acme","to":{"crm_contact":"c"}}"#,
            "missing_field task.intended_channel"),
        Row(
            "a marketing task by phone without one",
            #"{"id":"a","channel":"crm_task","template":"call","topic":"news","brand":"acme","task":{"intended_channel":"voice"},"to":{"crm_contact":"c"}}"#,
            "missing_field to.phone"),
        Row(
            "a task's unknown field and bad time",
            #"{"id":"a","channel":"crm_task","template":"call","topic":"news","brand":"acme","task":{"intended_channel":"email","ownr":"x","due":"tomorrow"},"to":{"crm_contact":"c","email":"a@b.example"}}"#,
            "unknown_field task.ownr", "bad_time task.due"),
        Row(
            "several at once", with: #""priority":"urgent","expires_at":"x","colour":1"#, "bad_value priority",
            "bad_time expires_at", "unknown_field colour"),
        Row("a producer that may not enqueue", Samples.job("a"), by: "sales", "not_permitted kind"),
        Row(
            "a producer of another brand",
            #"{"id":"a","channel":"email","template":"receipt","brand":"beta","to":{"email":"a@b.example"}}"#,
            by: "engine", "not_permitted brand"),
        Row("a producer unheard of", Samples.job("a"), by: "stranger", "not_permitted kind", "not_permitted brand"),
        Row("a kind unheard of", #"{"kind":"joke","id":"a"}"#, "bad_value kind"),
        Row("a kind that is a number", #"{"kind":1}"#, "bad_type kind"),
        Row("a consent of no type", #"{"kind":"consent","id":"a","anything":1}"#, "missing_field type"),
        Row("a cancel of nothing", #"{"kind":"cancel","id":"a","match":{}}"#, "bad_value match"),
        Row("a cancel of nothing, all of it", #"{"kind":"cancel","id":"a","match":{},"all":true}"#, "bad_value match"),
        Row("a cancel without match", #"{"kind":"cancel","id":"a"}"#, "missing_field match"),
        Row("a cancel of a whole campaign", #"{"kind":"cancel","id":"a","match":{"campaign":"c"}}"#, "bad_value match"),
        Row(
            "a cancel of a whole campaign, all false",
            #"{"kind":"cancel","id":"a","match":{"campaign":"c"},"all":false}"#, "bad_value match"),
        Row(
            "a cancel with a misspelt key", #"{"kind":"cancel","id":"a","match":{"persn":"x"}}"#,
            "unknown_field match.persn"),
        Row(
            "a cancel with a bad address", #"{"kind":"cancel","id":"a","match":{"email":"x"},"as_of":"now"}"#,
            "bad_address match.email", "bad_time as_of"),
        Row(
            "a cancel with a job's field", #"{"kind":"cancel","id":"a","match":{"person":"x"},"channel":"email"}"#,
            "unknown_field channel"),
        Row(
            "a producer that may not cancel", #"{"kind":"cancel","id":"a","match":{"person":"x"}}"#, by: "engine",
            "not_permitted kind"),
        Row(
            "a cancel for another brand", #"{"kind":"cancel","id":"a","match":{"person":"x","brand":"beta"}}"#,
            by: "acme-only", "not_permitted match.brand"),
        Row(
            "a cancel for one of two brands", #"{"kind":"cancel","id":"a","match":{"person":"x"}}"#, by: "two",
            "not_permitted match.brand"),
    ]

    @Test("what is wrong is said, all of it, with its place", arguments: refused)
    func refuses(_ row: Row) {
        guard case .problems(let problems) = Self.decode(row.text, producer: row.producer) else {
            Issue.record("was taken")
            return
        }
        let said = problems.map { problem in
            [problem.code.description, problem.field].compactMap(\.self).joined(separator: " ")
        }
        #expect(said == row.expected)
        #expect(problems.allSatisfy { !$0.message.isEmpty && LineSafety.isOneLine($0.message) })
        #expect(problems.allSatisfy { LineSafety.isOneLine($0.field ?? "") && LineSafety.isOneLine($0.id ?? "") })
    }

    @Test("every code that a decoder can give is given somewhere here")
    func everyCode() {
        let given = Set(Self.refused.flatMap(\.expected).map { $0.split(separator: " ")[0] })
        // too_large, unreadable and id_conflict belong to files and to the book.
        let codes: Set<Substring> = [
            "not_json", "missing_field", "unknown_field", "bad_type", "bad_value", "bad_address", "bad_time",
            "unknown_template",
            "unknown_brand", "unknown_topic", "unknown_route", "no_route", "template_data", "header_injection",
            "expired",
            "not_permitted",
        ]
        #expect(given == codes)
    }

    @Test(
        "a slip of the finger is met with what was meant",
        arguments: [
            (#""expire_at":"x""#, "expires_at"), (#""temlate":"x""#, "template"), (#""refrence":1"#, "reference"),
            (#""Priority":"low""#, "priority"), (#""route":"rleay""#, "relay"), (#""topic":"newsleter""#, "newsletter"),
        ])
    func suggests(extra: String, meant: String) {
        guard case .problems(let problems) = Self.decode(Samples.job("a", extra: "," + extra)) else {
            return #expect(Bool(false))
        }
        #expect(problems.contains { $0.message.contains("did you mean \"\(meant)\"?") })
    }

    @Test("a problem names its record")
    func namesRecord() {
        guard case .problems(let problems) = Self.decode(Samples.job("order-7", extra: #","x":1"#)) else {
            return #expect(Bool(false))
        }
        #expect(problems.map(\.id) == ["order-7"])
    }

    @Test("a cancel's match is read, normalised and confined")
    func cancels() {
        let text =
            #"{"kind":"cancel","id":"won","match":{"email":"Ada@Example.COM","channel":"sms","id":"j"},"as_of":"2027-01-01T00:00:00Z"}"#
        guard case .cancel(let request, _) = Self.decode(text) else { return #expect(Bool(false)) }
        #expect(request.match.email == "ada@example.com" && request.match.channel == .sms && request.match.id == "j")
        #expect(
            request.asOf == Instant(rfc3339: "2027-01-01T00:00:00Z") && request.id == "won"
                && request.match.brand == nil)
        guard case .cancel(let confined, _) = Self.decode(text, producer: "acme-only") else {
            return #expect(Bool(false))
        }
        #expect(confined.match.brand == "acme")
        let whole = #"{"kind":"cancel","id":"a","match":{"campaign":"c"},"all":true}"#
        guard case .cancel = Self.decode(whole) else { return #expect(Bool(false)) }
    }

    @Test("equal content has an equal digest, other content another")
    func digests() throws {
        func digest(_ text: String) throws -> [UInt8] {
            CanonicalDigest.of(try #require(try JSONValue.parse(Array(text.utf8)).object), reserving: 64)
        }
        let one = try digest(#"{"id":"a","data":{"x":1,"y":[1,2,{"q":"é","p":null}]}}"#)
        #expect(try digest(#" {"data" : {"y":[1, 2,{"p":null,"q":"\u00e9"}],"x":1}, "kind":"job","id":"a"} "#) == one)
        for other in [
            #"{"id":"a","data":{"x":1.0,"y":[1,2,{"q":"é","p":null}]}}"#,
            #"{"id":"a","data":{"x":1,"y":[2,1,{"q":"é","p":null}]}}"#,
            #"{"id":"a","data":{"x":"1","y":[1,2,{"q":"é","p":null}]}}"#,
            #"{"id":"a","data":{"x":1,"y":[1,2,{"q":"e","p":null}]}}"#,
            #"{"id":"a","kind":"cancel","data":{"x":1,"y":[1,2,{"q":"é","p":null}]}}"#,
        ] { #expect(try digest(other) != one) }
        #expect(try digest(#"{"a":"b\",\"c"}"#) != digest(#"{"a":"b","c":""}"#))
        // Pinned: ids keep it for months, so another form would make every known id a conflict.
        #expect(try digest(#"{"id":"a","n":[1,true,null,{}]}"#).hex == "8705d3a81c50500c5c4d4a8c73c1f853")
    }

    @Test("the fuzz target stands what the tables hold")
    func fuzzed() {
        for row in Self.refused { Array(row.text.utf8).withUnsafeBytes { fuzzRecordDecoder($0) } }
        let taken =
            #"{"id":"a","channel":"email","template":"m","topic":"t","to":{"email":"a@b.example"},"headers":{"X-A":"b"}}"#
        Array(taken.utf8).withUnsafeBytes { fuzzRecordDecoder($0) }
        Array(#"{"kind":"cancel","id":"a","match":{"person":"x"}}"#.utf8).withUnsafeBytes { fuzzRecordDecoder($0) }
    }
}
