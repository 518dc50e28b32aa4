// SPDX-License-Identifier: Apache-2.0

/// The known word that a misspelt one probably means.
enum NearestWord {
    /// Nil where nothing is near: more than a third of the letters differ.
    static func of(_ word: String, among known: some Sequence<String>) -> String? {
        let best = known.map { ($0, distance(Array(word.lowercased().utf8), Array($0.lowercased().utf8))) }
            .min { ($0.1, $0.0) < ($1.1, $1.0) }
        guard let (name, distance) = best, distance <= max(1, word.utf8.count / 3) else { return nil }
        return name
    }

    /// Levenshtein's: the least number of bytes to insert, remove or exchange.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        guard a.count <= 100, b.count <= 100 else { return .max }
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let exchanged = diagonal + (x == y ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(exchanged, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
