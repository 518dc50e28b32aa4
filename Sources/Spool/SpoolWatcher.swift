// SPDX-License-Identifier: Apache-2.0
//
// SpoolWatcher: step 1 of 10, notices that something lies in an `incoming/` directory.
//
// inotify is a hint and may be lost (its queue overflows, a network file system says nothing); a look every few seconds
// is the truth. Both come out as the same wake-up: whoever takes it looks for itself. A dispatch queue of its own owns
// the descriptor; nothing polls.

import Foundation
import GatewayModel
import Logging
import Synchronization

public final class SpoolWatcher: Sendable {
    /// One element for any number of reasons to look; never more than one is kept.
    public let wakeups: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let sources: Mutex<Sources>

    /// Set once, cancelled once.
    /// Dispatch's sources may be cancelled from any thread, but are not marked `Sendable` here.
    private struct Sources: @unchecked Sendable {
        var timer: any DispatchSourceTimer
        var events: (any DispatchSourceRead)?
    }

    /// Watches from now on.
    /// - Parameter pause: the longest time between two wake-ups.
    public init(directories: [String], pause: Duration, logger: Logger) {
        let (wakeups, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        (self.wakeups, self.wake) = (wakeups, wake)
        let queue = DispatchQueue(label: "spool-watch")
        sources = Mutex(
            Sources(
                timer: Self.tick(every: pause.inSeconds, wake, on: queue),
                events: Self.watch(directories, wake, on: queue, logger)))
        wake.yield()
    }

    deinit { stop() }

    /// Ends the stream.
    public func stop() {
        wake.finish()
        sources.withLock { sources in
            sources.timer.cancel()
            sources.events?.cancel()
        }
    }

    /// Asks for a look.
    public func nudge() { wake.yield() }

    private static func tick(
        every seconds: Double, _ wake: AsyncStream<Void>.Continuation, on queue: DispatchQueue
    ) -> any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + seconds, repeating: seconds, leeway: .milliseconds(100))
        timer.setEventHandler { wake.yield() }
        timer.resume()
        return timer
    }

    private static func watch(
        _ directories: [String], _ wake: AsyncStream<Void>.Continuation, on queue: DispatchQueue, _ logger: Logger
    ) -> (any DispatchSourceRead)? {
        let handle = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard handle >= 0 else {
            logger.warning("inotify is not to be had; incoming files are found by looking every few seconds")
            return nil
        }
        for directory in directories where inotify_add_watch(handle, directory, UInt32(IN_MOVED_TO | IN_CLOSE_WRITE)) < 0 {
            logger.warning("cannot watch \(directory): \(Disk.words(errno)); its files are found by looking")
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: handle, queue: queue)
        source.setEventHandler {
            // What happened does not matter, nor that events were lost (IN_Q_OVERFLOW): the look will tell.
            var buffer = [UInt8](repeating: 0, count: 16_384)
            while read(handle, &buffer, buffer.count) > 0 {}
            wake.yield()
        }
        source.setCancelHandler { close(handle) }
        source.resume()
        return source
    }
}
