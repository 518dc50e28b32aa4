// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// Whom a reviewer asks about.
enum EvidenceSubject: Hashable, Sendable, CustomStringConvertible {
    case address(ContactAddress)
    /// As producers name the person.
    case person(String)

    /// Reads an address in any spelling, `person:ID`, or `crm:ID`.
    ///
    /// - Throws: exit 65 with what is wrong with it.
    init(_ text: String) throws(CommandFailure) {
        if let id = Self.id(in: text, after: "person:") {
            self = .person(id)
        } else if let id = Self.id(in: text, after: "crm:") {
            self = .address(.crm(id))
        } else {
            do throws(AddressFault) {
                self = .address(try ContactAddress(anySpelling: text))
            } catch {
                throw CommandFailure(
                    .badData, "\"\(TextWidth.shown(text))\" \(error)",
                    advice: "or ask for person:ID, crm:ID, or one message by --job ID")
            }
        }
    }

    /// The recipient of a message; nil where it is erased.
    init?(recipientOf outcome: Outcome) {
        guard let recipient = outcome.recipient, let channel = outcome.channel else { return nil }
        switch channel {
        case .email, .sms:
            guard let address = ContactAddress(recipient) else { return nil }
            self = .address(address)
        case .crmTask: self = .address(.crm(recipient))
        }
    }

    var description: String {
        switch self {
        case .address(.crm(let id)): "crm:\(id)"
        case .address(let address): address.description
        case .person(let id): "person:\(id)"
        }
    }

    private static func id(in text: String, after mark: String) -> String? {
        guard text.hasPrefix(mark), text.utf8.count > mark.utf8.count else { return nil }
        return String(text.dropFirst(mark.count))
    }
}
