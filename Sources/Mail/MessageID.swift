// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// A mail's identity (RFC 5322 section 3.6.4): the same at every attempt, or one message would count as two.
public struct MessageID: Hashable, Sendable, CustomStringConvertible {
    public let token: String
    /// Lower-case A-labels.
    public let domain: String

    /// Nil unless the token is 1 to 64 of letters, digits, `-`, `_`, `+` and single inner dots.
    public init?(token: String, domain: String) {
        guard (1...64).contains(token.utf8.count), Self.isToken(token), let domain = DomainName.ascii(domain) else {
            return nil
        }
        (self.token, self.domain) = (token, domain)
    }

    /// With the angle brackets that belong to it: `<token@domain>`.
    public var description: String { "<\(token)@\(domain)>" }

    private static func isToken(_ text: String) -> Bool {
        var afterDot = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "."):
                if afterDot { return false }
                afterDot = true
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+"):
                afterDot = false
            default: return false
            }
        }
        return !afterDot
    }
}
