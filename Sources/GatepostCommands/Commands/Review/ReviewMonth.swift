// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel

/// A calendar month, in UTC.
struct ReviewMonth: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    let first: CalendarDay

    /// Reads `2026-11`.
    init?(argument: String) {
        guard argument.utf8.count == 7, let first = CalendarDay("\(argument)-01") else { return nil }
        self.first = first
    }

    /// The last one that is over.
    init(lastBefore now: Instant) {
        let today = CalendarDay(String(now.rfc3339.prefix(10))) ?? CalendarDay(year: 1970, month: 1, day: 1)!
        first = CalendarDay(year: today.year, month: today.month, day: 1)!.adding(months: -1)
    }

    var from: Instant { Self.midnight(first) }
    /// Where the next one begins.
    var to: Instant { Self.midnight(first.adding(months: 1)) }
    var description: String { String(first.description.prefix(7)) }

    private static func midnight(_ day: CalendarDay) -> Instant {
        Instant(rfc3339: "\(day)T00:00:00Z") ?? Instant(seconds: 0)
    }
}
