// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// What became of one message, text or task for one recipient, as it happens.
public struct SinkEvent: Hashable, Sendable {
    public enum Matter: Hashable, Sendable {
        /// A mail, a text, a task.
        case message
        /// The same once more, known by its key or own id: makes no second.
        case repetition
        /// Closes or annotates a task.
        case amendment
    }

    public enum Verdict: Hashable, Sendable {
        /// Queued, or made, under that id.
        case accepted(id: String)
        case refused(SinkReply)
        /// The end of data (HTTP: the whole request) came, and the link was closed without an answer.
        case dropped
        /// The end came, and no answer ever will.
        case leftWaiting
    }

    public var time: Instant
    public var matter = Matter.message
    /// Empty for the null reverse-path; of texts and tasks the provider's name.
    public var sender: String
    /// Of texts in E.164, of tasks the contact's id; empty where a request names none.
    public var recipient: String
    public var verdict: Verdict
    /// Bytes of the message as it was meant (dots unstuffed); nil where the recipient was refused before the data.
    public var size: Int?
    /// With its angle brackets, where the message has one; of texts and tasks the job's token or UUID, as the provider
    /// is given it.
    public var messageID: String?
}

/// How often something came.
public struct SinkTally: Hashable, Sendable {
    public var accepted = 0
    public var refused = 0
    /// Received whole, and never answered.
    public var unanswered = 0
    /// Came once more and were answered again, beside the ones above.
    public var repeated = 0

    /// Texts or tasks that there are, answered or not.
    public var taken: Int { accepted + unanswered }

    mutating func count(_ event: SinkEvent) {
        switch (event.matter, event.verdict) {
        case (.amendment, _): break
        case (.repetition, .accepted), (.repetition, .dropped), (.repetition, .leftWaiting): repeated += 1
        case (_, .refused): refused += 1
        case (.message, .accepted): accepted += 1
        case (.message, .dropped), (.message, .leftWaiting): unanswered += 1
        }
    }
}

/// How often a provider was asked for something that makes neither a text nor a task.
public struct SinkErrands: Hashable, Sendable {
    public var tokens = 0
    public var inquiries = 0
    public var amendments = 0
}
