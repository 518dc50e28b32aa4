// SPDX-License-Identifier: Apache-2.0
//
// HandClock: time that a test moves by hand. It creeps on by 5 ms at each look at the boot clock, so that what
// waits for a few milliseconds of company does not wait for ever.

import GatewayModel
import Synchronization

final class HandClock: Timepiece {
    static let start = Instant(seconds: 1_800_000_000)

    private struct Hands {
        var boot = Duration.seconds(1000)
        /// What somebody has set the wall by.
        var set = Duration.zero
    }
    private let hands = Mutex(Hands())

    func now() -> Instant { hands.withLock { Self.start + $0.boot - .seconds(1000) + $0.set } }

    func sinceBoot() -> Duration {
        hands.withLock { hands in
            hands.boot += .milliseconds(5)
            return hands.boot
        }
    }

    func advance(_ duration: Duration) { hands.withLock { $0.boot += duration } }
    /// Only the wall: as an operator, or a bad time server, would.
    func setWall(by duration: Duration) { hands.withLock { $0.set += duration } }
}

/// SplitMix64: small, and the same everywhere.
struct Dice: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
