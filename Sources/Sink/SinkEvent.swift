// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// What became of one message for one recipient, as it happens.
public struct SinkEvent: Hashable, Sendable {
    public enum Verdict: Hashable, Sendable {
        /// Queued under that id.
        case accepted(id: String)
        case refused(SinkReply)
        /// The end of data came, and the link was closed without an answer.
        case dropped
        /// The end of data came, and no answer ever will.
        case leftWaiting
    }

    public var time: Instant
    /// Empty for the null reverse-path.
    public var sender: String
    public var recipient: String
    public var verdict: Verdict
    /// Bytes of the message as it was meant (dots unstuffed); nil where the recipient was refused before the data.
    public var size: Int?
    /// With its angle brackets, where the message has one.
    public var messageID: String?
}

/// How often something came.
public struct SinkTally: Hashable, Sendable {
    public var accepted = 0
    public var refused = 0
    /// Received whole, and never answered.
    public var unanswered = 0

    mutating func count(_ verdict: SinkEvent.Verdict) {
        switch verdict {
        case .accepted: accepted += 1
        case .refused: refused += 1
        case .dropped, .leftWaiting: unanswered += 1
        }
    }
}
