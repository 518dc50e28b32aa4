// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Mail
import Testing

@Suite("Header fields")
struct HeaderTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let given: String
        let written: String
        init(_ name: String, _ given: String, _ written: String) {
            (testDescription, self.given, self.written) = (name, given, written)
        }
    }

    static let subjects = [
        Row("plain", "Your trial ends", "Your trial ends"),
        Row("empty", "", ""),
        Row("mostly ASCII goes as Q", "Café is open", "=?UTF-8?Q?Caf=C3=A9_is_open?="),
        Row("mostly not goes as B", "日本語", "=?UTF-8?B?5pel5pys6Kqe?="),
        Row("what reads as an encoded-word is encoded", "=?x", "=?UTF-8?B?PT94?="),
        Row("two spaces in a row survive", "a  b", "=?UTF-8?Q?a__b?="),
        Row("a space at the end survives", "abc ", "=?UTF-8?Q?abc_?="),
        Row("a tab survives", "a\tbcdef", "=?UTF-8?Q?a=09bcdef?="),
    ]

    @Test("subjects", arguments: subjects)
    func subject(_ row: Row) throws {
        #expect(try sampleMail(subject: row.given).composed().field("Subject") == row.written)
    }

    @Test("a long subject is folded at spaces, none lost")
    func folded() throws {
        let subject = Array(repeating: "eight888", count: 20).joined(separator: " ")
        let mail = try sampleMail(subject: subject).composed()
        #expect(mail.field("Subject") == subject)
        #expect(mail.lines.allSatisfy { $0.utf8.count <= 78 })
    }

    @Test("encoded-words are at most 75 long, split between scalars, folded", arguments: ["é", "😀", "漢", "a😀"])
    func encodedWords(_ piece: String) throws {
        let mail = try sampleMail(subject: String(repeating: piece, count: 80)).composed()
        let words = try #require(mail.field("Subject")).split(separator: " ")
        #expect(words.count > 1)
        #expect(words.allSatisfy { $0.utf8.count <= 75 && $0.hasPrefix("=?UTF-8?") && $0.hasSuffix("?=") })
        #expect(mail.lines.allSatisfy { $0.utf8.count <= 78 })
    }

    static let names = [
        Row("a plain name", "Ada Lovelace", "\"Ada Lovelace\" <ada@example.com>"),
        Row("specials stand quoted", "Acme, Inc. (EU)", "\"Acme, Inc. (EU)\" <ada@example.com>"),
        Row("quotes and backslashes are escaped", #"a "b" \c"#, #""a \"b\" \\c" <ada@example.com>"#),
        Row("beyond ASCII", "Zoë Lovelace-King", "=?UTF-8?Q?Zo=C3=AB_Lovelace-King?= <ada@example.com>"),
        Row("an address as a name cannot pass for one", "x@y.z", "\"x@y.z\" <ada@example.com>"),
        Row("nothing", "", "<ada@example.com>"),
        Row("nothing but spaces", "   ", "<ada@example.com>"),
    ]

    @Test("display names", arguments: names)
    func displayName(_ row: Row) throws {
        var mail = sampleMail()
        mail.to.name = row.given
        #expect(try mail.composed().field("To") == row.written)
    }

    static let injections = [
        "x\r\nBcc: v@example.org", "x\nBcc: v@example.org", "x\rBcc: v@example.org", "x\u{0}", "x\u{7F}", "x\u{B}",
        "x\u{2028}y",
        "x\u{2029}y", "\r\n", "x\r\n y",
    ]

    @Test("what could break out of its line is refused, not stripped", arguments: injections)
    func injection(_ value: String) {
        #expect(throws: MailError.headerInjection("Subject")) { try sampleMail(subject: value).composed() }
        var mail = sampleMail()
        mail.from.name = value
        #expect(throws: MailError.headerInjection("From")) { try mail.composed() }
        mail = sampleMail()
        mail.to.name = value
        #expect(throws: MailError.headerInjection("To")) { try mail.composed() }
        mail = sampleMail()
        mail.replyTo = Mailbox(address("help@acme.example"), name: value)
        #expect(throws: MailError.headerInjection("Reply-To")) { try mail.composed() }
        mail = sampleMail()
        mail.extraFields = [HeaderField("X-Job", value)]
        #expect(throws: MailError.headerInjection("X-Job")) { try mail.composed() }
        mail.extraFields = [HeaderField("List-Unsubscribe", value)]
        #expect(throws: MailError.headerInjection("List-Unsubscribe")) { try mail.composed() }
    }

    static let refused: [(HeaderField, MailError)] = [
        (HeaderField("bCC", "v@example.org"), .reservedField("bCC")),
        (HeaderField("Subject", "again"), .reservedField("Subject")),
        (HeaderField("content-type", "text/html"), .reservedField("content-type")),
        (HeaderField("Return-Path", "<>"), .reservedField("Return-Path")),
        (HeaderField("X Job", "7"), .badFieldName("X Job")),
        (HeaderField("X:Job", "7"), .badFieldName("X:Job")),
        (HeaderField("", "7"), .badFieldName("")),
        (HeaderField("X-Jöb", "7"), .badFieldName("X-Jöb")),
        (HeaderField("X-Job\r\nBcc", "7"), .headerInjection("X-Job\r\nBcc")),
        (HeaderField("References", "<é@x>"), .notASCII("References")),
        (HeaderField("References", String(repeating: "x", count: 1000)), .lineTooLong("References")),
    ]

    @Test("fields that are not the caller's to set", arguments: refused)
    func refuses(_ field: HeaderField, _ error: MailError) {
        var mail = sampleMail()
        mail.extraFields = [field]
        #expect(throws: error) { try mail.composed() }
    }

    @Test("a field that may stand once stands once")
    func duplicates() throws {
        var mail = sampleMail()
        mail.extraFields = [HeaderField("References", "<a@b>"), HeaderField("references", "<c@d>")]
        #expect(throws: MailError.duplicateField("references")) { try mail.composed() }
        mail.extraFields = [HeaderField("X-Tag", "a"), HeaderField("X-Tag", "b")]
        #expect(try mail.composed().text.contains("X-Tag: a\r\nX-Tag: b\r\n"))
    }

    @Test("List-Unsubscribe is folded after the comma and nowhere else, its URL whole (facts C1)")
    func listUnsubscribe() throws {
        let url = "https://u.acme.example/u/v1." + String(repeating: "t", count: 120)
        var mail = sampleMail()
        mail.extraFields = [HeaderField("List-Unsubscribe", "<\(url)>, <mailto:u@acme.example?subject=unsubscribe>")]
        #expect(
            try mail.composed().text.contains(
                "List-Unsubscribe:\r\n <\(url)>,\r\n <mailto:u@acme.example?subject=unsubscribe>\r\n"))
    }

    static let dates: [(Int64, String)] = [
        (0, "Thu, 1 Jan 1970 00:00:00 +0000"), (951_782_399, "Mon, 28 Feb 2000 23:59:59 +0000"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"), (1_795_291_200, "Sat, 21 Nov 2026 20:00:00 +0000"),
        (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
    ]

    @Test("dates are in UTC", arguments: dates)
    func date(_ seconds: Int64, _ written: String) throws {
        var mail = sampleMail()
        mail.date = Instant(seconds: seconds)
        #expect(try mail.composed().field("Date") == written)
    }
}
