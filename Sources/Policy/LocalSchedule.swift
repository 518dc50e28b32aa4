// SPDX-License-Identifier: Apache-2.0
//
// LocalSchedule: a wall time in the recipient's zone becomes an instant.

import Foundation
import GatewayModel

public enum LocalSchedule {
    /// The latest zone on earth (UTC-12): no place sees a wall time later.
    private static let lastZone = TimeZone(secondsFromGMT: -12 * 3600)!

    /// The instant at which the recipient's wall shows `local`; the latest one where that is in doubt (CONTRACT 4).
    ///
    /// Evidence in order: the explicit zone, else all zones of the country, else any zone on earth. A wall time that
    /// occurs twice means the second time; one that is skipped means the same span after the skip.
    public static func instant(of local: LocalTime, for recipient: Recipient, zones: CountryZones) -> Instant {
        candidates(recipient, zones).map { instant(of: local, in: $0) }.max()!
    }

    /// An IANA zone; abbreviations and spellings like `GMT+2` are none.
    public static func zone(named name: String) -> TimeZone? {
        guard name == "UTC" || name.utf8.contains(UInt8(ascii: "/")) else { return nil }
        return TimeZone(identifier: name)
    }

    private static func candidates(_ recipient: Recipient, _ zones: CountryZones) -> [TimeZone] {
        if let name = recipient.timezone, let zone = zone(named: name) { return [zone] }
        if let country = recipient.country {
            let known = zones.of(country)
            if !known.isEmpty { return known }
        }
        return [lastZone]
    }

    static func instant(of local: LocalTime, in zone: TimeZone) -> Instant {
        let asUTC = local.asUTC
        let nearby = [-86_400, 0, 86_400].map { zone.offset(at: Instant(seconds: asUTC.seconds + $0)) }
        let readings = nearby.map { Instant(seconds: asUTC.seconds - Int64($0)) }
        let matching = zip(readings, nearby).filter { zone.offset(at: $0) == $1 }.map(\.0)
        return matching.max() ?? readings.max()!
    }
}

extension TimeZone {
    /// Seconds east of Greenwich at that instant.
    fileprivate func offset(at instant: Instant) -> Int {
        secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(instant.seconds)))
    }
}
