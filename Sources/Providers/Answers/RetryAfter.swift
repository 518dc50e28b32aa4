// SPDX-License-Identifier: Apache-2.0
//
// How long an answer asks us to wait.

import GatewayModel

enum RetryAfter {
    /// Longer waits are taken for so long: a server's slip must not close a route for a year.
    static let longest = Duration.seconds(86_400)

    /// The first of the headers that says something; `Retry-After` (RFC 9110 section 10.2.3) before all.
    ///
    /// Times are taken against the answer's own `Date`, so that no clock needs to be right; without one against `now`.
    static func of(_ answer: HTTPAnswer, headers: [String], now: Instant?) -> Duration? {
        let clock = answer.header("date").flatMap { Instant(httpDate: $0) } ?? now
        for name in ["retry-after"] + headers {
            if let value = answer.header(name), let wait = read(value, at: clock) { return wait }
        }
        return nil
    }

    /// Seconds, with or without a fraction; Unix seconds or milliseconds, as some send; a date.
    static func read(_ value: String, at clock: Instant?) -> Duration? {
        let text = value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }) {
            return Double(text).flatMap { wait($0, at: clock) }
        }
        guard let clock, let date = Instant(httpDate: text) else { return nil }
        return bounded((date - clock).inSeconds)
    }

    private static func wait(_ number: Double, at clock: Instant?) -> Duration? {
        guard number >= 1e9 else { return bounded(number) }
        guard let clock else { return nil }
        let seconds = number >= 1e12 ? number / 1000 : number
        return bounded(seconds - Double(clock.microseconds) / 1e6)
    }

    private static func bounded(_ seconds: Double) -> Duration {
        let milliseconds = (max(0, min(seconds, longest.inSeconds)) * 1000).rounded(.up)
        return .milliseconds(Int64(milliseconds))
    }
}
