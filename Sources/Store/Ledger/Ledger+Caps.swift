// SPDX-License-Identifier: Apache-2.0
//
// Places under caps (DESIGN D6): taken with the admission, in its transaction, under the address and the person; kept
// when the message went or may have gone, given back when it certainly did not. A job has one place, however often it
// is tried.

import GatewayModel

extension Settlement.Fate {
    /// Whether the message may be with somebody.
    var mayHaveGone: Bool {
        switch self {
        case .sent, .unknown: true
        case .failed, .again, .recalled, .absent, .held: false
        }
    }
}

extension Ledger {
    func reserve(for job: JobRow, _ facts: JobFacts, as messageClass: MessageClass, at now: Instant) throws {
        // What an earlier attempt holds, of which nobody knows whether it went: the job counts once, from its last try.
        if let held = job.reserved { try giveUpPlace(of: job, takenAt: held) }
        let packed = facts.contact.number << 1 | messageClass.number
        for subject in try job.capSubjects {
            let insert = try session.prepared(
                """
                INSERT OR REPLACE INTO cap_entry (subject, at, job, facts, brand, topic, campaign)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                """)
            insert.bind(1, subject).bind(2, now).bind(3, job.key).bind(4, packed).bind(5, job.brand)
            try insert.bind(6, job.topic).bind(7, job.campaign).run()
        }
    }

    /// Once an attempt is over. One of which an earlier attempt may have gone keeps its place whatever became of this.
    /// The row is written by the caller.
    func settleReservation(of job: inout JobRow, _ flight: FlightRow, mayHaveGone: Bool) throws {
        guard flight.isReserved else { return }
        if mayHaveGone || job.doubt != nil {
            job.reserved = flight.launched
        } else {
            try giveUpPlace(of: job, takenAt: flight.launched)
            job.reserved = nil
        }
    }

    /// Certainly not sent after all: it stood for nothing.
    func giveUpReservation(of job: inout JobRow) throws {
        guard let held = job.reserved else { return }
        try giveUpPlace(of: job, takenAt: held)
        job.reserved = nil
    }

    private func giveUpPlace(of job: JobRow, takenAt at: Instant) throws {
        for subject in try job.capSubjects {
            try session.prepared("DELETE FROM cap_entry WHERE subject = ?1 AND at = ?2 AND job = ?3")
                .bind(1, subject).bind(2, at).bind(3, job.key).run()
        }
    }

    /// Entries under the person and under the address behind `start`, in order of time. Those ahead of now are among
    /// them: the clock may have been set back.
    func capEntries(address: Int64?, person: Int64?, after start: Instant) throws -> [CapEntry] {
        var entries: [CapEntry] = []
        for (subject, key) in [(address, CapEntry.Key.address), (person, .person)] {
            guard let subject else { continue }
            let select = try session.prepared(
                """
                SELECT at, job, facts, brand, topic, campaign FROM cap_entry WHERE subject = ?1 AND at > ?2
                    ORDER BY subject, at, job
                """)
            try select.bind(1, subject).bind(2, start).each { row in
                entries.append(
                    CapEntry(
                        job: JobKey(row.int(1)), at: row.instant(0), by: key,
                        channel: try ContactChannel(stored: row.int(2) >> 1),
                        messageClass: MessageClass(number: row.int(2) & 1),
                        brand: try words.word(row.int(3), in: session),
                        topic: try row.intOrNil(4).map { try words.word($0, in: session) },
                        campaign: try row.intOrNil(5).map { try words.word($0, in: session) }))
            }
        }
        if address != nil && person != nil { entries.sort { ($0.at, $0.job) < ($1.at, $1.job) } }
        return entries
    }
}

extension JobRow {
    /// The subject that its contact goes to: what consents are asked for and caps counted by.
    var contactSubject: Int64? {
        get throws {
            switch ContactChannel(
                ChannelKind(number: channel), intended: try intended.map(ContactChannel.init(stored:)))
            {
            case .email: email
            case .sms, .voice: phone
            case .crmTask: crm
            }
        }
    }
    fileprivate var capSubjects: [Int64] {
        get throws { [try contactSubject, person].compactMap { $0 } }
    }
}

// MARK: What no cap looks at any more

/// A pass over all entries for those that are past every window.
struct CapSweep {
    /// Subject reached; nil between passes.
    var reached: Int64?
    var lastStart: Instant?
    static let every = Duration.seconds(6 * 3600)
}

extension Ledger {
    private static let capReach = 5_000
    /// However short the caps are now: longer ones may be configured tomorrow.
    private static let shortestCapMemory = Duration.seconds(32 * 86_400)

    /// One step of a pass that begins every six hours at most. Nothing goes before the engine has said how far back
    /// its caps look. Returns whether there is more.
    func dropCapEntries(at now: Instant) throws -> Bool {
        guard let capHorizon else { return false }
        if capSweep.reached == nil {
            if let last = capSweep.lastStart, last <= now, now < last + CapSweep.every { return false }
            (capSweep.reached, capSweep.lastStart) = (.min, now)
        }
        let after = capSweep.reached ?? .min
        let reach = try session.prepared(
            "SELECT subject FROM cap_entry WHERE subject > ?1 ORDER BY subject LIMIT 1 OFFSET ?2"
        ).bind(1, after).bind(2, Self.capReach).first { $0.int(0) }
        try session.prepared("DELETE FROM cap_entry WHERE subject > ?1 AND subject <= ?2 AND at < ?3")
            .bind(1, after).bind(2, reach ?? .max).bind(3, now - max(capHorizon, Self.shortestCapMemory)).run()
        capSweep.reached = reach
        return reach != nil
    }
}

// MARK: Which templates were sent

/// Digests seen since the ledger was made, so that a settlement looks into memory only.
struct TemplateDigests {
    fileprivate var seen: Set<String> = []
    fileprivate static let most = 10_000
}

extension Ledger {
    /// Notes when a template was first sent in that form.
    func note(_ digest: String, of template: Int64, at now: Instant) throws {
        let name = "\(template) \(digest)"
        guard !templateDigests.seen.contains(name) else { return }
        try session.prepared("INSERT OR IGNORE INTO template_digest (template, digest, at) VALUES (?1, ?2, ?3)")
            .bind(1, template).bind(2, digest).bind(3, now).run()
        if templateDigests.seen.count >= TemplateDigests.most { templateDigests.seen.removeAll() }
        templateDigests.seen.insert(name)
    }
}
