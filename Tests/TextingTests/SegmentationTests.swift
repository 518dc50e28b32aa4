// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Texting

private func a(_ count: Int) -> String { String(repeating: "a", count: count) }
private func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

@Suite("Segmentation")
struct SegmentationTests {
    @Test(
        "the rows of facts G7",
        arguments: [
            ("", .gsm7, 0, 1), (a(160), .gsm7, 160, 1), (a(161), .gsm7, 161, 2), (a(306), .gsm7, 306, 2),
            (a(307), .gsm7, 307, 3), (times("€", 80), .gsm7, 160, 1), (times("€", 81), .gsm7, 162, 2),
            (a(152) + "€" + a(152), .gsm7, 306, 3), (a(151) + "€" + a(153), .gsm7, 306, 2),
            (a(159) + "ç", .ucs2, 160, 3), (times("ç", 70), .ucs2, 70, 1), (times("ç", 71), .ucs2, 71, 2),
            (a(68) + "😀", .ucs2, 70, 1), (a(69) + "😀", .ucs2, 71, 2), (a(66) + "😀" + a(66), .ucs2, 134, 3),
            (a(66) + "😀" + a(65), .ucs2, 133, 2), ("It’s on", .ucs2, 7, 1), ("a\r\nb", .gsm7, 4, 1),
            ("e\u{301}", .ucs2, 2, 1), ("\u{1B}", .ucs2, 1, 1),
        ] as [(String, Segmentation.Encoding, Int, Int)])
    func rows(text: String, encoding: Segmentation.Encoding, units: Int, parts: Int) {
        #expect(Segmentation.of(text) == Segmentation(encoding: encoding, units: units, parts: parts))
    }

    /// Code points by code, written down apart from the source (3GPP TS 23.038, 6.2.1).
    private static let codePoints: [UInt32] =
        [
            0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5,
            0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0x1B, 0xC6, 0xE6, 0xDF, 0xC9,
            0x20, 0x21, 0x22, 0x23, 0xA4,
        ] + Array(0x25...0x3F) + [0xA1] + Array(0x41...0x5A) + [0xC4, 0xD6, 0xD1, 0xDC, 0xA7, 0xBF]
        + Array(0x61...0x7A) + [0xE4, 0xF6, 0xF1, 0xFC, 0xE0]

    @Test("all 128 positions and the 10 behind the escape, and nothing else of the first 64k code points")
    func alphabet() {
        #expect(GSM7Alphabet.basic.map(\.value) == Self.codePoints && Self.codePoints.count == 128)
        let extended: [UInt32: Int] = [
            0x0C: 0x0A, 0x5E: 0x14, 0x7B: 0x28, 0x7D: 0x29, 0x5C: 0x2F, 0x5B: 0x3C, 0x7E: 0x3D, 0x5D: 0x3E, 0x7C: 0x40,
            0x20AC: 0x65,
        ]
        #expect(
            Dictionary(uniqueKeysWithValues: GSM7Alphabet.beyondEscape.map { ($0.scalar.value, Int($0.code)) })
                == extended)
        let basic = Set(Self.codePoints).subtracting([0x1B])
        for value in UInt32(0)..<0x10000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let due = basic.contains(value) ? 1 : extended[value] != nil ? 2 : nil
            if GSM7Alphabet.septets(of: scalar) != due { Issue.record("U+\(String(value, radix: 16))") }
            let one = Segmentation.of(String(scalar))
            if one != Segmentation(encoding: due == nil ? .ucs2 : .gsm7, units: due ?? 1, parts: 1) {
                Issue.record("text of U+\(String(value, radix: 16))")
            }
        }
    }

    @Test("packed, the codes are those of the standard")
    func packing() {
        #expect(packed("hellohello") == [0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37])
        #expect(packed("€") == [0x9B, 0x32])
    }

    private func packed(_ text: String) -> [UInt8] {
        var bits: [Bool] = []
        for scalar in text.unicodeScalars {
            let extended = GSM7Alphabet.beyondEscape.first { $0.scalar == scalar }?.code
            let codes = extended.map { [0x1B, Int($0)] } ?? [GSM7Alphabet.basic.firstIndex(of: scalar) ?? 0]
            for code in codes { bits += (0..<7).map { code >> $0 & 1 == 1 } }
        }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<min(start + 8, bits.count)].enumerated().reduce(0) { $0 | ($1.element ? 1 << $1.offset : 0) }
        }
    }

    @Test("random texts are counted as by a splitter that writes the parts down")
    func reference() {
        var random = SystemRandomNumberGenerator()
        let pieces = ["a", "b ", "€", "[", "\r\n", "ä", "Ç", "ç", "😀", "’", "👩‍👩‍👧", "e\u{301}", "Ω", "日本", "\u{FEFF}"]
        for _ in 0..<800 {
            let few = pieces.shuffled(using: &random).prefix(Int.random(in: 1...4))
            let text = (0..<Int.random(in: 0...330)).map { _ in few.randomElement(using: &random) ?? "" }.joined()
            let (count, slow) = (Segmentation.of(text), SlowSplitter.parts(of: text))
            if count.parts != max(1, slow.count) || count.units != slow.reduce(0, { $0 + $1.count }) {
                Issue.record("\(count) is not \(slow.map(\.count)) of: \(text)")
            }
        }
    }
}

/// Writes the parts out, as codes: escape and surrogate pairs are looked for in them.
private enum SlowSplitter {
    static func parts(of text: String) -> [[UInt16]] {
        let septets = text.unicodeScalars.map { scalar -> [UInt16]? in
            if let extended = GSM7Alphabet.beyondEscape.first(where: { $0.scalar == scalar }) {
                return [0x1B, UInt16(extended.code)]
            }
            return scalar == "\u{1B}" ? nil : GSM7Alphabet.basic.firstIndex(of: scalar).map { [UInt16($0)] }
        }
        let isGSM = septets.allSatisfy { $0 != nil }
        var rest = isGSM ? septets.flatMap { $0 ?? [] } : Array(text.utf16)
        if rest.count <= (isGSM ? 160 : 70) { return rest.isEmpty ? [] : [rest] }
        var parts: [[UInt16]] = []
        while !rest.isEmpty {
            var part = Array(rest.prefix(isGSM ? 153 : 67))
            let last = part[part.count - 1]
            let isHalf = isGSM ? last == 0x1B : (0xD800...0xDBFF).contains(last)
            if isHalf { part.removeLast() }
            parts.append(part)
            rest.removeFirst(part.count)
        }
        return parts
    }
}
