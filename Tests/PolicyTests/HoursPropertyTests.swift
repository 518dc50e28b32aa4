// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Policy

/// The engine against a scan of every minute with Foundation's zones.
@Suite("Hours against the slow reference")
struct HoursPropertyTests {
    /// One made-up policy, and where to look.
    struct Case {
        var presets: [Preset]
        var names: [String]
        var guardMinutes: Int
        var blackouts: [(from: LocalTime, to: LocalTime)]
        var from: Int64
        var to: Int64
        /// Asks start before this, so that the reference sees where they end.
        var lastAsk: Int64
        var stepMinutes: Int64

        /// Compares what the engine says with the reference at every step, and its next openings at some.
        func compare(_ dice: inout HoursDice, _ what: @autoclosure () -> String) throws {
            let hours = try OpenHours(
                presets: presets, zones: names.map(HoursBench.clock), table: HoursBench.zones,
                guardBand: .seconds(guardMinutes * 60), blackouts: blackouts.map { BlackoutSpan(from: $0, to: $1) })
            let slow = SlowHours(
                SlowHours.Test(
                    presets: presets, zones: names.map { TimeZone(identifier: $0)! }, guardMinutes: guardMinutes,
                    blackouts: blackouts),
                from: from, to: to, minutes: stepMinutes)
            // The reference cannot see what the first day of its scan was preceded by.
            let stride = HoursBench.isLong ? 1 : Int64(7)
            let phase = Int64.random(in: 0..<stride, using: &dice) * stepMinutes * 60
            for second in Swift.stride(from: from + 86_400 + phase, to: lastAsk, by: Int(stride * stepMinutes * 60)) {
                let moment = Instant(microseconds: (second + Int64.random(in: 0..<60, using: &dice)) * 1_000_000 + 5)
                if hours.isOpen(at: moment) != slow.isOpen(at: second) {
                    Issue.record(
                        "\(what()): \(moment.rfc3339) is \(hours.isOpen(at: moment) ? "open" : "closed"): \(self)")
                    return
                }
            }
            for _ in 0..<40 {
                let ask = Int64.random(in: (from + 86_400)..<lastAsk, using: &dice)
                let limit = Bool.random(using: &dice) ? to : Int64.random(in: ask...to, using: &dice)
                let (said, expected) = (
                    hours.nextOpening(from: Instant(seconds: ask), before: Instant(seconds: limit)),
                    slow.next(from: ask, before: limit).map { Instant(seconds: $0) }
                )
                if said != expected {
                    Issue.record(
                        "\(what()): from \(ask) before \(limit): \(said as Any), not \(expected as Any): \(self)")
                    return
                }
            }
        }
    }

    /// Windows with edges at the minutes where things happen, or anywhere.
    static func windows(_ dice: inout HoursDice, near edges: [Int], step: Int) -> [Preset.Window] {
        let all = (0..<Int.random(in: 0...3, using: &dice) * 2).map { _ in
            let near = edges.randomElement(using: &dice).map { $0 + Int.random(in: -2...2, using: &dice) * 15 }
            let minute = Int.random(in: 0...3, using: &dice) == 0 ? Int.random(in: 0...1440, using: &dice) : near ?? 480
            return min(max(minute, 0), 1440) / step * step
        }
        let sorted = Array(Set(all + (Bool.random(using: &dice) ? [0, 1440] : []))).sorted()
        var windows: [Preset.Window] = []
        var index = 0
        while index + 1 < sorted.count {
            windows.append(Preset.Window(open: sorted[index], close: sorted[index + 1]))
            index += Bool.random(using: &dice) ? 1 : 2
        }
        return windows
    }

    static func preset(_ dice: inout HoursDice, near edges: [Int], step: Int, holidays: [CalendarDay]) -> Preset {
        var preset = HoursBench.preset(week: (0..<7).map { _ in windows(&dice, near: edges, step: step) })
        if let holiday = holidays.randomElement(using: &dice), Bool.random(using: &dice) {
            preset.holidays = HolidayCalendar(id: "h", days: [holiday])
            preset.onHolidays = windows(&dice, near: edges, step: step)
        }
        return preset
    }

