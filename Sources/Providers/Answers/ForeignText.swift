// SPDX-License-Identifier: Apache-2.0
//
// Searching in a stranger's text, byte by byte: capitals count, and so does every accent. An answer may be a megabyte and
// is judged on a thread that serves all routes: rules look at beginnings only, and where all must be looked at, the search
// leaps from one first letter to the next.

import Glibc

extension String {
    /// Bytes of a value that a rule, an id or a code is looked for in.
    static let searchedLength = 4096

    /// Whether `words` stand somewhere within; never where they are empty.
    func hasWithin(_ words: String) -> Bool {
        var (text, words) = (self, words)
        return text.withUTF8 { text in
            words.withUTF8 { words in
                guard let sought = words.baseAddress, !words.isEmpty else { return false }
                var rest = text[...]
                while rest.count >= words.count {
                    let found = memchr(
                        text.baseAddress! + rest.startIndex, Int32(words[0]), rest.count - words.count + 1)
                    guard let found else { return false }
                    if memcmp(found, sought, words.count) == 0 { return true }
                    rest = text[(UnsafeRawPointer(found) - UnsafeRawPointer(text.baseAddress!) + 1)...]
                }
                return false
            }
        }
    }

    /// What stands before the first `mark`; nil where there is none.
    func before(_ mark: String) -> String? {
        let (text, mark) = (Array(utf8), Array(mark.utf8))
        return (0...max(0, text.count - mark.count)).first { text[$0...].starts(with: mark) }
            .map { String(decoding: text[..<$0], as: UTF8.self) }
    }

    /// What stands behind the last `mark`; nil where there is none.
    func behindLast(_ mark: String) -> String? {
        let (text, mark) = (Array(utf8), Array(mark.utf8))
        return (0...max(0, text.count - mark.count)).last { text[$0...].starts(with: mark) }
            .map { String(decoding: text[($0 + mark.count)...], as: UTF8.self) }
    }

    /// The first bytes of it, up to a scalar's end.
    func beginning(_ limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
