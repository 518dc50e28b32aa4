// SPDX-License-Identifier: Apache-2.0
//
// `[auth]`: secrets are named, never written down.

import StrictTOML

struct AuthReader {
    let context: ReadingContext

    static let types = ["none", "basic", "bearer", "header", "oauth2", "jwt", "sigv4", "standard_webhooks"]

    func read(_ table: inout StrictTable) -> AuthDescription? {
        switch table.required("type", .word(of: Self.types)) {
        case "none": return AuthDescription.none
        case "basic": return basic(&table)
        case "bearer": return secret("token", &table).map { .bearer(.init(token: $0)) }
        case "header": return header(&table)
        case "oauth2": return oauth2(&table)
        case "jwt": return jwt(&table)
        case "sigv4": return sigv4(&table)
        case "standard_webhooks": return secret("secret", &table).map { .standardWebhooks(.init(secret: $0)) }
        default:
            // What else stands there is judged when the type is known.
            for (key, _) in table.item.members { _ = table.raw(key) }
            return nil
        }
    }

    // MARK: Values

    private var scope: ExpressionScope { context.scope(.authenticate, noSecrets: nil) }

    private func plain(_ key: String, _ table: inout StrictTable) -> Expression? {
        table.required(key, context.expression(scope))
    }

    private func optional(_ key: String, _ table: inout StrictTable) -> Expression? {
        table.optional(key, context.expression(scope))
    }

    /// A value that is a secret, so no constant: what is written here everybody reads.
    private func secret(_ key: String, _ table: inout StrictTable, emptyAllowed: Bool = false) -> Expression? {
        guard let expression = plain(key, &table) else { return nil }
        return checked(expression, key, table, emptyAllowed)
    }

    private func optionalSecret(_ key: String, _ table: inout StrictTable) -> Expression? {
        guard let expression = optional(key, &table) else { return nil }
        return checked(expression, key, table, false)
    }

    private func checked(_ expression: Expression, _ key: String, _ table: StrictTable, _ emptyAllowed: Bool)
        -> Expression?
    {
        switch expression.source {
        case .name(.secret): return expression
        case .constant(let value) where emptyAllowed && value.text.utf8.count <= 1: return expression
        default:
            table.complain(
                "is a secret and must not stand here: declare it under [secrets] and write \"$secrets.NAME\"",
                about: key)
            return nil
        }
    }

    private static let lifetimes = Duration.seconds(10)...Duration.seconds(86_400)

    // MARK: Types

    private func basic(_ table: inout StrictTable) -> AuthDescription? {
        let username = plain("username", &table)
        // Some take their key as the name, with nothing (or a mere x) as the password.
        let isKeyAsName = if case .name(.secret) = username?.source { true } else { false }
        let password = secret("password", &table, emptyAllowed: isKeyAsName)
        guard let username, let password else { return nil }
        return .basic(.init(username: username, password: password))
    }

    private func header(_ table: inout StrictTable) -> AuthDescription? {
        let name = table.required("name", .text)
        let value = secret("value", &table)
        if let name, !HeaderRules.isName(name) { table.complain("is no name of a header", about: "name") }
        guard let name, let value else { return nil }
        return .header(.init(name: name, value: value))
    }

    private func oauth2(_ table: inout StrictTable) -> AuthDescription? {
        let grant = self.grant(&table)
        let url = table.required("token_url", URLTemplate.shape(context))
        let clientID = optional("client_id", &table)
        let clientSecret = optionalSecret("client_secret", &table)
        let scope = optional("scope", &table)
        let clientAuth = table.optional("client_auth", TOMLShape<AuthDescription.ClientAuth>.word) ?? .form
        let scheme = table.optional("scheme", .text) ?? "Bearer"
        let base = table.optional("base_url_from", .text)
        var audience: Expression?
        if case .jwtBearer = grant {} else { audience = optional("audience", &table) }
        if !HeaderRules.isName(scheme) { table.complain("must be one word", about: "scheme") }
        guard let grant, let url else { return nil }
        if case .jwtBearer = grant {
        } else if clientID == nil, !table.has("client_id") {
            table.complain("\"client_id\" is missing")
        }
        return .oauth2(
            .init(
                grant: grant, tokenURL: url, clientID: clientID, clientSecret: clientSecret, scope: scope,
                audience: audience, clientAuth: clientAuth, scheme: scheme, baseURLFrom: base))
    }

