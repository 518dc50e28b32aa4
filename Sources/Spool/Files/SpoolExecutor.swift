// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Where the spool's tasks run: on threads of their own, so that a slow disk never holds up the engine's.
public final class SpoolExecutor: TaskExecutor {
    public static let shared = SpoolExecutor()
    private let queue = DispatchQueue(label: "spool", attributes: .concurrent)

    public func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        queue.async { unowned.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
