// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Policy

@Suite("Frequency caps (facts D2)")
struct CapCountTests {
    static let now = GateScene.now

    static func rule(_ limit: Int, _ window: CapRule.Window, _ change: (inout CapRule) -> Void = { _ in }) -> CapRule {
        var rule = CapRule(name: "promo", limit: limit, window: window)
        change(&rule)
        return rule
    }
    static let hour = Duration.seconds(3600)

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var rule: CapRule
        /// Hours before 2026-11-21T20:00Z, a Saturday.
        var sent: [Double]
        var zones = ["UTC"]
        var used: Int
        /// Nil: never.
        var free: String?
    }

    static let table = [
        Row(
            testDescription: "nothing sent", rule: rule(3, .rolling(hour * 24)), sent: [], used: 0,
            free: "2026-11-21T20:00:00Z"),
        Row(
            testDescription: "room for one more", rule: rule(3, .rolling(hour * 24)), sent: [1, 2], used: 2,
            free: "2026-11-21T20:00:00Z"),
        Row(
            testDescription: "full until the oldest leaves", rule: rule(3, .rolling(hour * 24)), sent: [1, 2, 3],
            used: 3,
            free: "2026-11-22T17:00:00Z"),
        Row(
            testDescription: "overfull: so many have to leave", rule: rule(2, .rolling(hour * 24)), sent: [1, 2, 3, 4],
            used: 4, free: "2026-11-22T18:00:00Z"),
        Row(
            testDescription: "what lies exactly a window back does not count", rule: rule(1, .rolling(hour * 24)),
            sent: [24], used: 0, free: "2026-11-21T20:00:00Z"),
        Row(
            testDescription: "what lies ahead of a clock set back counts", rule: rule(1, .rolling(hour * 24)),
            sent: [-1],
            used: 1, free: "2026-11-22T21:00:00Z"),
        Row(testDescription: "a limit of 0 blocks all", rule: rule(0, .rolling(hour)), sent: [], used: 0, free: nil),
        Row(testDescription: "a limit below 0 is 0", rule: rule(-5, .calendarDay), sent: [], used: 0, free: nil),
        Row(
            testDescription: "a huge limit", rule: rule(.max, .rolling(hour * 24)), sent: [1, 2, 3], used: 3,
            free: "2026-11-21T20:00:00Z"),
        Row(
            testDescription: "a calendar day ends at midnight", rule: rule(1, .calendarDay), sent: [1], used: 1,
            free: "2026-11-22T00:00:00Z"),
        Row(
            testDescription: "yesterday does not count", rule: rule(1, .calendarDay), sent: [20.1], used: 0,
            free: "2026-11-21T20:00:00Z"),
        Row(
            testDescription: "midnight itself is today", rule: rule(1, .calendarDay), sent: [20], used: 1,
            free: "2026-11-22T00:00:00Z"),
        Row(
            testDescription: "midnight in New York", rule: rule(1, .calendarDay), sent: [1],
            zones: ["America/New_York"],
            used: 1, free: "2026-11-22T05:00:00Z"),
        Row(
            testDescription: "of two zones the worse holds", rule: rule(1, .calendarDay), sent: [6],
            zones: ["Asia/Tokyo", "America/New_York"], used: 1, free: "2026-11-22T05:00:00Z"),
        Row(
            testDescription: "a day ahead counts until it is over", rule: rule(1, .calendarDay), sent: [-24], used: 1,
            free: "2026-11-23T00:00:00Z"),
        Row(
            testDescription: "a week from Monday", rule: rule(1, .calendarWeek), sent: [100], used: 1,
            free: "2026-11-23T00:00:00Z"),
        Row(
            testDescription: "a week from Sunday", rule: rule(1, .calendarWeek) { $0.weekStarts = .sunday }, sent: [1],
            used: 1, free: "2026-11-22T00:00:00Z"),
        Row(
            testDescription: "a month", rule: rule(1, .calendarMonth), sent: [480], used: 1,
            free: "2026-12-01T00:00:00Z"),
    ]

    @Test("each book has one count", arguments: table)
    func counts(_ row: Row) {
        let sends = row.sent.map { Self.now - .microseconds(Int64($0 * 3600 * 1_000_000)) }
        let count = CapCount(row.rule, sends: sends, clocks: row.zones.map { GateScene.table.clock($0)! }, at: Self.now)
        #expect(count.used == row.used)
        #expect(count.free == row.free.map { Instant(rfc3339: $0)! })
    }

    @Test("over random books, count and room are what scanning time finds", arguments: [UInt64(5), 6])
    func agrees(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        let grids = ["UTC", "America/New_York", "Asia/Kolkata", "Europe/Paris"].map(SlowCalendar.init)
        for _ in 0..<400 {
            let windows: [CapRule.Window] = [
                .rolling(.seconds(900 * Int.random(in: 1...2000, using: &random))), .calendarDay, .calendarWeek,
                .calendarMonth,
            ]
            var rule = CapRule(
                name: "promo", limit: Int.random(in: 0...4, using: &random),
                window: windows.randomElement(using: &random)!)
            rule.weekStarts = CapRule.Weekday.allCases.randomElement(using: &random)!
            let zones = grids.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random))
            let now = Int.random(in: 40 * 96...80 * 96, using: &random)
            // Up to an hour ahead: the clock was set back.
            let sends = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                now + 4 - Int.random(in: 0...40 * 96, using: &random)
            }
            let count = CapCount(
                rule, sends: sends.map(SlowCalendar.instant), clocks: zones.map { GateScene.table.clock($0.zone)! },
                at: SlowCalendar.instant(now))
            let used = { (step: Int) in
                zones.map { zone in sends.filter { zone.counts($0, at: step, rule) }.count }.max()!
            }
            #expect(count.used == used(now))
            let free = rule.limit == 0 ? nil : (now...).first { used($0) < rule.limit }
            #expect(count.free == free.map(SlowCalendar.instant), "\(rule) of \(sends) at \(now)")
        }
    }
}

/// Foundation's calendar on a grid of quarters of an hour, from 2026-09-01 on.
private struct SlowCalendar {
    let zone: String
    private let calendar: Calendar
    private let memory = Memory()
    private final class Memory { var starts: [String: Int] = [:] }

    init(_ zone: String) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zone)!
        (self.zone, self.calendar) = (zone, calendar)
    }

    static let start = Instant(rfc3339: "2026-09-01T00:00:00Z")!
    static func instant(_ step: Int) -> Instant { start + .seconds(900 * step) }

    func counts(_ sent: Int, at step: Int, _ rule: CapRule) -> Bool {
        if case .rolling(let length) = rule.window { return sent * 900 > step * 900 - Int(length.components.seconds) }
        return sent >= periodStart(step, rule)
    }

    private func periodStart(_ step: Int, _ rule: CapRule) -> Int {
        let key = "\(rule.window) \(rule.weekStarts) \(step)"
        if let known = memory.starts[key] { return known }
        let date = Date(timeIntervalSince1970: Double(Self.instant(step).seconds))
        var calendar = calendar
        calendar.firstWeekday = rule.weekStarts == .monday ? 2 : rule.weekStarts == .sunday ? 1 : 7
        let unit: Calendar.Component =
            rule.window == .calendarDay ? .day : rule.window == .calendarWeek ? .weekOfYear : .month
        let start = calendar.dateInterval(of: unit, for: date)!.start.timeIntervalSince1970
        let found = Int(start - Double(Self.start.seconds)) / 900
        memory.starts[key] = found
        return found
    }
}
