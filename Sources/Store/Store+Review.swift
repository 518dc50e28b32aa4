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
    private static let liftedAtATime = 500

    /// Grants that were recorded in the period (`to` not included) with neither wording nor evidence.
    public func consentsWithoutProof(
        from: Instant, to: Instant, after number: Int64 = 0
    ) async throws(StoreError) -> ReviewPage<ConsentRecord> {
        // Types 1, 2, 3 and 6 give permission; flags 1 and 2 are its proof.
        try await review("type IN (1, 2, 3, 6) AND flags & 3 = 0", from: from, to: to, after: number) {
            try $0.consentRecord($1)
        }
    }

    /// Suppressions that were lifted in the period: the removals, each naming what it lifts.
    public func suppressionsLifted(
        from: Instant, to: Instant, after number: Int64 = 0
    ) async throws(StoreError) -> ReviewPage<SuppressionRecord> {
        try await consult { ledger in
            // By the index of removals, which are few among millions.
            var numbers: [Int64] = []
            try ledger.session.prepared(
                """
                SELECT n FROM suppression INDEXED BY suppression_lifts WHERE lifts IS NOT NULL AND n > ?1 AND at >= ?2
                    AND at < ?3 ORDER BY n LIMIT ?4
                """
            ).bind(1, number).bind(2, from).bind(3, to).bind(4, Self.liftedAtATime).each { numbers.append($0.int(0)) }
            let rows = try numbers.compactMap { try ledger.suppressionRecord($0) }
            return ReviewPage(rows: rows, next: numbers.count == Self.liftedAtATime ? numbers.last : nil)
        }
    }

    /// Opt-outs recorded in the period that messages went despite: between admission and acceptance, or before the
    /// opt-out was known.
    ///
    /// - Parameter controllers: brand to its controller: whom an objection reaches.
    public func sentDespite(
        from: Instant, to: Instant, controllers: [String: String] = [:], after number: Int64 = 0
    ) async throws(StoreError) -> ReviewPage<OverriddenOptOut> {
        try await review("type IN (4, 5, 8)", from: from, to: to, after: number) { ledger, number in
            let sent = try ledger.sentDespite(consent: number, controllers: controllers)
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
    public func transactionalVolume(from: Instant, to: Instant) async throws(StoreError) -> [(
        template: String, sent: Int
    )] {
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

    /// One page: consents behind a number that meet the condition, which is a text of ours.
    private func review<Row: Sendable>(
        _ condition: String, from: Instant, to: Instant, after number: Int64,
        _ read: @escaping @Sendable (Ledger, Int64) throws -> Row?
    ) async throws(StoreError) -> ReviewPage<Row> {
        try await consult { ledger in
            let session = ledger.session
            let last = try session.prepared("SELECT coalesce(max(n), 0) FROM consent").first { $0.int(0) } ?? 0
            var numbers: [Int64] = []
            try session.prepared(
                text: """
                    SELECT n FROM consent WHERE n > ?1 AND n <= ?2 AND at >= ?3 AND at < ?4 AND \(condition) ORDER BY n
                    """
            ).bind(1, number).bind(2, number + Self.reach).bind(3, from).bind(4, to).each { numbers.append($0.int(0)) }
            let rows = try numbers.compactMap { try read(ledger, $0) }
            return ReviewPage(rows: rows, next: number + Self.reach < last ? number + Self.reach : nil)
        }
    }
}
