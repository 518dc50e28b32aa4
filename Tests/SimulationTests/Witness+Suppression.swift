// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension Witness {
    struct Suppressed {
        var number: Int64
        var reason: SuppressionReason
        var scope: SuppressionScope
        var expiresAt: Instant?
        var isLifted = false
    }

    /// - Parameter mark: whom it means: a mailbox or telephone whatever its spelling, `hash …`, `@domain`, `+prefix`,
    ///   a person.
    func suppressed(_ mark: String, _ new: NewSuppression) {
        suppressionCount += 1
        suppressions[mark, default: []].append(
            Suppressed(number: suppressionCount, reason: new.reason, scope: new.scope, expiresAt: new.expiresAt))
        count("suppressed")
    }

    /// The other side knows no such address: it stands on the list of its channel, once.
    func bounced(_ key: JobKey) {
        let errand = errand(key)
        let (mark, reason) = (people[errand.person].mark(errand.channel), errand.channel.bounce)
        let wide = [SuppressionScope(), SuppressionScope(channel: errand.channel)]
        if (suppressions[mark] ?? []).contains(where: {
            !$0.isLifted && $0.reason == reason && wide.contains($0.scope)
        }) {
            return
        }
        suppressionCount += 1
        suppressions[mark, default: []].append(
            Suppressed(
                number: suppressionCount, reason: reason, scope: SuppressionScope(channel: errand.channel),
                expiresAt: nil))
        count("bounced")
    }

    /// Gives the numbers of what stood.
    func lifted(_ mark: String, at now: Instant) -> [Int64] {
        var numbers: [Int64] = []
        for index in (suppressions[mark] ?? []).indices {
            let entry = suppressions[mark]![index]
            guard !entry.isLifted, entry.expiresAt.map({ $0 > now }) ?? true else { continue }
            suppressions[mark]![index].isLifted = true
            suppressionCount += 1
            numbers.append(entry.number)
        }
        if !numbers.isEmpty { count("lifted") }
        return numbers
    }

    func isSuppressed(_ errand: Errand, at now: Instant) -> Bool {
        let person = people[errand.person]
        var marks = [person.mark(errand.channel), "hash \(person.address(errand.channel)?.description ?? "")"]
        if errand.namesPerson { marks.append("person \(errand.person)") }
        if errand.channel == .email {
            marks.append("@\(person.email.domain)")
        } else if let phone = person.phone?.description {
            marks += (3...5).map { String(phone.prefix($0)) }
        }
        return marks.contains { mark in
            (suppressions[mark] ?? []).contains { holds($0, for: errand, at: now) }
        }
    }

    private func holds(_ entry: Suppressed, for errand: Errand, at now: Instant) -> Bool {
        if entry.isLifted { return false }
        if let end = entry.expiresAt, end <= now { return false }
        if errand.isTransactional {
            switch entry.reason {
            case .legal, .deceased, .litigator, .complaint, .hardBounce, .invalid, .reassigned: break
            default: return false
            }
        }
        let scope = entry.scope
        if let channel = scope.channel, channel != errand.channel { return false }
        if let brand = scope.brand, brand != errand.brand { return false }
        if let topic = scope.topic, topic != errand.topic { return false }
        if let campaign = scope.campaign, campaign != errand.campaign { return false }
        if let kind = scope.messageClass, (kind == .transactional) != errand.isTransactional { return false }
        return true
    }
}

extension ContactChannel {
    fileprivate var bounce: SuppressionReason { self == .email ? .hardBounce : .invalid }
}
