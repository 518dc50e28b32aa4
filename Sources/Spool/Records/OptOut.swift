// SPDX-License-Identifier: Apache-2.0
//
// OptOut: what consent and suppress records share where they take permission away (CONTRACT 4, Opt-outs fail wide).
//
// A slip in an optional field never costs an opt-out: what cannot be read is left out, which makes it reach further, and
// the receipt says so.

import Cryptography
import GatewayModel

enum OptOut {
    /// The id of a record that has none, or an unsound one: the same content gets the same again.
    static func id(derivedFrom digest: [UInt8]) -> String { "optout-\(digest.hex)" }

    /// Grants from the future are refused beyond so much: clocks differ.
    static let clockTolerance = Duration.seconds(300)

    /// For which brands it is recorded: one event each, nil for every brand there is or will be.
    ///
    /// - Parameter brand: the brand it names, sound and allowed; nil where it names none or a damaged one.
    static func brands(_ brand: String?, by producer: IntakeRules.Producer) -> [String?] {
        if let brand { return [brand] }
        guard let own = producer.brands else { return [nil] }
        return own.sorted()
    }

    /// The same problem, saying what was done about it.
    static func answered(_ problem: Problem, consequences: [String: String]) -> Problem {
        // An address that could be mended says itself for whom it is taken.
        guard problem.code != .badAddress else { return problem }
        let field = problem.field.map { String($0.prefix { $0 != "[" }) } ?? ""
        var answered = problem
        answered.message += "; taken all the same\(consequences[field].map { ", \($0)" } ?? ", without it")"
        return answered
    }

    /// What the book keeps of them; no address, which stands elsewhere in it and may have to be erased.
    static func damage(_ problems: [Problem]) -> String? {
        guard !problems.isEmpty else { return nil }
        let words = problems.map { problem in
            "\(problem.field ?? "record"): \(problem.code == .badAddress ? TrunkZero.damage : problem.message)"
        }.joined(separator: "; ")
        return String(String.UnicodeScalarView(words.unicodeScalars.prefix(1000)))
    }

    /// The kind of a record whose own is missing or misspelt, where it takes permission away; nil where that is not plain.
    static func kind(meantBy record: JSONObject) -> String? {
        guard isMeant(by: record) else { return nil }
        let kind = isOptOutType(record["type"]) && record["address"] != nil ? "consent" : "suppress"
        return kind == "consent" || record["target"] != nil ? kind : nil
    }

    /// Whether a record that names no kind we know was meant to take permission away.
    static func isMeant(by record: JSONObject) -> Bool {
        if isOptOutType(record["type"]) { return true }
        guard let kind = record["kind"] else { return record["target"] != nil && record["reason"] != nil }
        guard let word = kind.string else { return record["target"] != nil }
        return Spelling.nearest(to: word, among: ["job", "cancel", "consent", "suppress"]) == "suppress"
            || OptOutWord.meaning(of: word) != nil
    }

    private static func isOptOutType(_ value: JSONValue?) -> Bool {
        guard let text = value?.string else { return false }
        let words = ConsentType.allCases.map(\.rawValue)
        let nearest = Spelling.nearest(to: text, among: words).flatMap { ConsentType(rawValue: $0) }
        return nearest?.isOptOut ?? (OptOutWord.meaning(of: text) != nil)
    }

    /// Whether bytes that are no JSON may have been meant to take permission away: then somebody has to look.
    static func isTraced(in bytes: [UInt8]) -> Bool {
        marks.contains { mark in
            bytes.count >= mark.count
                && bytes.indices.dropLast(mark.count - 1).contains { start in
                    bytes[start] == mark[0] && bytes[start..<start + mark.count].elementsEqual(mark)
                }
        }
    }

    private static let marks = ["\"suppress\"", "\"withdrawn\"", "\"objected\"", "\"reassigned\""].map {
        Array($0.utf8)
    }
}

extension Findings {
    /// The brand, where it is sound, configured, and the producer's to speak for.
    ///
    /// What is a matter of permission is noted in `forbidden`: it is no slip.
    mutating func brand(
        _ value: JSONValue, _ field: String, rules: IntakeRules, producer: IntakeRules.Producer,
        forbidden: inout Findings
    ) -> String? {
        guard let brand = line(value, field) else { return nil }
        guard rules.brands[brand] != nil else {
            let known = rules.brands.keys.sorted()
            let hint = Spelling.nearest(to: brand, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
            note(.unknownBrand, field, "there is no brand \"\(Spelling.shown(brand))\"\(hint)")
            return nil
        }
        if let own = producer.brands, !own.contains(brand) {
            forbidden.note(.notPermitted, field, "this producer may not speak for the brand \"\(brand)\"")
        }
        return brand
    }

    /// A topic that is declared for the brand, or for any where none is named.
    mutating func topic(_ value: JSONValue, _ field: String, brand: String?, rules: IntakeRules) -> String? {
        guard let topic = line(value, field) else { return nil }
        if rules.isDeclared(topic: topic, brand: brand) { return topic }
        let known = Set(rules.topics.filter { brand == nil || $0.brand == nil || $0.brand == brand }.map(\.id))
        let hint = Spelling.nearest(to: topic, among: known.sorted()).map { "; did you mean \"\($0)\"?" } ?? ""
        note(.unknownTopic, field, "there is no topic \"\(Spelling.shown(topic))\"\(hint)")
        return nil
    }

    /// At most so many bytes of JSON.
    mutating func object(_ value: JSONValue, _ field: String, limit: Int) -> JSONObject? {
        guard let object = object(value, field) else { return nil }
        let size = object.encoded.count
        guard size <= limit else {
            note(.badValue, field, "is \(size) bytes long; at most \(limit) are taken")
            return nil
        }
        return object
    }

    /// A time, or a day without one.
    mutating func moment(_ value: JSONValue, _ field: String) -> Moment? {
        guard let text = string(value, field) else { return nil }
        if let moment = Moment(text) { return moment }
        let fault = LocalTime(text) != nil ? "has no offset; say the zone" : "is no time of RFC 3339 and no day;"
        note(.badTime, field, "\"\(Spelling.shown(text))\" \(fault) as \"2026-11-21T20:00:00Z\" or \"2026-11-21\"")
        return nil
    }
}

/// When something happened: to the microsecond, or on a day.
enum Moment: Hashable {
    case instant(Instant)
    case day(CalendarDay)

    init?(_ text: String) {
        if let instant = Instant(rfc3339: text) {
            self = .instant(instant)
        } else if let day = CalendarDay(text) {
            self = .day(day)
        } else {
            return nil
        }
    }

    /// A day's first microsecond, UTC.
    var start: Instant {
        switch self {
        case .instant(let instant): instant
        case .day(let day): LocalTime(year: day.year, month: day.month, day: day.day, hour: 0, minute: 0)!.asUTC
        }
    }
    /// A day's last microsecond, UTC.
    var end: Instant {
        switch self {
        case .instant(let instant): instant
        case .day: start + .seconds(86_400) - .microseconds(1)
        }
    }
    /// When it is begun wherever people may count its day from: the first zone on earth is 14 hours ahead.
    var earliest: Instant {
        switch self {
        case .instant(let instant): instant
        case .day: start - .seconds(14 * 3600)
        }
    }
}
