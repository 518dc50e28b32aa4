// SPDX-License-Identifier: Apache-2.0
//
// What the tests of hours share: presets in short hand, the machine's zones, dice, and the slow, obvious reference.

import Foundation
import GatewayModel
import Testing

@testable import Policy

enum HoursBench {
    static let zones: ZoneTable = {
        do { return try ZoneTable() } catch { fatalError("\(error)") }
    }()

    static func clock(_ name: String) -> ZoneClock {
        guard let clock = zones.clock(name) else { fatalError("no zone \(name)") }
        return clock
    }

    /// Set to run everything over all transitions, which takes minutes.
    static let isLong = ProcessInfo.processInfo.environment["GATEPOST_LONG"] != nil

    /// Every zone of Area/Place that Foundation names and has the same data for as the machine.
    static let names = allNames.filter { !differing.contains($0) }
    static let allNames = TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") }

    /// Foundation brings its own database. Where that is another edition than the machine's, the zones whose law was
    /// changed in between differ, and can be compared with nothing.
    static let differing: Set<String> =
        zones.version == TimeZone.timeZoneDataVersion
        ? []
        : Set(
            allNames.filter { name in
                guard let zone = TimeZone(identifier: name), let clock = zones.clock(name) else { return true }
                return stride(from: Int64(631_152_000), to: 2_240_611_200, by: 86_400 * 7).contains {
                    clock.offset(at: Instant(seconds: $0))
                        != zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0)))
                }
            })

    static func preset(
        _ id: String = "p", week: [[Preset.Window]], holidays: [String] = [], onHolidays: [Preset.Window] = []
    ) -> Preset {
        var preset = Preset(
            id: id, version: "1", asOf: CalendarDay("2026-11-21")!, source: "test", confidence: .high, covers: ["*"],
            week: week)
        if !holidays.isEmpty {
            preset.holidays = HolidayCalendar(id: id, days: holidays.map { CalendarDay($0)! })
            preset.onHolidays = onHolidays
        }
        return preset
    }

    /// The same windows every day, as `08:00-20:00`.
    static func daily(_ windows: String..., id: String = "p") -> Preset {
        preset(id, week: Array(repeating: windows.map(window), count: 7))
    }

    static func window(_ text: String) -> Preset.Window {
        let minutes = text.split(separator: "-").map { time in
            time.split(separator: ":").reduce(0) { $0 * 60 + Int($1)! }
        }
        return Preset.Window(open: minutes[0], close: minutes[1])
    }

    static func hours(
        _ presets: [Preset], _ names: [String], guardBand: Duration = .zero, blackouts: [(String, String)] = []
    ) throws -> OpenHours {
        try OpenHours(
            presets: presets, zones: names.map(clock), table: zones, guardBand: guardBand,
            blackouts: blackouts.map { BlackoutSpan(from: LocalTime($0)!, to: LocalTime($1)!) })
    }
}

/// SplitMix64: the same numbers for the same seed, so that a failure can be had again.
struct HoursDice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

/// The meaning of open hours, minute by minute with Foundation's zones. Knows nothing of the engine's tables.
///
/// In the first pass of a wall time that shows twice, open is only what has been open since before the passes began; in
/// the second, only what stays open until they are over. And so many minutes before anything closes, it is closed.
struct SlowHours {
    struct Test {
        var presets: [Preset]
        var zones: [TimeZone]
        var guardMinutes: Int
        var blackouts: [(from: LocalTime, to: LocalTime)]
    }

    let first: Int64
    let step: Int64
    /// Whether each step from `first` on is open.
    private(set) var open: [Bool]

