// SPDX-License-Identifier: Apache-2.0
//
// Asking for an access token: the request by grant (RFC 6749 sections 4.4 and 6, RFC 7523 section 2.1).

import Cryptography
import GatewayModel

/// What must be sent to a token endpoint, whole. May be repeated: a token asked for twice is a token.
public struct TokenRequest: Hashable, Sendable {
    /// Absolute.
    public var url: String
    public var method: String
    /// Without Content-Type and Content-Length.
    public var headers: [HeaderField]
    public var contentType: String
    public var body: [UInt8]
}

extension AuthDescription.OAuth2 {
    /// - Parameters:
    ///   - grant: the fields of the grant itself, `grant_type` first.
    ///   - values: of this moment.
    func tokenRequest(url: String, grant: [(String, String)], _ values: AuthValues) throws(AuthMistake) -> TokenRequest
    {
        var fields = grant
        if let scope = try values.text(ifThere: scope) { fields.append(("scope", scope)) }
        if case .clientCredentials = self.grant, let audience = try values.text(ifThere: audience) {
            fields.append(("audience", audience))
        }
        var headers = [HeaderField("Accept", "application/json")]
        let (id, secret) = (try values.text(ifThere: clientID), try values.text(ifThere: clientSecret))
        switch clientAuth {
        case .form:
            if let id { fields.append(("client_id", id)) }
            if let secret { fields.append(("client_secret", secret)) }
        case .basic:
            guard let id, let secret else {
                throw AuthMistake("auth.client_id and auth.client_secret are wanted where client_auth is \"basic\"")
            }
            // Encoded first (RFC 6749 section 2.3.1), so that either may hold a colon.
            let pair = "\(PercentCoding.encode(id)):\(PercentCoding.encode(secret))"
            headers.append(HeaderField("Authorization", "Basic \(Array(pair.utf8).base64)"))
        }
        return TokenRequest(
            url: url, method: "POST", headers: headers, contentType: "application/x-www-form-urlencoded",
            body: FormEncoding.encode(fields.map { (name: $0.0, value: $0.1) }))
    }
}

extension AuthDescription.Assertion {
    /// Signed anew for every token: it must not live long (RFC 7523 section 3).
    func signed(
        at now: Instant, _ key: inout ParsedSigningKey, _ values: AuthValues
    ) throws(AuthMistake) -> String {
        let claims = JSONObject([
            ("iss", .string(try values.text(issuer, "issuer"))),
            ("sub", .string(try values.text(subject, "subject"))),
            ("aud", .string(try values.text(audience, "audience"))),
            ("iat", .integer(now.seconds)),
            ("exp", .integer((now + lifetime).seconds)),
        ])
        let pem = try values.text(privateKey, "private_key")
        return JSONWebToken.signed(claims, with: try key.key(of: pem, "auth.private_key"))
    }
}
