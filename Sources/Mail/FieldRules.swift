// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// Which fields a caller may add to a mail, and how each is written.
enum FieldRules {
    enum Style {
        /// ASCII, never encoded, folded at its own spaces only: `List-Unsubscribe` splits after the comma and nowhere else.
        case structured
        /// Free text (RFC 5322 section 2.2.1): encoded-words where needed.
        case unstructured
    }

    /// Composed from the mail's own values, written by others on the way, or never to be sent (facts G1).
    static let reserved: Set<String> = [
        "date", "from", "to", "sender", "reply-to", "cc", "bcc", "subject", "message-id", "mime-version",
        "content-type",
        "content-transfer-encoding", "content-disposition", "content-id", "content-description", "return-path",
        "received",
        "dkim-signature", "auto-submitted", "delivered-to", "precedence", "resent-date", "resent-from", "resent-sender",
        "resent-to", "resent-cc", "resent-bcc", "resent-message-id",
    ]

    /// Others whose grammar has no place for encoded-words; each may stand once.
    static let structuredOnce: Set<String> = [
        "in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post", "list-id", "list-help", "list-owner",
        "list-archive", "list-post", "list-subscribe", "feedback-id", "cfbl-address", "x-auto-response-suppress",
    ]

    /// RFC 5322 section 3.6.8: printable ASCII without colon; 76 octets at most, so that a folded field can hold it.
    static func isName(_ name: String) -> Bool {
        (1...76).contains(name.utf8.count) && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
    }
}

extension HeaderBlock {
    /// Writes the caller's fields in their order, refusing what would stand twice or is not the caller's to say.
    mutating func extra(_ fields: [HeaderField]) throws(MailError) {
        var seen: Set<String> = []
        for field in fields {
            guard LineSafety.isOneLine(field.name) else { throw .headerInjection(field.name) }
            guard FieldRules.isName(field.name) else { throw .badFieldName(field.name) }
            let name = field.name.lowercased()
            guard !FieldRules.reserved.contains(name) else { throw .reservedField(field.name) }
            if FieldRules.structuredOnce.contains(name) {
                guard seen.insert(name).inserted else { throw .duplicateField(field.name) }
                try self.field(field, style: .structured)
            } else {
                try self.field(field, style: .unstructured)
            }
        }
    }
}
