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
        let load = try load(message, provider, secrets)
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

    private func load(
        _ message: ProviderMessage, _ provider: Provider, _ secrets: SecretLookUp
    ) throws(RenderFailure) -> RequestLoad {
        do throws(RequestMistake) {
            switch departure.errand {
            case .send: return try provider.request(for: message, now: launchedAt, secrets: secrets)
            case .inquire(let since):
                let load = try provider.inquiry(for: message, since: since, now: launchedAt, secrets: secrets)
                if let load { return load }
            }
        } catch {
            throw RenderFailure(error.blame == .message ? .content : .configuration, error.words)
        }
        throw RenderFailure(.configuration, "the provider cannot be asked any more")
    }
}
