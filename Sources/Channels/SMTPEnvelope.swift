// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings

/// The commands that go before one message: MAIL with what the server must know of it, RCPT, DATA.
struct SMTPEnvelope {
    let parcel: MailParcel
    private let parameters: [UInt8]

    /// - Throws: what this server cannot do that the message needs; then nothing was sent.
    init(_ parcel: MailParcel, for server: SMTPCapabilities) throws(Unsendable) {
        self.parcel = parcel
        if let limit = server.sizeLimit, parcel.load.content.count > limit {
            throw Unsendable(.tooLarge(size: parcel.load.content.count, limit: limit))
        }
        let needsUTF8 = try Self.needsUTF8(parcel, server)
        let has8Bit = EightBit.isFound(in: parcel.load.content)
        if has8Bit, !server.eightBitMIME { throw Unsendable(.contentNeeds8Bit) }
        var parameters: [UInt8] = []
        if server.size { parameters += " SIZE=\(parcel.load.content.count)".utf8 }
        if has8Bit { parameters += " BODY=8BITMIME".utf8 }
        if needsUTF8 { parameters += " SMTPUTF8".utf8 }
        self.parameters = parameters
    }

    struct Unsendable: Error {
        let obstacle: SMTPEvidence.Obstacle
        init(_ obstacle: SMTPEvidence.Obstacle) { self.obstacle = obstacle }
    }

    private static func needsUTF8(_ parcel: MailParcel, _ server: SMTPCapabilities) throws(Unsendable) -> Bool {
        let recipientNeeds = parcel.load.recipient.needsSMTPUTF8
        let senderNeeds = parcel.load.sender?.needsSMTPUTF8 ?? false
        guard recipientNeeds || senderNeeds || parcel.load.hasUTF8Headers else { return false }
        guard !server.smtpUTF8 else { return true }
        throw Unsendable(recipientNeeds ? .recipientNeedsUTF8 : senderNeeds ? .senderNeedsUTF8 : .headersNeedUTF8)
    }

    func writeMail(into bytes: inout [UInt8]) {
        bytes += "MAIL FROM:<".utf8
        if let sender = parcel.load.sender { Self.write(sender, into: &bytes) }
        bytes.append(UInt8(ascii: ">"))
        bytes += parameters
        bytes += "\r\n".utf8
    }

    func writeRecipient(into bytes: inout [UInt8]) {
        bytes += "RCPT TO:<".utf8
        Self.write(parcel.load.recipient, into: &bytes)
        bytes += ">\r\n".utf8
    }

    static func writeData(into bytes: inout [UInt8]) { bytes += "DATA\r\n".utf8 }

    private static func write(_ address: EmailAddress, into bytes: inout [UInt8]) {
        bytes += address.local.utf8
        bytes.append(UInt8(ascii: "@"))
        bytes += address.domain.utf8
    }
}
