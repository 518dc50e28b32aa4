// SPDX-License-Identifier: Apache-2.0
//
// RequestMaking: from a text or a task to what its provider is asked, or to the question what became of it.

import GatewayModel
import Providers
import Settings

/// A provider's request, and what the record keeps of its message.
struct RenderedRequest: Sendable {
    var load: RequestLoad
    var isRedirected: Bool
    /// Parts of a text.
    var segments: Int?
}

extension Draft {
    func request(
        to provider: Provider, over http: HTTPSettings, secrets: SecretLookUp
    ) throws(RenderFailure) -> RenderedRequest {
        let (content, isRedirected, segments) = try content(over: http)
        var message = ProviderMessage(content, token: departure.messageToken, messageClass: facts.messageClass)
        (message.brand, message.campaign, message.topic) = (facts.brand, facts.campaign, facts.topic)
        let load = try provider.load(for: departure.errand, message, now: launchedAt, secrets: secrets)
        return RenderedRequest(load: load, isRedirected: isRedirected, segments: segments)
    }

    private func content(
        over http: HTTPSettings
    ) throws(RenderFailure) -> (ProviderMessage.Content, isRedirected: Bool, segments: Int?) {
        switch facts.channel {
        case .sms:
            let (text, isRedirected) = try text(transliterates: http.transliterates)
            return (.text(text), isRedirected, text.segments)
        case .crmTask:
            let (task, isRedirected) = try task()
            return (.task(task), isRedirected, nil)
        case .email: throw RenderFailure(.configuration, "no provider carries e-mail in this version")
        }
    }
}

extension Provider {
    /// What it is asked on that errand.
    func load(
        for errand: Departure.Errand, _ message: ProviderMessage, now: Instant, secrets: SecretLookUp
    ) throws(RenderFailure) -> RequestLoad {
        let load: RequestLoad?
        do throws(RequestMistake) {
            switch errand {
            case .send: load = try request(for: message, now: now, secrets: secrets)
            case .inquire(let since): load = try inquiry(for: message, since: since, now: now, secrets: secrets)
            case .amend: load = nil  // made by `Renderer.amended`
            }
        } catch { throw RenderFailure(error) }
        if let load { return load }
        throw RenderFailure(.configuration, "the provider cannot be asked any more")
    }
}

extension RenderFailure {
    /// The message's fault, or our set-up's.
    init(_ mistake: RequestMistake) {
        self.init(mistake.blame == .message ? .content : .configuration, mistake.words)
    }
}
