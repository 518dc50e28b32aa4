// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Mail

func address(_ text: String) -> EmailAddress {
    guard let address = EmailAddress(text) else { preconditionFailure("no address: \(text)") }
    return address
}

let sampleToken = "k3vqzjxw5c2mdy7tnb4a6fehos"

/// A mail to change for a test.
func sampleMail(subject: String = "Welcome", text: String? = "Hello", html: String? = nil) -> OutgoingMail {
    guard let id = MessageID(token: sampleToken, domain: "acme.example") else { preconditionFailure() }
    return OutgoingMail(
        from: Mailbox(address("news@acme.example"), name: "Acme"), to: Mailbox(address("ada@example.com")),
        subject: subject, date: Instant(seconds: 1_795_291_200), messageID: id, text: text, html: html)
}

extension ComposedMail {
    var lines: [String] { text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init) }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// The field with its folds undone; nil where it is missing.
    func field(_ name: String) -> String? {
        let header = text.components(upTo: "\r\n\r\n")
        let unfolded = header.replacing("\r\n ", with: " ")
        return unfolded.split(separator: "\r\n").first { $0.hasPrefix("\(name): ") }.map {
            String($0.dropFirst(name.count + 2))
        }
    }
    var body: String { String(text.dropFirst(text.components(upTo: "\r\n\r\n").count + 2)) }
}

extension String {
    fileprivate func components(upTo mark: String) -> String {
        firstRange(of: mark).map { String(self[..<$0.lowerBound]) } ?? self
    }
}

/// The same numbers for the same seed, so that a failure can be had again (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Texts made of what breaks mail: long words, dots at line starts, trailing spaces, letters of all lengths.
struct TextSource {
    var random: Seeded

    private static let pieces = [
        "a", "word", "Ünïcödé", "日本語テキスト", "😀", "👩‍👩‍👧", "=", "=_", "=?UTF-8?Q?x?=", ".", "From ", "\"quoted\"", "\\",
        "(c)",
        "a@b.c", "ﬁ", "\u{301}e", "--", "%s", "{{x}}", "ß", "ไทย", "عربى", ",", ";", ":", "<b>", "&amp;", "٣", "𝒳",
    ]

    mutating func line(words: ClosedRange<Int>) -> String {
        (0..<Int.random(in: words, using: &random)).map { _ in word() }.joined(separator: " ")
    }

    mutating func block(lines: ClosedRange<Int>) -> String {
        (0..<Int.random(in: lines, using: &random)).map { _ in bodyLine() }.joined(separator: "\n")
    }

    private mutating func word() -> String {
        let piece = Self.pieces.randomElement(using: &random) ?? ""
        return Int.random(in: 0..<20, using: &random) == 0
            ? String(repeating: piece, count: Int.random(in: 1..<120, using: &random)) : piece
    }

    private mutating func bodyLine() -> String {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: "." + line(words: 0...3)
        case 1: "From " + line(words: 0...3)
        case 2: line(words: 1...5) + "  "
        case 3: line(words: 1...3) + "\t"
        case 4: ""
        case 5: String(repeating: "x", count: Int.random(in: 70...80, using: &random))
        case 6: String(repeating: "y", count: Int.random(in: 0...1200, using: &random)) + " "
        default: line(words: 0...40)
        }
    }
}
