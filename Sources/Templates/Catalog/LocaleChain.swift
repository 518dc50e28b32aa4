// SPDX-License-Identifier: Apache-2.0

/// Which locale folders are looked through for a recipient: `fr-CA` → `fr` → the files outside.
enum LocaleChain {
    /// Lower-case folder names, the nearest first; always ends with "".
    static func of(_ locale: String?) -> [String] {
        guard let locale, !locale.isEmpty, locale.utf8.count <= 64 else { return [""] }
        var tag = fold(locale)
        var chain = [tag]
        while let dash = tag.utf8.lastIndex(of: UInt8(ascii: "-")) {
            tag = String(tag[..<dash])
            chain.append(tag)
        }
        chain.append("")
        return chain
    }

    /// `fr_CA` as `fr-ca`.
    static func fold(_ locale: String) -> String {
        String(
            decoding: locale.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
    }

    /// Whether a folder's name has the shape of a BCP 47 tag: letters, then subtags of letters and digits.
    static func isTag(_ name: String) -> Bool {
        let subtags = fold(name).utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let first = subtags.first, (2...3).contains(first.count), first.allSatisfy(isLetter) else { return false }
        return subtags.dropFirst().allSatisfy {
            (2...8).contains($0.count) && $0.allSatisfy { isLetter($0) || isDigit($0) }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
