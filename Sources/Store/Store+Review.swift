// SPDX-License-Identifier: Apache-2.0
//
// What reviewers ask about a period. Pages are bounded by what they look at: no reader stands long in the log.

import GatewayModel

/// An opt-out, and what went all the same.
public struct OverriddenOptOut: Hashable, Sendable {
    public var consent: ConsentRecord
    public var sent: [SentMessage]
}

extension Store {
    /// Rows a page looks at.
    private static let reach: Int64 = 20_000

    /// Grants that were recorded in the period (`to` not included) with neither wording nor evidence.
    public func consentsWithoutProof(
        from: Instant, to: Instant, after number: Int64 = 0
    ) async throws(StoreError) -> ReviewPage<ConsentRecord> {
        // Types 1, 2, 3 and 6 give permission; flags 1 and 2 are its proof.
        try await review("consent", "type IN (1, 2, 3, 6) AND flags & 3 = 0", from: from, to: to, after: number) {
            try $0.consentRecord($1)
        }
    }

    /// Suppressions that were lifted in the period: the removals, each naming what it lifts.
    public func suppressionsLifted(
        from: Instant, to: Instant, after number: Int64 = 0
    ) async throws(StoreError) -> ReviewPage<SuppressionRecord> {
        try await review("suppression", "act = 1", from: from, to: to, after: number) { try $0.suppressionRecord($1) }
    }

    /// Opt-outs recorded in the period that messages went despite: between admission and acceptance, or before the
    /// opt-out was known.
    public func sentDespite(
        from: Instant, to: Instant, after number: Int64 = 0
    ) async throws(StoreError) -> ReviewPage<OverriddenOptOut> {
        try await review("consent", "type IN (4, 5, 8)", from: from, to: to, after: number) { ledger, number in
            let sent = try ledger.sentDespite(consent: number)
            guard !sent.isEmpty, let consent = try ledger.consentRecord(number) else { return nil }
            return OverriddenOptOut(consent: consent, sent: sent)
        }
    }

    /// Opt-outs that came in damaged in the period: taken wider than they were written, or lost for want of a target.
    public func damagedOptOuts(from: Instant, to: Instant) async throws(StoreError) -> [OperatorAction] {
        var found: [OperatorAction] = []
        var page = try await operatorActions(after: 0, since: from)
        while let last = page.last?.seq {
            found += page.filter { $0.action == "optout_damaged" && $0.at < to }
            page = try await operatorActions(after: last, since: from)
        }
        return found
    }

    /// Templates that were sent in a form for the first time in the period.
    public func templateVersions(from: Instant, to: Instant) async throws(StoreError) -> [TemplateVersion] {
        try await consult { ledger in
            var found: [TemplateVersion] = []
            try ledger.session.prepared(
                "SELECT template, digest, at FROM template_digest WHERE at >= ?1 AND at < ?2 ORDER BY at, template"
            ).bind(1, from).bind(2, to).each { row in
                let name = try ledger.words.word(row.int(0), in: ledger.session)
                found.append(TemplateVersion(template: name, digest: row.text(1), firstSent: row.instant(2)))
            }
            return found
        }
    }

    /// How many messages of each transactional template went in the period, taken to the hour.
    public func transactionalVolume(from: Instant, to: Instant) async throws(StoreError) -> [(template: String, sent: Int)]
    {
        try await consult { ledger in
            var found: [(String, Int)] = []
            try ledger.session.prepared(
                """
                SELECT template, sum(count) FROM stat WHERE hour >= ?1 AND hour < ?2 AND event = 2 AND class = 1
                    GROUP BY template ORDER BY 2 DESC
                """
            ).bind(1, from.seconds / 3600).bind(2, (to.seconds + 3599) / 3600).each { row in
                found.append((try ledger.words.word(row.int(0), in: ledger.session), Int(row.int(1))))
            }
            return found
        }
    }

