// SPDX-License-Identifier: Apache-2.0
//
// The characters between tags: white space collapsed, references read, what cannot be seen left out.

extension TextFromHTML {
    mutating func text(_ range: Range<Int>) {
        var index = range.lowerBound
        let source = reader.source
        while index < range.upperBound {
            let byte = source[index]
            if byte == UInt8(ascii: "&"), let (scalar, end) = CharacterReferences.read(source, at: index) {
                character(scalar)
                index = end
            } else {
                index = run(source, from: index, to: range.upperBound)
            }
        }
    }

    /// Text without references.
    mutating func plain(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { source in
            var index = 0
            while index < source.count { index = run(source, from: index, to: source.count) }
        }
    }

    /// One run of equal treatment, at least one byte long; returns its end.
    private mutating func run(
        _ source: UnsafeBufferPointer<UInt8>, from start: Int, to limit: Int
    ) -> Int {
        var end = start + 1
        switch source[start] {
        case 0...0x20, 0x7F: whiteSpace(source[start])
        case 0x80...:
            let scalar = decodeScalar(source, start, &end)
            character(scalar)
        default:
            while end < limit, source[end] > 0x20, source[end] < 0x7F, source[end] != UInt8(ascii: "&") { end += 1 }
            let word = UnsafeBufferPointer(rebasing: source[start..<end])
            layout.append(word)
            if !links.isEmpty { links[links.count - 1].text.append(contentsOf: word) }
        }
        return end
    }

    private mutating func whiteSpace(_ byte: UInt8) {
        guard preformattedDepth > 0 else { return layout.space() }
        switch byte {
        case 0x0A: layout.forceLine()
        case 0x09: layout.append(ascii: "    ")
        case 0x20: layout.append(ascii: " ")
        default: break
        }
    }

    private mutating func character(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0...0x20, 0x7F: whiteSpace(UInt8(scalar.value))
        case 0xA0, 0x202F:  // stays in its word, so that no line breaks at it
            if layout.isInWord { layout.append(ascii: " ") } else { layout.space() }
        case 0x80...0x9F, 0xAD, 0x34F, 0x200B, 0x2060, 0xFEFF: break
        case 0x200C, 0x200D: if layout.isInWord { layout.append(scalar) }
        default:
            layout.append(scalar)
            if !links.isEmpty { links[links.count - 1].text.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
        }
    }
}

/// The scalar that begins at `index`; `end` is set behind it. U+FFFD for a byte that begins none.
private func decodeScalar(_ source: UnsafeBufferPointer<UInt8>, _ index: Int, _ end: inout Int) -> Unicode.Scalar {
    let lead = source[index]
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
    end = index + 1
    guard (0xC2...0xF4).contains(lead), index + length <= source.count else { return "\u{FFFD}" }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for place in 1..<length {
        guard source[index + place] & 0xC0 == 0x80 else { return "\u{FFFD}" }
        value = value << 6 | UInt32(source[index + place] & 0x3F)
    }
    guard let scalar = Unicode.Scalar(value) else { return "\u{FFFD}" }
    end = index + length
    return scalar
}
