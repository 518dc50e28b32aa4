// SPDX-License-Identifier: Apache-2.0
//
// ZoneTable: the machine's time zone database, as clocks.
//
// Reads `/usr/share/zoneinfo` itself, so that the daemon keeps the time of the machine's tzdata package and of nothing
// else, and so that every change of offset is seen, not only those of daylight saving. A zone is read when it is first
// asked for and kept as long as the table: one table lives as long as one configuration. Any thread; the lock is held
// for a dictionary look-up, and for reading a file once per zone.

import Foundation
import GatewayModel
import Synchronization

/// Why the time zone database cannot be used. The daemon does not start with any of them.
public enum ZoneTableProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// No database there, or one without the zones that everybody has.
    case missing(directory: String)

    public var description: String {
        switch self {
        case .missing(let directory): "no time zone database in \(directory) (package tzdata)"
        }
    }
}

public final class ZoneTable: Sendable {
    private let directory: String
    private let clocks = Mutex<[String: ZoneClock?]>([:])
    /// The database's own version, as `2025b`; nil where it does not say.
    public let version: String?

    /// Opens the database and proves that it knows a zone with daylight saving.
    public init(directory: String = "/usr/share/zoneinfo") throws(ZoneTableProblem) {
        self.directory = directory
        version = Self.version(in: directory)
        guard let known = clock("America/New_York"), known.nextChange(after: Instant(seconds: 1_700_000_000)) != nil
        else { throw .missing(directory: directory) }
    }

    /// The clock of an IANA zone, `UTC` included. Nil for abbreviations, fixed offsets such as `GMT+2`, unknown zones and
    /// files that cannot be read.
    public func clock(_ name: String) -> ZoneClock? {
        clocks.withLock { clocks in
            if let known = clocks[name] { return known }
            guard Self.isZoneName(name) else { return nil }
            let clock = Self.read(name, in: directory)
            if clocks.count < Self.mostNames { clocks[name] = .some(clock) }
            return clock
        }
    }

    /// Names remembered, the unknown ones included: more than there are zones, and a bound on what made-up ones cost.
    private static let mostNames = 2000

    /// One clock for each way of keeping time from `instant` on, so that who asks in every zone on earth asks a fifth
    /// as often. Names that no zone has are left out; the first of equals stays.
    public func distinct(_ names: some Sequence<String>, from instant: Instant) -> [ZoneClock] {
        var kept: [ZoneClock] = []
        for clock in names.lazy.compactMap(clock)
        where !kept.contains(where: { $0.keepsTime(of: clock, from: instant) }) {
            kept.append(clock)
        }
        return kept
    }

    /// `Area/Place`, never out of the directory; `posix/…` and `right/…` are other countings of the same zones.
    private static func isZoneName(_ name: String) -> Bool {
        guard name == "UTC" || name.utf8.contains(UInt8(ascii: "/")), name.utf8.count <= 64,
            !name.hasPrefix("posix/"), !name.hasPrefix("right/")
        else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"):
                        true
                    default: false
                    }
                }
        }
    }

    private static func read(_ name: String, in directory: String) -> ZoneClock? {
        guard let data = FileManager.default.contents(atPath: directory + "/" + name),
            let changes = ZoneFile.offsets([UInt8](data))
        else { return nil }
        return ZoneClock(name: name, changes: changes)
    }

    /// The first line of `tzdata.zi` reads `# version 2025b`.
    private static func version(in directory: String) -> String? {
        guard let data = FileManager.default.contents(atPath: directory + "/tzdata.zi") else { return nil }
        let mark = "# version "
        let line = String(decoding: data.prefix(64).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return line.hasPrefix(mark) ? String(line.dropFirst(mark.count)) : nil
    }
}
