// SPDX-License-Identifier: Apache-2.0
//
// JSON Web Tokens that we sign (RFC 7519) in compact form (RFC 7515 section 7.1) with RS256 (RFC 7518 section 3.3).

import Cryptography
import GatewayModel

enum JSONWebToken {
    /// - Parameters:
    ///   - claims: written in their order.
    ///   - keyID: the header's `kid`.
    static func signed(_ claims: JSONObject, with key: RSASigningKey, keyID: String? = nil) -> String {
        var header = [("typ", JSONValue.string("JWT")), ("alg", .string("RS256"))]
        if let keyID { header.append(("kid", .string(keyID))) }
        let content = "\(JSONObject(header).encoded.base64URL).\(claims.encoded.base64URL)"
        return "\(content).\(key.signature(of: Array(content.utf8)).base64URL)"
    }
}

/// A key kept parsed for as long as its text stays the same.
struct ParsedSigningKey: Sendable {
    private var parsed: (pem: String, key: RSASigningKey)?

    /// - Parameter name: what the message calls it, as `auth.private_key`.
    mutating func key(of pem: String, _ name: String) throws(AuthMistake) -> RSASigningKey {
        if let parsed, parsed.pem == pem { return parsed.key }
        do throws(SigningKeyProblem) {
            let key = try RSASigningKey(pem: pem)
            parsed = (pem, key)
            return key
        } catch { throw AuthMistake("\(name) \(error)") }
    }
}

/// A bearer token of our own, used again until a minute before its end: signing costs a thousand times what sending costs.
struct SelfSignedBearer: Sendable {
    private struct Signed: Sendable {
        var token: String
        var claims: JSONObject
        var pem: String
        var keyID: String?
        var from: Instant
        var until: Instant
    }
    private var signed: Signed?
    private var key = ParsedSigningKey()

    mutating func forget() { signed = nil }

    /// - Parameter claims: without `iat`, `exp` and `jti`, which are added.
    mutating func token(
        _ claims: JSONObject, pem: String, keyID: String?, lifetime: Duration, now: Instant
    ) throws(AuthMistake) -> String {
        if let signed, signed.claims == claims, signed.pem == pem, signed.keyID == keyID, signed.from <= now,
            now < signed.until
        {
            return signed.token
        }
        let key = try key.key(of: pem, "auth.key")
        var whole = claims
        whole.members += [
            .init("iat", .integer(now.seconds)), .init("exp", .integer((now + lifetime).seconds)),
            .init("jti", .string(SecureRandom.bytes(16).base32)),
        ]
        let token = JSONWebToken.signed(whole, with: key, keyID: keyID)
        let use = lifetime - AccessToken.margin(of: lifetime)
        signed = Signed(token: token, claims: claims, pem: pem, keyID: keyID, from: now, until: now + use)
        return token
    }
}
