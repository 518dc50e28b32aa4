// SPDX-License-Identifier: Apache-2.0
//
// OpenHours: whether a message may go now, where several presets hold in several zones at once.
//
// All must be open. Which instants are open, exactly:
//
// - A window of a day in a zone is open from the last instant at which the wall shows its start to the first at which
//   it shows its end, the end not included (facts E3). So where the clock is set back within a window, both passes are
//   open; where it is set back over the window's edge, the doubtful pass is closed. An edge that the clock skips is the
//   first instant after the gap.
// - Windows that touch, also at midnight, are one.
// - The guard band closes that much earlier, in true time: nothing goes out in the last minutes before any closing.
// - A blackout is closed from the first instant at which the wall shows its start to the last at which it shows its end.
//
// Away from changes of offset this is what the wall says, and is answered from the wall alone. Immutable; any thread.

import GatewayModel

/// A stretch of wall time in which nothing goes out.
public struct BlackoutSpan: Hashable, Sendable {
    public var from: LocalTime
    public var to: LocalTime
    public init(from: LocalTime, to: LocalTime) { (self.from, self.to) = (from, to) }
    public init(_ rule: BlackoutRule) { self.init(from: rule.from, to: rule.to) }
}

public struct OpenHours: Sendable {
    /// What is closed.
    public enum Refusal: Hashable, Sendable {
        /// The preset, in the zone it was tested in.
        case preset(String, zone: String)
        /// The place in the list of blackouts that was given, and the zone.
        case blackout(Int, zone: String)
    }

    /// Why hours cannot be told.
    public enum Problem: Error, Hashable, Sendable {
        /// There are presets or blackouts, but no zone to test them in.
        case noZone
        /// A preset is stated in a zone that the time zone database does not have.
        case unknownZone(String, preset: String)
    }

    let hours: [PresetHours]
    let blackouts: [BlackoutHours]

    /// Each preset in each of `zones`, or in its own zone only where it names one; each blackout in each zone.
    ///
    /// - Parameter guardBand: Closed before every closing; whole seconds, rounded up. Five minutes for texts and calls.
    public init(
        presets: [Preset], zones: [ZoneClock], table: ZoneTable, guardBand: Duration = .zero,
        blackouts: [BlackoutSpan] = []
    ) throws(Problem) {
        let guardSeconds = Int64((guardBand.inSeconds).rounded(.up))
        var hours: [PresetHours] = []
        for preset in presets {
            var clocks = zones
            if let name = preset.zone {
                guard let clock = table.clock(name) else { throw .unknownZone(name, preset: preset.id) }
                clocks = [clock]
            }
            guard !clocks.isEmpty else { throw .noZone }
            hours += clocks.map { PresetHours(preset, in: $0, guardSeconds: guardSeconds) }
        }
        guard blackouts.isEmpty || !zones.isEmpty else { throw .noZone }
        self.hours = hours
        self.blackouts = blackouts.enumerated().flatMap { index, span in
            zones.compactMap { BlackoutHours(index, span, in: $0, guardSeconds: guardSeconds) }
        }
    }

    /// Whether everything is open at that instant.
    public func isOpen(at instant: Instant) -> Bool { firstRefusal(at: instant) == nil }

    /// The first that is closed then; nil where everything is open.
    public func firstRefusal(at instant: Instant) -> Refusal? {
        let second = instant.seconds
        if let closed = hours.first(where: { !$0.isOpen(at: second) }) { return closed.refusal }
        return blackouts.first { $0.closed.contains(second) }?.refusal
    }

    /// All that are closed then.
    public func refusals(at instant: Instant) -> [Refusal] {
        let second = instant.seconds
        return hours.filter { !$0.isOpen(at: second) }.map(\.refusal)
            + blackouts.filter { $0.closed.contains(second) }.map(\.refusal)
    }
}
