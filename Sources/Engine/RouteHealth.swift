// SPDX-License-Identifier: Apache-2.0
//
// RouteHealth: whether a route may be used now.
//
// A value. Repeated failure to connect closes the route for a growing while; a fault of configuration (a wrong
// password, a certificate that does not verify) closes it longer and is shown in `status`. After the while one parcel
// goes as a probe; when it gets through to a conversation the route is open again.

import GatewayModel

struct RouteHealth: Hashable, Sendable {
    enum State: Hashable, Sendable {
        case open
        /// Closed until then; the next parcel after that is a probe.
        case closed(until: Instant, because: Trouble)
        /// One parcel is on its way to find out.
        case probing(because: Trouble)
    }

    struct Trouble: Hashable, Sendable {
        enum Kind: String, Hashable, Sendable { case unreachable, configuration }
        var kind: Kind
        /// What the other side, or libcurl, said last.
        var words: String
        var since: Instant
    }

    private(set) var state = State.open
    /// Since when nothing has got through; nil while something does. Outlives a reload, which only hopes.
    private(set) var downSince: Instant?
    /// Nothing has got through in this run and nobody has resumed it: what jobs tell of earlier runs holds.
    private var isUntried = true
    /// When the newest probe left.
    private var probeSince: Instant?
    private var failuresInARow = 0
    /// Messages refused for our own fault, without a success between.
    private var faultsInARow = 0

    /// How many parcels may be under way at `now`, given the route's window.
    func room(at now: Instant, window: Int, inFlight: Int) -> Int {
        switch state {
        case .open: max(0, window - inFlight)
        case .closed(let until, _): until <= now ? 1 : 0
        case .probing: 0
        }
    }

    /// When a closed route may be probed; nil where it is open or being probed.
    var nextProbe: Instant? { if case .closed(let until, _) = state { until } else { nil } }

    var trouble: Trouble? {
        switch state {
        case .open: nil
        case .closed(_, let trouble), .probing(let trouble): trouble
        }
    }

    mutating func launched(at now: Instant) {
        guard case .closed(let until, let trouble) = state, until <= now else { return }
        (state, probeSince) = (.probing(because: trouble), now)
    }

    /// The probe never left (the gate said no, or the job was gone): the next one may try.
    mutating func probeCameToNothing(at now: Instant) {
        if case .probing(let trouble) = state { state = .closed(until: now, because: trouble) }
    }

    /// A report came in.
    ///
    /// - Parameters:
    ///   - launched: when the attempt left; one that left before the probe is not the probe. Nil: it may be.
    ///   - closedSince: since when the job has found the route closed; believed until something gets through.
    ///   - chance: 0 to 1, spreads the probes of many daemons.
    mutating func note(
        _ report: AttemptReport, launched: Instant? = nil, closedSince: Instant? = nil, at now: Instant, chance: Double
    ) {
        let isProbe = launched.map { $0 >= probeSince ?? $0 } ?? true
        switch report.result {
        case .unreachable: fail(.unreachable, report.evidence, closedSince, at: now, chance: chance)
        case .configuration where report.evidence.isBeforeTheEnvelope:
            fail(.configuration, report.evidence, closedSince, at: now, chance: chance)
        case .configuration:
            faultsInARow += 1
            if faultsInARow >= Self.faultsThatClose {
                fail(.configuration, report.evidence, closedSince, at: now, chance: chance)
            } else {
                reopen()
            }
        case .recalled: if isProbe { probeCameToNothing(at: now) }
        case .accepted:
            faultsInARow = 0
            reopen()
        case .badAddress, .optedOut, .content, .refused, .throttled, .transient, .unknown: reopen()
        }
    }

    /// An operator resumed the route, or the clock was set: nothing that was known counts.
    mutating func reset() {
        self = RouteHealth()
        isUntried = false
    }

    /// The configuration was read anew: open until it shows that it is not.
    mutating func tryAnew() {
        var next = RouteHealth()
        (next.downSince, next.isUntried) = (downSince, isUntried)
        self = next
    }

    static let faultsThatClose = 5

    private mutating func reopen() {
        failuresInARow = 0
        (state, downSince, isUntried) = (.open, nil, false)
    }

    private mutating func fail(
        _ kind: Trouble.Kind, _ evidence: DeliveryEvidence, _ closedSince: Instant?, at now: Instant, chance: Double
    ) {
        downSince = min(downSince ?? now, isUntried ? closedSince ?? now : now)
        // What was launched before the route closed tells nothing new.
        if case .closed(let until, _) = state, until > now { return }
        failuresInARow += 1
        let (first, longest): (Double, Double) = kind == .unreachable ? (1, 300) : (60, 3600)
        var seconds = first
        for _ in 1..<max(2, min(failuresInARow, 16)) where failuresInARow > 1 { seconds *= 2 }
        let wait = Duration.microseconds(Int64(min(seconds, longest) * (0.9 + 0.2 * chance) * 1_000_000))
        let trouble = Trouble(kind: kind, words: evidence.text, since: self.trouble?.since ?? now)
        state = .closed(until: now + wait, because: trouble)
    }
}

extension JobFacts {
    /// Since when it has found its route closed and nothing else; nil where it has not.
    var routeClosedSince: Instant? { attempts == 0 && postponed?.reason == .routeDown ? firstAttemptAt : nil }
}

extension DeliveryEvidence {
    /// Whether the conversation never came to a message: what went wrong says nothing of the job.
    var isBeforeTheEnvelope: Bool { ["connecting", "encrypting", "authenticating"].contains(stage) }
}
