// SPDX-License-Identifier: Apache-2.0
//
// AWS Signature Version 4 in the Authorization header (AWS IAM User Guide, "Create a signed AWS API request", steps 2 to
// 5). A value: the time is passed in, and the same input always gives the same signature. It keeps the day's signing key.

import Cryptography
import GatewayModel

/// Who signs. Temporary credentials carry a session token.
struct AWSCredentials: Hashable, Sendable {
    var accessKey: String
    var secretKey: String
    var sessionToken: String?
}

/// Signs for one service in one region.
struct SigV4Signer: Sendable {
    /// AWS's signing name, as `sms-voice` or `sns`.
    let service: String
    let region: String

    private static let algorithm = "AWS4-HMAC-SHA256"

    /// Derived for one day, and good for that day, that secret, this region and service.
    private struct DayKey: Sendable {
        var day: String
        var secretKey: String
        var key: KeyedDigest
    }
    private var dayKey: DayKey?

    init(service: String, region: String) { (self.service, self.region) = (service, region) }

    /// The headers the request still needs: its time, the session token, and the signature over all of it.
    mutating func headers(
        for request: SigV4Request, as credentials: AWSCredentials, at now: Instant
    ) -> [HeaderField] {
        let time = Self.basicTime(now)
        var added = [HeaderField("X-Amz-Date", time)]
        if let token = credentials.sessionToken { added.append(HeaderField("X-Amz-Security-Token", token)) }
        var request = request
        request.headers += added
        let scope = "\(time.prefix(8))/\(region)/\(service)/aws4_request"
        let toSign = "\(Self.algorithm)\n\(time)\n\(scope)\n\(SHA256Digest.of(request.canonical).hex)"
        let signature = signingKey(on: String(time.prefix(8)), secretKey: credentials.secretKey).of(toSign).hex
        let value =
            "\(Self.algorithm) Credential=\(credentials.accessKey)/\(scope), "
            + "SignedHeaders=\(SigV4Request.names(of: request.signedHeaders)), Signature=\(signature)"
        return added + [HeaderField("Authorization", value)]
    }

    private mutating func signingKey(on day: String, secretKey: String) -> KeyedDigest {
        if let dayKey, dayKey.day == day, dayKey.secretKey == secretKey { return dayKey.key }
        var key = KeyedDigest(key: Array("AWS4\(secretKey)".utf8))
        for part in [day, region, service, "aws4_request"] { key = KeyedDigest(key: key.of(part)) }
        dayKey = DayKey(day: day, secretKey: secretKey, key: key)
        return key
    }

    /// `20150830T123600Z`: ISO 8601's basic form, in UTC.
    private static func basicTime(_ instant: Instant) -> String {
        LocalTime(utc: instant).description.filter { $0 != "-" && $0 != ":" } + "Z"
    }
}
