// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Store

/// Whom a task asks somebody to contact, and by which way, as far as that is still known: its outcomes name the
/// provider's contact.
struct TaskAim: Hashable, Sendable {
    /// Nil: not known.
    var channel: ContactChannel?
    var address: ContactAddress

    /// By its record, while that is kept.
    init?(record: [UInt8]) {
        let members = (try? JSONValue.parse(record))?.object
        guard let word = members?["task"]?.object?["intended_channel"]?.string,
            let channel = ContactChannel(rawValue: word)
        else { return nil }
        let field = channel.usesPhone ? "phone" : "email"
        guard let text = members?["to"]?.object?[field]?.string,
            let address = try? ContactAddress(anySpelling: text)
        else { return nil }
        (self.channel, self.address) = (channel, address)
    }

    /// By a consent that its decision looked at.
    init?(_ consent: ConsentRecord) {
        guard let address = consent.address else { return nil }
        (channel, self.address) = (consent.event.channel, address)
    }

    /// An address under which the task was found.
    init(of address: ContactAddress) { (channel, self.address) = (nil, address) }

    /// `a contact by sms, at +33612345679`
    var words: String { "a contact\(channel.map { " by \($0.rawValue)" } ?? ""), at \(address)" }

    var members: [JSONObject.Member] {
        [
            JSONObject.Member("intended_channel", .text(channel?.rawValue)),
            JSONObject.Member("contact", .string(address.description)),
        ]
    }
}

extension Outcome {
    /// Numbers of the consents that its decision looked at, the grant first.
    var consentsSeen: [Int64] {
        let rules = (decision?.object?["rules"]?.array ?? []).compactMap(\.object)
        let saw = rules.first { $0["rule"]?.string == "consent" }?["saw"]?.object
        return ["in", "out", "asked"].compactMap { saw?[$0]?.number?.int.map(Int64.init) }
    }
}
