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
        allows(recipient.normalised) { $0.lowercased() } ? recipient : redirect(.email).flatMap { EmailAddress($0) }
    }

    /// Who gets the text; nil as above.
    func number(for recipient: PhoneNumber) -> PhoneNumber? {
        allows(recipient.description) { $0 } ? recipient : redirect(.sms).flatMap { PhoneNumber($0) }
    }

    /// Which contact the task is about; nil as above. Ids of contacts are compared letter by letter: some providers'
    /// differ by case alone.
    func contact(for recipient: String) -> String? {
        allows(recipient) { $0 } ? recipient : redirect(.crmTask)
    }

    /// Whether it is in force at all.
    var isOn: Bool { settings != nil }

    private func allows(_ address: String, _ folding: (String) -> String) -> Bool {
        guard let settings else { return true }
        return settings.allow.contains { Self.matches(address, pattern: folding($0)) }
    }

    private func redirect(_ channel: ChannelKind) -> String? { settings?.redirect[channel] }

    /// `*` stands for any run of characters, once.
    static func matches(_ address: String, pattern: String) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return address == pattern }
        let (head, tail) = (pattern[..<star], pattern[pattern.index(after: star)...])
        return address.utf8.count >= head.utf8.count + tail.utf8.count && address.hasPrefix(head)
            && address.hasSuffix(tail)
    }
}
