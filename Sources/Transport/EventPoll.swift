// SPDX-License-Identifier: Apache-2.0
//
// EventPoll: epoll, level-triggered, in our words. Belongs to the thread "reactor" once it runs.

import CCurl
import Glibc

/// Which of the reactor's descriptors an event speaks of.
enum PollTarget: Hashable {
    /// The eventfd behind the inbox.
    case inbox
    /// A descriptor that libcurl asked to be watched, for the multi handle of that number.
    case curl(multi: UInt32, Int32)
    /// An open link's socket, by the link's number (not used again for four billion others, so a late event finds nobody).
    case link(UInt32)

    /// Numbers of multi handles are below this.
    static let multis: UInt32 = 1 << 24

    /// How the target travels through the kernel: its kind in the highest byte.
    fileprivate var token: UInt64 {
        switch self {
        case .inbox: 0
        case .curl(let multi, let descriptor):
            1 << 56 | UInt64(multi) << 32 | UInt64(UInt32(bitPattern: descriptor))
        case .link(let number): 2 << 56 | UInt64(number)
        }
    }

    fileprivate init(token: UInt64) {
        let low = UInt32(truncatingIfNeeded: token)
        switch token >> 56 {
        case 0: self = .inbox
        case 1: self = .curl(multi: UInt32(truncatingIfNeeded: token >> 32) % Self.multis, Int32(bitPattern: low))
        default: self = .link(low)
        }
    }
}

struct Readiness: OptionSet {
    let rawValue: UInt32
    static let readable = Self(rawValue: EPOLLIN.rawValue)
    static let writable = Self(rawValue: EPOLLOUT.rawValue)
    /// Error or hang-up; always watched.
    static let broken = Self(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

final class EventPoll {
    private static let batch = 256
    private let descriptor: Int32
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: batch)

    init(wakeDescriptor: Int32) throws(ReactorError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw ReactorError(during: "epoll_create1", code: errno) }
        watch(wakeDescriptor, for: .readable, as: .inbox)
    }

    deinit {
        events.deallocate()
        close(descriptor)
    }

    /// Watches a descriptor, or changes what it is watched for.
    func watch(_ watched: Int32, for readiness: Readiness, as target: PollTarget) {
        var event = epoll_event()
        event.events = readiness.rawValue
        event.data.u64 = target.token
        if epoll_ctl(descriptor, EPOLL_CTL_MOD, watched, &event) != 0, errno == ENOENT {
            epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event)
        }
    }

    func forget(_ watched: Int32) {
        var unused = epoll_event()
        epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, &unused)
    }

    /// Waits for events, at most that many milliseconds (nil: for ever); returns how many there are.
    func wait(milliseconds: Int32?) -> Int {
        Int(max(0, epoll_wait(descriptor, events, Int32(Self.batch), milliseconds ?? -1)))
    }

    /// An event of the last wait.
    func event(_ index: Int) -> (target: PollTarget, readiness: Readiness) {
        (PollTarget(token: events[index].data.u64), Readiness(rawValue: events[index].events))
    }
}
