// SPDX-License-Identifier: Apache-2.0
//
// TextRendering: the words of a text message, in how many parts they go (3GPP TS 23.040), and how long the provider may
// try to deliver them.

import GatewayModel
import Providers
import Settings
import Texting

extension Draft {
    /// - Parameter transliterates: letters that GSM-7 lacks are replaced where it then has all of them.
    func text(transliterates: Bool) throws(RenderFailure) -> (content: TextContent, isRedirected: Bool) {
        guard let recipient = job.to.phone else { throw RenderFailure(.render, "the job has no telephone number") }
        guard let number = sandbox.number(for: recipient) else {
            throw RenderFailure(.configuration, "the sandbox has no number to redirect texts to")
        }
        let words = try say(.sms)
        let body = transliterates ? Transliteration.gsm7(words).text : words
        let size = Segmentation.of(body)
        if let most = template.maxSegments, size.parts > most { throw tooLong(size, most) }
        var content = TextContent(
            to: number.description, body: body, encoding: size.encoding == .gsm7 ? .gsm7 : .ucs2, segments: size.parts)
        content.validUntil = validUntil
        content.validity = validUntil.map { max($0 - launchedAt, .seconds(1)) }
        return (content, number != recipient)
    }

    /// What comes too late, or when hours have closed, must not arrive: whichever is first. Nil: as long as the provider
    /// likes.
    private var validUntil: Instant? { [facts.expiresAt, closing].compactMap { $0 }.min() }

    private func tooLong(_ size: Segmentation, _ most: Int) -> RenderFailure {
        let (alphabet, units) = size.encoding == .gsm7 ? ("GSM-7", "septets") : ("UCS-2", "code units")
        return RenderFailure(
            .content,
            "the text has \(size.parts) parts (\(size.units) \(units) in \(alphabet)), and max_segments is \(most)")
    }
}
