// SPDX-License-Identifier: Apache-2.0
//
// Recording consents (facts A4, CONTRACT 4 and 8.5): appended, journalled, and what is in the air is asked again.

import Cryptography
import GatewayModel

extension Ledger {
    /// How far ahead of our clock another's may be.
    private static let clockTolerance = Duration.seconds(300)

    /// Why the event cannot stand in the book; nil where it can.
    func objection(to new: NewConsent, at now: Instant) throws -> Problem? {
        if !new.event.type.isOptOut, new.event.occurredAt > now + Self.clockTolerance {
            let message = "lies in the future: a consent counts from when it was given; send the record then"
            return Problem(.badTime, field: "occurred_at", message)
        }
        guard new.event.type == .corrected else { return nil }
        guard let named = new.event.corrects else {
            return Problem(.missingField, field: "corrects", "names the event that is void, as \"c812\"")
        }
        let found = try session.prepared("SELECT subject, brand FROM consent WHERE n = ?1").bind(1, named).first {
            (subject: $0.int(0), brand: $0.intOrNil(1))
        }
        guard let found, found.subject == (try known(new.address)) else {
            return Problem(.badValue, field: "corrects", "c\(named) is no event of this address")
        }
        guard let own = new.brands else { return nil }
        if let brand = try found.brand.map({ try words.word($0, in: session) }), own.contains(brand) { return nil }
        return Problem(.notPermitted, field: "corrects", "c\(named) is not of a brand this producer may speak for")
    }

    /// Appends one event; gives its number.
    ///
    /// - Throws: `StoreError.refused` where `objection` says why.
    @discardableResult
    func record(_ new: NewConsent, by signature: Signature?, at now: Instant) throws -> Int64 {
        if let problem = try objection(to: new, at: now) {
            throw StoreError.refused("\(problem.field ?? "the consent"): \(problem.message)", exitCode: 65)
        }
        let subject = try subjects.subject(SubjectKind(of: new.address), new.address.description, in: session)
        var (event, details) = (try dated(new.event, subject: subject.id, at: now), new.details)
        if let wording = details.wording { details.wordingSHA256 = try keep(wording: wording, at: now) }
        let row = ConsentRow(
            n: try nextNumber(in: "consent"), subject: subject.id, event, flags: Self.flags(event, details),
            brand: try words.number(of: event.brand, in: session), topics: try numbers(of: event.topics))
        let side = details.encoded(address: new.address, by: signature)
        let salt = subjects.salt()
        var entry = JournalEntry(.consentChanged, at: now, book: row.n)
        (entry.reason, entry.subject, entry.row) = (event.type.rawValue, subject.token, row.digest)
        entry.words = SideDigest.of(side, salt: salt)
        try insert(row, seq: try journal(entry))
        try session.prepared("INSERT INTO consent_words (n, salt, words) VALUES (?1, ?2, ?3)")
            .bind(1, row.n).bind(2, salt).bind(3, side).run()
        if event.type.isOptOut || event.type == .corrected { try askAgain(about: subject.id) }
        if event.type.isOptOut || event.type == .corrected { try markTasks(about: subject.id, at: now) }
        if let damage = details.damage {
            try recordDamage("c\(row.n), taken as wide as it may be meant: \(damage)", details.producer, at: now)
        }
        return row.n
    }

    /// What is dated ahead counts from now: a clock that runs ahead must not outrank what comes later. An opt-out that
    /// holds from now on comes behind all that is on record of the address, also where the clock was set back since.
    private func dated(_ given: ConsentEvent, subject: Int64, at now: Instant) throws -> ConsentEvent {
        var event = given
        (event.recordedAt, event.occurredAt) = (now, min(given.occurredAt, now))
        guard given.type.isOptOut, given.occurredAt == given.recordedAt || given.occurredAt >= now else { return event }
        let last =
            try session.prepared("SELECT max(max(at, occurred)) FROM consent WHERE subject = ?1")
            .bind(1, subject).first { $0.instantOrNil(0) } ?? nil
        event.recordedAt = max(now, last ?? now)
        event.occurredAt = event.recordedAt
        return event
    }

    private static func flags(_ event: ConsentEvent, _ details: ConsentDetails) -> BookFlags {
        var flags: BookFlags = []
        if event.hasWording || details.wordingSHA256 != nil { flags.insert(.wording) }
        if event.hasEvidence || details.evidence?.isEmpty == false || !details.attachments.isEmpty {
            flags.insert(.evidence)
        }
        if event.isImport { flags.insert(.isImport) }
        if details.damage != nil { flags.insert(.damaged) }
        return flags
    }

    private func insert(_ row: ConsentRow, seq: Int64) throws {
        let insert = try session.prepared(
            """
            INSERT INTO consent (n, subject, at, occurred, type, channel, brand, topics, basis, day, flags, corrects, seq)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """)
        insert.bind(1, row.n).bind(2, row.subject).bind(3, row.at).bind(4, row.occurred).bind(5, row.type)
        insert.bind(6, row.channel).bind(7, row.brand).bind(8, row.topics).bind(9, row.basis).bind(10, row.day)
        try insert.bind(11, row.flags.rawValue).bind(12, row.corrects).bind(13, seq).run()
    }

    private func numbers(of topics: [String]?) throws -> String? {
        try topics.map { list in
            try list.map { String(try words.number(of: $0, in: session)) }.joined(separator: ",")
        }
    }

    /// The subject of an address; nil where it was never seen.
    func known(_ address: ContactAddress) throws -> Int64? {
        try subjects.known(SubjectKind(of: address), address.description, in: session)
    }

    /// The number behind the last. Rows are never deleted.
    func nextNumber(in table: String) throws -> Int64 {
        try session.prepared(text: "SELECT coalesce(max(n), 0) + 1 FROM \(table)").first { $0.int(0) } ?? 1
    }

    /// An opt-out that came in with something wrong in it (CONTRACT 4): reviewers are to see each.
    func recordDamage(_ what: String, _ producer: String?, at now: Instant) throws {
        let signature = Signature(actor: producer, systemUser: "gatepost")
        try record("optout_damaged", by: signature, about: what, at: now)
    }

    // MARK: What is kept once, by what it says

    private func keep(wording: String, at now: Instant) throws -> String {
        let digest = SHA256Digest.of(wording).hex
        try session.prepared("INSERT OR IGNORE INTO wording (sha256, text, since) VALUES (?1, ?2, ?3)")
            .bind(1, digest).bind(2, wording).bind(3, now).run()
        return digest
    }

    func keep(attachment bytes: [UInt8], name: String, at now: Instant) throws -> String {
        let digest = SHA256Digest.of(bytes).hex
        try session.prepared("INSERT OR IGNORE INTO attachment (sha256, name, bytes, since) VALUES (?1, ?2, ?3, ?4)")
            .bind(1, digest).bind(2, name).bind(3, bytes).bind(4, now).run()
        return digest
    }
}

extension SubjectKind {
    init(of address: ContactAddress) {
        switch address {
        case .email: self = .email
        case .phone: self = .phone
        case .crm: self = .crm
        }
    }
}
