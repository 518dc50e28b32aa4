// SPDX-License-Identifier: Apache-2.0
//
// SpoolWatcher: step 1 of 10, notices that something lies in an `incoming/` directory.
//
// inotify is a hint and may be lost (its queue overflows, a network file system says nothing); a look every few seconds
// is the truth. Both come out as the same wake-up: whoever takes it looks for itself. A dispatch queue of its own owns
// the descriptor and sleeps in epoll; nothing polls.

import Foundation
import Logging

public final class SpoolWatcher: Sendable {
    private let pulse: Pulse
    private let events: Events

    /// Dispatch's sources may be cancelled from any thread, but are not marked `Sendable` here; set once, never changed.
    private struct Events: @unchecked Sendable { var source: (any DispatchSourceRead)? }

    /// Watches from now on, and asks for a first look at once.
    /// - Parameter pause: the longest time between two wake-ups.
    public init(directories: [String], pause: Duration, logger: Logger) {
        let pulse = Pulse(every: pause)
        self.pulse = pulse
        events = Events(source: Self.watch(directories, pulse, logger))
        pulse.nudge()
    }

    deinit { stop() }

    /// One element for any number of reasons to look; never more than one is kept.
    public var wakeups: AsyncStream<Void> { pulse.beats }

    /// Ends the stream.
    public func stop() {
        pulse.stop()
        events.source?.cancel()
    }

    private static func watch(_ directories: [String], _ pulse: Pulse, _ logger: Logger) -> (any DispatchSourceRead)? {
        let handle = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard handle >= 0 else {
            logger.warning("inotify is not to be had; incoming files are found by looking every few seconds")
            return nil
        }
        for directory in directories
        where inotify_add_watch(handle, directory, UInt32(IN_MOVED_TO | IN_CLOSE_WRITE)) < 0 {
            logger.warning("cannot watch \(directory): \(Disk.words(errno)); its files are found by looking")
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: handle, queue: DispatchQueue(label: "spool-watch"))
        source.setEventHandler {
            // What happened does not matter, nor that events were lost (IN_Q_OVERFLOW): the look will tell.
            var buffer = [UInt8](repeating: 0, count: 16_384)
            while read(handle, &buffer, buffer.count) > 0 {}
            pulse.nudge()
        }
        source.setCancelHandler { close(handle) }
        source.resume()
        return source
    }
}
