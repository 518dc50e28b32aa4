// SPDX-License-Identifier: Apache-2.0

/// What one look over a header value's bytes tells. On bytes because `"\r\n"` is one `Character` (facts G6).
struct ValueSurvey {
    /// No control but TAB, no U+2028 or U+2029: the same promise as `LineSafety.isOneLine`.
    private(set) var isOneLine = true
    private(set) var isASCII = true
    /// Octets between spaces, at most.
    private(set) var longestWord = 0
    /// Whether it survives unencoded: ASCII, no tab, single inner spaces only, nothing that reads as an encoded-word.
    private(set) var isPlain = true

    init(_ value: [UInt8]) {
        var previous: UInt8 = UInt8(ascii: " ")
        var beforePrevious: UInt8 = 0
        var word = 0
        for byte in value {
            if byte < 0x20 || byte == 0x7F {
                if byte == 0x09 { isPlain = false } else { isOneLine = false }
            } else if byte >= 0x80 {
                isASCII = false
                if previous == 0x80, beforePrevious == 0xE2, byte == 0xA8 || byte == 0xA9 { isOneLine = false }
            } else if byte == UInt8(ascii: " "), previous == UInt8(ascii: " ") {
                isPlain = false
            } else if byte == UInt8(ascii: "?"), previous == UInt8(ascii: "=") {
                isPlain = false
            }
            word = byte == UInt8(ascii: " ") ? 0 : word + 1
            longestWord = max(longestWord, word)
            (beforePrevious, previous) = (previous, byte)
        }
        if !isASCII || (previous == UInt8(ascii: " ") && !value.isEmpty) { isPlain = false }
    }
}
