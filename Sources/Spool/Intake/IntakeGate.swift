// SPDX-License-Identifier: Apache-2.0
//
// IntakeGate: whether more may be taken in (CONTRACT 3.5). Pure; the shell below it asks the file system.

import Foundation

/// Room that has to stay free, of bytes and of inodes.
public enum DiskFloor: Hashable, Sendable {
    /// Of all there is, 0 to 1.
    case share(Double)
    /// Bytes; and 4096 inodes.
    case bytes(Int64)
}

/// Why intake is closed. The description is what `status.json` and the log say.
public enum IntakeClosure: Hashable, Sendable, CustomStringConvertible {
    case queueFull(limit: Int)
    case fewBytes(free: Int64)
    case fewInodes(free: Int64)
    /// The store or the spool met the end of the disk.
    case diskFull(String)
    case stopped

    public var description: String {
        switch self {
        case .queueFull(let limit): "max_queued: the queue holds \(limit) jobs or more"
        case .fewBytes(let free): "min_free: only \(free) bytes are free"
        case .fewInodes(let free): "min_free: only \(free) inodes are free"
        case .diskFull(let what): "disk full: \(what)"
        case .stopped: "stopped"
        }
    }
}

/// What a file system has left for us. Zero inodes in all means it does not count them.
public struct DiskRoom: Hashable, Sendable {
    public var freeBytes: Int64
    public var allBytes: Int64
    public var freeInodes: Int64
    public var allInodes: Int64
    public init(freeBytes: Int64, allBytes: Int64, freeInodes: Int64, allInodes: Int64) {
        (self.freeBytes, self.allBytes) = (freeBytes, allBytes)
        (self.freeInodes, self.allInodes) = (freeInodes, allInodes)
    }

    /// Nil where the file system does not tell.
    public static func at(_ path: String) -> DiskRoom? {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return nil }
        return DiskRoom(
            freeBytes: bytes(facts.f_bavail, facts.f_frsize), allBytes: bytes(facts.f_blocks, facts.f_frsize),
            freeInodes: Int64(clamping: facts.f_favail), allInodes: Int64(clamping: facts.f_files))
    }

    /// Some file systems say "no end of it" with all bits set.
    private static func bytes(_ blocks: UInt, _ unit: UInt) -> Int64 {
        let (bytes, overflow) = blocks.multipliedReportingOverflow(by: unit)
        return overflow ? .max : Int64(clamping: bytes)
    }
}

public struct IntakeGate: Hashable, Sendable {
    public var maxQueued: Int
    public var floor: DiskFloor

    public init(maxQueued: Int, floor: DiskFloor) { (self.maxQueued, self.floor) = (maxQueued, floor) }

    private static func part(_ share: Double, of all: Int64) -> Int64 {
        Int64(exactly: (Double(all) * share).rounded(.down)) ?? .max
    }

    /// Nil: open.
    public func closure(queued: Int, room: DiskRoom) -> IntakeClosure? {
        let (bytes, inodes) =
            switch floor {
            case .share(let share): (Self.part(share, of: room.allBytes), Self.part(share, of: room.allInodes))
            case .bytes(let bytes): (bytes, Int64(4096))
            }
        if room.freeBytes < bytes { return .fewBytes(free: room.freeBytes) }
        if room.allInodes > 0, room.freeInodes < inodes { return .fewInodes(free: room.freeInodes) }
        return queued >= maxQueued ? .queueFull(limit: maxQueued) : nil
    }
}
