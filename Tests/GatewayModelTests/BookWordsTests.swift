// SPDX-License-Identifier: Apache-2.0

import Cryptography
import GatewayModel
import Testing

@Suite("Addresses and targets as people write them")
struct BookWordsTests {
    @Test(
        "an address is found in whatever spelling",
        arguments: [
            ("ada@example.com", "ada@example.com"), (" Ada@Example.COM\t", "ada@example.com"),
            ("Ada Lovelace <Ada@example.com>", "ada@example.com"),
            ("\"Lovelace, Ada\" <ada@example.com>", "ada@example.com"),
            ("<ada@example.com>", "ada@example.com"), ("mailto:ada@example.com?subject=x", "ada@example.com"),
            ("MAILTO:ada@example.com", "ada@example.com"), ("'ada@example.com'", "ada@example.com"),
            ("\u{FEFF}ada@example.com", "ada@example.com"), ("\u{A0}ada@example.com\u{A0}", "ada@example.com"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"), ("+33612345678", "+33612345678"),
            ("+33 6 12 34 56 78", "+33612345678"), ("+33\u{A0}6\u{202F}12.34-56/78", "+33612345678"),
            ("0033 6 12 34 56 78", "+33612345678"), ("tel:+33-6-12-34-56-78", "+33612345678"),
            ("tel:+1-415-555-0123;ext=5", "+14155550123"), ("+1 (415) 555-0123", "+14155550123"),
            ("+44 (0)20 7946 0123", "+442079460123"), ("sms:+14155550123", "+14155550123"),
        ])
    func spellings(text: String, address: String) throws {
        #expect(try ContactAddress(anySpelling: text).description == address)
    }

    @Test(
        "what is no address says why",
        arguments: [
            ("", AddressFault.empty), ("  \n", .empty), ("<>", .empty), ("06 12 34 56 78", .nationalNumber),
            ("(415) 555-0123", .nationalNumber), ("6505550123", .nationalNumber), ("tel:650-555-0123", .nationalNumber),
            ("ada", .unreadable), ("ada@", .unreadable), ("ada@localhost", .unreadable), ("a@b@c.example", .unreadable),
            ("+0123456789", .unreadable), ("+331", .unreadable), ("0000000000000000", .unreadable),
            ("+33612345678901234", .unreadable), ("1234", .unreadable), ("+33+612345678", .unreadable),
            ("ada@example.com\r\nBcc: x@y.example", .unreadable),
        ])
    func faults(text: String, fault: AddressFault) {
        #expect(throws: fault) { try ContactAddress(anySpelling: text) }
        #expect(!fault.description.isEmpty)
    }

    @Test(
        "a target reads, and prints as it is read",
        arguments: [
            ("ada@example.com", SuppressionTarget.address(.email("ada@example.com")), "ada@example.com"),
            ("+33612345678", .address(.phone("+33612345678")), "+33612345678"),
            ("@Example.COM", .domain("example.com"), "@example.com"),
            ("*@example.com", .domain("example.com"), "@example.com"),
            ("*.example.com", .domainSuffix("example.com"), "*.example.com"),
            ("*.example", .domainSuffix("example"), "*.example"),
            ("+33…*", .phonePrefix("+33"), "+33*"), ("+33*", .phonePrefix("+33"), "+33*"),
            ("+33...*", .phonePrefix("+33"), "+33*"), ("person:lead-8812", .person("lead-8812"), "person:lead-8812"),
        ])
    func targets(text: String, target: SuppressionTarget, printed: String) {
        #expect(SuppressionTarget(text) == target && target.description == printed)
        #expect(SuppressionTarget(printed) == target, "what is printed reads back")
    }

    @Test(
        "what stands for nobody is no target",
        arguments: [
            "", "@", "@localhost", "*.", "*", "*.-x.example", "+*", "+0*", "+3x*", "33*", "+1234567890123456*",
            "person:",
            "person:a\nb", "md5:", "md5:3e3417d7ef77d5932a6734b91651", "sha1:zca93ad87e0bb737e653b66ad67731e86bbc050f",
            "ada", "06 12 34 56 78", "Ada <ada@example.com>",
        ])
    func noTargets(text: String) { #expect(SuppressionTarget(text) == nil) }

    @Test("digests of an address are those that lists are exchanged in (facts B2)")
    func digests() throws {
        let vectors: [(Digest, String, String)] = [
            (.md5, "md5", "3e3417d7ef77d5932a6734b916515ed5"),
            (.sha1, "sha1", "3ca93ad87e0bb737e653b66ad67731e86bbc050f"),
            (.sha256, "sha256", "b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72"),
        ]
        for (digest, word, hex) in vectors {
            let kind = try #require(SuppressionTarget.HashKind(rawValue: word))
            #expect(digest.of("ada@example.com").hex == hex)
            #expect(SuppressionTarget("\(word):\(hex.uppercased())") == .hash(kind, digest.of("ada@example.com")))
            #expect(SuppressionTarget.hash(kind, digest.of("ada@example.com")).description == "\(word):\(hex)")
            #expect(SuppressionTarget.HashKind(byteCount: hex.count / 2) == kind)
        }
        let other = try ContactAddress(anySpelling: " User@Example.COM ").description
        #expect(Digest.sha256.of(other).hex == "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514")
    }

    @Test("a reason reads in any dress")
    func reasons() {
        for text in ["hard_bounce", "Hard Bounce", " HARD-BOUNCE "] {
            #expect(SuppressionReason(word: text) == .hardBounce)
        }
        #expect(SuppressionReason(word: "unsubscribed") == nil && SuppressionReason(word: "") == nil)
    }
}
