// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension Instant {
    /// `Sat, 21 Nov 2026 20:00:00 +0000` (RFC 5322 section 3.3), always in UTC.
    var mailDate: String {
        let time = LocalTime(utc: self)
        let days = (seconds - Int64(time.hour * 3600 + time.minute * 60 + time.second)) / 86_400
        let weekday = Int(((days % 7) + 7 + 4) % 7)  // 1970-01-01 was a Thursday
        let clock = "\(two(time.hour)):\(two(time.minute)):\(two(time.second))"
        return "\(weekdays[weekday]), \(time.day) \(months[time.month - 1]) \(four(time.year)) \(clock) +0000"
    }
}

private let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

private func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
private func four(_ value: Int) -> String { value < 1000 ? "0" + (value < 100 ? "0" : "") + two(value) : "\(value)" }
