// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Opens once so many have arrived: how scripts and tests wait for each other without looking at a clock.
public final class Gate: Sendable {
    private let condition = NSCondition()
    private nonisolated(unsafe) var missing: Int  // under the condition's lock

    public init(_ parties: Int) { missing = parties }

    /// For threads of our own; blocks.
    public func arriveAndWait() {
        condition.lock()
        missing -= 1
        if missing <= 0 { condition.broadcast() }
        while missing > 0 { condition.wait() }
        condition.unlock()
    }

    /// For tasks: the waiting is done on a thread of its own.
    public func arriveAndWaitOutside() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                self.arriveAndWait()
                continuation.resume()
            }
        }
    }
}
