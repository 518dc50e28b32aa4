// SPDX-License-Identifier: Apache-2.0
//
// What the evidence and the monthly review read besides dossiers. Every statement is closed before its page is returned.

import GatewayModel

extension Store {
    /// Rows a page of consents looks at.
    private static let reach: Int64 = 5_000

    /// Spellings that reach the same recipient and of which anything is on record, the address itself among them.
    public func spellingsOnRecord(of address: ContactAddress) async throws(StoreError) -> [ContactAddress] {
        try await consult { ledger in
            let forms = BroadAddress.spellings(of: address)
            return try forms.filter { form in
                guard let subject = try ledger.known(form) else { return false }
                return try ledger.hasAnything(of: subject)
            }
        }
    }

    /// Consent events of those types that were recorded in the period (`to` not included), in order.
    public func consents(
        _ types: Set<ConsentType>, from: Instant, to: Instant, after number: Int64 = 0
    ) async throws(StoreError) -> ReviewPage<ConsentRecord> {
        try await consult { ledger in
            let session = ledger.session
            let last = try session.prepared("SELECT coalesce(max(n), 0) FROM consent").first { $0.int(0) } ?? 0
            let start = try max(number, ledger.consentBefore(from, last: last))
            let wanted = types.map { String($0.number) }.sorted().joined(separator: ", ")
            var numbers: [Int64] = []
            try session.prepared(
                text: """
                    SELECT n FROM consent WHERE n > ?1 AND n <= ?2 AND at >= ?3 AND at < ?4 AND type IN (\(wanted)) ORDER BY n
                    """
            ).bind(1, start).bind(2, start + Self.reach).bind(3, from).bind(4, to).each { numbers.append($0.int(0)) }
            let rows = try numbers.compactMap { try ledger.consentRecord($0) }
            return ReviewPage(rows: rows, next: start + Self.reach < last ? start + Self.reach : nil)
        }
    }
}

extension Ledger {
    /// Whether a consent, or a message, is of that subject.
    fileprivate func hasAnything(of subject: Int64) throws -> Bool {
        let consent = try session.prepared("SELECT 1 FROM consent WHERE subject = ?1 LIMIT 1").bind(1, subject)
        if try consent.first({ _ in true }) != nil { return true }
        return try !jobs(to: subject, limit: 1).isEmpty
    }

    /// The number behind which every event is at least that old, by halving: numbers have no gap, and times rise with
    /// them but for a clock that was set back by less than an hour.
    fileprivate func consentBefore(_ moment: Instant, last: Int64) throws -> Int64 {
        let slack = Instant(microseconds: max(moment.microseconds, .min + 3_600_000_000)) - .seconds(3600)
        var (low, high): (Int64, Int64) = (0, last)
        while low < high {
            let middle = low + (high - low + 1) / 2
            let at = try session.prepared("SELECT at FROM consent WHERE n = ?1").bind(1, middle).first { $0.instant(0) }
            if let at, at < slack { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
