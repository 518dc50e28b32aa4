// SPDX-License-Identifier: Apache-2.0
//
// Signing as Standard Webhooks has it (standard-webhooks specification, "Signature scheme", symmetric): HMAC-SHA256 over
// `id.timestamp.body`, in base64 behind `v1,`. A value; the secrets are decoded once.

import Cryptography
import GatewayModel

/// One receiver's secrets. While they are being exchanged there are several, and every one signs.
struct StandardWebhookSigner: Sendable {
    private let keys: [KeyedDigest]

    /// Of the decoded secret (specification, "Signature scheme": 24 to 64 bytes).
    static let keyLengths = 24...64

    enum SecretProblem: Error, Hashable, Sendable, CustomStringConvertible {
        case empty
        case notBase64
        case length(Int)

        var description: String {
            switch self {
            case .empty: "is empty"
            case .notBase64: "is no base64 behind `whsec_`; several secrets stand with a blank between them"
            case .length(let bytes):
                "decodes to \(bytes) bytes: Standard Webhooks has \(keyLengths.lowerBound) to \(keyLengths.upperBound)"
            }
        }
    }

    /// Secrets with blanks between them, each base64 with or without `whsec_` before it.
    init(secrets: String) throws(SecretProblem) {
        var keys: [KeyedDigest] = []
        for secret in secrets.split(whereSeparator: \.isWhitespace) {
            let digits = secret.hasPrefix("whsec_") ? secret.dropFirst(6) : secret
            guard let key = [UInt8](base64: String(digits)) else { throw .notBase64 }
            guard Self.keyLengths.contains(key.count) else { throw .length(key.count) }
            keys.append(KeyedDigest(key: key))
        }
        guard !keys.isEmpty else { throw .empty }
        self.keys = keys
    }

    /// - Parameter id: The same at every attempt at the same message, so that the receiver can tell; without a point.
    func headers(id: String, body: [UInt8], at now: Instant) -> [HeaderField] {
        let signed = Array("\(id).\(now.seconds).".utf8) + body
        return [
            HeaderField("webhook-id", id), HeaderField("webhook-timestamp", String(now.seconds)),
            HeaderField("webhook-signature", keys.map { "v1,\($0.of(signed).base64)" }.joined(separator: " ")),
        ]
    }
}
