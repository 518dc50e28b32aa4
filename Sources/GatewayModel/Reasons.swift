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
    /// The policy in force: `PolicyBundle.version`. Nil where none was named.
    public var policy: String?
    public init(verdict: Verdict, at: Instant, answers: [RuleAnswer], policy: String? = nil) {
        (self.verdict, self.at, self.answers, self.policy) = (verdict, at, answers, policy)
    }

    /// As the journal keeps it, coded: at most 600 bytes, no personal data (DESIGN D4). A rule is
    /// `[name, version, said, saw]`. `DecisionText.json` makes it readable again.
    public var encoded: [UInt8] {
        let rules = answers.map { answer in
            JSONValue.array(
                [.string(answer.rule), .string(answer.version), .string(answer.said), .object(answer.saw)])
        }
        return JSONObject([("at", .time(at)), ("policy", .text(policy)), ("rules", .array(rules))]).encoded
    }
}

/// A stored decision, read back for people and programs.
public enum DecisionText {
    /// `{"at":…,"policy":…,"rules":[{"rule":…,"version":…,"said":…,"saw":{…}}]}`; what is not coded is given as it is.
    public static func json(_ encoded: [UInt8]) -> JSONValue? {
        guard let value = try? JSONValue.parse(encoded), let object = value.object else { return nil }
        let rules = (object["rules"]?.array ?? []).map { rule -> JSONValue in
            guard let parts = rule.array, parts.count == 4 else { return rule }
            return .object(
                JSONObject([("rule", parts[0]), ("version", parts[1]), ("said", parts[2]), ("saw", parts[3])]))
        }
        let policy = object["policy"] ?? .null
        return .object(JSONObject([("at", object["at"] ?? .null), ("policy", policy), ("rules", .array(rules))]))
    }
}

/// The whole policy in force (configuration without secrets, presets, holidays, places, zone table version), as bytes
/// that are kept once and named by their digest.
public struct PolicyBundle: Hashable, Sendable {
    /// Lower-case hex SHA-256 of `bytes`.
    public var sha256: String
    public var bytes: [UInt8]
    public init(sha256: String, bytes: [UInt8]) { (self.sha256, self.bytes) = (sha256, bytes) }
    /// As decisions carry it.
    public var version: String { String(sha256.prefix(12)) }
}
