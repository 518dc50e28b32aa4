// SPDX-License-Identifier: Apache-2.0
//
// Amending tasks whose person has said no. An amendment takes a slot of the wire log as an attempt does, and no row of
// `flight`: its job has ended. Amending twice does no harm, so what a crash left in the air is due again.

import GatewayModel

extension Ledger {
    /// Sets an amendment flying where the task is still to be amended. Nil: it is not, or there is no slot. One that nothing
    /// stands against (a grant has come, a suppression was lifted, another's brand was meant) stays as it is.
    func launchAmendment(
        _ key: JobKey, at now: Instant, interest: PolicyInterest, object: TaskObjection
    ) throws -> Departure? {
        guard var task = try task(key.rawValue), task.attempt == nil, let due = task.due, due <= now,
            try !pausedRoutes().contains(task.route), try !mayStillBeTold(task)
        else { return nil }
        let words = try jobWords(of: task.job)
        let facts = try facts(of: task, words)
        guard let reason = object(facts, try recipient(of: task, at: now, interest: interest)) else {
            try session.prepared(
                "UPDATE made_task SET due = NULL, since = NULL, tried = NULL, tries = 0 WHERE job = ?1"
            ).bind(1, task.job).run()
            return nil
        }
        guard let (slot, attempt) = try takeSlot() else { return nil }
        task.since = task.since ?? now
        let note = reason.note(contact: task.contact, since: task.since ?? now)
        try session.prepared(
            "UPDATE made_task SET attempt = ?2, note = ?3, since = ?4, tried = coalesce(tried, ?5) WHERE job = ?1"
        ).bind(1, task.job).bind(2, Int64(bitPattern: attempt.rawValue)).bind(3, note).bind(4, task.since).bind(5, now)
            .run()
        var departure = Departure(
            facts: facts, attempt: attempt, slot: slot, record: try body(task.job) ?? [],
            messageToken: subjects.messageToken(of: task.job))
        departure.facts.firstAttemptAt = task.since
        departure.errand = .amend(
            Amendment(taskID: task.id, note: note, contact: words?[.recipient], job: words?[.id]))
        return departure
    }

    /// Books what an amendment came to; nothing where the settlement is of none that is in the air.
    func settleAmendment(_ settlement: Settlement, at now: Instant) throws {
        guard let task = try task(settlement.job.rawValue), task.attempt == settlement.attempt else { return }
        switch settlement.fate {
        case .sent: try finish(task, "task_amended", because: nil, at: now)
        case .failed(let reason):
            try finish(task, "task_not_amended", because: settlement.evidence?.text ?? reason.rawValue, at: now)
        case .again(let due, _, let counts): try putOff(task, until: due, tries: task.tries + (counts ? 1 : 0))
        case .recalled, .unknown, .absent, .held: try putOff(task, until: task.due, tries: task.tries)
        }
        gathered.slotsToFree.append(settlement.slot)
    }

    private func putOff(_ task: MadeTask, until due: Instant?, tries: Int) throws {
        try session.prepared("UPDATE made_task SET due = ?2, tries = ?3, attempt = NULL WHERE job = ?1")
            .bind(1, task.job).bind(2, due).bind(3, tries).run()
    }

    /// Its job has ended and had its last event: who watches finds it among what operators did.
    private func finish(_ task: MadeTask, _ action: String, because why: String?, at now: Instant) throws {
        let words = try jobWords(of: task.job)
        let job = [words?[.producer], words?[.id]].compactMap { $0 }.joined(separator: "/")
        let about = ["job \(job), task \(task.id ?? "of that job") on \(task.route)", task.note]
            .compactMap(\.self).joined(separator: ": ")
        let people = [words?[.recipient], try subjectAddress(task.subject)].compactMap { $0 }
        let scrubbed = why.map { people.reduce($0) { Scrub.text($0, of: $1) } }
        try record(action, by: Signature(systemUser: "gatepost", why: scrubbed), about: about, at: now)
        try session.prepared(
            "UPDATE made_task SET over = ?2, said = ?3, due = NULL, attempt = NULL WHERE job = ?1"
        ).bind(1, task.job).bind(2, now).bind(3, scrubbed).run()
    }

    /// Tried for too long, or never, and now too old.
    func giveUpAmending(_ task: MadeTask, at now: Instant) throws {
        let why = "it could not be closed in time: its provider gave no answer, or its route was not open"
        try finish(task, "task_not_amended", because: why, at: now)
    }

    /// What an earlier run left in the air is due as before.
    func landAmendments() throws {
        try session.prepared("UPDATE made_task SET attempt = NULL WHERE due IS NOT NULL AND attempt IS NOT NULL").run()
    }
}
