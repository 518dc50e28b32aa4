// SPDX-License-Identifier: Apache-2.0
//
// Renderer: step 7 of 10. Template + data + brand → the exact bytes that leave: a mail, or a provider's request.
//
// Stateless; runs on the cooperative pool, a batch in at most as many child tasks as there are cores.

import Cryptography
import GatewayModel
import Providers
import Settings
import Templates

/// A message ready for its channel, and what the record keeps of it.
public struct RenderedDeparture: Sendable {
    /// `[sandbox]` sent it to another address than the job's.
    public var isRedirected = false
    public var parcel: Parcel
    /// Of a mail.
    public var messageID: String?
    /// Lower-case hex over the exact bytes; of a request, over its body.
    public var contentSHA256: String
    /// Nil where nothing was rendered: an earlier request goes again.
    public var templateDigest: String?
    /// Parts of a text.
    public var segments: Int?
    /// To be durable before it leaves.
    public var keeps: KeptRequest?

    init(_ departure: Departure, _ load: Parcel.Load) {
        parcel = Parcel(attempt: departure.attempt, slot: departure.slot, load: load)
        contentSHA256 =
            switch load {
            case .mail(let mail): SHA256Digest.of(mail.content).hex
            case .request(let request): SHA256Digest.of(request.body).hex
            }
    }
}

/// Reads a secret where a reference says that it is kept.
public typealias SecretReading = @Sendable (SecretReference) throws -> String

public struct Renderer: Sendable {
    /// Reads a stored record back into a job; nil where it cannot be read any more.
    private let readJob: @Sendable (_ record: [UInt8], _ brand: String) -> Job?
    private let secrets: SecretReading
    private let workers: Int

    /// - Parameter secrets: for providers that want a secret in the request itself. Called once a message: best cached.
    public init(
        workers: Int, secrets: @escaping SecretReading,
        readJob: @escaping @Sendable (_ record: [UInt8], _ brand: String) -> Job?
    ) {
        (self.workers, self.secrets, self.readJob) = (max(1, workers), secrets, readJob)
    }

    /// Results in the order of the departures.
    ///
    /// - Parameters:
    ///   - closings: when the hours close that let a text go.
    ///   - launchedAt: when they were admitted, all in one transaction. A message speaks of the time of its first
    ///     attempt that counts, so that every attempt has the same words.
    func render(
        _ departures: [Departure], _ snapshot: GatewaySnapshot, closings: [JobKey: Instant] = [:], launchedAt: Instant
    ) async -> [Result<RenderedDeparture, RenderFailure>] {
        let share = (departures.count + workers - 1) / workers
        let turnOut = { @Sendable (departure: Departure) in
            self.attempt(departure, snapshot, closing: closings[departure.facts.key], launchedAt)
        }
        guard workers > 1, departures.count > 8 else { return departures.map(turnOut) }
        return await withTaskGroup { group in
            for start in stride(from: 0, to: departures.count, by: share) {
                let part = departures[start..<min(start + share, departures.count)]
                group.addTask { (start, part.map(turnOut)) }
            }
            var parts: [(Int, [Result<RenderedDeparture, RenderFailure>])] = []
            for await part in group { parts.append(part) }
            return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }

    private func attempt(
        _ departure: Departure, _ snapshot: GatewaySnapshot, closing: Instant?, _ launchedAt: Instant
    ) -> Result<RenderedDeparture, RenderFailure> {
        do throws(RenderFailure) {
            if case .amend(let amendment) = departure.errand {
                return .success(try amended(departure, amendment, snapshot, launchedAt))
            }
            if let again = again(departure, snapshot) { return .success(again) }
            let draft = try draft(departure, snapshot, closing: closing, launchedAt)
            return .success(try render(draft, snapshot))
        } catch {
            return .failure(error)
        }
    }

    /// The request as it left before: nothing is rendered anew. Not in a sandbox, which may be younger than the request.
    private func again(_ departure: Departure, _ snapshot: GatewaySnapshot) -> RenderedDeparture? {
        guard departure.errand == .send, let kept = departure.kept, kept.route == departure.facts.route,
            snapshot.settings.sandbox == nil
        else { return nil }
        return RenderedDeparture(departure, .request(kept.load))
    }

    func draft(
        _ departure: Departure, _ snapshot: GatewaySnapshot, closing: Instant?, _ launchedAt: Instant
    ) throws(RenderFailure) -> Draft {
        let facts = departure.facts
        guard let job = readJob(departure.record, facts.brand) else {
            throw RenderFailure(.render, "the stored record cannot be read")
        }
        guard let brand = snapshot.settings.brand(facts.brand), let template = snapshot.template(of: facts) else {
            throw RenderFailure(.render, "the template or brand is gone")
        }
        return Draft(
            departure: departure, job: job, brand: brand, template: template,
            sandbox: Sandbox(snapshot.settings.sandbox), moment: facts.firstAttemptAt ?? launchedAt,
            launchedAt: launchedAt, closing: closing)
    }

    private func render(_ draft: Draft, _ snapshot: GatewaySnapshot) throws(RenderFailure) -> RenderedDeparture {
        var rendered: RenderedDeparture
        switch snapshot.settings.route(draft.facts.route)?.transport {
        case .smtp:
            let mail = try draft.mail()
            rendered = RenderedDeparture(draft.departure, .mail(mail.load))
            (rendered.messageID, rendered.isRedirected) = (mail.messageID.description, mail.isRedirected)
        case .http(let http): rendered = try request(draft, http, snapshot.providers[draft.facts.route])
        case nil: throw RenderFailure(.configuration, "the route is not configured any more")
        }
        rendered.templateDigest = draft.template.digest
        return rendered
    }

    private func request(
        _ draft: Draft, _ http: HTTPSettings, _ provider: Provider?
    ) throws(RenderFailure) -> RenderedDeparture {
        guard let provider else { throw RenderFailure(.configuration, "provider \"\(http.provider)\" is not loaded") }
        let request = try draft.request(to: provider, over: http, secrets: lookUp(in: http))
        var rendered = RenderedDeparture(draft.departure, .request(request.load))
        (rendered.isRedirected, rendered.segments) = (request.isRedirected, request.segments)
        guard draft.departure.errand == .send, case .key = provider.description.repeatRule else { return rendered }
        if let kept = draft.departure.kept, kept.route == draft.facts.route {
            guard kept.load == request.load else {
                throw RenderFailure(.configuration, "it left before [sandbox] was set, and can only go as it was")
            }
        } else {
            rendered.keeps = KeptRequest(job: draft.facts.key, route: draft.facts.route, load: request.load)
        }
        return rendered
    }

    func lookUp(in http: HTTPSettings) -> SecretLookUp {
        { name in
            guard let reference = http.secrets[name] else { throw NoSuchSecret(name: name) }
            return try secrets(reference)
        }
    }
}

/// A description asks for a secret that its route does not name.
struct NoSuchSecret: Error, CustomStringConvertible {
    let name: String
    var description: String { "the route names no secret \"\(name)\"" }
}
