// SPDX-License-Identifier: Apache-2.0
//
// How messages name choices, ranges and the nearest right word.

public enum Wording {
    /// `"a", "b" or "c"`.
    public static func choice(_ words: [String]) -> String {
        let quoted = words.map { "\"\($0)\"" }
        guard quoted.count > 1, let last = quoted.last else { return quoted.first ?? "nothing" }
        return "\(quoted.dropLast().joined(separator: ", ")) or \(last)"
    }

    /// `; did you mean "url"?`, or nothing where no word is near.
    public static func suggestion(for word: String, among words: some Sequence<String>) -> String {
        nearest(to: word, among: words).map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// The word with the fewest slips (letters missing, added, changed, swapped), if those are few for its length.
    public static func nearest(to word: String, among words: some Sequence<String>) -> String? {
        let lowered = Array(word.lowercased().unicodeScalars.prefix(64))
        let tolerance = max(1, min(3, (lowered.count + 1) / 3))
        return words.map { (word: $0, slips: slips(lowered, Array($0.lowercased().unicodeScalars.prefix(64)))) }
            .filter { $0.slips <= tolerance }
            .min { ($0.slips, $0.word) < ($1.slips, $1.word) }?.word
    }

    static func known(_ keys: [String]) -> String {
        guard !keys.isEmpty else { return "; nothing may stand here" }
        return "; known here: \(keys.sorted().joined(separator: ", "))"
    }

    static func range<Bound: Comparable>(_ what: String, _ range: ClosedRange<Bound>, least: Bound, most: Bound)
        -> String
    {
        switch (range.lowerBound > least, range.upperBound < most) {
        case (false, false): what
        case (true, false): "\(what), at least \(range.lowerBound)"
        case (false, true): "\(what), at most \(range.upperBound)"
        case (true, true): "\(what) from \(range.lowerBound) to \(range.upperBound)"
        }
    }

    /// Edits between two words, a swap of neighbours counting once (optimal string alignment).
    private static func slips(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in 1...max(1, a.count) where !a.isEmpty {
            var row = [i]
            for j in 0..<b.count {
                var best = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i - 1] == b[j] ? 0 : 1))
                if i > 1, j > 0, a[i - 1] == b[j - 1], a[i - 2] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
