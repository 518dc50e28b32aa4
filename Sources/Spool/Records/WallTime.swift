// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel

/// When a clock on the recipient's wall shows a given time.
public enum WallTime {
    /// The latest instant that it can be: in the named zone; where none is named, in the last place on earth (UTC-12).
    ///
    /// A time that a zone's clocks show twice counts the second time; one that they leap over counts as the moment
    /// behind the gap.
    public static func latestInstant(of local: LocalTime, zone name: String?) -> Instant {
        guard let name, let zone = zone(named: name) else { return local.asUTC + .seconds(12 * 3600) }
        let asUTC = local.asUTC
        // Offsets in force a day before and after enclose every change that may touch this time.
        let offsets = [-86_400, 0, 86_400].map { shift in
            zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(asUTC.seconds + Int64(shift))))
        }
        let candidates = Set(offsets).map { asUTC - .seconds($0) }
        let exact = candidates.filter { instant in
            zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.seconds))) == (asUTC - instant).wholeSeconds
        }
        return exact.max() ?? candidates.max() ?? asUTC + .seconds(12 * 3600)
    }

    /// An IANA zone; abbreviations and `GMT+2` are none.
    public static func zone(named name: String) -> TimeZone? {
        guard name == "UTC" || name.utf8.contains(UInt8(ascii: "/")) else { return nil }
        return TimeZone(identifier: name)
    }
}

