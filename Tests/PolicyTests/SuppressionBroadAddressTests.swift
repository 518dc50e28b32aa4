// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@Suite("Spellings of one address (facts B2)")
struct BroadAddressTests {
    static let emails = [
        ("ada@example.com", "ada@example.com"),
        ("ada+news@example.com", "ada+news@example.com"),
        ("a.da@example.com", "a.da@example.com"),
        ("ada+news@gmail.com", "ada@gmail.com"),
        ("a.d.a@gmail.com", "ada@gmail.com"),
        ("a.da+x.y@googlemail.com", "ada@gmail.com"),
        ("a.da+x@outlook.com", "a.da@outlook.com"),
        ("ada+x@fastmail.com", "ada@fastmail.com"),
        ("ada+x@icloud.com", "ada@icloud.com"),
        ("ada+x@proton.me", "ada@proton.me"),
        ("ada+x@yahoo.com", "ada+x@yahoo.com"),
        ("ada+x@notgmail.com", "ada+x@notgmail.com"),
        ("ada+x@mail.gmail.com", "ada+x@mail.gmail.com"),
        ("+ada@gmail.com", "+ada@gmail.com"),
    ]

    @Test("e-mail addresses", arguments: emails)
    func email(spelling: String, canonical: String) {
        #expect(BroadAddress.canonical(.email(spelling)) == .email(canonical))
        #expect(BroadAddress.canonical(.email(canonical)) == .email(canonical))
    }

    static let phones = [
        ("+33612345678", "+33612345678"),
        ("+5215512345678", "+525512345678"),
        ("+525512345678", "+525512345678"),
        ("+5491112345678", "+541112345678"),
        ("+541112345678", "+541112345678"),
        ("+5511987654321", "+551187654321"),
        ("+551187654321", "+551187654321"),
        ("+551133334444", "+551133334444"),
        ("+15215512345", "+15215512345"),
    ]

    @Test("telephone numbers", arguments: phones)
    func phone(spelling: String, canonical: String) {
        #expect(BroadAddress.canonical(.phone(spelling)) == .phone(canonical))
        #expect(BroadAddress.canonical(.phone(canonical)) == .phone(canonical))
    }

    @Test("somebody else's list may have hashed any spelling")
    func spellings() {
        #expect(
            BroadAddress.spellings(of: .email("a.da+x@gmail.com")).map(\.description) == [
                "a.da+x@gmail.com", "a.da@gmail.com", "ada@gmail.com", "a.da+x@googlemail.com", "a.da@googlemail.com",
                "ada@googlemail.com",
            ])
        #expect(BroadAddress.spellings(of: .email("ada+x@example.com")) == [.email("ada+x@example.com")])
        #expect(
            BroadAddress.spellings(of: .phone("+525512345678")).map(\.description) == [
                "+525512345678", "+5215512345678",
            ])
        #expect(
            BroadAddress.spellings(of: .phone("+5511987654321")).map(\.description) == [
                "+5511987654321", "+551187654321",
            ])
        #expect(BroadAddress.spellings(of: .crm("003")) == [.crm("003")])
    }
}
