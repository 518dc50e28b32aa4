// SPDX-License-Identifier: Apache-2.0
//
// PresetReader: one preset file, strictly.
//
// Nothing has a default that would open hours: every weekday is said, `[]` where nothing is allowed, and source, date
// and confidence are not left out.

import GatewayModel
import StrictTOML

struct PresetDraft: PolicyDraft {
    var preset: Preset
    var place: TOMLPlace
    var holidays: (id: String, place: TOMLPlace)?
    var id: String { preset.id }

    /// With its calendar; nil where there is no such calendar.
    func preset(_ calendars: [String: HolidayCalendar], _ findings: TOMLFindings) -> Preset? {
        guard let holidays else { return preset }
        guard let calendar = calendars[holidays.id] else {
            let hint = Wording.suggestion(for: holidays.id, among: calendars.keys.sorted())
            findings.add(
                TOMLProblem(at: holidays.place, keyPath: "holidays", "no holiday calendar \"\(holidays.id)\"\(hint)"))
            return nil
        }
        var linked = preset
        linked.holidays = calendar
        return linked
    }
}

enum PresetReader {
    static func read(_ document: TOMLDocument, _ findings: TOMLFindings) -> PresetDraft? {
        let before = findings.errors.count
        var table = StrictTable(document, findings)
        let head = PresetHead.read(&table)
        let covers = table.required("covers", .list(of: .coverage, "a list of places, as [\"US-FL\"]"))
        if covers?.isEmpty == true { table.complain("must name a place, or \"*\" for all others", about: "covers") }
        let week = table.table("hours") { WeekHours.read(&$0) }
        if week == nil, !table.has("hours") { table.complain("[hours] is missing") }
        guard let head, let covers, let week else {
            readRest(&table)
            return nil
        }
        var preset = Preset(
            id: head.id, version: head.version, asOf: head.asOf, source: head.source, confidence: head.confidence,
            covers: covers, week: week)
        let holidays = options(of: &preset, &table)
        preset.caps = CapReader.read(of: preset, &table)
        let place = table.place(of: "id")
        table.finish()
        guard findings.errors.count == before else { return nil }
        return PresetDraft(preset: preset, place: place, holidays: holidays)
    }

    /// What may be left out. Gives the calendar that it names.
    private static func options(of preset: inout Preset, _ table: inout StrictTable) -> (id: String, place: TOMLPlace)?
    {
        preset.note = table.optional("note", .text)
        preset.family = table.optional("family", .policyID)
        table.set(&preset.onlyUnknownRegion, "only_unknown_region", .boolean)
        let channels = TOMLShape<[ContactChannel]>.list(of: .contactChannel, "a list of \"email\", \"sms\", \"voice\"")
        let named = table.required("channels", channels)
        if named?.isEmpty == true { table.complain("must name a channel", about: "channels") }
        preset.channels = named ?? []
        preset.zone = table.optional("zone", .zoneName)
        preset.onHolidays = table.optional("on_holidays", .windows(overMidnight: false)) ?? []
        guard let holidays = table.optional("holidays", .policyID) else {
            if table.has("on_holidays") { table.complain("has no meaning without \"holidays\"", about: "on_holidays") }
            return nil
        }
        return (holidays, table.place(of: "holidays"))
    }

    /// Goes on after what cannot be made a preset, so that one reading tells all.
    private static func readRest(_ table: inout StrictTable) {
        var nothing = Preset(
            id: "", version: "", asOf: CalendarDay(year: 1970, month: 1, day: 1)!, source: "", confidence: .low,
            covers: [], week: WeekHours.closed)
        _ = options(of: &nothing, &table)
        _ = CapReader.read(of: nothing, &table)
        table.finish()
    }
}

/// What every preset and every calendar says of itself.
struct PresetHead {
    var id: String
    var version: String
    var asOf: CalendarDay
    var source: String
    var confidence: Confidence

    static func read(_ table: inout StrictTable) -> PresetHead? {
        let id = table.required("id", .policyID)
        let version = table.required("version", .text)
        let asOf = table.required("as_of", .day)
        let source = table.required("source", .text)
        let confidence = table.required("confidence", TOMLShape<Confidence>.word)
        guard let id, let version, let asOf, let source, let confidence else { return nil }
        return PresetHead(id: id, version: version, asOf: asOf, source: source, confidence: confidence)
    }
}

/// `[hours]`: the windows of each weekday.
enum WeekHours {
    static let closed = [[Preset.Window]](repeating: [], count: 7)

    static func read(_ table: inout StrictTable) -> [[Preset.Window]] {
        var week = closed
        for weekday in Preset.Weekday.allCases {
            guard let windows = table.required("\(weekday)", .windows(overMidnight: true)) else { continue }
            for window in windows { add(window, to: &week, on: weekday.rawValue) }
        }
        for weekday in Preset.Weekday.allCases {
            let windows = week[weekday.rawValue].sorted { $0.open < $1.open }
            if zip(windows, windows.dropFirst()).contains(where: { $0.close > $1.open }) {
                table.complain("has windows that overlap", about: "\(weekday)")
            }
            week[weekday.rawValue] = joined(windows)
        }
        return week
    }

    /// One over midnight becomes two.
    private static func add(_ window: Preset.Window, to week: inout [[Preset.Window]], on day: Int) {
        guard window.close > 1440 else { return week[day].append(window) }
        week[day].append(Preset.Window(open: window.open, close: 1440))
        week[(day + 1) % 7].append(Preset.Window(open: 0, close: window.close - 1440))
    }

    /// Windows that touch are one.
    private static func joined(_ windows: [Preset.Window]) -> [Preset.Window] {
        windows.reduce(into: []) { joined, window in
            if let last = joined.last, last.close == window.open {
                joined[joined.count - 1].close = window.close
            } else {
                joined.append(window)
            }
        }
    }
}
