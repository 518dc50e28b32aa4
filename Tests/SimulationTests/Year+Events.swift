// SPDX-License-Identifier: Apache-2.0
//
// Random consents and suppressions.

import Cryptography
import GatewayModel
import Store

extension Year {
    /// What people have agreed to when the year begins.
    mutating func greet() async throws {
        var consents: [NewConsent] = []
        for person in people.indices {
            for channel in [ContactChannel.email, .sms] where people[person].address(channel) != nil {
                for brand in ["acme", "nova", "solo"] where !dice.permille(60) {
                    consents += sound(person, channel, brand)
                }
            }
        }
        for start in stride(from: 0, to: consents.count, by: 400) {
            try await record(Array(consents[start..<min(start + 400, consents.count)]))
        }
    }

    /// As much as is asked for there, or a little less.
    private mutating func sound(_ person: Int, _ channel: ContactChannel, _ brand: String) -> [NewConsent] {
        let since = now - .seconds(dice.roll(3600..<40_000_000))
        var grant = event(.granted, person, channel, brand, at: since)
        guard !dice.permille(80) else {
            (grant.event.hasWording, grant.event.basis) = (dice.permille(500), .softOptIn)
            return [grant]
        }
        switch people[person].rules(channel).need {
        case .any:
            grant.event.basis = dice.one(of: [.impliedPurchase, .impliedInquiry, .express, .impliedPublished])
            if grant.event.basis == .impliedPurchase, dice.permille(500) {
                let months = dice.roll(12..<24)
                grant.event.basisDay = CalendarDay(year: 2026, month: 1, day: 1 + dice.roll(0..<28))!.adding(
                    months: -months)
            }
        case .express: grant.event.basis = .express
        case .written: grant.event.basis = .expressWritten
        case .confirmed:
            grant.event.type = .requested
            let later = since + .seconds(dice.roll(60..<(dice.permille(100) ? 900_000 : 600_000)))
            var confirmed = event(.confirmed, person, channel, brand, at: min(later, now))
            confirmed.event.basis = .express
            return [grant, confirmed]
        }
        return [grant]
    }

    private func event(
        _ type: ConsentType, _ person: Int, _ channel: ContactChannel, _ brand: String, at occurred: Instant
    ) -> NewConsent {
        var event = ConsentEvent(number: 0, recordedAt: now, occurredAt: occurred, type: type)
        (event.channel, event.brand, event.topics, event.hasWording) = (channel, brand, ["news", "offers"], true)
        return NewConsent(address: people[person].address(channel)!, event: event, details: ConsentDetails())
    }

    /// Anything that may happen to a consent, at any time in the past, also at the same moment as another.
    mutating func consent(of person: Int) -> NewConsent? {
        let channel: ContactChannel = people[person].phone == nil || dice.permille(500) ? .email : .sms
        let brand = dice.one(of: ["acme", "nova", "solo"])
        let known = witness.consents[people[person].address(channel)!] ?? []
        var occurred = dice.permille(600) ? now : now - .seconds(dice.roll(1..<3_000_000))
        if dice.permille(100), let other = known.last { occurred = min(other.occurredAt, now) }
        let type = dice.one(of: [
            ConsentType.withdrawn, .withdrawn, .withdrawn, .objected, .granted, .granted, .granted, .renewed, .imported,
            .reassigned, .corrected, .requested, .confirmed,
        ])
        var new = event(type, person, channel, brand, at: occurred)
        switch type {
        case .withdrawn, .objected, .reassigned: widen(&new)
        case .corrected:
            guard let named = known.isEmpty ? nil : dice.one(of: known) else { return nil }
            new.event.corrects = named.number
        case .granted, .renewed, .imported, .confirmed:
            new.event.basis = basis(for: people[person].rules(channel).need)
            new.event.isImport = type == .imported || dice.permille(100)
            if dice.permille(100) { new.event.hasWording = false }
            if dice.permille(200) { new.event.topics = ["news"] }
            if type == .confirmed { new.event.hasWording = true }
        case .requested: break
        }
        return new
    }

    private mutating func widen(_ new: inout NewConsent) {
        if dice.permille(300) { new.event.channel = nil }
        if dice.permille(300) { new.event.brand = nil }
        if dice.permille(500) { new.event.topics = dice.permille(500) ? nil : ["offers"] }
        if dice.permille(100) { new.event.occurredAt = now + .seconds(86_400) }
    }

    private mutating func basis(for need: PlainNeed) -> ConsentBasis {
        if dice.permille(150) { return dice.one(of: [.softOptIn, .legitimateInterest, .express]) }
        switch need {
        case .any: return dice.one(of: [.impliedInquiry, .impliedPublished, .express])
        case .express, .confirmed: return .express
        case .written: return .expressWritten
        }
    }

    // MARK: Suppressions

    /// Whom it means, in the witness' words and in some spelling.
    mutating func target(_ number: Int) -> (mark: String, target: SuppressionTarget) {
        let person = people[number]
        switch dice.roll(0..<20) {
        case 0: return ("@broken.test", .domain("broken.test"))
        case 1:
            guard let phone = person.phone?.description else { break }
            let prefix = String(phone.prefix(dice.roll(4..<6)))
            return (prefix, .phonePrefix(prefix))
        case 2...5: return ("person \(number)", .person(person.id))
        case 6...8:
            let channel: ContactChannel = person.phone == nil || dice.permille(500) ? .email : .sms
            let text = person.address(channel)!.description
            return ("hash \(text)", .hash(.sha256, SHA256Digest.of(text)))
        case 9...13:
            guard let spelling = person.telephones.first else { break }
            let text = dice.permille(500) ? person.phone!.description : spelling
            return (person.mark(.sms), .address(.phone(text)))
        default: break
        }
        let spelling = EmailAddress(dice.one(of: person.mailboxes + [person.email.description]))!
        return (person.mark(.email), .address(.email(spelling.normalised)))
    }

    mutating func suppression(_ number: Int) -> (mark: String, new: NewSuppression) {
        let (mark, target) = target(number)
        let reason = dice.one(of: [
            SuppressionReason.legal, .complaint, .hardBounce, .softBounceLimit, .manual, .manual, .unengaged, .imported,
        ])
        var scope = SuppressionScope()
        if dice.permille(200) { scope.channel = dice.one(of: [.email, .sms]) }
        if dice.permille(200) { scope.brand = dice.one(of: ["acme", "nova"]) }
        if dice.permille(150) { scope.topic = "news" }
        if dice.permille(100) { scope.campaign = dice.one(of: Campaign.all).name }
        if dice.permille(100) { scope.messageClass = .marketing }
        // A prefix or a domain is soon over: it reaches many.
        let isWide = mark.hasPrefix("@") || (mark.hasPrefix("+") && mark.count < 6)
        let expires = isWide || dice.permille(500) ? now + .seconds(dice.roll(3600..<1_000_000)) : nil
        return (
            mark,
            NewSuppression(
                target: target, reason: isWide ? .manual : reason, scope: scope,
                expiresAt: isWide || reason.mayExpire ? expires : nil, details: SuppressionDetails())
        )
    }
}
