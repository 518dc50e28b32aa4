// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Providers
import Settings
import Transport

/// What a route's settings say of its account, as the parts that carry it want it.
///
/// Two routes with the same provider, base URL and secrets are two accounts in this version: each fetches a token of its
/// own, and renews it at its own time. Where a provider lets only one token live, such an account wants one route.
struct HTTPAccount: Sendable {
    let name: String
    let provider: Provider
    let options: HTTPClientOptions
    /// Most requests given to the client at once: what is over waits where it can be recalled, and is signed when it goes.
    let limit: Int
    let secrets: AccountSecrets

    init(_ route: RouteSettings, _ provider: Provider, _ source: @escaping SecretSource) {
        guard case .http(let settings) = route.transport else { preconditionFailure("\(route.name) is no HTTP route") }
        (name, self.provider) = (route.name, provider)
        options = HTTPClientOptions(settings, connections: max(1, route.connections))
        limit =
            switch settings.version {
            case .http11: options.connections
            case .http2: route.window
            }
        secrets = AccountSecrets(settings.secrets, source)
    }
}

/// The secrets by their names in the provider's description.
struct AccountSecrets: Sendable {
    private let references: [String: SecretReference]
    private let source: SecretSource

    init(_ references: [String: SecretReference], _ source: @escaping SecretSource) {
        (self.references, self.source) = (references, source)
    }

    struct Missing: Error, CustomStringConvertible {
        let name: String
        var description: String { "the route has no secret \"\(name)\"" }
    }

    /// Each is read at most once for as long as the look-up is held: not longer than a turn, so that a new one is seen.
    func forOneTurn() -> SecretLookUp {
        var read: [String: String] = [:]
        return { name in
            if let secret = read[name] { return secret }
            guard let reference = references[name] else { throw Missing(name: name) }
            let secret = try source(reference)
            read[name] = secret
            return secret
        }
    }
}

extension HTTPClientOptions {
    init(_ settings: HTTPSettings, connections: Int) {
        self.init()
        self.connections = connections
        version =
            switch settings.version {
            case .http11: .http11
            case .http2: .http2
            }
        (caFile, clientCertificate, clientKey) = (settings.caFile, settings.clientCertificate, settings.clientKey)
        (proxy, allowsPrivateNetwork) = (settings.proxy, settings.allowsPrivateNetwork)
        (connectTimeout, answerTimeout) = (settings.connectTimeout, settings.answerTimeout)
    }
}
