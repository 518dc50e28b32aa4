// SPDX-License-Identifier: Apache-2.0
//
// TimeSearch: the earliest instant at which a message may go (CONTRACT 8.2), and what that makes of now. Pure.
//
// Caps only ever come free while nothing is sent, so the instant from which they have room is a lower bound like
// `not_before`; hours are looked for from there.

import GatewayModel

struct TimeSearch: Sendable {
    var now: Instant
    var notBefore: Instant?
    var expiresAt: Instant?
    var hours: HoursInForce
    var caps: CapRuling
    /// How long after an opening this job is to come: the opening, and how long all stays open from it.
    var spread: @Sendable (_ opening: Instant, _ window: Duration) -> Duration = { _, _ in .zero }

    /// How far an opening is looked for where the job does not expire.
    private static let horizon = Duration.seconds(400 * 86_400)

    private var scheduled: Instant { max(now, notBefore ?? now) }

    func verdict() -> Verdict {
        guard !hours.isUnknown else { return .postpone(until: nil, .unknownZone) }
        guard let first = opening(from: scheduled) else { return .withhold(.noAllowedTime) }
        if caps.neverFree || (first == now && caps.withholdsNow) { return .withhold(.frequencyCap) }
        let floor = max(scheduled, caps.free)
        guard let opening = floor <= first ? first : opening(from: floor) else { return .withhold(.frequencyCap) }
        if opening == now { return .proceed }
        return .postpone(until: later(opening, than: floor), reason(opening, scheduled))
    }

    /// The first instant from `instant` on, and before the job expires, at which all hours are open.
    private func opening(from instant: Instant) -> Instant? {
        let end = expiresAt ?? instant + Self.horizon
        guard instant < end else { return nil }
        return hours.nextOpening(from: instant, before: end)
    }

    private func reason(_ opening: Instant, _ scheduled: Instant) -> PostponeReason {
        if caps.refusesNow { return .frequencyCap }
        return opening == scheduled ? .notBefore : .quietHours
    }

    /// What waited for hours to open is spread behind the opening; what waited for anything else is not.
    private func later(_ opening: Instant, than floor: Instant) -> Instant {
        guard opening > floor else { return opening }
        let until = opening + spread(opening, hours.window(from: opening))
        return until < (expiresAt ?? until + .microseconds(1)) ? until : opening
    }
}
