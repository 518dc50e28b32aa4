// SPDX-License-Identifier: Apache-2.0
//
// Everything on record of one address, or of one person: what evidence and access requests are made from.

import GatewayModel

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
