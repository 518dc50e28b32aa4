// SPDX-License-Identifier: Apache-2.0

/// The GSM 7-bit default alphabet and its extension (3GPP TS 23.038 sections 6.2.1 and 6.2.1.1), from the code points.
///
/// No national language shift tables: a phone that does not know them shows other letters.
enum GSM7Alphabet {
    /// By their codes, 0 to 127. At 0x1B stands the escape to the extension, which is no character of a text.
    static let basic: [Unicode.Scalar] = Array(
        """
        @£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1B}ÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?\
        ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà
        """.unicodeScalars)

    static let escape: Unicode.Scalar = "\u{1B}"

    /// Behind an escape, by their codes; the form feed is the page break of section 6.2.1.1.
    static let beyondEscape: [(code: UInt8, scalar: Unicode.Scalar)] = [
        (0x0A, "\u{0C}"), (0x14, "^"), (0x28, "{"), (0x29, "}"), (0x2F, "\\"), (0x3C, "["), (0x3D, "~"), (0x3E, "]"),
        (0x40, "|"), (0x65, "€"),
    ]

    /// One, or two with the escape; nil where the alphabet has no such character.
    static func septets(of scalar: Unicode.Scalar) -> Int? {
        if scalar.value < 0x100 {
            let cost = latinCosts[Int(scalar.value)]
            return cost == 0 ? nil : Int(cost)
        }
        return otherCosts[scalar]
    }

    static func carries(_ scalars: some Sequence<Unicode.Scalar>) -> Bool {
        scalars.allSatisfy { septets(of: $0) != nil }
    }

    private static let costs: [Unicode.Scalar: Int] = {
        var costs = Dictionary(uniqueKeysWithValues: basic.map { ($0, 1) })
        costs[escape] = nil
        for (_, scalar) in beyondEscape { costs[scalar] = 2 }
        return costs
    }()

    /// Up to U+00FF, where nearly all characters of texts stand; 0 for none.
    private static let latinCosts = (0..<0x100).map { UInt8(costs[Unicode.Scalar(UInt8($0))] ?? 0) }
    private static let otherCosts = costs.filter { $0.key.value >= 0x100 }
}
