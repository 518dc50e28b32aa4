// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Policy

@Suite("A wall time in the recipient's zone")
struct LocalScheduleTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var local: String
        var zone: String?
        var country: String?
        var expected: String
    }

    static let table = [
        Row(
            testDescription: "Paris in winter", local: "2026-12-01T09:00", zone: "Europe/Paris",
            expected: "2026-12-01T08:00:00Z"),
        Row(
            testDescription: "Paris in summer", local: "2026-07-01T09:00", zone: "Europe/Paris",
            expected: "2026-07-01T07:00:00Z"),
        Row(
            testDescription: "occurs twice: the second", local: "2026-11-01T01:30", zone: "America/New_York",
            expected: "2026-11-01T06:30:00Z"),
        Row(
            testDescription: "is skipped: as long after the skip", local: "2026-03-08T02:30", zone: "America/New_York",
            expected: "2026-03-08T07:30:00Z"),
        Row(
            testDescription: "half-hour zone", local: "2026-12-01T09:00", zone: "Asia/Kolkata",
            expected: "2026-12-01T03:30:00Z"),
        Row(
            testDescription: "country with one zone", local: "2026-12-01T09:00", country: "FR",
            expected: "2026-12-01T08:00:00Z"),
        Row(
            testDescription: "country with many: the latest", local: "2026-12-01T09:00", country: "US",
            expected: "2026-12-01T19:00:00Z"),
        Row(
            testDescription: "nothing known: the last zone on earth", local: "2026-12-01T09:00",
            expected: "2026-12-01T21:00:00Z"),
        Row(
            testDescription: "an unknown zone name falls back to the country", local: "2026-12-01T09:00",
            zone: "Mars/Base",
            country: "FR", expected: "2026-12-01T08:00:00Z"),
    ]

    @Test("each wall time has one instant", arguments: table)
    func resolves(_ row: Row) {
        var to = Recipient()
        (to.timezone, to.country) = (row.zone, row.country)
        let instant = LocalSchedule.instant(of: LocalTime(row.local)!, for: to, zones: .system())
        #expect(instant == Instant(rfc3339: row.expected)!)
    }
}