    /// Around one change of offset: windows and blackouts with edges at the wall times that are skipped or show twice.
    static func around(_ change: Int64, in name: String, _ dice: inout HoursDice) -> Case {
        let clock = HoursBench.clock(name)
        let wallMinutes = [change - 1, change].map {
            Int(((clock.wallSeconds(at: $0) % 86_400 + 86_400) % 86_400) / 60)
        }
        let walls = [-3600, -900, 0, 900, 3600, 7200].map { clock.wall(at: Instant(seconds: change + $0)) }
        let blackouts = (0..<Int.random(in: 0...1, using: &dice)).map { _ in
            (from: walls.randomElement(using: &dice)!, to: walls.randomElement(using: &dice)!)
        }
        let holidays = [-86_400, 0, 86_400].map { clock.day(at: Instant(seconds: change + $0)) }
        let start = change / 60 * 60 - 2 * 86_400
        return Case(
            presets: [preset(&dice, near: wallMinutes + [0, 1440], step: 1, holidays: holidays)], names: [name],
            guardMinutes: [0, 5, 17].randomElement(using: &dice)!, blackouts: blackouts, from: start,
            to: start + 4 * 86_400, lastAsk: start + 3 * 86_400, stepMinutes: 1)
    }

    static func changes(of name: String) -> [Int64] {
        HoursBench.clock(name).everyChange.map(\.second).filter { (631_152_000..<2_240_611_200).contains($0) }
    }

    @Test("around changes of offset in every zone")
    func everyZone() throws {
        var dice = HoursDice(state: 20_261_121)
        for name in HoursBench.names {
            let changes = Self.changes(of: name)
            for change in HoursBench.isLong ? changes : changes.randomElement(using: &dice).map({ [$0] }) ?? [] {
                try Self.around(change, in: name, &dice).compare(&dice, "\(name) \(change)")
            }
        }
    }

    @Test(
        "around many changes in the odd zones",
        arguments: [
            "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "America/Santiago", "America/Sao_Paulo",
            "America/Havana", "America/St_Johns", "Atlantic/Azores", "Pacific/Apia", "Pacific/Kwajalein",
            "Africa/El_Aaiun", "Europe/Dublin", "Antarctica/Troll", "Asia/Gaza",
        ])
    func oddZones(_ name: String) throws {
        var dice = HoursDice(state: name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
        let changes = Self.changes(of: name).shuffled(using: &dice)
        for change in HoursBench.isLong ? changes : Array(changes.prefix(6)) {
            try Self.around(change, in: name, &dice).compare(&dice, "\(name) \(change)")
        }
    }

    @Test("several presets in several zones, over weeks")
    func weeks() throws {
        var dice = HoursDice(state: 8128)
        for round in 0..<(HoursBench.isLong ? 2000 : 20) {
            let names = (0..<Int.random(in: 1...3, using: &dice)).map { _ in
                HoursBench.names.randomElement(using: &dice)!
            }
            let start = Int64.random(in: 700_000_000..<2_200_000_000, using: &dice) / 900 * 900
            let holidays = (1...20).map { HoursBench.clock(names[0]).day(at: Instant(seconds: start + $0 * 86_400)) }
            let presets = (0..<Int.random(in: 1...2, using: &dice)).map { _ in
                Self.preset(&dice, near: [480, 720, 1200], step: 5, holidays: holidays)
            }
            let blackout = (
                from: LocalTime(utc: Instant(seconds: start + 5 * 86_400)),
                to: LocalTime(utc: Instant(seconds: start + 7 * 86_400))
            )
            try Case(
                presets: presets, names: names, guardMinutes: [0, 5].randomElement(using: &dice)!,
                blackouts: Bool.random(using: &dice) ? [blackout] : [], from: start, to: start + 21 * 86_400,
                lastAsk: start + 13 * 86_400, stepMinutes: 5
            ).compare(&dice, "round \(round)")
        }
    }
}
