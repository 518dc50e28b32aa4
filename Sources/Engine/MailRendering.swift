// SPDX-License-Identifier: Apache-2.0

import Cryptography
import GatewayModel
import Mail
import Settings
import Templates

/// A rendered mail, and what the record keeps of it.
struct RenderedMail: Sendable {
    var load: MailLoad
    var messageID: MessageID
    var isRedirected: Bool
}

extension Draft {
    func mail() throws(RenderFailure) -> RenderedMail {
        guard let recipient = job.to.email else { throw RenderFailure(.render, "the job has no e-mail address") }
        guard let envelope = sandbox.envelope(for: recipient) else {
            throw RenderFailure(.configuration, "the sandbox has no e-mail address to redirect to")
        }
        let mail = try composed(for: recipient, saying: try words())
        let load = MailLoad(
            sender: returnPath, recipient: envelope, content: mail.bytes, hasUTF8Headers: mail.hasUTF8Headers)
        return RenderedMail(load: load, messageID: messageID, isRedirected: envelope != recipient)
    }

    private func words() throws(RenderFailure) -> RenderedMessage {
        do {
            return try template.renderEmail(locale: job.to.locale, context: context)
        } catch {
            throw RenderFailure(.render, error.description)
        }
    }

    private func composed(
        for recipient: EmailAddress, saying words: RenderedMessage
    ) throws(RenderFailure) -> ComposedMail {
        var mail = OutgoingMail(
            from: job.from ?? brand.from, to: Mailbox(recipient, name: job.to.name), subject: words.subject,
            date: moment, messageID: messageID)
        mail.replyTo = job.replyTo ?? brand.replyTo
        mail.extraFields = job.headers
        mail.isAutoSubmitted = facts.messageClass == .transactional
        (mail.text, mail.html) = (words.text, words.html)
        do {
            return try mail.composed()
        } catch {
            throw RenderFailure(.content, "the mail cannot be composed: \(error)")
        }
    }

    private var messageID: MessageID {
        let domain = (job.from ?? brand.from).address.domain
        guard let id = MessageID(token: departure.messageToken, domain: domain) else {
            preconditionFailure("a message token is base32 and a mailbox's domain is a domain")
        }
        return id
    }

    /// MAIL FROM: the brand's bounce domain where it has one, else its own address.
    private var returnPath: EmailAddress {
        guard let domain = brand.returnPathDomain, let address = EmailAddress("bounces@\(domain)") else {
            return brand.from.address
        }
        return address
    }
}
