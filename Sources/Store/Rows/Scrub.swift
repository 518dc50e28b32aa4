// SPDX-License-Identifier: Apache-2.0
//
// Takes the recipient out of replies before anything is stored (DESIGN D4).

import GatewayModel

enum Scrub {
    private static let mark = Array("<recipient>".utf8)
    /// A local part or contact shorter than this is too common to be replaced alone.
    private static let shortestAlone = 4

    /// The text with every spelling of the address replaced by `<recipient>`: whole, with the `@` written as `=`
    /// (VERP), `%40` or `+40` (RFC 3461 section 4), and the local part alone where it is 4 bytes or longer and stands
    /// as a word of its own. ASCII case is ignored.
    static func text(_ text: String, of recipient: String) -> String {
        var bytes = Array(text.utf8)
        for spelling in spellings(of: recipient) { replace(spelling, in: &bytes) }
        if let local = localPart(of: recipient) { replace(local, in: &bytes, onlyWords: true) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func spellings(of recipient: String) -> [[UInt8]] {
        let whole = Array(recipient.utf8)
        guard let at = whole.lastIndex(of: UInt8(ascii: "@")) else { return plain(whole) }
        let local = Array(whole[..<at])
        let domain = Array(whole[(at + 1)...])
        return ["@", "=", "%40", "+40"].map { local + Array($0.utf8) + domain }
    }

    private static func localPart(of recipient: String) -> [UInt8]? {
        guard let at = recipient.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let local = Array(recipient.utf8[..<at])
        return local.count >= shortestAlone ? local : nil
    }

    /// A phone number with and without its plus and its first digits; a contact's own name.
    private static func plain(_ whole: [UInt8]) -> [[UInt8]] {
        guard whole.first == UInt8(ascii: "+") else { return whole.count >= shortestAlone ? [whole] : [] }
        let digits = Array(whole.dropFirst())
        return [whole, digits, digits.suffix(max(7, digits.count - 3)).map { $0 }]
    }

    private static func replace(_ spelling: [UInt8], in bytes: inout [UInt8], onlyWords: Bool = false) {
        guard !spelling.isEmpty, bytes.count >= spelling.count else { return }
        let wanted = spelling.map(lowered)
        var result: [UInt8] = []
        var at = 0
        var kept = 0
        while at + wanted.count <= bytes.count {
            guard lowered(bytes[at]) == wanted[0], matches(wanted, bytes, at: at),
                !onlyWords || isWord(bytes, at..<at + wanted.count)
            else {
                at += 1
                continue
            }
            result += bytes[kept..<at] + mark
            at += wanted.count
            kept = at
        }
        if kept > 0 { bytes = result + bytes[kept...] }
    }

    /// Whether neither a letter nor a digit stands next to it: "Greylisted" is not about greylist@.
    private static func isWord(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let before = range.lowerBound > 0 ? bytes[range.lowerBound - 1] : 0x20
        let after = range.upperBound < bytes.count ? bytes[range.upperBound] : 0x20
        return !isWordByte(before) && !isWordByte(after)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...122).contains(lowered(byte)) || byte >= 0x80
    }

    private static func matches(_ wanted: [UInt8], _ bytes: [UInt8], at start: Int) -> Bool {
        for index in wanted.indices where lowered(bytes[start + index]) != wanted[index] { return false }
        return true
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }
}
