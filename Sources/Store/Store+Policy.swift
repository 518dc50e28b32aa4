// SPDX-License-Identifier: Apache-2.0
//
// Which policies were in force, and what the gate would see now.

import GatewayModel

extension Store {
    /// The policy in force; nil where no daemon has ever run.
    public func policyInForce() async throws(StoreError) -> PolicyVersion? {
        try await policies("ORDER BY n DESC LIMIT 1").first
    }

    /// Every policy that came into force, in order.
    public func policyVersions() async throws(StoreError) -> [PolicyVersion] { try await policies("ORDER BY n") }

    private func policies(_ which: String) async throws(StoreError) -> [PolicyVersion] {
        try await read { session in
            var versions: [PolicyVersion] = []
            try session.prepared(text: "SELECT sha256, at, before, seq FROM policy_change \(which)").each { row in
                versions.append(
                    PolicyVersion(
                        sha256: row.text(0), since: row.instant(1), before: row.textOrNil(2), seq: row.int(3)))
            }
            return versions
        }
    }

    /// A policy's bytes, by its digest or by the first 12 digits that decisions carry.
    public func policyBundle(_ name: String) async throws(StoreError) -> PolicyBundle? {
        try await read { session in
            try session.prepared(
                "SELECT sha256, bytes FROM policy_bundle WHERE sha256 >= ?1 AND sha256 < ?1 || 'g' ORDER BY sha256 LIMIT 1"
            ).bind(1, name).first { PolicyBundle(sha256: $0.text(0), bytes: $0.blob(1)) }
        }
    }

    /// What the gate is asked with for the queued jobs of that id, of every producer where `producer` is nil.
    public func gateFacts(
        jobID: String, producer: String? = nil, interest: PolicyInterest
    ) async throws(StoreError) -> [(job: JobFacts, recipient: RecipientFacts)] {
        let now = options.timepiece.now()
        return try await gateFacts(jobID: jobID, producer: producer, at: now, interest: interest)
    }

    /// The same as of another moment: places under caps are counted back from there.
    public func gateFacts(
        jobID: String, producer: String?, at moment: Instant, interest: PolicyInterest
    ) async throws(StoreError) -> [(job: JobFacts, recipient: RecipientFacts)] {
        try await consult { ledger in
            try JobFinder.keys(ofID: jobID, producer: producer, in: ledger.session).compactMap { found in
                guard let job = try ledger.job(found.key) else { return nil }
                let facts = try ledger.facts(job)
                return (facts, try ledger.recipient(of: job, facts, at: moment, interest: interest))
            }
        }
    }

    /// What the books know of the recipient of a job that is not queued.
    public func recipientFacts(
        for subject: GateSubject, at moment: Instant, interest: PolicyInterest
    ) async throws(StoreError) -> RecipientFacts {
        try await consult { ledger in
            var place = subject.place
            if subject.contact.usesPhone, case .phone(let number) = subject.address { place.phone = number }
            let addressee = Addressee(address: subject.address, crm: subject.crm, person: subject.person)
            let places = RecipientPlaces(
                contact: subject.contact, messageClass: subject.messageClass, addressee: addressee,
                address: try subject.address.flatMap { try ledger.known($0) },
                person: try subject.person.flatMap { try ledger.subjects.known(.person, $0, in: ledger.session) },
                place: place)
            var facts = try ledger.recipient(at: places, moment, interest: interest)
            facts.queued = Int(try ledger.meta("queued") ?? 0)
            return facts
        }
    }

    /// Operators' actions with `seq` above `after`, in order, and what the daemon noted for those who watch. Only those
    /// at or after `since`, where given.
    public func operatorActions(
        after seq: Int64, since: Instant? = nil, limit: Int = 500
    ) async throws(StoreError) -> [OperatorAction] {
        try await read { session in
            var found: [(seq: Int64, at: Instant)] = []
            try session.prepared(
                """
                SELECT seq, at FROM journal INDEXED BY journal_operator WHERE event = 100 AND seq > ?1 AND at >= ?2
                    ORDER BY seq LIMIT ?3
                """
            ).bind(1, seq).bind(2, since ?? Instant(microseconds: .min)).bind(3, limit).each {
                found.append(($0.int(0), $0.instant(1)))
            }
            return try found.map { row in try OperatorAction(seq: row.seq, at: row.at, in: session) }
        }
    }
}

extension OperatorAction {
    init(seq: Int64, at: Instant, in session: Session) throws {
        let row = try session.prepared("SELECT row FROM journal WHERE seq = ?1").bind(1, seq).first { $0.blob(0) }
        let words = try session.prepared("SELECT words FROM event_words WHERE seq = ?1").bind(1, seq).first {
            FieldReader($0.blob(0))
        }
        let action = row.flatMap(JournalFields.init)?.text("reason") ?? ""
        self.init(
            seq: seq, at: at, action: action, actor: words?[.actor], systemUser: words?[.systemUser],
            why: words?[.why], about: words?[.about])
    }
}
