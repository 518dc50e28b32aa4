// SPDX-License-Identifier: Apache-2.0
//
// OutgoingMail: everything a mail says, before it is bytes.
//
// A value; composing it is pure: the same mail gives the same bytes at every attempt.

import GatewayModel

/// One mail to one recipient.
public struct OutgoingMail: Hashable, Sendable {
    public var from: Mailbox
    public var to: Mailbox
    public var replyTo: Mailbox?
    /// One line.
    public var subject: String
    public var date: Instant
    public var messageID: MessageID
    /// Fields beyond those composed from this value, in this order: `X-…`, `In-Reply-To`, `References`, and the place of
    /// `List-Unsubscribe`, `List-Unsubscribe-Post`, `List-Id` and `Feedback-ID` (facts C1, G1).
    public var extraFields: [HeaderField]
    /// Whether to say that no person wrote this (RFC 3834); for transactional notices, not for marketing.
    public var isAutoSubmitted: Bool
    /// UTF-8, any line ends. Nil or empty: made from the html.
    public var text: [UInt8]?
    /// UTF-8, any line ends. Nil: the mail is text only.
    public var html: [UInt8]?

    public init(from: Mailbox, to: Mailbox, subject: String, date: Instant, messageID: MessageID) {
        (self.from, self.to, self.subject, self.date, self.messageID) = (from, to, subject, date, messageID)
        (replyTo, extraFields, isAutoSubmitted, text, html) = (nil, [], false, nil, nil)
    }

    /// The same, with its parts given as strings.
    public init(
        from: Mailbox, to: Mailbox, subject: String, date: Instant, messageID: MessageID, text: String?, html: String?
    ) {
        self.init(from: from, to: to, subject: subject, date: date, messageID: messageID)
        (self.text, self.html) = (text.map { Array($0.utf8) }, html.map { Array($0.utf8) })
    }
}

/// A mail as it goes over the wire.
public struct ComposedMail: Hashable, Sendable {
    /// CRLF line ends throughout, no line over 998 octets, not dot-stuffed, ending in CRLF.
    public var bytes: [UInt8]
    /// Whether an address put raw UTF-8 into the header (RFC 6532), so that the mail needs SMTPUTF8.
    public var hasUTF8Headers: Bool
}

/// A mail whose header fields and body are final and will not be touched again: what a signature is made over.
public struct FinalMail: Sendable {
    /// The fields as they will stand, each from its name to its CRLF, folded.
    public let header: [UInt8]
    /// Where in `header` each field stands, in order.
    public let fields: [Range<Int>]
    /// What follows the empty line.
    public let body: [UInt8]
}

/// Puts something on top of a final mail: the place of the DKIM signer (RFC 6376).
public protocol MailSeal: Sendable {
    /// Whole fields, folded and ending in CRLF, that go above all others.
    func fields(over mail: FinalMail) throws(MailError) -> [UInt8]
}
