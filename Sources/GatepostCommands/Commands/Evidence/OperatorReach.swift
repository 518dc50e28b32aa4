// SPDX-License-Identifier: Apache-2.0
//
// OperatorReach: which messages an operator's action may have concerned, by what the journal keeps of it. Pure.
//
// The record says whom an order was meant for (`3 jobs: campaign spring-26`), not each job it changed; so this says
// "may", and only within the job's life. Of a task that was to be closed it names the one job, which has ended by then.

import GatewayModel
import Store

struct OperatorReach {
    private enum Whom {
        /// Every part must hold. Empty: everything.
        case order([(key: String, value: String)])
        case task(JobIdentity)
    }
    private let whom: Whom

    /// Nil where the action is about no messages, or cannot be read.
    init?(_ action: OperatorAction) {
        guard let about = action.about else { return nil }
        switch action.action {
        case let name where name.hasPrefix("queue_") || name.hasPrefix("hold_"):
            guard let colon = about.firstRange(of: ": "), let parts = Self.parts(String(about[colon.upperBound...]))
            else { return nil }
            whom = .order(parts)
        case "route_pause", "route_resume":
            guard let parts = Self.parts(about) else { return nil }
            whom = .order(parts)
        default:
            guard let amendment = TaskAmendment(action) else { return nil }
            whom = .task(amendment.job)
        }
    }

    /// - Parameter life: the events of one job, in order.
    func mayConcern(_ life: [Outcome], at moment: Instant) -> Bool {
        guard let first = life.first else { return false }
        switch whom {
        case .task(let job): return job.isIts(first)
        case .order(let parts):
            guard first.time <= moment, (life.last { $0.event.isTerminal }?.time ?? moment) >= moment else {
                return false
            }
            return parts.allSatisfy { part in Self.holds(part, of: first, routes: life.compactMap(\.route)) }
        }
    }

    private static let keys = [
        "producer", "id", "campaign", "route", "brand", "template", "class", "state", "person", "recipient",
    ]

    private static func parts(_ text: String) -> [(key: String, value: String)]? {
        if text == "all" { return [] }
        var parts: [(key: String, value: String)] = []
        for piece in text.split(separator: ", ") {
            let words = piece.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2, keys.contains(words[0]) else { return nil }
            parts.append((words[0], words[1]))
        }
        return parts.isEmpty ? nil : parts
    }

    private static func holds(_ part: (key: String, value: String), of job: Outcome, routes: [String]) -> Bool {
        switch part.key {
        case "producer": job.producer == part.value
        case "id": job.job == part.value
        case "campaign": job.campaign == part.value
        case "route": routes.contains(part.value)
        case "brand": job.brand == part.value
        case "template": job.template == part.value
        case "class": job.messageClass?.rawValue == part.value
        case "person": job.person == part.value
        case "recipient": job.recipient.map { same($0, part.value) } ?? false
        // Nobody kept in which state it was.
        default: true
        }
    }

    private static func same(_ a: String, _ b: String) -> Bool {
        a == b || (ContactAddress(a).map { $0 == (try? ContactAddress(anySpelling: b)) } ?? false)
    }
}