    private func grant(_ table: inout StrictTable) -> AuthDescription.Grant? {
        switch table.required("grant", .word(of: ["client_credentials", "refresh_token", "jwt_bearer"])) {
        case "client_credentials": return .clientCredentials
        case "refresh_token": return secret("refresh_token", &table).map(AuthDescription.Grant.refreshToken)
        case "jwt_bearer":
            let issuer = plain("issuer", &table)
            let subject = plain("subject", &table)
            let audience = plain("audience", &table)
            let key = secret("private_key", &table)
            let lifetime = table.optional("lifetime", .duration(in: Self.lifetimes)) ?? .seconds(180)
            guard let issuer, let subject, let audience, let key else { return nil }
            return .jwtBearer(
                .init(issuer: issuer, subject: subject, audience: audience, privateKey: key, lifetime: lifetime))
        default: return nil
        }
    }

    private func jwt(_ table: inout StrictTable) -> AuthDescription? {
        let algorithm = table.optional("algorithm", TOMLShape<AuthDescription.JWT.Algorithm>.word) ?? .rs256
        let key = secret("key", &table)
        let keyID = optional("key_id", &table)
        let lifetime = table.optional("lifetime", .duration(in: Self.lifetimes)) ?? .seconds(900)
        var claims: [NamedExpression] = []
        table.table("claims") { inner in
            for (name, _) in inner.item.members {
                if ["iat", "exp", "jti"].contains(name) {
                    inner.complain("is set when the token is signed", about: name)
                }
                let scope = context.scope(
                    .authenticate, noSecrets: "a token can be read by whoever sees it", lists: true)
                guard let value = inner.optional(name, context.expression(scope)) else { continue }
                claims.append(NamedExpression(name, value))
            }
        }
        return key.map { .jwt(.init(algorithm: algorithm, key: $0, keyID: keyID, claims: claims, lifetime: lifetime)) }
    }

    private func sigv4(_ table: inout StrictTable) -> AuthDescription? {
        let service = plain("service", &table)
        let region = plain("region", &table)
        let accessKey = plain("access_key", &table)
        let secretKey = secret("secret_key", &table)
        let sessionToken = optionalSecret("session_token", &table)
        guard let service, let region, let accessKey, let secretKey else { return nil }
        return .sigv4(
            .init(
                service: service, region: region, accessKey: accessKey, secretKey: secretKey, sessionToken: sessionToken
            ))
    }
}

extension URLTemplate {
    /// `https://{settings.region}.example.com/v1`; the settings it names must be declared.
    static func shape(_ context: ReadingContext) -> TOMLShape<URLTemplate> {
        TOMLShape<String>.text.refined("an https:// URL, as \"https://{settings.region}.example.com\"") {
            (text, item) throws(TOMLComplaint) in
            let template = try URLTemplate(text, context, item)
            let sample = template.pieces.map { if case .literal(let text) = $0 { text } else { "x" } }.joined()
            guard sample.hasPrefix("https://"), URLShape.base(sample) != nil else { return nil }
            return template
        }
    }

    private init(_ text: String, _ context: ReadingContext, _ item: TOMLItem) throws(TOMLComplaint) {
        pieces = []
        var rest = text[...]
        while !rest.isEmpty {
            let literal = rest.prefix { $0 != "{" }
            if !literal.isEmpty { pieces.append(.literal(String(literal))) }
            rest = rest[literal.endIndex...]
            guard let open = rest.first, open == "{" else { break }
            guard let end = rest.firstIndex(of: "}") else { throw TOMLComplaint("the closing } is missing") }
            let inside = rest[rest.index(after: rest.startIndex)..<end]
            let name = inside.hasPrefix("settings.") ? String(inside.dropFirst(9)) : ""
            guard let setting = context.settings[name], setting.kind == .string else {
                let near = Wording.suggestion(
                    for: String(inside), among: context.settings.keys.map { "settings.\($0)" })
                throw TOMLComplaint("{\(inside)} is no setting that is a string\(near)")
            }
            guard setting.isRequired || setting.fallback != nil else {
                throw TOMLComplaint("settings.\(name) must be required, or have a default, to stand in a URL")
            }
            pieces.append(.setting(name))
            rest = rest[rest.index(after: end)...]
        }
    }
}
