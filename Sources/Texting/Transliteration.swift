// SPDX-License-Identifier: Apache-2.0

/// Rewrites a text that misses GSM-7 by a few signs: one typographic quote makes 160 characters 70.
public enum Transliteration {
    /// When the table was looked through last.
    public static let asOf = "2026-11-21"

    /// The text with every sign that GSM-7 lacks replaced by its customary stand-in, and what was replaced, each kind
    /// once and in the order met (`’→'`). All or nothing: a text that GSM-7 could not carry even then comes back as it
    /// was, without changes, and so does one that it carries already.
    public static func gsm7(_ text: String) -> (text: String, changes: [String]) {
        if GSM7Alphabet.carries(text.unicodeScalars) { return (text, []) }
        var (result, changes) = ("", Changes())
        result.reserveCapacity(text.utf8.count)
        for character in text {
            if GSM7Alphabet.carries(character.unicodeScalars) {
                result.append(character)
            } else if let other = standIns[character] {
                result += other
                changes.note(String(character), other)
            } else {
                for scalar in character.unicodeScalars {
                    if GSM7Alphabet.septets(of: scalar) != nil {
                        result.unicodeScalars.append(scalar)
                    } else if let other = standIns[Character(scalar)] {
                        result += other
                        changes.note(String(scalar), other)
                    } else {
                        return (text, [])
                    }
                }
            }
        }
        return (result, changes.words)
    }

    /// Keys are compared as canonically equivalent: `c` and a combining cedilla find `ç`.
    private static let standIns: [Character: String] = {
        var table: [Character: String] = [:]
        for (signs, other) in StandIns.signs { for sign in signs { table[Character(sign)] = other } }
        for (letters, others) in StandIns.letters {
            for (letter, other) in zip(letters, others) { table[letter] = String(other) }
        }
        for (letter, other) in StandIns.ligatures { table[letter] = other }
        // Its own letters, for a text that writes them as letter and combining accent.
        for scalar in GSM7Alphabet.basic where !scalar.isASCII { table[Character(scalar)] = String(scalar) }
        return table
    }()
}

private struct Changes {
    private(set) var words: [String] = []

    mutating func note(_ sign: String, _ other: String) {
        if sign == other { return }  // only composed: reads the same
        let word = "\(Self.shown(sign))→\(Self.named[other] ?? other)"
        if !words.contains(word) { words.append(word) }
    }

    private static let named = ["": "nothing", " ": "space", "\n": "line end"]

    /// Blanks and invisible signs by their code point.
    private static func shown(_ sign: String) -> String {
        guard let scalar = sign.unicodeScalars.first, sign.unicodeScalars.count == 1 else { return sign }
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        default: return sign
        }
    }
}
