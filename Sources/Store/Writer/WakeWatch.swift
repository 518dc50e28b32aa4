// SPDX-License-Identifier: Apache-2.0
//
// Sees that another process has written: it touches `wake` after its transaction. inotify is the hint, a look every
// second the truth. A thread of its own, "wake", which only waits and calls.

import Foundation
import GatewayModel

/// `@unchecked`: the descriptors never change; the thread is stopped before they are closed.
final class WakeWatch: @unchecked Sendable {
    private let notify: Int32
    private let stopper: Int32
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameter look: called on the thread "wake" at every hint and once a second; must return at once.
    init(path: String, look: @escaping @Sendable () -> Void) throws(SystemFailure) {
        notify = inotify_init1(Int32(IN_CLOEXEC.rawValue | IN_NONBLOCK.rawValue))
        stopper = eventfd(0, Int32(EFD_CLOEXEC.rawValue))
        guard notify >= 0, stopper >= 0 else { throw SystemFailure("inotify_init1", path) }
        let interest = UInt32(IN_ATTRIB | IN_MODIFY | IN_CLOSE_WRITE)
        guard inotify_add_watch(notify, path, interest) >= 0 else { throw SystemFailure("inotify_add_watch", path) }
        let thread = Thread { [self] in
            while waitForHint() { look() }
            ended.signal()
        }
        thread.name = "wake"
        thread.start()
    }

    deinit {
        Glibc.close(notify)
        Glibc.close(stopper)
    }

    func stop() {
        var one: UInt64 = 1
        _ = write(stopper, &one, 8)
        ended.wait()
        ended.signal()
    }

    /// False: stopped.
    private func waitForHint() -> Bool {
        var waits = [
            pollfd(fd: notify, events: Int16(POLLIN), revents: 0), pollfd(fd: stopper, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&waits, 2, 1000)
        var buffer = [UInt8](repeating: 0, count: 4096)
        while read(notify, &buffer, buffer.count) > 0 {}
        return waits[1].revents == 0
    }

    /// What a writer of another process does after its commit.
    static func touch(_ path: String) { utimensat(AT_FDCWD, path, nil, 0) }
}
