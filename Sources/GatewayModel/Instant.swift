// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A point in time, in whole microseconds since 1970-01-01T00:00:00Z (leap seconds not counted, as in POSIX).
public struct Instant: Hashable, Comparable, Sendable {
    public var microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }
    public init(seconds: Int64) { self.microseconds = seconds * 1_000_000 }

    public static func < (a: Instant, b: Instant) -> Bool { a.microseconds < b.microseconds }

    public static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds + duration.wholeMicroseconds)
    }
    public static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds - duration.wholeMicroseconds)
    }
    public static func - (a: Instant, b: Instant) -> Duration { .microseconds(a.microseconds - b.microseconds) }

    /// Whole seconds since the epoch, rounded down.
    public var seconds: Int64 {
        microseconds >= 0 ? microseconds / 1_000_000 : -((-microseconds + 999_999) / 1_000_000)
    }
}

extension Duration {
    /// The duration in whole microseconds; what is finer is cut off.
    public var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
    public var wholeSeconds: Int64 { components.seconds }
    /// For reports only.
    public var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// Where the time comes from: the wall, and a clock that is never set. Passed in, so that tests own it.
public protocol Timepiece: Sendable {
    /// The wall clock now.
    func now() -> Instant
    /// Time since some fixed point of this boot; never set back, counts suspended time (CLOCK_BOOTTIME).
    func sinceBoot() -> Duration
}

public struct SystemTimepiece: Timepiece {
    public init() {}

    public func now() -> Instant { Instant(microseconds: Self.read(CLOCK_REALTIME)) }
    public func sinceBoot() -> Duration { .microseconds(Self.read(CLOCK_BOOTTIME)) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
