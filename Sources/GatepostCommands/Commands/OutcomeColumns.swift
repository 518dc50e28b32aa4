// SPDX-License-Identifier: Apache-2.0
//
// Outcomes as rows: what tables show, and the contract's members in its order for CSV.

import GatewayModel

enum OutcomeColumns {
    static let forPeople = [
        Column("seq", nil, .right), Column("time"), Column("event"), Column("reason"), Column("job"),
        Column("recipient"),
        Column("template"), Column("route"), Column("attempt", nil, .right), Column("until"),
        Column("detail", nil, .left, isFlexible: true),
    ]

    static func cellsForPeople(_ outcome: Outcome) -> [Cell] {
        [
            .number(outcome.seq, .faint), .time(outcome.time), .text(outcome.event.rawValue, outcome.event.tone),
            .text(outcome.reason), .text(outcome.job), .text(outcome.recipient), .text(outcome.template),
            .text(outcome.route), .number(outcome.attempt), .time(outcome.until), .text(outcome.detail),
        ]
    }

    static let ofOneJob = [
        Column("seq", nil, .right), Column("time"), Column("event"), Column("reason"), Column("route"),
        Column("attempt", nil, .right), Column("until"), Column("detail", nil, .left, isFlexible: true),
    ]

    static func cellsOfOneJob(_ outcome: Outcome) -> [Cell] {
        [
            .number(outcome.seq, .faint), .time(outcome.time), .text(outcome.event.rawValue, outcome.event.tone),
            .text(outcome.reason), .text(outcome.route), .number(outcome.attempt), .time(outcome.until),
            .text(outcome.detail),
        ]
    }

    /// Every member of the contract, for CSV.
    static func all(withDecisions: Bool) -> [Column] {
        var outcome = Outcome(seq: 0, time: Instant(seconds: 0), event: .accepted)
        if withDecisions { outcome.decision = .null }
        return outcome.json.members.map { Column($0.key) }
    }

    static func allCells(_ outcome: Outcome, withDecisions: Bool) -> [Cell] {
        var outcome = outcome
        if withDecisions { outcome.decision = outcome.decision ?? .null }
        return outcome.json.members.map { Cell($0.value, shown: "") }
    }
}

extension Event {
    var tone: Tone {
        switch self {
        case .sent, .delivered: .good
        case .failed, .bounced, .complained: .bad
        case .unknown, .withheld, .suppressed: .caution
        case .postponed: .faint
        case .accepted, .cancelled, .unsubscribed, .replied, .consentChanged: .plain
        }
    }
}
