// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Settings

/// For staging: every message goes to one address instead, unless its own is allowed (CONTRACT 5, `[sandbox]`).
struct Sandbox: Sendable {
    private let settings: SandboxSettings?

    init(_ settings: SandboxSettings?) { self.settings = settings }

    /// Who gets the envelope; the header keeps naming whom it was for. Nil where there is no address to redirect to:
    /// doubt never means that it goes to the recipient.
    func envelope(for recipient: EmailAddress) -> EmailAddress? {
        guard let settings,
            !settings.allow.contains(where: { Self.matches(recipient.normalised, pattern: $0.lowercased()) })
        else { return recipient }
        return settings.redirect[.email].flatMap { EmailAddress($0) }
    }

    /// `*` stands for any run of characters, once.
    static func matches(_ address: String, pattern: String) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return address == pattern }
        let (head, tail) = (pattern[..<star], pattern[pattern.index(after: star)...])
        return address.utf8.count >= head.utf8.count + tail.utf8.count && address.hasPrefix(head)
            && address.hasSuffix(tail)
    }
}
