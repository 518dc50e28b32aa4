// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Synchronization

/// Time that a test owns.
public final class ManualTimepiece: Timepiece {
    private let state: Mutex<(now: Instant, sinceBoot: Duration)>

    public init(now: Instant = Instant(seconds: 1_800_000_000)) { state = Mutex((now, .seconds(1000))) }

    public func now() -> Instant { state.withLock(\.now) }
    public func sinceBoot() -> Duration { state.withLock(\.sinceBoot) }

    /// Both clocks go on.
    public func advance(by duration: Duration) {
        state.withLock { ($0.now, $0.sinceBoot) = ($0.now + duration, $0.sinceBoot + duration) }
    }
}
