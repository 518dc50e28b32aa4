// SPDX-License-Identifier: Apache-2.0

/// How a text travels: in which alphabet, how long it is there, and in how many messages (3GPP TS 23.038, TS 23.040
/// section 9.2.3.24.1: concatenation with the 6-octet header and its 8-bit reference).
public struct Segmentation: Hashable, Sendable {
    public enum Encoding: String, Hashable, Sendable, CaseIterable {
        case gsm7
        case ucs2
    }

    public var encoding: Encoding
    /// Septets, an escaped character being two; or UTF-16 code units.
    public var units: Int
    /// Messages sent, and paid for; at least one.
    public var parts: Int

    /// Exact for any text: GSM-7 where that has every character, else UCS-2. An escaped character and a surrogate pair
    /// are never parted, so that units divided by a part's size may be too few.
    public static func of(_ text: String) -> Segmentation {
        var gsm = PartCount(single: 160, part: 153)
        for scalar in text.unicodeScalars {
            guard let septets = GSM7Alphabet.septets(of: scalar) else { return ucs2(text) }
            gsm.add(septets)
        }
        return Segmentation(encoding: .gsm7, units: gsm.units, parts: gsm.parts)
    }

    private static func ucs2(_ text: String) -> Segmentation {
        var count = PartCount(single: 70, part: 67)
        for scalar in text.unicodeScalars { count.add(scalar.value > 0xFFFF ? 2 : 1) }
        return Segmentation(encoding: .ucs2, units: count.units, parts: count.parts)
    }
}

/// Fills part after part with characters that must stay whole.
private struct PartCount {
    let single: Int
    let part: Int
    private(set) var units = 0
    private var filled = 0
    private var inPart = 0

    init(single: Int, part: Int) { (self.single, self.part) = (single, part) }

    mutating func add(_ size: Int) {
        units += size
        if inPart + size > part {
            filled += 1
            inPart = 0
        }
        inPart += size
    }

    var parts: Int { units <= single ? 1 : filled + 1 }
}
