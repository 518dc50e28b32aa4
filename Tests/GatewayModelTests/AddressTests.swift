// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@Suite("Addresses")
struct AddressTests {
    @Test(
        "plain ones are taken apart and made whole again",
        arguments: [
            ("ada@example.com", "ada@example.com"), ("Ada.Love+tag@Example.COM", "Ada.Love+tag@example.com"),
            ("a@b.example.", "a@b.example"),
            ("o'neil!#$%&*/=?^_`{|}~-@x-y.example", "o'neil!#$%&*/=?^_`{|}~-@x-y.example"),
            ("ä@example.com", "ä@example.com"), ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("ada@123.example", "ada@123.example"),
            (String(repeating: "l", count: 64) + "@b.example", String(repeating: "l", count: 64) + "@b.example"),
        ])
    func takes(text: String, whole: String) { #expect(EmailAddress(text)?.description == whole) }

    @Test(
        "everything else is refused",
        arguments: [
            "ada@example.com\u{600}.", "", "@", "ada", "ada@", "@example.com", "a@b@c.example", "ada@example",
            "ada@.example.com",
            "ada@example..com",
            ".ada@example.com", "ada.@example.com", "a..b@example.com", "a b@example.com", " ada@example.com",
            "ada@example.com ",
            "Ada <ada@example.com>", "<ada@example.com>", "ada(comment)@example.com", "\"a b\"@example.com",
            "g: ada@example.com;",
            "@relay.example:ada@example.com", "ada@[192.0.2.1]", "ada@exa_mple.com", "ada@-example.com",
            "ada@example-.com",
            "ada@example.com\r\nBcc: x@y.example", "ada\r\n@example.com", "ada@example.com\n", "ada\u{0}@example.com",
            "a\u{200B}da@example.com", "ada\u{2028}@example.com", "ada,bob@example.com", "ada;@example.com",
            "a\\b@example.com",
            "ada@exam ple.com", "ada@example.com,bob@example.com", "ada@exa%6dple.com", "ada@example.com/path",
            "ada@example.com:25",
            String(repeating: "l", count: 65) + "@b.example", "a@" + String(repeating: "d", count: 64) + ".example",
            "a@" + String(repeating: "abcdefgh.", count: 28) + "example",
        ])
    func refuses(text: String) { #expect(EmailAddress(text) == nil) }

    @Test("case and composition do not make another person")
    func normalises() throws {
        let one = try #require(EmailAddress("Ren\u{E9}@Example.com"))
        let two = try #require(EmailAddress("RENE\u{301}@example.COM"))
        #expect(Array(one.normalised.utf8) == Array(two.normalised.utf8) && one.needsSMTPUTF8)
        #expect(EmailAddress("ADA@example.com")?.normalised == "ada@example.com")
    }

    @Test(
        "phones are E.164 only",
        arguments: [
            ("+33612345678", true), ("+1234567", true), ("+123456789012345", true), ("+123456", false),
            ("+1234567890123456", false),
            ("+0612345678", false), ("0612345678", false), ("33612345678", false), ("+33 612345678", false),
            ("+33-612345678", false),
            ("++3361234567", false), ("+3361234567٣", false), ("", false), ("+", false), ("+33612345678\n", false),
        ])
    func phones(text: String, isOne: Bool) { #expect((PhoneNumber(text) != nil) == isOne) }

    @Test(
        "a trunk zero behind a country code is known, and what was meant by it",
        arguments: [
            ("+330612340010", "+33612340010"), ("+4407700900123", "+447700900123"), ("+3300612340010", "+33612340010"),
            ("+3530871234567", "+353871234567"), ("+2340803123456", "+234803123456"), ("+33612340010", nil),
            // There the zero belongs to the number; or there is none to leave out.
            ("+390612345678", nil), ("+2250707123456", nil), ("+14155550123", nil), ("+3300000000", nil),
        ])
    func trunkZeros(text: String, meant: String?) throws {
        let zero = TrunkZero(in: try #require(PhoneNumber(text)))
        #expect(zero?.meant.description == meant)
        #expect(TrunkZero(in: ContactAddress.phone(text)) == zero)
        #expect(TrunkZero(in: SuppressionTarget.address(.phone(text))) == zero)
        #expect(TrunkZero(in: SuppressionTarget.phonePrefix(text)) == nil)
        #expect(zero.map { TrunkZero(in: $0.meant) == nil && $0.description.contains($0.meant.description) } != false)
    }

    @Test(
        "one line is one line, by its bytes",
        arguments: [
            ("plain", true), ("tab\there", true), ("ünïcödé 😀", true), ("\u{2027}\u{202A}", true), ("", true),
            ("a\r\nb", false), ("a\nb", false),
            ("a\rb", false), ("a\u{0}b", false), ("a\u{7F}", false), ("a\u{2028}b", false), ("a\u{2029}b", false),
            ("\u{1B}[2J", false),
        ])
    func oneLine(text: String, isOne: Bool) { #expect(LineSafety.isOneLine(text) == isOne) }
}
