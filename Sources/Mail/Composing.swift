// SPDX-License-Identifier: Apache-2.0
//
// Composing: from what a mail says to its exact bytes (the second half of step 7 of 10).

import GatewayModel

extension OutgoingMail {
    /// The exact bytes: RFC 5322 header, MIME body, pure ASCII unless an address needs otherwise.
    ///
    /// - Throws: `MailError` where a value could break out of its line, or where there is nothing to send.
    public func composed() throws(MailError) -> ComposedMail {
        let (mail, hasUTF8Headers) = try final()
        return ComposedMail(bytes: mail.joined(under: []), hasUTF8Headers: hasUTF8Headers)
    }

    /// The same with `seal`'s fields on top.
    public func composed(under seal: some MailSeal) throws(MailError) -> ComposedMail {
        let (mail, hasUTF8Headers) = try final()
        return ComposedMail(bytes: mail.joined(under: try seal.fields(over: mail)), hasUTF8Headers: hasUTF8Headers)
    }

    private func final() throws(MailError) -> (FinalMail, hasUTF8Headers: Bool) {
        let content = try MIMEContent(self)
        var header = HeaderBlock()
        header.raw("Date", date.mailDate)
        try header.mailbox("From", from)
        try header.mailbox("To", to)
        if let replyTo { try header.mailbox("Reply-To", replyTo) }
        try header.subject(subject)
        header.raw("Message-ID", messageID.description)
        if isAutoSubmitted {
            header.raw("Auto-Submitted", "auto-generated")
            if !extraFields.contains(where: { $0.name.lowercased() == "x-auto-response-suppress" }) {
                header.raw("X-Auto-Response-Suppress", "OOF, AutoReply")
            }
        }
        try header.extra(extraFields)
        header.raw("MIME-Version", "1.0")
        content.describe(in: &header)
        let mail = FinalMail(header: header.bytes, fields: header.fields, body: content.body)
        return (mail, header.hasUTF8)
    }
}

extension FinalMail {
    fileprivate func joined(under seal: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(seal.count + header.count + 2 + body.count)
        bytes += seal
        bytes += header
        bytes.append(0x0D)
        bytes.append(0x0A)
        bytes += body
        return bytes
    }
}
