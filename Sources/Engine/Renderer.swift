// SPDX-License-Identifier: Apache-2.0
//
// Renderer: step 7 of 10. Template + data + brand → the exact bytes that leave.
//
// Stateless; runs on the cooperative pool, a batch in at most as many child tasks as there are cores.

import Cryptography
import GatewayModel
import Mail
import Settings
import Templates

/// A message ready for its channel, and what the record keeps of it.
public struct RenderedDeparture: Sendable {
    /// `[sandbox]` sent it to another address than the job's.
    public var isRedirected: Bool
    public var parcel: Parcel
    public var messageID: String
    /// Lower-case hex over the exact bytes.
    public var contentSHA256: String
    public var templateDigest: String
}

public struct Renderer: Sendable {
    /// Reads a stored record back into a job; nil where it cannot be read any more.
    private let readJob: @Sendable (_ record: [UInt8], _ brand: String) -> Job?
    private let workers: Int

    public init(workers: Int, readJob: @escaping @Sendable (_ record: [UInt8], _ brand: String) -> Job?) {
        (self.workers, self.readJob) = (max(1, workers), readJob)
    }

    /// Results in the order of the departures.
    ///
    /// - Parameter launchedAt: when they were admitted, all in one transaction. A message speaks of the time of its first
    ///   attempt that counts, so that every attempt has the same bytes.
    func render(
        _ departures: [Departure], _ snapshot: GatewaySnapshot, launchedAt: Instant
    ) async -> [Result<RenderedDeparture, RenderFailure>] {
        let share = (departures.count + workers - 1) / workers
        guard workers > 1, departures.count > 8 else { return departures.map { attempt($0, snapshot, launchedAt) } }
        return await withTaskGroup { group in
            for start in stride(from: 0, to: departures.count, by: share) {
                let part = departures[start..<min(start + share, departures.count)]
                group.addTask { (start, part.map { self.attempt($0, snapshot, launchedAt) }) }
            }
            var parts: [(Int, [Result<RenderedDeparture, RenderFailure>])] = []
            for await part in group { parts.append(part) }
            return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }

    private func attempt(
        _ departure: Departure, _ snapshot: GatewaySnapshot, _ launchedAt: Instant
    ) -> Result<RenderedDeparture, RenderFailure> {
        do throws(RenderFailure) {
            return .success(try render(departure, snapshot, launchedAt))
        } catch {
            return .failure(error)
        }
    }

    private func render(
        _ departure: Departure, _ snapshot: GatewaySnapshot, _ launchedAt: Instant
    ) throws(RenderFailure) -> RenderedDeparture {
        let facts = departure.facts
        guard let job = readJob(departure.record, facts.brand) else {
            throw RenderFailure(.render, "the stored record cannot be read")
        }
        guard let brand = snapshot.settings.brand(facts.brand),
            let template = snapshot.template(of: facts)
        else { throw RenderFailure(.render, "the template or brand is gone") }
        guard let recipient = job.to.email else { throw RenderFailure(.render, "the job has no e-mail address") }
        guard let envelope = Sandbox(snapshot.settings.sandbox).envelope(for: recipient) else {
            throw RenderFailure(.configuration, "the sandbox has no e-mail address to redirect to")
        }
        let moment = facts.firstAttemptAt ?? launchedAt
        let words = try say(job, with: template, as: brand, at: moment)
        let mail = try compose(words, job, brand, departure, at: moment)
        let bytes = mail.bytes
        let parcel = Parcel(
            attempt: departure.attempt, slot: departure.slot, sender: returnPath(of: brand, from: job.from),
            recipient: envelope, content: bytes, hasUTF8Headers: mail.hasUTF8Headers)
        return RenderedDeparture(
            isRedirected: envelope != recipient, parcel: parcel,
            messageID: messageID(job, brand, departure).description,
            contentSHA256: SHA256Digest.of(bytes).hex, templateDigest: template.digest)
    }

    private func say(
        _ job: Job, with template: Template, as brand: BrandSettings, at moment: Instant
    ) throws(RenderFailure) -> RenderedMessage {
        var context = RenderContext(data: job.data, brand: TemplateBrand(brand), now: moment)
        context.toName = job.to.name
        do {
            return try template.renderEmail(locale: job.to.locale, context: context)
        } catch {
            throw RenderFailure(.render, error.description)
        }
    }

    private func compose(
        _ words: RenderedMessage, _ job: Job, _ brand: BrandSettings, _ departure: Departure, at moment: Instant
    ) throws(RenderFailure) -> ComposedMail {
        guard let to = job.to.email else { throw RenderFailure(.render, "the job has no e-mail address") }
        var mail = OutgoingMail(
            from: job.from ?? brand.from, to: Mailbox(to, name: job.to.name), subject: words.subject,
            date: moment, messageID: messageID(job, brand, departure))
        mail.replyTo = job.replyTo ?? brand.replyTo
        mail.extraFields = job.headers
        mail.isAutoSubmitted = departure.facts.messageClass == .transactional
        (mail.text, mail.html) = (words.text, words.html)
        do {
            return try mail.composed()
        } catch {
            throw RenderFailure(.content, "the mail cannot be composed: \(error)")
        }
    }

    private func messageID(_ job: Job, _ brand: BrandSettings, _ departure: Departure) -> MessageID {
        let domain = (job.from ?? brand.from).address.domain
        guard let id = MessageID(token: departure.messageToken, domain: domain) else {
            preconditionFailure("a message token is base32 and a mailbox's domain is a domain")
        }
        return id
    }

    /// MAIL FROM: the brand's bounce domain where it has one, else its own address.
    private func returnPath(of brand: BrandSettings, from: Mailbox?) -> EmailAddress {
        guard let domain = brand.returnPathDomain, let address = EmailAddress("bounces@\(domain)") else {
            return brand.from.address
        }
        return address
    }
}

extension TemplateBrand {
    /// What templates may say of a brand.
    public init(_ brand: BrandSettings) {
        self.init(
            id: brand.id, name: brand.controller, from: brand.from.address.description,
            replyTo: brand.replyTo?.address.description, postalAddress: brand.postalAddress)
    }
}
