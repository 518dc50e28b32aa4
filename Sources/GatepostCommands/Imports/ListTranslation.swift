// SPDX-License-Identifier: Apache-2.0
//
// ListTranslation: an entry of a foreign list, to what this house records of it. Pure.

import GatewayModel

/// What one entry comes to.
enum ListEntry {
    case suppress(NewSuppression)
    /// A person's own opt-out is a consent event, from whatever door it comes (CONTRACT 8.5).
    case withdraw(NewConsent)
    case nothing
}

struct ListTranslation: Sendable {
    var origin: ListOrigin
    var kind: ListKind?
    /// Of generic entries that give no reason.
    var standing: SuppressionReason?
    /// Where all of it holds; the channel is the list's own where none is said.
    var scope = SuppressionScope()
    var batch: String
    var actor: String?
    var now: Instant

    struct Result {
        var entry: ListEntry
        var word: String
        /// A time was there, and could not be read.
        var isUndated = false
        /// Its telephone number held a trunk zero, and is taken without.
        private(set) var isMended = false

        fileprivate mutating func mend() {
            switch entry {
            case .suppress(var new):
                new.details.damage = TrunkZero.damage
                entry = .suppress(new)
            case .withdraw(var new):
                new.details.damage = TrunkZero.damage
                entry = .withdraw(new)
            case .nothing: return
            }
            isMended = true
        }
    }

    /// - Throws: where nobody can say whom the entry is about.
    func read(_ row: ListRow) throws(AddressFault) -> Result {
        let target = try ListTarget.of(row)
        guard let zero = TrunkZero(in: target) else { return read(row, about: target) }
        var result = read(row, about: .address(zero.address))
        result.mend()
        return result
    }

    private func read(_ row: ListRow, about target: SuppressionTarget) -> Result {
        var meaning = ListMeaning.of(row, from: origin, kind, standing: standing)
        let date = row[.date].map { ListDate.read($0) }
        let isUndated = date.map { $0 == nil } ?? false
        switch meaning {
        case .passedOver: return Result(entry: .nothing, word: meaning.word)
        case .withdrawn:
            if case .address(let address) = target {
                let consent = withdrawal(of: address, at: date ?? nil, row)
                return Result(entry: .withdraw(consent), word: meaning.word, isUndated: isUndated)
            }
            // Consent is looked up by the address itself; behind a digest nobody knows it.
            meaning = .suppress(.imported)
            return Result(
                entry: .suppress(suppression(target, .imported, row)), word: meaning.word, isUndated: isUndated)
        case .suppress(let reason):
            return Result(
                entry: .suppress(suppression(target, reason, row)), word: meaning.word, isUndated: isUndated)
        }
    }

    private func suppression(
        _ target: SuppressionTarget, _ reason: SuppressionReason, _ row: ListRow
    ) -> NewSuppression {
        var details = SuppressionDetails()
        (details.source, details.actor) = ("import:\(batch)", actor)
        (details.note, details.evidence) = (row[.note].flatMap(oneLine), evidence(row))
        var scope = scope
        scope.channel = scope.channel ?? channel(of: target)
        let expires = reason.mayExpire ? row[.expires].flatMap(ListDate.read) : nil
        return NewSuppression(
            target: target, reason: reason, scope: scope, expiresAt: expires, details: details)
    }

    private func withdrawal(of address: ContactAddress, at date: Instant?, _ row: ListRow) -> NewConsent {
        var event = ConsentEvent(
            number: 0, recordedAt: now, occurredAt: min(date ?? now, now), type: .withdrawn)
        (event.channel, event.brand, event.isImport) = (
            scope.channel ?? channel(of: .address(address)), scope.brand, true
        )
        event.topics = scope.topic.map { [$0] }
        var details = ConsentDetails()
        (details.method, details.batch, details.actor) = ("import", batch, actor)
        (details.occurredText, details.evidence) = (row[.date], evidence(row))
        event.hasEvidence = details.evidence != nil
        return NewConsent(address: address, event: event, details: details)
    }

    /// A list of mail addresses speaks of mail; one of numbers, of texts and of calls.
    private func channel(of target: SuppressionTarget) -> ContactChannel? {
        switch target {
        case .address(.email), .domain, .domainSuffix: .email
        case .address(.phone), .address(.crm), .phonePrefix, .person, .hash: nil
        }
    }

    /// What the other side noted, for reviewers.
    private func evidence(_ row: ListRow) -> JSONObject? {
        let list = kind.map { "\(origin.rawValue) \($0.rawValue)" } ?? origin.rawValue
        var members = [("list", JSONValue.string(list))]
        let noted: [(String, ListColumn)] = [
            ("since", .date), ("reason", .reason), ("code", .code), ("status", .status), ("error", .error),
            ("tags", .tags), ("group", .group), ("origin", .origin), ("source", .source), ("scope", .scope),
        ]
        for (name, column) in noted {
            if let text = row[column] { members.append((name, .string(Self.cut(text)))) }
        }
        return JSONObject(members)
    }

    private static func cut(_ text: String) -> String {
        text.utf8.count <= 500 ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(500)))
    }

    private func oneLine(_ text: String) -> String? {
        let cut = Self.cut(text)
        return LineSafety.isOneLine(cut) ? cut : cut.split { $0.isNewline }.joined(separator: " ")
    }
}
