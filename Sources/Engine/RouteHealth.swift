// SPDX-License-Identifier: Apache-2.0
//
// RouteHealth: whether a route may be used now.
//
// A value. Repeated failure to connect closes the route for a growing while; so do five attempts in a row without a
// verdict. A fault of configuration (a wrong password, a certificate that does not verify) closes it longer; a provider
// that asks for patience, for as long as it says. All of it is shown in `status`. After the while one parcel goes as a
// probe; when it gets through to a conversation the route is open again.

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
        enum Kind: String, Hashable, Sendable { case unreachable, configuration, throttled }
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
    /// Attempts without a verdict, without a verdict between.
    private var silencesInARow = 0

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
        if report.result.isVerdict { silencesInARow = 0 }
        switch report.result {
        case .unreachable: fail(.unreachable, report.evidence, closedSince, at: now, chance: chance)
        case .configuration where report.evidence.isBeforeTheEnvelope:
            fail(.configuration, report.evidence, closedSince, at: now, chance: chance)
        case .configuration:
            faultsInARow += 1
            if faultsInARow >= Self.faultsThatClose {
                fail(.configuration, report.evidence, closedSince, at: now, chance: chance)
            } else {
                reopen(isProbe)
            }
        case .unknown:
            silencesInARow += 1
            if silencesInARow >= Self.silencesThatClose {
                fail(.unreachable, report.evidence, closedSince, at: now, chance: chance)
            } else {
                reopen(isProbe)
            }
        case .throttled(let after?): slowDown(after, report.evidence, closedSince, at: now, chance: chance)
        case .recalled: if isProbe { probeCameToNothing(at: now) }
        case .accepted:
            faultsInARow = 0
            reopen(isProbe)
        case .badAddress, .optedOut, .content, .refused, .throttled(nil), .transient, .absent: reopen(isProbe)
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
    static let silencesThatClose = 5
    /// A provider that asks for patience again and again gets at most so much more than it asks for.
    static let longestPatience = Duration.seconds(300)

    /// Something got through. A route that is to be left alone stays so, whatever was under way when it said so: only
    /// its probe opens it.
    private mutating func reopen(_ isProbe: Bool) {
        (downSince, isUntried) = (nil, false)
        if trouble?.kind == .throttled {
            guard case .probing = state, isProbe else { return }
        }
        failuresInARow = 0
        state = .open
    }

    private mutating func fail(
        _ kind: Trouble.Kind, _ evidence: DeliveryEvidence, _ closedSince: Instant?, at now: Instant, chance: Double
    ) {
        downSince = min(downSince ?? now, isUntried ? closedSince ?? now : now)
        // What was launched before the route closed tells nothing new.
        if case .closed(let until, _) = state, until > now { return }
        failuresInARow += 1
        let (first, longest): (Double, Double) = kind == .unreachable ? (1, 300) : (60, 3600)
        close(kind, evidence, for: growing(from: first, to: longest) * (0.9 + 0.2 * chance), at: now)
    }

    /// Closed for as long as was asked, or longer where the one before did not help; never shorter, and never opened by
    /// another that asks for less.
    private mutating func slowDown(
        _ after: Duration, _ evidence: DeliveryEvidence, _ closedSince: Instant?, at now: Instant, chance: Double
    ) {
        downSince = min(downSince ?? now, isUntried ? closedSince ?? now : now)
        if case .closed(let until, let trouble) = state, until > now {
            if now + after > until { state = .closed(until: now + after, because: trouble) }
            return
        }
        failuresInARow += 1
        let grown = growing(from: max(after.inSeconds, 1), to: Self.longestPatience.inSeconds)
        close(.throttled, evidence, for: max(after.inSeconds, grown) * (1 + 0.1 * chance), at: now)
    }

    /// Twice as many seconds with each failure in a row.
    private func growing(from first: Double, to longest: Double) -> Double {
        var seconds = first
        for _ in 1..<max(2, min(failuresInARow, 16)) where failuresInARow > 1 { seconds *= 2 }
        return min(seconds, longest)
    }

    private mutating func close(
        _ kind: Trouble.Kind, _ evidence: DeliveryEvidence, for seconds: Double, at now: Instant
    ) {
        let since = trouble?.kind == kind ? trouble?.since : nil
        let trouble = Trouble(kind: kind, words: evidence.text, since: since ?? now)
        state = .closed(until: now + .microseconds(Int64(seconds * 1_000_000)), because: trouble)
    }
}

extension DeliveryResult {
    /// Whether the other side has said something of the message.
    fileprivate var isVerdict: Bool {
        switch self {
        case .unknown, .recalled, .unreachable: false
        case .accepted, .badAddress, .optedOut, .content, .refused, .configuration, .throttled, .transient, .absent:
            true
        }
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
