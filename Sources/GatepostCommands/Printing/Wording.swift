// SPDX-License-Identifier: Apache-2.0
//
// How tables say times, spans and counts.

import Foundation
import GatewayModel

enum TimeText {
    /// `2026-11-21 20:00:00Z`: UTC, to the second.
    static func short(_ time: Instant) -> String {
        String(time.rfc3339.prefix(19)).replacing("T", with: " ") + "Z"
    }

    /// `3m ago`, `in 2h`, `now`.
    static func relative(_ time: Instant, to now: Instant) -> String {
        let seconds = (time - now).wholeSeconds
        if abs(seconds) < 1 { return "now" }
        return seconds > 0 ? "in \(span(.seconds(seconds)))" : "\(span(.seconds(-seconds))) ago"
    }

    /// The two largest units at most: `1d 4h`, `12m`, `3.2s`, `40ms`.
    static func span(_ duration: Duration) -> String {
        let total = duration.inSeconds
        if total < 1 { return "\(Int((total * 1000).rounded()))ms" }
        if total < 10 { return Decimals.text(total, digits: 1) + "s" }
        let seconds = Int(total.rounded())
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
        ]
        let first = parts.firstIndex { $0.0 > 0 } ?? 3
        return parts[first...].prefix(2).filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined(separator: " ")
    }
}

enum Decimals {
    /// Rounded to so many digits behind the point; never in scientific form.
    static func text(_ number: Double, digits: Int) -> String { String(format: "%.\(digits)f", number) }
}

/// `1 job`, `2 jobs`.
func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
