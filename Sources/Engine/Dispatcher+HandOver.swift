// SPDX-License-Identifier: Apache-2.0
//
// From admitted to handed over: rendering off the actor, then the channel.

import GatewayModel

extension Dispatcher {
    /// Renders a batch and gives it to its channels. Each departure ends as a parcel or as a settlement.
    func handOver(_ departures: [Departure], _ snapshot: GatewaySnapshot, launchedAt: Instant) async {
        let rendered = await renderer.render(departures, snapshot, launchedAt: launchedAt)
        // Without a store nothing leaves any more: recovery finds these not handed over.
        guard !Task.isCancelled else { return }
        var parcels: [String: [Parcel]] = [:]
        for (departure, result) in zip(departures, rendered) {
            guard var flight = flights[departure.attempt] else { continue }
            switch result {
            case .success(let message):
                renderFailures.succeeded(departure.facts.template)
                if let why = obstacle(to: departure) {
                    giveBack(departure, because: why)
                    continue
                }
                flight.isHandedOver = true
                flight.messageID = message.messageID
                flight.contentSHA256 = message.contentSHA256
                flight.isRedirected = message.isRedirected
                flight.templateDigest = message.templateDigest
                flights[departure.attempt] = flight
                parcels[departure.facts.route, default: []].append(message.parcel)
            case .failure(let failure):
                abandon(departure.attempt, flight, failure)
            }
        }
        for (route, parcels) in parcels { channels[route]?.send(parcels) }
    }

    /// Why a rendered message stays here after all.
    private func obstacle(to departure: Departure) -> String? {
        if recalledEarly.remove(departure.attempt) != nil { return "taken back before it was handed over" }
        return channels[departure.facts.route] == nil ? "the route is not open in this configuration" : nil
    }

    private func giveBack(_ departure: Departure, because why: String) {
        let evidence = DeliveryEvidence(stage: "connecting", text: why)
        let report = AttemptReport(attempt: departure.attempt, result: .recalled, evidence: evidence)
        inbox.receive([report], from: departure.facts.route)
    }

    private func abandon(_ attempt: AttemptID, _ flight: Flight, _ failure: RenderFailure) {
        flights[attempt] = nil
        recalledEarly.remove(attempt)
        if attempt == suspect { suspectLanded() }
        let evidence = DeliveryEvidence(stage: "rendering", text: failure.words)
        board.note(
            AttemptReport(attempt: attempt, result: .recalled, evidence: evidence), of: flight, at: clock.gateTime,
            chance: chance())
        // Once a template has failed too often, what of it is under way is held too.
        let fate = renderFailures.failing[flight.facts.template].map(Settlement.Fate.held) ?? .failed(failure.reason)
        settled.append(
            Settlement(attempt: attempt, job: flight.facts.key, slot: flight.slot, fate: fate, evidence: evidence))
        settledRoutes.insert(flight.facts.route)
        if renderFailures.failed(flight.facts.template, failure) {
            log.error(
                "template \(flight.facts.template) failed \(RenderFailures.limit) times in a row and is held: \(failure.words)"
            )
        }
        inbox.bell.ring()
    }
}

/// Why a job could not become a message.
public struct RenderFailure: Error, Hashable, Sendable {
    public var reason: FailureReason
    /// For `detail`; no personal data.
    public var words: String
    public init(_ reason: FailureReason, _ words: String) { (self.reason, self.words) = (reason, words) }
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
