// SPDX-License-Identifier: Apache-2.0
//
// OptOutMarks: which messages went, or were kept back, in spite of an opt-out or because of it. Pure.
//
// In doubt a message is marked: what a reviewer looks at in vain costs a minute.

import GatewayModel
import Store

struct OptOutMarks {
    private let optOuts: [ConsentEvent]
    private let optIns: [ConsentEvent]
    private let controllers: [String: String]

    /// - Parameters:
    ///   - events: of the address that the messages went to.
    ///   - controllers: brand to its controller: whom an objection reaches.
    init(_ events: [ConsentEvent], controllers: [String: String]) {
        let standing = Self.withoutVoided(events)
        optOuts = standing.filter(\.type.isOptOut).sorted { $0.occurredAt < $1.occurredAt }
        optIns = standing.filter { $0.type.isOptIn && !$0.isImport && $0.type != .imported }
        self.controllers = controllers
    }

    /// - Parameter admitted: when the gate let it go; nil where its decision is past its time.
    func mark(of outcome: Outcome, admitted: Instant?) -> EvidenceMark? {
        guard outcome.messageClass == .marketing else { return nil }
        switch outcome.event {
        case .sent, .unknown: return sent(outcome, admitted: admitted ?? outcome.time)
        case .withheld:
            let known = optOuts.last { reaches($0, outcome) && $0.recordedAt <= outcome.time }
            guard let known, !isLifted(known, for: outcome, by: outcome.time) else { return nil }
            return EvidenceMark(.withheldAfterOptOut, known)
        case .accepted, .postponed, .failed, .cancelled, .delivered, .bounced, .complained, .unsubscribed, .replied,
            .consentChanged, .suppressed:
            return nil
        }
    }

    private func sent(_ outcome: Outcome, admitted: Instant) -> EvidenceMark? {
        let despite = optOuts.first { event in
            reaches(event, outcome) && event.occurredAt <= outcome.time && !isLifted(event, for: outcome, by: admitted)
        }
        guard let event = despite else { return nil }
        if outcome.time < event.recordedAt { return EvidenceMark(.sentBeforeOptOutKnown, event) }
        if admitted <= event.recordedAt { return EvidenceMark(.sentAsOptOutCame, event) }
        return EvidenceMark(.sentAfterOptOut, event)
    }

    /// Whether the person agreed anew before that moment.
    private func isLifted(_ optOut: ConsentEvent, for outcome: Outcome, by moment: Instant) -> Bool {
        optIns.contains { grant in
            grant.occurredAt > optOut.occurredAt && grant.recordedAt <= moment && reaches(grant, outcome)
        }
    }

    private func reaches(_ event: ConsentEvent, _ outcome: Outcome) -> Bool {
        if event.type == .reassigned { return true }
        return channelHolds(event, outcome) && brandHolds(event, outcome)
            && (event.topics.map { topics in outcome.topic.map(topics.contains) ?? true } ?? true)
    }

    /// A task is about a contact by some channel, which its outcome does not name.
    private func channelHolds(_ event: ConsentEvent, _ outcome: Outcome) -> Bool {
        switch (event.channel, outcome.channel) {
        case (nil, _), (_, nil), (_, .crmTask): true
        case (.email, .email), (.sms, .sms): true
        case (.email, .sms), (.sms, .email), (.voice, _), (.crmTask, _): false
        }
    }

    private func brandHolds(_ event: ConsentEvent, _ outcome: Outcome) -> Bool {
        guard let brand = event.brand, let other = outcome.brand, brand != other else { return true }
        guard event.type == .objected, let controller = controllers[brand] else { return false }
        return controllers[other] == controller
    }

    /// A correction voids the event it names, unless it is voided itself.
    private static func withoutVoided(_ events: [ConsentEvent]) -> [ConsentEvent] {
        var voided: Set<Int64> = []
        for event in events.sorted(by: { $0.number > $1.number }) where event.type == .corrected {
            if let named = event.corrects, !voided.contains(event.number) { voided.insert(named) }
        }
        return events.filter { !voided.contains($0.number) }
    }
}
