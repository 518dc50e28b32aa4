// SPDX-License-Identifier: Apache-2.0
//
// Shows a provider who asks: one account's authentication, as its description says. A value without I/O, owned by the
// route it serves and used on that route's thread alone.
//
// The channel's part: `tokenRequest` before a request; where there is one, send it (one at a time for all that wait) and
// give its answer to `tokenAnswer`. Then `headers`. After a refusal ask `clockHint` first, then `canRenew`.

import Cryptography
import GatewayModel

public struct Authenticator: Sendable {
    private let provider: Provider
    private let description: AuthDescription
    /// Of OAuth 2 alone.
    private var keeper: TokenKeeper?
    private var bearer = SelfSignedBearer()
    private var signer: SigV4Signer?
    private var webhook: (secret: String, signer: StandardWebhookSigner)?
    private var clock = ClockOffset()

    public init(_ description: AuthDescription, provider: Provider) {
        (self.description, self.provider) = (description, provider)
        if case .oauth2(let oauth) = description { keeper = TokenKeeper(oauth, provider) }
    }

    // MARK: Tokens

    /// What must be had first; nil where a request can be signed now. Due 60 s before a token's end.
    public mutating func tokenRequest(now: Instant, secrets: SecretLookUp) throws(AuthMistake) -> TokenRequest? {
        guard keeper?.isDue(now: now) == true else { return nil }
        return try withoutActuallyEscaping(secrets) { secrets throws(AuthMistake) -> TokenRequest? in
            try keeper?.request(AuthValues(provider: provider, secrets: secrets, now: now))
        }
    }

    /// What came of it.
    public mutating func tokenAnswer(_ answer: HTTPAnswer, now: Instant) -> TokenVerdict {
        keeper?.take(answer, now: now) ?? .have
    }

    /// A request was answered 401: the token it carried is forgotten.
    public mutating func tokenRejected() {
        keeper?.forget()
        bearer.forget()
    }

    /// Whether a 401 is worth one new token.
    public var canRenew: Bool {
        switch description {
        case .oauth2, .jwt: true
        case .none, .basic, .bearer, .header, .sigv4, .standardWebhooks: false
        }
    }

    /// A refresh token that the provider put in the place of the configured one (RFC 6749 section 6). It is used from
    /// then on, for as long as this process runs and the configured one stays the same; whoever restarts needs it in the
    /// configuration. The channel says in the log that there is one, never what it is.
    public var rotatedRefreshToken: String? { keeper?.rotatedRefreshToken }

    /// Where requests go, where the token's answer named it (Salesforce's `instance_url`); without a slash at its end.
    /// Nil where the operator's own base URL stands.
    public var baseURL: String? { keeper?.baseURL }

    // MARK: Requests

    /// The headers that one request needs, over its exact bytes.
    ///
    /// - Parameter url: base URL and target, as it will be asked for.
    public mutating func headers(
        for request: RequestLoad, url: String, now: Instant, secrets: SecretLookUp
    ) throws(AuthMistake) -> [HeaderField] {
        try withoutActuallyEscaping(secrets) { secrets throws(AuthMistake) -> [HeaderField] in
            let values = AuthValues(provider: provider, secrets: secrets, now: now, reference: request.reference)
            switch description {
            case .none: return []
            case .basic(let basic): return [try Self.header(basic, values)]
            case .bearer(let bearer):
                return [HeaderField("Authorization", "Bearer \(try values.headerText(bearer.token, "token"))")]
            case .header(let header): return [HeaderField(header.name, try values.headerText(header.value, "value"))]
            case .oauth2(let oauth):
                guard let token = keeper?.token(now: now) else { throw AuthMistake("there is no access token") }
                return [HeaderField("Authorization", "\(oauth.scheme) \(token)")]
            case .jwt(let jwt): return [try selfSigned(jwt, values)]
            case .sigv4(let aws): return try signed(request, url, aws, values)
            case .standardWebhooks(let hooks): return try signed(request, hooks, values)
            }
        }
    }