    /// - Parameter minutes: of a step; every edge and every transition must be a multiple of it.
    init(_ test: Test, from: Int64, to: Int64, minutes: Int64 = 1) {
        (first, step) = (from / 60 * 60, minutes * 60)
        let count = Int((to - first) / step)
        open = Array(repeating: true, count: count)
        let guardSteps = test.guardMinutes / Int(minutes)
        for zone in test.zones {
            let walls = Walls(zone, from: first, step: step, count: count + guardSteps)
            for preset in test.presets {
                close(steps: Self.guarded(Self.withoutDoubt(Self.plain(preset, walls), walls), guardSteps))
            }
            for blackout in test.blackouts {
                let dark = Self.dark(blackout, walls)
                close(steps: Self.guarded(dark.map { !$0 }, guardSteps))
            }
        }
    }

    private mutating func close(steps: [Bool]) { for index in open.indices where !steps[index] { open[index] = false } }

    func isOpen(at second: Int64) -> Bool { open[Int((second - first) / step)] }

    /// The first open second at or after `second`; nil where there is none before `limit`.
    func next(from second: Int64, before limit: Int64) -> Int64? {
        var index = Int((second - first) / step)
        while index < open.count {
            let here = max(second, first + Int64(index) * step)
            if here >= limit { return nil }
            if open[index] { return here }
            index += 1
        }
        return nil
    }

    /// What the wall shows at each step, and the passes: stretches of steps whose wall times show twice.
    private struct Walls {
        var wall: [Int64] = []
        var passes: [(first: Range<Int>, second: Range<Int>)] = []

        init(_ zone: TimeZone, from first: Int64, step: Int64, count: Int) {
            for index in 0..<count {
                let second = first + Int64(index) * step
                wall.append(second + Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))))
            }
            for index in wall.indices.dropFirst() where wall[index] <= wall[index - 1] {
                let width = Int((wall[index - 1] - wall[index]) / step) + 1
                passes.append((max(0, index - width)..<index, index..<min(count, index + width)))
            }
        }
    }

    /// What the windows say of each wall time, day by day.
    private static func plain(_ preset: Preset, _ walls: Walls) -> [Bool] {
        var (known, windows): (Int64?, [Preset.Window]) = (nil, [])
        return walls.wall.map { wall in
            let midnight = wall / 86_400 * 86_400
            if known != midnight {
                let date = LocalTime(utc: Instant(seconds: midnight))
                let day = CalendarDay(year: date.year, month: date.month, day: date.day)!
                let weekday = Preset.Weekday(rawValue: Int((midnight / 86_400 + 3) % 7))!
                (known, windows) = (midnight, preset.windows(on: day, weekday))
            }
            let minute = Int(wall - midnight) / 60
            return windows.contains { $0.open <= minute && minute < $0.close }
        }
    }

    private static func withoutDoubt(_ plain: [Bool], _ walls: Walls) -> [Bool] {
        var open = plain
        for pass in walls.passes where pass.first.lowerBound > 0 {
            var still = plain[pass.first.lowerBound - 1]
            for index in pass.first {
                still = still && plain[index]
                open[index] = still
            }
            still = true
            for index in pass.second.reversed() {
                still = still && plain[index]
                open[index] = still
            }
        }
        return open
    }

    /// Dark from the first time that the wall shows `from` or later, to the last time that it shows `to`, or less where
    /// it never shows that.
    private static func dark(_ blackout: (from: LocalTime, to: LocalTime), _ walls: Walls) -> [Bool] {
        let (from, to) = (blackout.from.asUTC.seconds, blackout.to.asUTC.seconds)
        let begin = walls.wall.firstIndex { $0 >= from } ?? walls.wall.count
        let end = walls.wall.lastIndex(of: to) ?? walls.wall.lastIndex { $0 < to }.map { $0 + 1 } ?? 0
        return walls.wall.indices.map { from < to && begin <= $0 && $0 < end }
    }

    private static func guarded(_ open: [Bool], _ steps: Int) -> [Bool] {
        var left = 0
        var guarded = open
        for index in open.indices.reversed() {
            left = open[index] ? left + 1 : 0
            guarded[index] = left > steps
        }
        return guarded
    }
}
