// SPDX-License-Identifier: Apache-2.0
//
// Interned words: names of templates, brands, campaigns and the like as small numbers. Words are only ever added.
// Owner thread: its session's.

struct WordBook {
    /// Words kept in memory; past it the memory starts afresh.
    private static let mostKept = 50_000
    private var numbers: [String: Int64] = [:]
    private var words: [Int64: String] = [:]

    /// Forgets what was read: after a rollback some of it may not be there.
    mutating func forget() { (numbers, words) = ([:], [:]) }

    /// The word's number, making one where it has none.
    mutating func number(of word: String, in session: Session) throws -> Int64 {
        if let number = try known(word, in: session) { return number }
        let insert = try session.prepared("INSERT INTO word (text) VALUES (?1) RETURNING id").bind(1, word)
        let number = try insert.first { $0.int(0) } ?? 0
        keep(word, number)
        return number
    }

    mutating func number(of word: String?, in session: Session) throws -> Int64? {
        try word.map { try number(of: $0, in: session) }
    }

    /// The word's number; nil where nothing ever had it.
    mutating func known(_ word: String, in session: Session) throws -> Int64? {
        if let number = numbers[word] { return number }
        guard
            let number = try session.prepared("SELECT id FROM word WHERE text = ?1").bind(1, word).first({ $0.int(0) })
        else { return nil }
        keep(word, number)
        return number
    }

    mutating func word(_ number: Int64, in session: Session) throws -> String {
        if let word = words[number] { return word }
        let word =
            try session.prepared("SELECT text FROM word WHERE id = ?1").bind(1, number).first { $0.text(0) } ?? ""
        keep(word, number)
        return word
    }

    private mutating func keep(_ word: String, _ number: Int64) {
        if numbers.count >= Self.mostKept { forget() }
        numbers[word] = number
        words[number] = word
    }
}
