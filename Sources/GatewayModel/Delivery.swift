// SPDX-License-Identifier: Apache-2.0

/// How one attempt ended, judged from its evidence (facts 2.0).
public enum DeliveryResult: Hashable, Sendable {
    /// The relay or provider took responsibility.
    case accepted
    case badAddress
    case optedOut
    /// This message in this form will not be taken.
    case content
    /// Policy or reputation: about us, not about the address.
    case refused
    /// Our credentials, sender or set-up: pauses the route.
    case configuration
    /// Certainly not sent; the other side asked for patience.
    case throttled(after: Duration?)
    /// Certainly not sent.
    case transient
    /// The link could not be had at all: says nothing of the job.
    case unreachable
    /// Taken back before its first byte left, or never begun.
    case recalled
    /// The end left and no verdict came back.
    case unknown
    /// An inquiry's answer: nothing of the attempt asked about is there, so it certainly was not sent.
    case absent
}

/// What was seen of one attempt: enough to explain the result years later.
public struct DeliveryEvidence: Hashable, Sendable {
    /// Where it stood. SMTP: `connecting`, `encrypting`, `authenticating`, `envelope`, `recipient`, `data`, `end_of_data`.
    /// HTTP: `connecting`, `encrypting`, `authenticating` (a token or our credentials), `request`, `answer`.
    public var stage: String
    /// The reply's basic code (RFC 5321 section 4.2), or the HTTP status.
    public var code: Int?
    /// RFC 3463, as `5.1.1`; from a provider, its own code, as `21610`.
    public var enhanced: String?
    /// The whole reply as one line, basic code first, at most 512 bytes; may quote the address: scrubbed before it is stored.
    public var text: String
    /// The queue id or message id that the other side gave.
    public var remoteID: String?

    public init(stage: String, code: Int? = nil, enhanced: String? = nil, text: String = "", remoteID: String? = nil) {
        (self.stage, self.code, self.enhanced, self.text, self.remoteID) = (stage, code, enhanced, text, remoteID)
    }
}

/// An admitted attempt; never reused. The daemon's run in the upper 32 bits, a counter in the lower.
public struct AttemptID: Hashable, Sendable, Comparable {
    public var rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public init(run: UInt32, counter: UInt32) { rawValue = UInt64(run) << 32 | UInt64(counter) }
    public var run: UInt32 { UInt32(rawValue >> 32) }
    public static func < (a: AttemptID, b: AttemptID) -> Bool { a.rawValue < b.rawValue }
}

/// A place in the wire log (DESIGN D12).
public struct WireSlot: Hashable, Sendable {
    public var index: Int
    public init(index: Int) { self.index = index }
}

/// A rendered message on its way to a channel.
public struct Parcel: Sendable {
    /// What is carried, by the kind of way out.
    public enum Load: Sendable {
        case mail(MailLoad)
        case request(RequestLoad)
    }

    public var attempt: AttemptID
    public var slot: WireSlot
    public var load: Load
    public init(attempt: AttemptID, slot: WireSlot, load: Load) {
        (self.attempt, self.slot, self.load) = (attempt, slot, load)
    }
}

public struct MailLoad: Sendable {
    /// Envelope sender; nil is the null reverse-path `<>`.
    public var sender: EmailAddress?
    public var recipient: EmailAddress
    /// The exact bytes: CRLF line ends throughout, not dot-stuffed, ending in CRLF.
    public var content: [UInt8]
    /// Whether header fields hold raw UTF-8 (RFC 6532), so that SMTPUTF8 is needed beyond the addresses.
    public var hasUTF8Headers: Bool

    public init(sender: EmailAddress?, recipient: EmailAddress, content: [UInt8], hasUTF8Headers: Bool = false) {
        (self.sender, self.recipient, self.content) = (sender, recipient, content)
        self.hasUTF8Headers = hasUTF8Headers
    }
}

/// What a channel hands back for each parcel, exactly once.
public struct AttemptReport: Sendable {
    public var attempt: AttemptID
    public var result: DeliveryResult
    public var evidence: DeliveryEvidence
    public init(attempt: AttemptID, result: DeliveryResult, evidence: DeliveryEvidence) {
        (self.attempt, self.result, self.evidence) = (attempt, result, evidence)
    }
}
