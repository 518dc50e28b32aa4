// SPDX-License-Identifier: Apache-2.0
//
// AmendmentMaking: from a task that was made to what its provider is asked when its person has said no: with the note before
// the task's own words where the record and the template are still there, else with neither.

import GatewayModel
import Providers
import Settings

extension Renderer {
    /// - Throws: `configuration` where another time may do, any other reason where none will.
    func amended(
        _ departure: Departure, _ amendment: Amendment, _ snapshot: GatewaySnapshot, _ launchedAt: Instant
    ) throws(RenderFailure) -> RenderedDeparture {
        let facts = departure.facts
        guard case .http(let http) = snapshot.settings.route(facts.route)?.transport,
            let provider = snapshot.providers[facts.route]
        else { throw RenderFailure(.configuration, "the route or its provider is not configured any more") }
        try Self.expectNoRedirection(of: amendment, by: Sandbox(snapshot.settings.sandbox))
        let words = words(of: departure, snapshot, launchedAt)
        var content = words ?? TaskContent(title: "", body: "")
        (content.contact, content.intendedChannel) = (amendment.contact, facts.intended)
        var message = ProviderMessage(
            .task(content), token: departure.messageToken, messageClass: facts.messageClass)
        (message.brand, message.campaign, message.topic) = (facts.brand, facts.campaign, facts.topic)
        do throws(RequestMistake) {
            // Without its words the task's text is left alone: the note must not stand in place of it.
            let load = try provider.amendment(
                for: message, taskID: amendment.taskID, note: words == nil ? nil : amendment.note, now: launchedAt,
                secrets: lookUp(in: http))
            if let load { return RenderedDeparture(departure, .request(load)) }
        } catch { throw RenderFailure(error) }
        throw RenderFailure(.refused, "the provider's tasks cannot be closed or annotated")
    }

    /// A staging copy knows the tasks of real people: it leaves them alone.
    private static func expectNoRedirection(of amendment: Amendment, by sandbox: Sandbox) throws(RenderFailure) {
        guard sandbox.isOn else { return }
        if let contact = amendment.contact, sandbox.contact(for: contact) == contact { return }
        throw RenderFailure(.refused, "[sandbox] leaves alone what is about contacts that it does not allow")
    }

    /// As the task was made; it speaks of the same moment. Nil where its record or template is gone.
    private func words(of departure: Departure, _ snapshot: GatewaySnapshot, _ launchedAt: Instant) -> TaskContent? {
        var made = departure
        made.facts.firstAttemptAt = departure.facts.acceptedAt
        return try? draft(made, snapshot, closing: nil, launchedAt).task().content
    }
}
