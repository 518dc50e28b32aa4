// SPDX-License-Identifier: Apache-2.0
//
// AuthWords: how a request will be authenticated, shown without any secret: `‹auth_token›` stands for it, and for what
// is made of it.

import GatewayModel
import Providers

struct AuthWords {
    /// What is added to the request.
    private(set) var headers: [HeaderField] = []
    /// What has to be fetched first.
    private(set) var first: String?

    /// A secret's stand-in.
    static func mask(_ name: String) -> String { "‹\(name)›" }

    init(_ auth: AuthDescription, settings: [String: ProviderSetting], reference: String) {
        let shown = { (expression: Expression) in expression.masked(settings) }
        switch auth {
        case .none: break
        case .basic(let basic):
            authorization("Basic ‹base64 of \(shown(basic.username)):\(shown(basic.password))›")
        case .bearer(let bearer): authorization("Bearer \(shown(bearer.token))")
        case .header(let header): headers.append(HeaderField(header.name, shown(header.value)))
        case .oauth2(let oauth2):
            let address = oauth2.tokenURL.text(with: settings)
            authorization("\(oauth2.scheme) ‹access token›")
            first = "a token is fetched first, and kept: POST \(address) (\(oauth2.grant.word))"
        case .jwt(let jwt): authorization("Bearer ‹JWT signed with \(shown(jwt.key))›")
        case .sigv4(let sigv4):
            authorization(
                "AWS4-HMAC-SHA256 ‹signature for \(shown(sigv4.service)) in \(shown(sigv4.region)), by \(shown(sigv4.secretKey))›"
            )
        case .standardWebhooks(let webhooks):
            headers.append(HeaderField("webhook-id", reference))
            headers.append(HeaderField("webhook-timestamp", "‹time of sending›"))
            headers.append(HeaderField("webhook-signature", "‹v1 signature by \(shown(webhooks.secret))›"))
        }
    }

    private mutating func authorization(_ value: String) { headers.append(HeaderField("Authorization", value)) }
}

extension AuthDescription {
    /// As `[auth] type` has it.
    var word: String {
        switch self {
        case .none: "none"
        case .basic: "basic"
        case .bearer: "bearer"
        case .header: "header"
        case .oauth2(let oauth2): "oauth2, \(oauth2.grant.word)"
        case .jwt: "jwt"
        case .sigv4: "sigv4"
        case .standardWebhooks: "standard_webhooks"
        }
    }
}

extension AuthDescription.Grant {
    fileprivate var word: String {
        switch self {
        case .clientCredentials: "client_credentials"
        case .refreshToken: "refresh_token"
        case .jwtBearer: "jwt_bearer"
        }
    }
}

extension URLTemplate {
    /// `{settings.x}` where the setting is not known.
    func text(with settings: [String: ProviderSetting]) -> String {
        pieces.map { piece in
            switch piece {
            case .literal(let text): text
            case .setting(let name): settings[name]?.text ?? "{settings.\(name)}"
            }
        }.joined()
    }
}

extension Expression {
    /// Settings as they are, secrets masked, what is put before and behind them.
    fileprivate func masked(_ settings: [String: ProviderSetting]) -> String {
        var text = source.masked(settings)
        for step in steps {
            switch step {
            case .prefix(let before): text = text.map { before + $0 }
            case .suffix(let behind): text = text.map { $0 + behind }
            case .within(let before, let behind): text = text.map { "\(before)\($0)\(behind)" }
            case .or(let name): text = text ?? Source.name(name).masked(settings)
            default: break
            }
        }
        if case .name(.setting(let name)) = source { return text ?? "‹settings.\(name)›" }
        return text ?? "…"
    }
}

extension Expression.Source {
    /// Nil: a setting that is not given.
    fileprivate func masked(_ settings: [String: ProviderSetting]) -> String? {
        switch self {
        case .constant(.text(let text)): text
        case .constant(.integer(let number)): String(number)
        case .constant(.boolean(let flag)): String(flag)
        case .name(.setting(let name)): settings[name]?.text
        case .name(.secret(let name)): AuthWords.mask(name)
        case .constant, .name, .nothing: "…"
        }
    }
}
