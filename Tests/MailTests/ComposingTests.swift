// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Mail
import Testing

@Suite("Composing a mail")
struct ComposingTests {
    @Test("a text mail, byte for byte")
    func textMail() throws {
        let mail = try sampleMail(text: "Hello,\nAda\n").composed()
        #expect(
            mail.text == """
                Date: Sat, 21 Nov 2026 20:00:00 +0000\r
                From: "Acme" <news@acme.example>\r
                To: <ada@example.com>\r
                Subject: Welcome\r
                Message-ID: <\(sampleToken)@acme.example>\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: 7bit\r
                \r
                Hello,\r
                Ada\r

                """)
        #expect(!mail.hasUTF8Headers)
    }

    @Test("html brings a text part of its own, text first")
    func alternative() throws {
        let mail = try sampleMail(text: nil, html: "<p>Hello <b>Ada</b></p>").composed()
        #expect(mail.field("Content-Type") == "multipart/alternative; boundary=\"=_\(sampleToken)\"")
        #expect(
            mail.body == """
                --=_\(sampleToken)\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: 7bit\r
                \r
                Hello Ada\r
                \r
                --=_\(sampleToken)\r
                Content-Type: text/html; charset=utf-8\r
                Content-Transfer-Encoding: 7bit\r
                \r
                <p>Hello <b>Ada</b></p>\r
                --=_\(sampleToken)--\r

                """)
    }

    @Test("the same mail gives the same bytes")
    func deterministic() throws {
        let mail = sampleMail(subject: "Grüße 🎉", text: "Hallo", html: "<p>Hällo</p>")
        #expect(try mail.composed() == mail.composed())
    }

    struct Choice: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let encoding: String
        init(_ name: String, _ text: String, _ encoding: String) {
            (testDescription, self.text, self.encoding) = (name, text, encoding)
        }
    }

    static let choices = [
        Choice("short ASCII lines", "Hello\nthere", "7bit"),
        Choice("a line of 78", String(repeating: "x", count: 78), "7bit"),
        Choice("a line of 79", String(repeating: "x", count: 79), "quoted-printable"),
        Choice(
            "some letters beyond ASCII", "Voilà, un café très serré pour toi et pour tous les autres aussi",
            "quoted-printable"),
        Choice("mostly beyond ASCII", "こんにちは、世界。お元気ですか。", "base64"),
        Choice("a space before a line's end", "Hello \nthere", "quoted-printable"),
        Choice("a line that a mailbox file would break at", "Dear\nFrom here on", "quoted-printable"),
        Choice("what could pass for a boundary", "--=_\(sampleToken)", "quoted-printable"),
        Choice("a control", "a\u{0}bcdefg", "quoted-printable"),
    ]

    @Test("the transfer encoding follows the content", arguments: choices)
    func encoding(_ choice: Choice) throws {
        #expect(try sampleMail(text: choice.text).composed().field("Content-Transfer-Encoding") == choice.encoding)
    }

    @Test("line ends of any kind become CRLF", arguments: ["a\nb", "a\r\nb", "a\rb"])
    func lineEnds(_ text: String) throws {
        #expect(try sampleMail(text: text).composed().body == "a\r\nb\r\n")
    }

    @Test("automatic notices say so, and the caller's own word on replies wins")
    func autoSubmitted() throws {
        var mail = sampleMail()
        mail.isAutoSubmitted = true
        var composed = try mail.composed()
        #expect(composed.field("Auto-Submitted") == "auto-generated")
        #expect(composed.field("X-Auto-Response-Suppress") == "OOF, AutoReply")
        mail.extraFields = [HeaderField("X-Auto-Response-Suppress", "All")]
        composed = try mail.composed()
        #expect(composed.text.ranges(of: "X-Auto-Response-Suppress").count == 1)
        #expect(composed.field("X-Auto-Response-Suppress") == "All")
    }

    @Test("neither text nor html is nothing to send")
    func noContent() {
        #expect(throws: MailError.noContent) { try sampleMail(text: nil).composed() }
        #expect(throws: MailError.noContent) { try sampleMail(text: "").composed() }
    }

    @Test("a local part beyond ASCII needs SMTPUTF8; a domain beyond ASCII does not")
    func utf8Addresses() throws {
        var mail = sampleMail()
        mail.to = Mailbox(address("jörg@example.com"))
        #expect(try mail.composed().hasUTF8Headers)
        #expect(try mail.composed().field("To") == "<jörg@example.com>")
        mail.to = Mailbox(address("joerg@köln.example"))
        #expect(try !mail.composed().hasUTF8Headers)
        #expect(try mail.composed().field("To") == "<joerg@xn--kln-sna.example>")
    }

    private struct FieldNameSeal: MailSeal {
        func fields(over mail: FinalMail) throws(MailError) -> [UInt8] {
            let names = mail.fields.map {
                String(decoding: mail.header[$0].prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
            }
            return Array("X-Seal: \(names.joined(separator: ":")); \(mail.body.count)\r\n".utf8)
        }
    }

    @Test("a seal sees final fields and body, and stands on top")
    func seal() throws {
        var mail = sampleMail(text: "Hello")
        mail.extraFields = [HeaderField("X-Job", "7")]
        let sealed = try mail.composed(under: FieldNameSeal())
        let plain = try mail.composed()
        let names = "Date:From:To:Subject:Message-ID:X-Job:MIME-Version:Content-Type:Content-Transfer-Encoding"
        #expect(sealed.text == "X-Seal: \(names); 7\r\n" + plain.text)
    }
}

@Suite("Message-ID")
struct MessageIDTests {
    @Test("what makes one", arguments: ["abc", "a.b", "A-1_2+3", String(repeating: "x", count: 64)])
    func good(_ token: String) {
        #expect(MessageID(token: token, domain: "Acme.Example")?.description == "<\(token)@acme.example>")
    }

    @Test(
        "what does not",
        arguments: ["", ".a", "a.", "a..b", "a b", "a>b", "a@b", "é", "a\r\nb", String(repeating: "x", count: 65)])
    func bad(_ token: String) { #expect(MessageID(token: token, domain: "acme.example") == nil) }

    @Test("its domain is a host name")
    func domain() { #expect(MessageID(token: "a", domain: "not a domain") == nil) }
}
