// SPDX-License-Identifier: Apache-2.0

/// What an answer says of the message, judged by the provider's rules.
public struct AnswerVerdict: Hashable, Sendable {
    public var result: AnswerResult
    /// The provider's own code, as `21610`.
    public var code: String?
    /// The id under which the provider knows the message or task.
    public var id: String?
    /// The provider's words, one line, at most 400 bytes; may quote the address. Without what could be a secret where they
    /// are about letting us in. Empty where there are none.
    public var text: String
    /// Parts, as the provider counts them.
    public var segments: Int?

    public init(
        _ result: AnswerResult, code: String? = nil, id: String? = nil, text: String = "", segments: Int? = nil
    ) {
        (self.result, self.code, self.id, self.text, self.segments) = (result, code, id, text, segments)
    }
}

public enum AnswerResult: Hashable, Sendable {
    case accepted
    case badAddress
    case optedOut
    /// This message in this form, for good.
    case content
    /// For good, by policy or about us; suppresses nobody.
    case refused
    /// Our sender, balance or set-up: the job fails.
    case configuration
    /// Says nothing of the job: the account is not let in.
    case credentials
    /// Certainly not sent.
    case throttled(after: Duration?)
    /// Certainly not sent; this job is tried again.
    case transient
    /// Certainly not sent; the provider as a whole is down.
    case unavailable
    /// Certainly not sent; the day's (or account's) allowance is used up.
    case quota(after: Duration?)
    case unknown

    public var word: ResultWord {
        switch self {
        case .accepted: .accepted
        case .badAddress: .badAddress
        case .optedOut: .optedOut
        case .content: .content
        case .refused: .refused
        case .configuration: .configuration
        case .credentials: .credentials
        case .throttled: .throttled
        case .transient: .transient
        case .unavailable: .unavailable
        case .quota: .quota
        case .unknown: .unknown
        }
    }

    public init(_ word: ResultWord, after: Duration? = nil) {
        switch word {
        case .accepted: self = .accepted
        case .badAddress: self = .badAddress
        case .optedOut: self = .optedOut
        case .content: self = .content
        case .refused: self = .refused
        case .configuration: self = .configuration
        case .credentials: self = .credentials
        case .throttled: self = .throttled(after: after)
        case .transient: self = .transient
        case .unavailable: self = .unavailable
        case .quota: self = .quota(after: after)
        case .unknown: self = .unknown
        }
    }
}

/// As `is` has it.
public enum ResultWord: String, Hashable, Sendable, CaseIterable {
    case accepted
    case badAddress = "bad_address"
    case optedOut = "opted_out"
    case content, refused, configuration, credentials, throttled, transient, unavailable, quota, unknown
}

/// What an inquiry's answer says of the attempt asked about.
public enum InquiryVerdict: Hashable, Sendable {
    /// It is there.
    case found(id: String?)
    /// It certainly is not: nothing was sent.
    case absent
    /// The answer settles nothing; why, for people.
    case noAnswer(String)
}
