// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Synchronization

/// Who is told what the store has seen; set after opening.
final class Ear: Sendable {
    private let held = Mutex<(any QueueListener)?>(nil)

    var listener: (any QueueListener)? { held.withLock { $0 } }
    func set(_ listener: (any QueueListener)?) { held.withLock { $0 = listener } }
}
