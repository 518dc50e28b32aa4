// SPDX-License-Identifier: Apache-2.0
//
// The contract's words as the small numbers that tables hold. Stored: never renumbered.

import GatewayModel

extension Event {
    var number: Int64 {
        switch self {
        case .accepted: 0
        case .postponed: 1
        case .sent: 2
        case .withheld: 3
        case .failed: 4
        case .unknown: 5
        case .cancelled: 6
        case .delivered: 7
        case .bounced: 8
        case .complained: 9
        case .unsubscribed: 10
        case .replied: 11
        case .consentChanged: 12
        case .suppressed: 13
        }
    }
    private static let byNumber = Dictionary(uniqueKeysWithValues: allCases.map { ($0.number, $0) })
    init?(number: Int64) {
        guard let event = Self.byNumber[number] else { return nil }
        self = event
    }
}

/// The journal's `event` column for rows that are not outcomes: an operator's action.
let operatorRow: Int64 = 100

extension ChannelKind {
    var number: Int64 {
        switch self {
        case .email: 0
        case .sms: 1
        case .crmTask: 2
        }
    }
    init(number: Int64) { self = number == 0 ? .email : number == 1 ? .sms : .crmTask }
}

extension MessageClass {
    var number: Int64 { self == .marketing ? 0 : 1 }
    init(number: Int64) { self = number == 0 ? .marketing : .transactional }
}

extension PostponeReason {
    private static let order: [PostponeReason] = [
        .notBefore, .quietHours, .frequencyCap, .retry, .throttled, .routeDown, .held, .unknownZone, .clockSuspect,
    ]
    var number: Int64 { Int64(Self.order.firstIndex(of: self) ?? 0) }
    init(number: Int64) { self = Self.order[Int(number)] }
}

extension JobState {
    var number: Int64 {
        switch self {
        case .ready: 2
        case .flying: 3
        case .held: 4
        case .doubt: 5
        }
    }
    init(number: Int64) {
        switch number {
        case 3: self = .flying
        case 4: self = .held
        case 5: self = .doubt
        default: self = .ready
        }
    }
}

/// What an operator or a producer wants of an attempt in flight that has not begun.
enum Recall: Int64 {
    case cancelledByOperator = 1, cancelledByProducer, held
    /// A consent was withdrawn, or a suppression added: back to the queue, to be put to the gate again.
    case askAgain
}
