// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// How much consent the rules in force ask for of one message: all of them at once.
public struct ConsentNeed: Hashable, Sendable {
    /// How a basis compares; each includes those before it.
    public enum Strength: Int, Hashable, Sendable, Comparable {
        case none = 0, any, express, expressWritten
        public static func < (a: Strength, b: Strength) -> Bool { a.rawValue < b.rawValue }
    }
    public var strength: Strength
    /// Double opt-in must have been completed.
    public var confirmed: Bool
    /// A grant without wording and evidence is none.
    public var proof: Bool

    /// Where no rule matches, marketing needs express consent, and proof of it (CONTRACT 5).
    public static let unstated = ConsentNeed(.express, allowUnproven: false)

    init(_ level: ConsentLevel, allowUnproven: Bool) {
        confirmed = level == .confirmed
        strength =
            switch level {
            case .none: .none
            case .any: .any
            case .express, .confirmed: .express
            case .expressWritten: .expressWritten
            }
        proof = strength > .none && !allowUnproven
    }

    /// What satisfies both.
    func and(_ other: ConsentNeed) -> ConsentNeed {
        var both = self
        both.strength = max(strength, other.strength)
        (both.confirmed, both.proof) = (confirmed || other.confirmed, proof || other.proof)
        return both
    }

    /// As decisions say it.
    var word: String {
        let level =
            switch strength {
            case .none: "none"
            case .any: "any"
            case .express: "express"
            case .expressWritten: "express_written"
            }
        guard confirmed else { return level }
        return strength == .express ? "confirmed" : level + "+confirmed"
    }

    /// What the rules ask of a message, or nil where none speaks of it and none is needed (transactional ones).
    ///
    /// A message must be allowed for each place where its recipient may be: a place of which no rule speaks asks for
    /// `unstated`. Where nothing is known of the place, it may be any that a rule names.
    static func asked(_ rules: [ConsentRule], of job: JobFacts, in places: PlaceRuling) -> ConsentNeed? {
        let unstated: ConsentNeed? = job.messageClass == .marketing ? .unstated : nil
        let applying = rules.filter { $0.applies(to: job) }
        let everywhere = applying.filter { $0.jurisdictions == nil }
        let local = applying.filter { $0.jurisdictions != nil }
        guard !local.isEmpty else { return all(everywhere) ?? unstated }
        let base = all(everywhere) ?? unstated
        guard places.knowsJurisdiction else { return join(base, all(local)) }
        var need: ConsentNeed?
        for place in places.jurisdictions {
            let matching = local.filter { places.lies(place, in: $0.jurisdictions ?? []) }
            need = join(need, matching.isEmpty ? base : join(all(everywhere), all(matching)))
        }
        return need
    }

    private static func all(_ rules: [ConsentRule]) -> ConsentNeed? {
        rules.reduce(nil) { join($0, ConsentNeed($1.require, allowUnproven: $1.allowUnproven)) }
    }

    private static func join(_ a: ConsentNeed?, _ b: ConsentNeed?) -> ConsentNeed? {
        guard let a else { return b }
        return b.map(a.and) ?? a
    }
}

extension ConsentRule {
    /// Places aside. Transactional messages are exempt from rules that do not name their class (DESIGN D5).
    func applies(to job: JobFacts) -> Bool {
        (channel ?? job.contact) == job.contact && (messageClass ?? .marketing) == job.messageClass
    }
}
