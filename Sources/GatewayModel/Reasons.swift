// SPDX-License-Identifier: Apache-2.0

/// What happened to a job (CONTRACT 7). The words are the contract's.
public enum Event: String, Hashable, Sendable, CaseIterable {
    case accepted, postponed, sent, withheld, failed, unknown, cancelled
    case delivered, bounced, complained, unsubscribed, replied
    case consentChanged = "consent_changed"
    case suppressed

    /// Whether a job has ended with it. `unknown` is provisional.
    public var isTerminal: Bool {
        switch self {
        case .sent, .withheld, .failed, .unknown, .cancelled: true
        default: false
        }
    }
}

public enum PostponeReason: String, Hashable, Sendable, CaseIterable {
    case notBefore = "not_before"
    case quietHours = "quiet_hours"
    case frequencyCap = "frequency_cap"
    case retry, throttled
    case routeDown = "route_down"
    case held
    case unknownZone = "unknown_zone"
    case clockSuspect = "clock_suspect"
}

public enum WithholdReason: String, Hashable, Sendable, CaseIterable {
    case noConsent = "no_consent"
    case consentWithdrawn = "consent_withdrawn"
    case consentExpired = "consent_expired"
    case consentTooWeak = "consent_too_weak"
    case suppressed
    case frequencyCap = "frequency_cap"
    case expired
    case noAllowedTime = "no_allowed_time"
}

public enum FailureReason: String, Hashable, Sendable, CaseIterable {
    case badAddress = "bad_address"
    case optedOut = "opted_out"
    case content, refused, configuration
    case retriesExhausted = "retries_exhausted"
    case render, poison
}

/// Who took a job back.
public enum CancelReason: String, Hashable, Sendable, CaseIterable { case `operator`, producer }

/// What the gate says of a job now (CONTRACT 8).
public enum Verdict: Hashable, Sendable {
    case proceed
    /// `until` is a hint: everything is asked again at release.
    case postpone(until: Instant?, PostponeReason)
    case withhold(WithholdReason)
}

/// One rule's answer: which rule in which version, what it saw, what it said.
public struct RuleAnswer: Hashable, Sendable {
    public var rule: String
    public var version: String
    public var saw: JSONObject
    public var said: String
    public init(rule: String, version: String, saw: JSONObject, said: String) {
        (self.rule, self.version, self.saw, self.said) = (rule, version, saw, said)
    }
}

/// A verdict with the answer of every rule that was asked. All are always asked.
public struct Decision: Hashable, Sendable {
    public var verdict: Verdict
    public var at: Instant
    public var answers: [RuleAnswer]
    public init(verdict: Verdict, at: Instant, answers: [RuleAnswer]) {
        (self.verdict, self.at, self.answers) = (verdict, at, answers)
    }

    /// As the journal keeps it; holds no personal data.
    public var encoded: [UInt8] {
        let rules = answers.map { answer in
            JSONValue.object(
                JSONObject([
                    ("rule", .string(answer.rule)), ("version", .string(answer.version)), ("saw", .object(answer.saw)),
                    ("said", .string(answer.said)),
                ]))
        }
        return JSONObject([("at", .time(at)), ("rules", .array(rules))]).encoded
    }
}
