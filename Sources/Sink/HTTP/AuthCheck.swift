// SPDX-License-Identifier: Apache-2.0

import Cryptography
import Providers

/// Whether a request shows who asks, in the provider's way. Nobody's password is known here: it only has to be there.
struct AuthCheck {
    let auth: AuthDescription

    /// Headers that must not be written down.
    var secretHeaders: Set<String> {
        if case .header(let header) = auth { [header.name.lowercased(), "authorization"] } else { ["authorization"] }
    }

    /// What is missing; nil where nothing is.
    func lack(in request: SinkRequest) -> String? {
        let authorization = request.header("authorization") ?? ""
        switch auth {
        case .none: return nil
        case .basic:
            let text = authorization.hasPrefix("Basic ") ? [UInt8](base64: String(authorization.dropFirst(6))) : nil
            return text?.contains(UInt8(ascii: ":")) == true ? nil : "Authorization: Basic"
        case .bearer: return Self.lack("Bearer", in: authorization)
        case .oauth2(let rules): return Self.lack(rules.scheme, in: authorization)
        case .jwt:
            let parts = authorization.dropFirst("Bearer ".count).split(separator: ".", omittingEmptySubsequences: true)
            return authorization.hasPrefix("Bearer ") && parts.count == 3 ? nil : "Authorization: Bearer with a JWT"
        case .header(let header):
            return request.header(header.name.lowercased())?.isEmpty == false ? nil : header.name
        case .sigv4:
            let words = ["AWS4-HMAC-SHA256 ", "Credential=", "SignedHeaders=", "Signature="]
            return words.allSatisfy(authorization.contains) && request.header("x-amz-date") != nil
                ? nil : "Authorization: AWS4-HMAC-SHA256, X-Amz-Date"
        case .standardWebhooks:
            let missing = ["webhook-id", "webhook-timestamp", "webhook-signature"].filter {
                request.header($0)?.isEmpty ?? true
            }
            return missing.isEmpty ? nil : missing.joined(separator: ", ")
        }
    }

    private static func lack(_ scheme: String, in authorization: String) -> String? {
        authorization.hasPrefix("\(scheme) ") && authorization.utf8.count > scheme.utf8.count + 1
            ? nil : "Authorization: \(scheme)"
    }
}