    /// One page: rows of a book behind a number that meet the condition. The texts are ours.
    private func review<Row: Sendable>(
        _ table: String, _ condition: String, from: Instant, to: Instant, after number: Int64,
        _ read: @escaping @Sendable (Ledger, Int64) throws -> Row?
    ) async throws(StoreError) -> ReviewPage<Row> {
        try await consult { ledger in
            let session = ledger.session
            let last = try session.prepared(text: "SELECT coalesce(max(n), 0) FROM \(table)").first { $0.int(0) } ?? 0
            var numbers: [Int64] = []
            try session.prepared(
                text: """
                    SELECT n FROM \(table) WHERE n > ?1 AND n <= ?2 AND at >= ?3 AND at < ?4 AND \(condition) ORDER BY n
                    """
            ).bind(1, number).bind(2, number + Self.reach).bind(3, from).bind(4, to).each { numbers.append($0.int(0)) }
            let rows = try numbers.compactMap { try read(ledger, $0) }
            return ReviewPage(rows: rows, next: number + Self.reach < last ? number + Self.reach : nil)
        }
    }
}

// MARK: One address, or one person

/// Everything on record of somebody, each part in its own order.
public struct Dossier: Sendable {
    public var consents: [ConsentRecord]
    public var suppressions: [SuppressionRecord]
    /// Events of the jobs to them, with decisions, in order.
    public var outcomes: [Outcome]
    /// More jobs than are given here: the oldest are left out.
    public var isCut: Bool
}

extension Store {
    /// Jobs of which a dossier tells.
    private static let mostJobs = 5_000
    private static let jobsAtATime = 200

    /// What the books know of an address: its consents, what suppresses it (broadly), its messages. A CRM contact's
    /// tasks likewise.
    public func dossier(of address: ContactAddress) async throws(StoreError) -> Dossier {
        try await dossier(of: try consult { try $0.known(address) }, .address(address), consents: consents(of: address))
    }

    /// The same of a person, as producers name it: messages by whatever address.
    public func dossier(ofPerson person: String) async throws(StoreError) -> Dossier {
        let subject = try await consult { try $0.subjects.known(.person, person, in: $0.session) }
        return try await dossier(of: subject, .person(person), consents: [])
    }

    private func dossier(
        of subject: Int64?, _ target: SuppressionTarget, consents: [ConsentRecord]
    ) async throws(StoreError) -> Dossier {
        var keys: [Int64] = []
        if let subject {
            let most = Self.mostJobs
            keys = try await consult { try $0.jobs(to: subject, limit: most + 1) }
        }
        let isCut = keys.count > Self.mostJobs
        keys = keys.prefix(Self.mostJobs).reversed()
        var outcomes: [Outcome] = []
        for start in stride(from: 0, to: keys.count, by: Self.jobsAtATime) {
            let part = Array(keys[start..<min(start + Self.jobsAtATime, keys.count)])
            outcomes += try await read { try Self.outcomes(of: part, in: $0) }
        }
        let suppressions = try await suppressions(matching: target)
        return Dossier(
            consents: consents, suppressions: suppressions, outcomes: outcomes.sorted { $0.seq < $1.seq },
            isCut: isCut)
    }

    private static func outcomes(of jobs: [Int64], in session: Session) throws -> [Outcome] {
        var reader = OutcomeReader(session, withDecisions: true)
        var outcomes: [Outcome] = []
        for job in jobs {
            var rows: [(Int64, Instant, Int64, [UInt8])] = []
            let accepted = try session.prepared("SELECT accepted FROM job_words WHERE key = ?1").bind(1, job).first {
                $0.int(0)
            }
            try session.prepared("SELECT seq, at, event, row FROM journal WHERE seq = ?1").bind(1, accepted).each {
                rows.append(($0.int(0), $0.instant(1), $0.int(2), $0.blob(3)))
            }
            try session.prepared("SELECT seq, at, event, row FROM journal WHERE job = ?1 AND event <> 0 ORDER BY seq")
                .bind(1, job).each { rows.append(($0.int(0), $0.instant(1), $0.int(2), $0.blob(3))) }
            for row in rows {
                let outcome = try reader.outcome(seq: row.0, at: row.1, event: row.2, job: job, row: row.3)
                if let outcome { outcomes.append(outcome) }
            }
        }
        return outcomes
    }
}
