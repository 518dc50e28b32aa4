// SPDX-License-Identifier: Apache-2.0
//
// A description bound to one route: its settings put in, what they alone decide worked out once. Immutable and pure, for
// any thread.

import GatewayModel

/// Gives a secret's value by its name in the description; throws where it cannot be read.
public typealias SecretLookUp = (String) throws -> String

public struct Provider: Sendable {
    public let description: ProviderDescription
    /// Without a slash at its end.
    public let baseURL: String
    /// Nil: no callbacks are asked for.
    public let callbackURL: String?
    let settings: [String: ExpressionValue]
    /// Those the route has.
    let secretNames: Set<String>
    let requests: BoundRequests

    /// - Parameters:
    ///   - secretNames: the secrets that the route names.
    ///   - baseURL: stands in for the description's own.
    /// - Throws: everything wrong with the route's own words.
    public init(
        _ description: ProviderDescription, settings: [String: ProviderSetting], secretNames: Set<String>,
        baseURL: String?, callbackURL: String?
    ) throws(ProviderMistakes) {
        let bound = try ProviderBinding(description, settings, secretNames, baseURL, callbackURL).bound()
        self.description = description
        (self.baseURL, self.callbackURL) = (bound.baseURL, callbackURL)
        (self.settings, self.secretNames, requests) = (bound.settings, secretNames, bound.requests)
    }
}

/// What is wrong with a route's words about its provider, all of it.
public struct ProviderMistakes: Error, Hashable, Sendable {
    public struct Mistake: Hashable, Sendable {
        /// Within the route, as `settings.from`, `secrets.auth_token`, `base_url`, `callback_url`.
        public var key: String
        public var words: String
    }
    public var mistakes: [Mistake]
}

/// Why a request cannot be made from this message.
public struct RequestMistake: Error, Hashable, Sendable {
    public enum Blame: Hashable, Sendable {
        /// The message lacks something or holds what cannot be sent: `content`.
        case message
        /// A secret or setting: `configuration`.
        case configuration
    }
    public var blame: Blame
    /// For people, one line; names keys, never values.
    public var words: String
}
