// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// Somebody who gets messages. Addresses have several spellings, of which the same mailbox or telephone knows nothing.
struct Person: Sendable {
    var number: Int
    var home: Home
    var homeNumber: Int
    var id: String { "p\(number)" }
    var email: EmailAddress
    /// Spellings of the same mailbox, as other people's lists have it.
    var mailboxes: [String]
    var phone: PhoneNumber?
    var telephones: [String]

    init(_ number: Int, _ dice: inout Dice) {
        (self.number, homeNumber) = (number, number % Home.all.count)
        home = Home.all[homeNumber]
        // Some share the mailbox of who came before them.
        let owner = number % 17 == 5 ? number - 1 : number
        switch owner % 9 {
        case 3, 4:
            (email, mailboxes) = (
                EmailAddress("gm.n\(owner)+news@gmail.com")!,
                ["gmn\(owner)@gmail.com", "g.m.n\(owner)@googlemail.com", "GMN\(owner)+x@gmail.com"]
            )
        case 6: (email, mailboxes) = (EmailAddress("n\(owner)@broken.test")!, ["N\(owner)@broken.test"])
        default: (email, mailboxes) = (EmailAddress("N\(owner)@post.test")!, ["n\(owner)@post.test"])
        }
        guard let prefix = home.phone else {
            (phone, telephones) = (nil, [])
            return
        }
        let width = prefix.hasPrefix("52") || prefix.hasPrefix("549") ? 13 : prefix.hasPrefix("1") ? 11 : 12
        let digits = String(String(100_000_000 + number).suffix(max(4, width - prefix.count)))
        let text = "+" + prefix + digits
        (phone, telephones) = (PhoneNumber(text)!, [text])
        if prefix.hasPrefix("521") { telephones = ["+52" + text.dropFirst(4)] }
        if prefix.hasPrefix("549") { telephones = ["+54" + text.dropFirst(4)] }
    }

    func address(_ channel: ContactChannel) -> ContactAddress? {
        channel == .email ? .email(email.normalised) : phone.map { .phone($0.description) }
    }
    func rules(_ channel: ContactChannel) -> PlainRules { channel == .email ? home.email : home.sms }
    /// What tells mailboxes and telephones apart, whatever their spelling.
    func mark(_ channel: ContactChannel) -> String {
        channel == .email ? mailboxes[0].lowercased() : telephones.first ?? "none"
    }
}

/// What is sent by a campaign.
struct Campaign: Sendable {
    var name: String
    var brand: String
    var topic: String
    var channel: ChannelKind

    static let all = [
        Campaign(name: "spring", brand: "acme", topic: "news", channel: .email),
        Campaign(name: "summer", brand: "acme", topic: "offers", channel: .sms),
        Campaign(name: "autumn", brand: "nova", topic: "news", channel: .sms),
        Campaign(name: "winter", brand: "solo", topic: "offers", channel: .email),
        Campaign(name: "loyal", brand: "acme", topic: "offers", channel: .email),
    ]
    var contact: ContactChannel { channel == .email ? .email : .sms }
}

/// A job as the simulation knows it.
struct Errand: Sendable {
    var number: Int
    var person: Int
    var namesPerson: Bool
    var channel: ContactChannel
    var isTransactional: Bool
    var brand: String
    var topic: String
    var campaign: String
    var notBefore: Instant?
    var expiresAt: Instant?
    var id: String { "j\(number)" }
}
