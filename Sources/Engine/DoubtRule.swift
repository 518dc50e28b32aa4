// SPDX-License-Identifier: Apache-2.0
//
// DoubtRule: what becomes of a request that left and got no verdict. Pure; live and after a crash the same.
//
// First whatever cannot make two of it: repeating it with the same key or under the same own id, then asking the
// provider. Else the route's `in_doubt` decides, and without one the class: marketing parks, transactional resends
// (CONTRACT 5).

import GatewayModel
import Providers
import Settings

/// What a route can do about a doubt.
struct DoubtWays: Hashable, Sendable {
    struct Inquiry: Hashable, Sendable {
        /// From the attempt to the first question; each next one comes after twice as long.
        var after: Duration
        var tries: Int
    }
    var repeats: RepeatRule?
    var inquiry: Inquiry?
    /// As configured.
    var inDoubt: InDoubt?

    init(repeats: RepeatRule? = nil, inquiry: Inquiry? = nil, inDoubt: InDoubt? = nil) {
        (self.repeats, self.inquiry, self.inDoubt) = (repeats, inquiry, inDoubt)
    }

    init(_ route: RouteSettings?, _ provider: Provider?) {
        inDoubt = route?.inDoubt
        repeats = provider?.description.repeatRule
        inquiry = provider?.description.inquiry.map { Inquiry(after: $0.after, tries: $0.tries) }
    }
}

public struct DoubtRule: Sendable {
    let ways: DoubtWays
    let backoff: Backoff
    let now: Instant

    /// - Parameters:
    ///   - firstAttempt: when its first attempt left: the provider's memory of a key began then, or later.
    ///   - asked: how often the provider has been asked about this doubt, and could not say.
    ///   - chance: 0 to 1, for jitter.
    func step(for facts: JobFacts, firstAttempt: Instant, asked: Int, chance: Double) -> Settlement.DoubtStep {
        let again = now + backoff.delay(afterAttempts: facts.attempts + 1, chance: chance)
        if isRepeatable(firstAttempt: firstAttempt, at: again) { return resend(at: again, firstAttempt) }
        if let inquiry = ways.inquiry, asked < inquiry.tries {
            return .inquire(at: now + inquiry.after * (1 << min(asked, 20)))
        }
        return resends(facts.messageClass) ? resend(at: again, firstAttempt) : .park
    }

    /// Whether a job in doubt whose resending is due may still go. The provider may have forgotten the key that protected
    /// it, or the configuration may have changed since; then only a rule or an operator sends it again.
    func mayResend(_ facts: JobFacts) -> Bool {
        facts.isResendOrdered || isRepeatable(firstAttempt: facts.firstAttemptAt ?? now, at: now)
            || resends(facts.messageClass)
    }

    static let isOver = "its provider may have forgotten its key, or nothing in the configuration repeats it any more"

    /// Nine tenths of the window are used: the provider's clock and ours may differ, and so may what begins it.
    private func isRepeatable(firstAttempt: Instant, at then: Instant) -> Bool {
        switch ways.repeats {
        case .key(_, let window): then - firstAttempt < window * 9 / 10
        case .upsert: true
        case nil: false
        }
    }

    private func resends(_ messageClass: MessageClass) -> Bool {
        (ways.inDoubt ?? (messageClass == .transactional ? .resend : .park)) == .resend
    }

    /// Nobody tries for ever: in the end somebody has to look.
    private func resend(at then: Instant, _ firstAttempt: Instant) -> Settlement.DoubtStep {
        backoff.givesUp(firstAttempt: firstAttempt, at: now) ? .park : .resend(at: then)
    }
}

extension DoubtRule {
    /// For recovery: what becomes of an attempt that a killed run left without a verdict.
    public static func step(
        for facts: JobFacts, settings: GatewaySettings, providers: [String: Provider], at now: Instant
    ) -> Settlement.DoubtStep {
        DoubtRule(settings: settings, providers: providers, route: facts.route, now: now).step(
            for: facts, firstAttempt: facts.firstAttemptAt ?? now, asked: facts.isInDoubt ? facts.inquiries : 0,
            chance: 0.5)
    }

    init(settings: GatewaySettings, providers: [String: Provider], route: String, now: Instant) {
        ways = DoubtWays(settings.route(route), providers[route])
        (backoff, self.now) = (Backoff(settings: settings.retry), now)
    }
}
