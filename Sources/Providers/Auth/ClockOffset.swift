// SPDX-License-Identifier: Apache-2.0
//
// How far our clock is off the provider's, learned from the Date of answers that refuse a time we signed. A value.

import GatewayModel

/// Added to our own time wherever a time is signed.
struct ClockOffset: Hashable, Sendable {
    /// Positive where our clock is slow.
    private(set) var offset = Duration.zero

    /// Less is within what every provider puts up with, and within what an answer may take on its way.
    static let smallest = Duration.seconds(60)

    func applied(to now: Instant) -> Instant { now + offset }

    /// Whether the answer's Date showed another offset than the one in use. Then the new one is in use.
    mutating func learn(from answer: HTTPAnswer, now: Instant) -> Bool {
        guard let date = answer.header("date").flatMap({ Instant(httpDate: $0) }) else { return false }
        let seen = date - now
        let change = seen - offset
        guard change > Self.smallest || change < .zero - Self.smallest else { return false }
        offset = seen
        return true
    }
}

extension HTTPAnswer {
    /// Whether AWS refuses a signature for what may be its time. The codes are those that AWS's own SDKs take for signs
    /// of a clock that is off: the first three say so, the others may.
    var mayBlameTheClockOfSigV4: Bool {
        guard (400..<500).contains(status) else { return false }
        let text = String(decoding: body.prefix(4096), as: UTF8.self)
        let type = header("x-amzn-errortype") ?? ""
        return Self.clockCodes.contains { text.contains($0) || type.hasPrefix($0) }
    }

    private static let clockCodes = [
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
        "SignatureDoesNotMatch", "AuthFailure",
    ]
}
