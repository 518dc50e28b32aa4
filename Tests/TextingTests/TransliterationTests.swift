// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Texting

@Suite("Transliteration")
struct TransliterationTests {
    @Test(
        "signs get their stand-ins where that makes the text GSM-7",
        arguments: [
            ("It’s on", "It's on", ["’→'"]),
            ("“Yes” – he said…", "\"Yes\" - he said...", ["“→\"", "”→\"", "–→-", "…→..."]),
            ("10\u{A0}€\t\u{2000}net", "10 €  net", ["U+00A0→space", "U+0009→space", "U+2000→space"]),
            ("Ça va, garçon? Forêt, cœur", "Ça va, garcon? Foret, coeur", ["ç→c", "ê→e", "œ→oe"]),
            ("łódź ąę", "lodz ae", ["ł→l", "ó→o", "ź→z", "ą→a", "ę→e"]),
            ("őrült", "örült", ["ő→ö"]), ("İstanbul ığ", "Istanbul ig", ["İ→I", "ı→i", "ğ→g"]),
            ("soft\u{AD}hyphen", "softhyphen", ["U+00AD→nothing"]),
            ("’’’", "'''", ["’→'"]),
            ("a\u{2028}b\r\nc", "a\nb\r\nc", ["U+2028→line end"]),
            ("c\u{327}a", "ca", ["ç→c"]), ("cafe\u{301}", "café", []),
        ] as [(String, String, [String])])
    func replaces(text: String, due: String, changes: [String]) {
        let (result, said) = Transliteration.gsm7(text)
        #expect(Array(result.unicodeScalars) == Array(due.unicodeScalars))
        #expect(said == changes)
        #expect(Segmentation.of(result).encoding == .gsm7)
    }

    @Test(
        "a text that GSM-7 carries, or could not carry even then, stays as it is",
        arguments: [
            "", "Hello {you} [€] äöüßÇ", "It’s 😀", "‘日本’", "Привет – всё", "đakovo…", "Nguyễn’s", "a\u{1B}’", "’👍🏽",
            "½’", "שלום…", "zero\u{200D}width",
        ])
    func leaves(text: String) {
        let (result, said) = Transliteration.gsm7(text)
        #expect(Array(result.unicodeScalars) == Array(text.unicodeScalars) && said.isEmpty)
    }

    @Test("the table names nothing twice, nothing that GSM-7 has, and stands in with GSM-7 only")
    func table() {
        var keys: [Character] = []
        for (signs, other) in StandIns.signs {
            keys += signs.map { Character($0) }
            #expect(GSM7Alphabet.carries(other.unicodeScalars))
        }
        for (letters, others) in StandIns.letters {
            keys += Array(letters)
            #expect(letters.count == others.count && GSM7Alphabet.carries(others.unicodeScalars))
        }
        for (letter, other) in StandIns.ligatures {
            keys.append(letter)
            #expect(GSM7Alphabet.carries(other.unicodeScalars))
        }
        for key in keys {
            #expect(!GSM7Alphabet.carries(key.unicodeScalars), "\(key)")
            #expect(!GSM7Alphabet.basic.contains { Character($0) == key }, "\(key)")
        }
        #expect(Set(keys).count == keys.count)
    }
}