    /// RFC 7617 section 2, in UTF-8.
    private static func header(_ basic: AuthDescription.Basic, _ values: AuthValues) throws(AuthMistake) -> HeaderField
    {
        let name = try values.text(basic.username, "username")
        let password = try values.text(ifThere: basic.password) ?? ""
        guard !name.contains(":") else { throw AuthMistake("auth.username holds a colon (RFC 7617 section 2)") }
        guard "\(name)\(password)".utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw AuthMistake("auth.username or auth.password holds a line end or another control character")
        }
        return HeaderField("Authorization", "Basic \(Array("\(name):\(password)".utf8).base64)")
    }

    private mutating func selfSigned(
        _ jwt: AuthDescription.JWT, _ values: AuthValues
    ) throws(AuthMistake) -> HeaderField {
        var claims = JSONObject()
        for claim in jwt.claims {
            if let value = try values.json(claim.value) { claims.members.append(.init(claim.name, value)) }
        }
        let token = try bearer.token(
            claims, pem: try values.text(jwt.key, "key"), keyID: try values.text(ifThere: jwt.keyID),
            lifetime: jwt.lifetime, now: clock.applied(to: values.now))
        return HeaderField("Authorization", "Bearer \(token)")
    }

    private mutating func signed(
        _ request: RequestLoad, _ url: String, _ aws: AuthDescription.SigV4, _ values: AuthValues
    ) throws(AuthMistake) -> [HeaderField] {
        let (service, region) = (try values.text(aws.service, "service"), try values.text(aws.region, "region"))
        var credentials = AWSCredentials(
            accessKey: try values.headerText(aws.accessKey, "access_key"),
            secretKey: try values.headerText(aws.secretKey, "secret_key"))
        if let token = aws.sessionToken, try values.text(ifThere: token) != nil {
            credentials.sessionToken = try values.headerText(token, "session_token")
        }
        guard let host = PublicAddress.hostHeader(of: url) else { throw AuthMistake("the URL names no host") }
        var signer = signer ?? SigV4Signer(service: service, region: region)
        if signer.service != service || signer.region != region {
            signer = SigV4Signer(service: service, region: region)
        }
        defer { self.signer = signer }
        let bytes = SigV4Request(
            method: request.method, target: PublicAddress.path(of: url), host: host, contentType: request.contentType,
            headers: request.headers, body: request.body)
        return signer.headers(for: bytes, as: credentials, at: clock.applied(to: values.now))
    }

    private mutating func signed(
        _ request: RequestLoad, _ hooks: AuthDescription.StandardWebhooks, _ values: AuthValues
    ) throws(AuthMistake) -> [HeaderField] {
        let secret = try values.text(hooks.secret, "secret")
        let signer: StandardWebhookSigner
        if let webhook, webhook.secret == secret {
            signer = webhook.signer
        } else {
            do { signer = try StandardWebhookSigner(secrets: secret) } catch {
                throw AuthMistake("auth.secret \(error)")
            }
            webhook = (secret, signer)
        }
        return signer.headers(
            id: request.purpose.messageID(request.reference), body: request.body, at: clock.applied(to: values.now))
    }

    // MARK: The clock

    /// Looks at an answer that refuses a request: where its Date shows our clock to be off by more than 60 s, and the
    /// refusal can come of that, times are signed with that offset from now on.
    ///
    /// - Returns: Whether that is worth one more try of the same request.
    public mutating func clockHint(_ answer: HTTPAnswer, now: Instant) -> Bool {
        let isTimely =
            switch description {
            case .sigv4: answer.mayBlameTheClockOfSigV4
            case .jwt, .standardWebhooks: [400, 401, 403].contains(answer.status)
            case .none, .basic, .bearer, .header, .oauth2: false
            }
        guard isTimely, clock.learn(from: answer, now: now) else { return false }
        bearer.forget()
        return true
    }
}

extension RequestLoad.Purpose {
    /// `webhook-id`: a create's is the job's token, the same at every attempt. What changes or asks about it is another
    /// message, which a receiver must not take for one it has seen.
    fileprivate func messageID(_ reference: String) -> String {
        switch self {
        case .create: reference
        case .amend: "\(reference)-amend"
        case .inquire: "\(reference)-inquire"
        }
    }
}
