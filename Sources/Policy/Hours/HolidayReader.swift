// SPDX-License-Identifier: Apache-2.0
//
// HolidayReader: one holiday calendar file, strictly, and the joining of calendars that include others.

import GatewayModel
import StrictTOML

struct HolidayDraft: PolicyDraft {
    var id: String
    var place: TOMLPlace
    var source: String
    var asOf: CalendarDay
    var includes: [String]
    var includesPlace: TOMLPlace
    var rules: [HolidayRule]
    var observance: HolidayObservance

    /// Every calendar with the rules of those it includes, these kept by their own observance.
    static func link(_ drafts: [HolidayDraft], _ findings: TOMLFindings) -> [String: HolidayCalendar] {
        let byID = Dictionary(drafts.map { ($0.id, $0) }) { first, _ in first }
        var calendars: [String: HolidayCalendar] = [:]
        for draft in drafts {
            guard let rules = draft.allRules(byID, within: [draft.id], findings) else { continue }
            calendars[draft.id] = HolidayCalendar(
                id: draft.id, source: draft.source, asOf: draft.asOf, rules: rules, observance: draft.observance)
        }
        return calendars
    }

    /// Nil where an included calendar is missing or includes this one.
    private func allRules(_ drafts: [String: HolidayDraft], within: [String], _ findings: TOMLFindings)
        -> [HolidayRule]?
    {
        var all = rules
        for name in includes {
            guard !within.contains(name) else { return fail("includes \"\(name)\", which includes it", findings) }
            guard let other = drafts[name] else {
                let hint = Wording.suggestion(for: name, among: drafts.keys.sorted())
                return fail("no holiday calendar \"\(name)\"\(hint)", findings)
            }
            guard let others = other.allRules(drafts, within: within + [name], findings) else { return nil }
            all += others.map { rule in
                var rule = rule
                rule.observance = rule.observance ?? other.observance
                return rule
            }
        }
        return all
    }

    private func fail(_ message: String, _ findings: TOMLFindings) -> [HolidayRule]? {
        findings.add(TOMLProblem(at: includesPlace, keyPath: "includes", message))
        return nil
    }
}

enum HolidayReader {
    static func read(_ document: TOMLDocument, _ findings: TOMLFindings) -> HolidayDraft? {
        let before = findings.errors.count
        var table = StrictTable(document, findings)
        let id = table.required("id", .policyID)
        _ = table.required("version", .text)
        let (asOf, source) = (table.required("as_of", .day), table.required("source", .text))
        _ = table.optional("note", .text)
        let includes = table.optional("includes", .list(of: .policyID, "a list of calendars")) ?? []
        let observance = table.table("observed", observance) ?? HolidayObservance()
        let rules = table.tables("holiday", rule).compactMap { $0 }
        if rules.isEmpty, includes.isEmpty { table.complain("names no holiday; write them as [[holiday]]") }
        let (place, includesPlace) = (table.place(of: "id"), table.place(of: "includes"))
        table.finish()
        guard let id, let asOf, let source, findings.errors.count == before else { return nil }
        return HolidayDraft(
            id: id, place: place, source: source, asOf: asOf, includes: includes, includesPlace: includesPlace,
            rules: rules, observance: observance)
    }

    private static func rule(_ table: inout StrictTable) -> HolidayRule? {
        let name = table.required("name", .text)
        let date = table.required("on", .holidayDate)
        let observance = table.table("observed", observance)
        guard let name, let date else { return nil }
        return HolidayRule(name: name, date: date, observance: observance)
    }

    private static func observance(_ table: inout StrictTable) -> HolidayObservance {
        var observance = HolidayObservance()
        table.set(&observance.saturday, "saturday", TOMLShape<HolidayObservance.Shift>.word)
        table.set(&observance.sunday, "sunday", TOMLShape<HolidayObservance.Shift>.word)
        return observance
    }
}

extension TOMLShape where Value == HolidayDate {
    fileprivate static var holidayDate: TOMLShape {
        let name =
            "\"07-04\", \"2026-07-03\", \"3rd monday of january\", \"last monday of may\", \"day after 4th "
            + "thursday of november\", \"easter +1\", \"election day\", \"election day of even years\" or "
            + "\"monday nearest 06-19\""
        return TOMLShape<String>.string.refined(name) { text, _ in HolidayDate(text) }
    }
}

extension HolidayDate {
    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
    private static let ordinals = ["1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "last": -1]

    /// Reads what a calendar file says in `on`; nil for anything else.
    init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        if words == ["election", "day"] {
            self = .electionDay(evenYearsOnly: false)
        } else if words == ["election", "day", "of", "even", "years"] {
            self = .electionDay(evenYearsOnly: true)
        } else if words.count == 2, words[0] == "easter", let offset = Self.offset(words[1]) {
            self = .easter(offset: offset)
        } else if words.count == 3, words[0] == "monday", words[1] == "nearest", let day = Self.monthDay(words[2]) {
            self = .nearestMonday(month: day.month, day: day.day)
        } else if let nth = Self.nth(words, later: 0) {
            self = nth
        } else if words.starts(with: ["day", "after"]), let nth = Self.nth(Array(words.dropFirst(2)), later: 1) {
            self = nth
        } else if let day = CalendarDay(text) {
            self = .once(day)
        } else if let day = Self.monthDay(text) {
            self = .fixed(month: day.month, day: day.day)
        } else {
            return nil
        }
    }

    /// `3rd monday of january`.
    private static func nth(_ words: [String], later: Int) -> HolidayDate? {
        guard words.count == 4, words[2] == "of", let ordinal = ordinals[words[0]],
            let weekday = Preset.Weekday.allCases.first(where: { "\($0)" == words[1] }),
            let month = months.firstIndex(of: words[3])
        else { return nil }
        return .nth(ordinal: ordinal, weekday: weekday, month: month + 1, later: later)
    }

    /// `+39` or `-47`, at most half a year away.
    private static func offset(_ text: String) -> Int? {
        guard text.hasPrefix("+") || text.hasPrefix("-"), let offset = Int(text), abs(offset) <= 180 else { return nil }
        return offset
    }

    /// `MM-DD` of a leap year.
    private static func monthDay(_ text: String) -> (month: Int, day: Int)? {
        CalendarDay("2000-\(text)").map { ($0.month, $0.day) }
    }
}
