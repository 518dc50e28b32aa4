// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Synchronization

/// When the hours close that let texts go, from the admission that asked the gate to the rendering that says how long
/// the provider may try. Lives for one exchange; any thread.
final class Closings: Sendable {
    private let noted = Mutex<[JobKey: Instant]>([:])

    /// Nil: nothing closes soon. The same however often it is asked.
    func note(_ job: JobKey, _ closing: Instant?) { noted.withLock { $0[job] = closing } }

    var all: [JobKey: Instant] { noted.withLock { $0 } }
}
