// SPDX-License-Identifier: Apache-2.0
//
// The book of consents, for commands.

import GatewayModel

extension Store {
    /// Events one transaction takes: other processes' must be short (DESIGN D2).
    private static let consentsAtATime = 500

    /// Records events in order, in transactions of 500. What is in the air to an address that opts out is put to the
    /// gate again; `inFlight(to:)` tells how much of it is left.
    ///
    /// - Throws: `StoreError.refused` (65) where a grant lies in the future or a correction names no event of the
    ///   address; what stood before it in full transactions is recorded.
    @discardableResult
    public func record(
        _ consents: [NewConsent], by signature: Signature
    ) async throws(StoreError) -> [RecordedConsent] {
        var recorded: [RecordedConsent] = []
        for start in stride(from: 0, to: consents.count, by: Self.consentsAtATime) {
            let part = Array(consents[start..<min(start + Self.consentsAtATime, consents.count)])
            recorded += try await recordPart(part, by: signature)
        }
        return recorded
    }

    private func recordPart(
        _ consents: [NewConsent], by signature: Signature
    ) async throws(StoreError) -> [RecordedConsent] {
        let now = options.timepiece.now()
        let numbers = try await write(.operatorChange) { ledger in
            let numbers = try consents.map { try ledger.record($0, by: signature, at: now) }
            guard let first = numbers.first, let last = numbers.last else { return numbers }
            let what = first == last ? "c\(first) \(consents[0].event.type.rawValue)" : "c\(first) to c\(last)"
            try ledger.record("consent_record", by: signature, about: what, at: now)
            return numbers
        }
        let key = subjectKey
        return try await read { session in
            let ledger = Ledger(session: session, subjectKey: key, slots: nil)
            return try numbers.map { number in
                RecordedConsent(number: number, sentBetween: try ledger.sentDespite(consent: number))
            }
        }
    }

    /// Every event of exactly that address, in order of recording.
    public func consents(of address: ContactAddress) async throws(StoreError) -> [ConsentRecord] {
        try await consult { ledger in
            try ledger.known(address).map { try ledger.consentRecords(of: $0) } ?? []
        }
    }

    public func consent(number: Int64) async throws(StoreError) -> ConsentRecord? {
        try await consult { try $0.consentRecord(number) }
    }

    /// Up to `limit` events with numbers above `number`, in order; fewer than `limit`: these were the last.
    public func consentPage(after number: Int64, limit: Int = 500) async throws(StoreError) -> [ConsentRecord] {
        try await consult { ledger in
            try ledger.numbers(in: "consent", after: number, limit: limit).compactMap { try ledger.consentRecord($0) }
        }
    }

    /// The wording of that digest (lower-case hex); nil where there is none.
    public func wording(sha256: String) async throws(StoreError) -> String? {
        try await read { session in
            try session.prepared("SELECT text FROM wording WHERE sha256 = ?1").bind(1, sha256).first { $0.text(0) }
        }
    }

    /// Keeps a file once; gives its SHA-256 in lower-case hex, to be named in `ConsentDetails.attachments`.
    public func keepAttachment(_ bytes: [UInt8], name: String) async throws(StoreError) -> String {
        let now = options.timepiece.now()
        return try await write(.operatorChange) { try $0.keep(attachment: bytes, name: name, at: now) }
    }

    public func attachment(sha256: String) async throws(StoreError) -> (name: String, bytes: [UInt8])? {
        try await read { session in
            try session.prepared("SELECT name, bytes FROM attachment WHERE sha256 = ?1").bind(1, sha256).first {
                ($0.text(0), $0.blob(1))
            }
        }
    }

    /// Attempts to that address that were called back and have not landed yet (CONTRACT 8.9), for `--wait`.
    public func inFlight(to address: ContactAddress) async throws(StoreError) -> Int {
        try await consult { ledger in
            guard let subject = try ledger.known(address) else { return 0 }
            return try ledger.recalled(ledger.census().jobs(of: subject))
        }
    }

    /// Reads with the books' own words, in one short transaction.
    func consult<Value: Sendable>(
        _ body: @escaping @Sendable (Ledger) throws -> Value
    ) async throws(StoreError) -> Value {
        let key = subjectKey
        return try await read { session in try body(Ledger(session: session, subjectKey: key, slots: nil)) }
    }
}

extension Ledger {
    /// How many of these jobs are in the air with a call to come back.
    func recalled(_ jobs: [Int64]) throws -> Int {
        try jobs.filter { try flight($0)?.recall != nil }.count
    }

    /// Numbers behind one, of a table of ours.
    func numbers(in table: String, after number: Int64, limit: Int) throws -> [Int64] {
        var numbers: [Int64] = []
        try session.prepared(text: "SELECT n FROM \(table) WHERE n > ?1 ORDER BY n LIMIT ?2")
            .bind(1, number).bind(2, limit).each { numbers.append($0.int(0)) }
        return numbers
    }
}
