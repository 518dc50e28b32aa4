// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// How jobs that wait for the same opening are spread behind it, so that 08:00 is not a stampede (facts E4).
public enum Spread {
    /// The rate that a spread aims at.
    static let jobsPerSecond = 500
    static let longest: Duration = .seconds(7200)

    /// How long after the opening this job is due: less than a quarter of the window, less than two hours, and no longer
    /// than `queued` jobs take at 500 a second. Zero where that is under a second.
    ///
    /// The same job at the same opening keeps its place among the others, over restarts too: the place is worked out
    /// from its key, and only the spread that it is a part of follows the number queued.
    public static func delay(job: JobKey, opening: Instant, window: Duration, queued: Int) -> Duration {
        let backlog = Duration.seconds(max(queued, 0) / jobsPerSecond)
        let spread = max(min(window / 4, longest, backlog), .zero).wholeMicroseconds
        let place = mixed(UInt64(bitPattern: job.rawValue) &+ mixed(UInt64(bitPattern: opening.microseconds)))
        return .microseconds(Int64(place.multipliedFullWidth(by: UInt64(spread)).high))
    }

    /// The finishing step of SplitMix64 (Steele, Lea and Flood 2014): every bit of the input moves half of the output.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var bits = value &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
