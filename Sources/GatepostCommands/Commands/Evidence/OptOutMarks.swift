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

    /// - Parameters:
    ///   - admitted: when the gate let it go; nil where its decision is past its time.
    ///   - aim: of a task, where it is known.
    func mark(of outcome: Outcome, admitted: Instant?, aim: TaskAim?) -> EvidenceMark? {
        guard outcome.messageClass == .marketing else { return nil }
        let message = Message(outcome, aim)
        switch outcome.event {
        case .unknown where outcome.isNoDeparture: return nil
        case .sent, .unknown: return sent(message, at: outcome.time, admitted: admitted ?? outcome.time)
        case .withheld:
            let known = optOuts.last { reaches($0, message) && $0.recordedAt <= outcome.time }
            guard let known, !isLifted(known, for: message, by: outcome.time) else { return nil }
            return .withheld(after: known)
        case .accepted, .postponed, .failed, .cancelled, .delivered, .bounced, .complained, .unsubscribed, .replied,
            .consentChanged, .suppressed:
            return nil
        }
    }

    /// What an opt-out may reach; nil: not known, so in doubt it does.
    private struct Message {
        var contact: ContactChannel?
        var brand: String?
        var topic: String?

        init(_ outcome: Outcome, _ aim: TaskAim?) {
            (brand, topic) = (outcome.brand, outcome.topic)
            contact =
                switch outcome.channel {
                case .email: .email
                case .sms: .sms
                case .crmTask: aim?.channel
                case nil: nil
                }
        }
    }

    private func sent(_ message: Message, at time: Instant, admitted: Instant) -> EvidenceMark? {
        let despite = optOuts.first { event in
            reaches(event, message) && event.occurredAt <= time && !isLifted(event, for: message, by: admitted)
        }
        guard let event = despite else { return nil }
        if time < event.recordedAt { return .sent(beforeKnown: event) }
        if admitted <= event.recordedAt { return .sent(asCame: event) }
        return .sent(after: event)
    }

    /// Whether the person agreed anew before that moment.
    private func isLifted(_ optOut: ConsentEvent, for message: Message, by moment: Instant) -> Bool {
        optIns.contains { grant in
            grant.occurredAt > optOut.occurredAt && grant.recordedAt <= moment && reaches(grant, message)
        }
    }

    private func reaches(_ event: ConsentEvent, _ message: Message) -> Bool {
        if event.type == .reassigned { return true }
        return (event.channel.map { $0 == message.contact ?? $0 } ?? true) && brandHolds(event, message)
            && (event.topics.map { topics in message.topic.map(topics.contains) ?? true } ?? true)
    }

    private func brandHolds(_ event: ConsentEvent, _ message: Message) -> Bool {
        guard let brand = event.brand, let other = message.brand, brand != other else { return true }
        guard event.type == .objected else { return false }
        // Of a brand that nobody knows any more the controller may be the same.
        return controllers[brand].map { $0 == controllers[other] } ?? true
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
