// SPDX-License-Identifier: Apache-2.0
//
// Sees that another process has written: it touches `wake` after its transaction. inotify is the hint, a look every
// second the truth; where the system has no inotify to give, the look comes ten times a second. A thread of its own,
// "wake", which only waits and calls.

import Foundation
import GatewayModel

/// `@unchecked`: the descriptors never change; the thread is stopped before they are closed.
final class WakeWatch: @unchecked Sendable {
    /// Negative: none was to be had, as where a user has used up `fs.inotify.max_user_instances`.
    private let notify: Int32
    private var pause: Int32 { notify < 0 ? 100 : 1000 }
    /// Two ends of a pipe: a byte in it ends the thread.
    private let stopped: Int32
    private let stopper: Int32
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameter look: called on the thread "wake" at every hint and once a second; must return at once.
    init(path: String, look: @escaping @Sendable () -> Void) throws(SystemFailure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemFailure("pipe", path) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (stopped, stopper) = (ends[0], ends[1])
        notify = Self.watch(path)
        let thread = Thread { [self] in
            while waitForHint() { look() }
            ended.signal()
        }
        thread.name = "wake"
        thread.start()
    }

    private static func watch(_ path: String) -> Int32 {
        let handle = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard handle >= 0 else { return -1 }
        if inotify_add_watch(handle, path, UInt32(IN_ATTRIB | IN_MODIFY | IN_CLOSE_WRITE)) >= 0 { return handle }
        Glibc.close(handle)
        return -1
    }

    deinit {
        if notify >= 0 { Glibc.close(notify) }
        Glibc.close(stopped)
        Glibc.close(stopper)
    }

    func stop() {
        var one: UInt8 = 1
        _ = write(stopper, &one, 1)
        ended.wait()
        ended.signal()
    }

    /// False: stopped.
    private func waitForHint() -> Bool {
        var waits = [
            pollfd(fd: notify, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopped, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&waits, 2, pause)
        var buffer = [UInt8](repeating: 0, count: 4096)
        while notify >= 0, read(notify, &buffer, buffer.count) > 0 {}
        return waits[1].revents == 0
    }

    /// What a writer of another process does after its commit.
    static func touch(_ path: String) { utimensat(AT_FDCWD, path, nil, 0) }
}
