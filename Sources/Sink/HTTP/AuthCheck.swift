// SPDX-License-Identifier: Apache-2.0

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
            let text = authorization.hasPrefix("Basic ") ? Base64Text.decoded(authorization.dropFirst(6)) : nil
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

enum Base64Text {
    /// RFC 4648 section 4; nil for anything else.
    static func decoded(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (bits, count) = (UInt32(0), 0)
        for digit in text.utf8.reversed().drop(while: { $0 == UInt8(ascii: "=") }).reversed() {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = digit - 0x41
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = digit - 0x61 + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - 0x30 + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            default: return nil
            }
            (bits, count) = (bits << 6 | UInt32(value), count + 6)
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
