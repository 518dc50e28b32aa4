// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings

/// When to try again, and when to give up (CONTRACT 5, `[retry]`).
struct Backoff: Sendable {
    let settings: RetrySettings

    /// The wait after the given number of attempts, spread by up to a fifth either way so that what failed together
    /// does not come back together.
    ///
    /// - Parameter chance: 0 to 1.
    func delay(afterAttempts attempts: Int, chance: Double) -> Duration {
        var seconds = settings.first.inSeconds
        for _ in 1..<max(2, min(attempts, 64)) where attempts > 1 && seconds < settings.longest.inSeconds {
            seconds *= settings.factor
        }
        let spread = 0.8 + 0.4 * chance
        return .microseconds(Int64(min(seconds, settings.longest.inSeconds) * spread * 1_000_000))
    }

    func givesUp(firstAttempt: Instant, at now: Instant) -> Bool { now - firstAttempt >= settings.giveUpAfter }
}
