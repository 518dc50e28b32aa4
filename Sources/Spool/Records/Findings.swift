// SPDX-License-Identifier: Apache-2.0
//
// Findings: reading a record's values one by one while noting everything that is wrong with them.
//
// Nothing is thrown: a record is answered with all of its problems at once, up to a hundred: one of nothing but mistakes
// must not cost more to answer than to read. Each reader gives nil where it noted one.

import GatewayModel

struct Findings {
    private static let most = 100
    private(set) var problems: [Problem] = []

    mutating func note(_ code: ProblemCode, _ field: String?, _ message: String) {
        if problems.count < Self.most { problems.append(Problem(code, field: field, message)) }
    }

    mutating func note(_ more: [Problem]) { problems += more.prefix(Self.most - problems.count) }

    mutating func noteUnknown(_ key: String, in prefix: String, of what: String, known: [String]) {
        guard problems.count < Self.most else { return }
        let hint = Spelling.nearest(to: key, among: known).map { "did you mean \"\($0)\"?" }
        let shown = Spelling.shown(key)
        note(.unknownField, prefix + shown, "\"\(shown)\" is no field of \(what); \(hint ?? "leave it out")")
    }

    // MARK: Types

    private mutating func noteType(_ value: JSONValue, _ field: String, wanted: String) {
        let hint = value == .null ? "; leave the field out where there is none" : ""
        note(.badType, field, "must be a \(wanted), not \(value.typeWord)\(hint)")
    }

    mutating func string(_ value: JSONValue, _ field: String) -> String? {
        if case .string(let text) = value { return text }
        noteType(value, field, wanted: "string")
        return nil
    }

    mutating func object(_ value: JSONValue, _ field: String) -> JSONObject? {
        if case .object(let object) = value { return object }
        noteType(value, field, wanted: "JSON object")
        return nil
    }

    mutating func bool(_ value: JSONValue, _ field: String) -> Bool? {
        if case .bool(let flag) = value { return flag }
        noteType(value, field, wanted: "boolean")
        return nil
    }

    // MARK: Texts

    /// One to `limit` bytes on one line. What may come to stand in a header says so: its code is then `header_injection`.
    mutating func line(_ value: JSONValue, _ field: String, limit: Int = 200, inHeader: Bool = false) -> String? {
        guard let text = string(value, field) else { return nil }
        guard LineSafety.isOneLine(text) else {
            note(
                inHeader ? .headerInjection : .badValue, field,
                "holds a line break or another control character; one line of text is meant")
            return nil
        }
        guard !text.isEmpty else {
            note(.badValue, field, "is empty; leave the field out where there is none")
            return nil
        }
        guard text.utf8.count <= limit else {
            note(.badValue, field, "is \(text.utf8.count) bytes long; at most \(limit) are taken")
            return nil
        }
        return text
    }

    /// 1 to 200 bytes of printable ASCII (CONTRACT 3.3).
    mutating func identifier(_ value: JSONValue, _ field: String) -> String? {
        guard let text = string(value, field) else { return nil }
        guard (1...200).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            note(.badValue, field, "must be 1 to 200 bytes of printable ASCII")
            return nil
        }
        return text
    }

    /// One of a closed set of words.
    mutating func word<Word>(
        _ value: JSONValue, _ field: String, among words: [String], read: (String) -> Word?
    ) -> Word? {
        guard let text = string(value, field) else { return nil }
        if let word = read(text) { return word }
        let meant = Spelling.nearest(to: text, among: words).map { "a word known here; did you mean \"\($0)\"?" }
        note(
            .badValue, field,
            "\"\(Spelling.shown(text))\" is not \(meant ?? "one of \(words.joined(separator: ", "))")")
        return nil
    }

    /// Text of a shape that `holds` checks byte by byte; the message says which.
    mutating func shaped(
        _ value: JSONValue, _ field: String, _ message: String, holds: (String.UTF8View) -> Bool
    ) -> String? {
        guard let text = string(value, field) else { return nil }
        if holds(text.utf8) { return text }
        note(.badValue, field, "\"\(Spelling.shown(text))\" \(message)")
        return nil
    }

    // MARK: Addresses

    mutating func email(_ value: JSONValue, _ field: String) -> EmailAddress? {
        guard let text = string(value, field) else { return nil }
        if let address = EmailAddress(text) { return address }
        if LineSafety.isOneLine(text) {
            note(
                .badAddress, field,
                "is not a plain mail address as \"ada@example.com\": no names, comments, groups or quoted parts, one @")
        } else {
            note(.headerInjection, field, "holds a line break or another control character; an address is meant")
        }
        return nil
    }

    mutating func phone(_ value: JSONValue, _ field: String) -> PhoneNumber? {
        guard let text = string(value, field) else { return nil }
        if let number = PhoneNumber(text) { return number }
        note(.badAddress, field, "is not a number in E.164 form as \"+33612345678\": +, country code, digits only")
        return nil
    }

    /// Of someone who is to be reached: no number that reaches nobody.
    mutating func recipientPhone(_ value: JSONValue, _ field: String) -> PhoneNumber? {
        guard let number = phone(value, field) else { return nil }
        guard let zero = TrunkZero(in: number) else { return number }
        note(.badAddress, field, zero.description)
        return nil
    }

    // MARK: Times

    mutating func time(_ value: JSONValue, _ field: String) -> Instant? {
        guard let text = string(value, field) else { return nil }
        if let instant = Instant(rfc3339: text) { return instant }
        let example = "as \"2026-12-01T09:00:00Z\" or \"2026-12-01T10:00:00+01:00\""
        let fault =
            LocalTime(text) != nil ? "has no offset; say the zone" : "is no time of RFC 3339, or not in any calendar;"
        note(.badTime, field, "\"\(Spelling.shown(text))\" \(fault) \(example)")
        return nil
    }

    mutating func localTime(_ value: JSONValue, _ field: String) -> LocalTime? {
        guard let text = string(value, field) else { return nil }
        if let local = LocalTime(text) { return local }
        note(.badTime, field, "\"\(Spelling.shown(text))\" is no wall time as \"2026-12-01T09:00\", without an offset")
        return nil
    }
}

/// Naming what was written and what was probably meant.
enum Spelling {
    /// At most 40 scalars of it (a character can be of any length), safe to print on one line.
    static func shown(_ text: String) -> String {
        let printable = text.unicodeScalars.prefix(40).map { scalar in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || scalar.value == 0x2028
                || scalar.value == 0x2029
                ? "\u{FFFD}" : Character(scalar)
        }
        return String(printable) + (text.unicodeScalars.dropFirst(40).isEmpty ? "" : "…")
    }

    /// The word that takes the fewest edits, where they are few for its length.
    static func nearest(to text: String, among words: [String]) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        let typed = Array(text.lowercased().utf8)
        let scored = words.map { (word: $0, edits: edits(typed, Array($0.lowercased().utf8))) }
        guard let best = scored.min(by: { $0.edits < $1.edits }), best.edits <= max(1, typed.count / 3) else {
            return nil
        }
        return best.word
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two texts.
    private static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var before: [Int] = []
        var above = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(above[j + 1] + 1, row[j] + 1, above[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
                row.append(cost)
            }
            (before, above) = (above, row)
        }
        return above[b.count]
    }
}
