// SPDX-License-Identifier: Apache-2.0
//
// What a memory book knows of tasks whose person has said no.

import GatewayModel

@testable import Engine

extension MemoryBook {
    /// The person of an ended task says no.
    func object(to key: JobKey, at now: Instant, id: String? = "T1") {
        write { pages, _ in pages.changes[key] = Change(id: id, due: now, since: now) }
    }

    func dueAmendments(on route: String, at now: Instant, limit: Int) -> [JobKey] {
        look { pages in
            let due = pages.changes.filter { $0.value.due <= now && pages.jobs[$0.key]?.facts.route == route }
                .map { DueCursor(due: $0.value.due, key: $0.key) }
            let inTheAir = Set(pages.changing.compactMap { pages.flying[$0] })
            return due.sorted().map(\.key).filter { !inTheAir.contains($0) }.prefix(limit).map { $0 }
        }
    }

    func launchAmendments(
        _ jobs: [JobKey], limit: Int, at now: Instant, interest: PolicyInterest, object: @escaping TaskObjection
    ) -> [Departure] {
        write { pages, _ in
            var departures: [Departure] = []
            for job in jobs where departures.count < limit {
                if let departure = pages.amend(job, at: now, object) { departures.append(departure) }
            }
            return departures
        }
    }
}

extension MemoryBook.Pages {
    fileprivate mutating func amend(_ key: JobKey, at now: Instant, _ object: TaskObjection) -> Departure? {
        guard let job = jobs[key], let change = changes[key], change.due <= now else { return nil }
        if now - change.since > .days(3) {
            (changes[key], changed[key]) = (nil, .failed(.retriesExhausted))
            return nil
        }
        guard object(job.facts, change.isLifted ? job.recipient : Self.objecting) != nil else {
            changes[key] = nil
            return nil
        }
        attempts += 1
        let attempt = AttemptID(run: 1, counter: attempts)
        flying[attempt] = key
        changing.insert(attempt)
        var departure = departure(of: job, attempt)
        departure.kept = nil
        (departure.facts.attempts, departure.facts.firstAttemptAt) = (change.tries, change.since)
        let contact = try? JSONValue.parse(job.record).object?["to"]?.string
        let note = "Withdrawn: do not contact (consent withdrawn 2026-11-22)"
        departure.errand = .amend(Amendment(taskID: change.id, note: note, contact: contact, job: "job-1"))
        return departure
    }

    /// Suppressed, whatever the policy asks of consent.
    private static let objecting: RecipientFacts = {
        var facts = RecipientFacts()
        facts.suppressions = [
            SuppressionEvent(
                number: 1, act: .added, match: .address, reason: .manual, scope: SuppressionScope(),
                recordedAt: HandClock.start, expiresAt: nil, lifts: nil)
        ]
        return facts
    }()

    mutating func settleChange(_ settlement: Settlement) {
        let key = settlement.job
        switch settlement.fate {
        case .sent, .failed: (changes[key], changed[key]) = (nil, settlement.fate)
        case .recalled: break
        case .again(let due, _, let counts):
            changes[key]!.due = due
            changes[key]!.tries += counts ? 1 : 0
        case .unknown, .absent, .held: wrongs.append("an amendment was settled as \(settlement.fate)")
        }
    }
}
