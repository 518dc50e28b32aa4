// SPDX-License-Identifier: Apache-2.0
//
// LoopTimers: deadlines on the reactor's thread.
//
// Nearly every deadline is moved long before it is reached (each reply moves its connection's). So moving one later
// only writes a number: the heap keeps the earlier entry, and when that comes up the timer is queued again.

import Glibc

/// Nanoseconds of CLOCK_MONOTONIC.
public struct LoopTime: Hashable, Comparable, Sendable {
    var nanoseconds: UInt64

    static func now() -> LoopTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return LoopTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }
    public static func < (a: LoopTime, b: LoopTime) -> Bool { a.nanoseconds < b.nanoseconds }
    public static func + (time: LoopTime, duration: Duration) -> LoopTime {
        let (seconds, attoseconds) = duration.components
        return LoopTime(
            nanoseconds: time.nanoseconds + UInt64(max(0, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)))
    }
}

/// One deadline; `fire` is called on the reactor's thread once it has passed. Ends with its last reference.
public final class LoopTimer {
    fileprivate var deadline: LoopTime?
    fileprivate var queued: LoopTime?
    fileprivate let fire: () -> Void
    private unowned let timers: LoopTimers

    init(_ timers: LoopTimers, _ fire: @escaping () -> Void) { (self.timers, self.fire) = (timers, fire) }

    /// Moves the deadline; nil stops the timer.
    public func set(_ deadline: LoopTime?) {
        self.deadline = deadline
        guard let deadline, queued.map({ deadline < $0 }) ?? true else { return }
        timers.queue(self, at: deadline)
    }
}

final class LoopTimers {
    private struct Entry {
        var time: LoopTime
        weak var timer: LoopTimer?
    }

    private var heap: [Entry] = []

    /// How long the loop may sleep, in milliseconds rounded up; nil: no timer is set.
    func patience(at now: LoopTime) -> Int32? {
        guard let first = heap.first?.time else { return nil }
        guard now < first else { return 0 }
        return Int32(clamping: (first.nanoseconds - now.nanoseconds + 999_999) / 1_000_000)
    }

    func fireDue(at now: LoopTime) {
        while let first = heap.first, first.time <= now {
            removeFirst()
            guard let timer = first.timer, timer.queued == first.time else { continue }
            timer.queued = nil
            guard let deadline = timer.deadline else { continue }
            if deadline <= first.time {
                timer.deadline = nil
                timer.fire()
            } else {
                queue(timer, at: deadline)
            }
        }
    }

    fileprivate func queue(_ timer: LoopTimer, at time: LoopTime) {
        timer.queued = time
        heap.append(Entry(time: time, timer: timer))
        var child = heap.count - 1
        while child > 0, heap[child].time < heap[(child - 1) / 2].time {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].time < heap[least].time {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
