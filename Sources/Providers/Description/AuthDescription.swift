// SPDX-License-Identifier: Apache-2.0
//
// How a provider wants to be shown who asks: `[auth]` of a description. `Auth/` acts on it.

public enum AuthDescription: Hashable, Sendable {
    case none
    case basic(Basic)
    case bearer(Bearer)
    case header(Header)
    case oauth2(OAuth2)
    case jwt(JWT)
    case sigv4(SigV4)
    case standardWebhooks(StandardWebhooks)

    /// RFC 7617.
    public struct Basic: Hashable, Sendable {
        public var username: Expression
        public var password: Expression
    }

    /// RFC 6750.
    public struct Bearer: Hashable, Sendable {
        public var token: Expression
    }

    /// A header of the provider's own.
    public struct Header: Hashable, Sendable {
        /// As the file writes it.
        public var name: String
        public var value: Expression
    }

    /// A token that is fetched first (RFC 6749) and kept until it ends or is refused.
    public struct OAuth2: Hashable, Sendable {
        public var grant: Grant
        public var tokenURL: URLTemplate
        public var clientID: Expression?
        public var clientSecret: Expression?
        public var scope: Expression?
        /// Form field `audience` of the token request; of a JWT bearer grant it stands in the assertion instead.
        public var audience: Expression?
        public var clientAuth: ClientAuth
        /// Before the token in `Authorization`: `Bearer`, of Zoho `Zoho-oauthtoken`.
        public var scheme: String
        /// Member of the token answer that names the base URL from then on, as `instance_url`.
        public var baseURLFrom: String?
    }

    public enum Grant: Hashable, Sendable {
        case clientCredentials
        /// Its refresh token.
        case refreshToken(Expression)
        /// RFC 7523.
        case jwtBearer(Assertion)
    }

    public struct Assertion: Hashable, Sendable {
        public var issuer: Expression
        public var subject: Expression
        public var audience: Expression
        /// PEM.
        public var privateKey: Expression
        public var lifetime: Duration
    }

    public enum ClientAuth: String, Hashable, Sendable, CaseIterable {
        /// `client_id` and `client_secret` as form fields.
        case form
        case basic
    }

    /// A bearer token that we sign ourselves (RFC 7519). `iat`, `exp` and `jti` are added.
    public struct JWT: Hashable, Sendable {
        public enum Algorithm: String, Hashable, Sendable, CaseIterable { case rs256 = "RS256" }
        public var algorithm: Algorithm
        /// PEM.
        public var key: Expression
        /// The header's `kid`.
        public var keyID: Expression?
        /// In the file's order.
        public var claims: [NamedExpression]
        public var lifetime: Duration
    }

    /// AWS Signature Version 4.
    public struct SigV4: Hashable, Sendable {
        public var service: Expression
        public var region: Expression
        public var accessKey: Expression
        public var secretKey: Expression
        public var sessionToken: Expression?
    }

    /// Headers `webhook-id` (the job's token), `webhook-timestamp`, `webhook-signature` (Standard Webhooks 1.0).
    public struct StandardWebhooks: Hashable, Sendable {
        /// `whsec_` and base64; several, separated by blanks, sign each.
        public var secret: Expression
    }
}

/// A header, field, claim or query part with its value.
public struct NamedExpression: Hashable, Sendable {
    public var name: String
    public var value: Expression
    public init(_ name: String, _ value: Expression) { (self.name, self.value) = (name, value) }
}
