// SPDX-License-Identifier: Apache-2.0
//
// From admitted to handed over: rendering off the actor, then the channel.

import GatewayModel

extension Dispatcher {
    /// Renders a batch and gives it to its channels. Each departure ends as a parcel or as a settlement. What may have
    /// to be repeated word for word is durable before it leaves.
    func handOver(_ batch: Batch, _ snapshot: GatewaySnapshot, launchedAt: Instant) async throws {
        let rendered = await renderer.render(
            batch.departures, snapshot, closings: batch.closings, launchedAt: launchedAt)
        let isKept = try await keep(rendered)
        // Without a store nothing leaves any more: recovery finds these not handed over.
        guard !Task.isCancelled else { return }
        var parcels: [String: [Parcel]] = [:]
        for (departure, result) in zip(batch.departures, rendered) {
            guard let flight = flights[departure.attempt] else { continue }
            switch result {
            case .success(let message):
                if let why = obstacle(to: departure, snapshot, isKept: isKept || message.keeps == nil) {
                    giveBack(departure, because: why)
                    continue
                }
                if !flight.isAmendment { renderFailures.succeeded(departure.facts.template) }
                flights[departure.attempt] = flight.handedOver(message)
                parcels[departure.facts.route, default: []].append(message.parcel)
            case .failure(let failure):
                abandon(departure.attempt, flight, failure)
            }
        }
        for (route, parcels) in parcels { channels[route]?.send(parcels) }
    }

    /// False: the disk is full, nothing was kept.
    private func keep(_ rendered: [Result<RenderedDeparture, RenderFailure>]) async throws -> Bool {
        let requests = rendered.compactMap { try? $0.get().keeps }
        guard !requests.isEmpty else { return true }
        do {
            try await book.keep(requests)
            return true
        } catch {
            guard case .full(let words) = error else { throw error }
            storeIsFull(words)
            return false
        }
    }

    /// Why a rendered message stays here after all.
    ///
    /// - Parameter rendered: the snapshot that it was rendered by.
    private func obstacle(to departure: Departure, _ rendered: GatewaySnapshot, isKept: Bool) -> String? {
        let route = departure.facts.route
        if recalledEarly.remove(departure.attempt) != nil { return "taken back before it was handed over" }
        if !isKept { return "the disk is full: what left could not be repeated" }
        if channels[route] == nil { return "the route is not open in this configuration" }
        if rendered.number == snapshot.number { return nil }
        let isSame =
            rendered.settings.route(route)?.transport == snapshot.settings.route(route)?.transport
            && rendered.providers[route]?.description == snapshot.providers[route]?.description
        return isSame ? nil : "the route has changed since it was rendered"
    }

    private func giveBack(_ departure: Departure, because why: String) {
        let evidence = DeliveryEvidence(stage: "connecting", text: why)
        let report = AttemptReport(attempt: departure.attempt, result: .recalled, evidence: evidence)
        inbox.receive([report], from: departure.facts.route)
    }

    private func abandon(_ attempt: AttemptID, _ flight: Flight, _ failure: RenderFailure) {
        flights[attempt] = nil
        recalledEarly.remove(attempt)
        landed(flight)
        if flight.isAmendment { return abandonAmendment(attempt, flight, failure) }
        if attempt == suspect { suspectLanded() }
        let evidence = DeliveryEvidence(stage: "rendering", text: failure.words)
        // Our own set-up is the route's trouble, not this job's alone: five in a row close it.
        let result: DeliveryResult = failure.reason == .configuration ? .configuration : .recalled
        board.note(
            AttemptReport(attempt: attempt, result: result, evidence: evidence), of: flight, at: clock.gateTime,
            chance: chance())
        settled.append(
            Settlement(
                attempt: attempt, job: flight.facts.key, slot: flight.slot, fate: fate(of: flight, failure),
                evidence: evidence))
        settledRoutes[flight.facts.route, default: 0] += 1
        if failure.isOfTheTemplate, renderFailures.failed(flight.facts.template, failure) {
            log.error(
                "template \(flight.facts.template) failed \(RenderFailures.limit) times in a row and is held: \(failure.words)"
            )
        }
        inbox.bell.ring()
    }

    /// What may have gone before has not failed: it stays in doubt.
    private func fate(of flight: Flight, _ failure: RenderFailure) -> Settlement.Fate {
        if flight.isInquiry { return Settling(doubtRule(on: flight.facts.route)).inDoubt(flight, chance()) }
        if flight.facts.isInDoubt { return .unknown(.park) }
        // Once a template has failed too often, what of it is under way is held too.
        return renderFailures.failing[flight.facts.template].map(Settlement.Fate.held) ?? .failed(failure.reason)
    }
}

extension Flight {
    /// As it is once its channel has it.
    fileprivate func handedOver(_ message: RenderedDeparture) -> Flight {
        var flight = self
        flight.isHandedOver = true
        (flight.messageID, flight.contentSHA256) = (message.messageID, message.contentSHA256)
        (flight.templateDigest, flight.segments) = (message.templateDigest, message.segments)
        flight.isRedirected = message.isRedirected
        return flight
    }
}

/// Why a job could not become a message.
public struct RenderFailure: Error, Hashable, Sendable {
    public var reason: FailureReason
    /// For `detail`; no personal data.
    public var words: String
    public init(_ reason: FailureReason, _ words: String) { (self.reason, self.words) = (reason, words) }

    /// Whether others of the same template may fail alike; not where the set-up is at fault.
    var isOfTheTemplate: Bool { reason != .configuration }
}

/// Templates that fail time after time: their jobs are held instead of used up (DESIGN D10).
struct RenderFailures: Sendable {
    static let limit = 20
    private var inARow: [String: Int] = [:]
    /// Template to why its jobs are held.
    private(set) var failing: [String: String] = [:]

    mutating func succeeded(_ template: String) {
        if inARow[template] != nil { inARow[template] = nil }
    }

    /// Returns whether the template has just reached the limit.
    mutating func failed(_ template: String, _ failure: RenderFailure) -> Bool {
        inARow[template, default: 0] += 1
        guard inARow[template] == Self.limit else { return false }
        failing[template] = "template \"\(template)\" failed \(Self.limit) times in a row: \(failure.words)"
        return true
    }
}
