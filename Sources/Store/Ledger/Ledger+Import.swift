// SPDX-License-Identifier: Apache-2.0
//
// One chunk of a long list of suppressions, in the order of its keys. The same rows as `suppress` writes, with each
// statement prepared once a chunk.

import GatewayModel

extension Ledger {
    /// Records what is not on record yet; gives how many rows that was.
    func importSuppressions(_ rows: [ImportRow], _ plan: ImportPlan, at now: Instant) throws -> Int {
        let used = try suppressionKinds()
        var number = try nextNumber(in: "suppression")
        var counts: [Int64: Int] = [:]
        let index = try session.prepared("INSERT INTO suppression_hash_old (hash, row) VALUES (?1, ?2)")
        for new in rows where !new.isRepeated {
            var row = try SuppressionRow(new, plan, number: number, at: now)
            if used[new.counter] != nil, try stands(row, at: now) { continue }
            row.batch = plan.batch
            try append(row, side: new.side, at: now)
            if plan.isLong {
                try index.bind(1, new.order).bind(2, number).run()
            } else {
                try SuppressionBook.index.add(new.order, row: number, in: session)
            }
            counts[new.counter, default: 0] += 1
            number += 1
            if try !isSkyEmpty(), let target = FieldReader(new.side).suppressionTarget {
                try askAgain(about: SuppressionForm(target))
            }
            if try hasTasks() { try markTasks(under: new, at: now) }
        }
        for (counter, more) in counts { try count(counter, more) }
        return counts.values.reduce(0, +)
    }

    /// Nobody is in the air: nobody can be called back.
    private func isSkyEmpty() throws -> Bool { try census().isEmpty }

    /// An equal one is on record and not lifted.
    private func stands(_ new: SuppressionRow, at now: Instant) throws -> Bool {
        let select = try session.prepared(text: "SELECT \(SuppressionRow.columns) FROM suppression WHERE n = ?1")
        for number in try suppressionBook.rows(under: new.key, in: session) {
            let found = try select.bind(1, number).first { try SuppressionRow($0) }
            guard let found, found.act == .added, found.key == new.key, found.kind == new.kind,
                found.reason == new.reason, found.scope == new.scope, found.expires == new.expires
            else { continue }
            let lifted = try session.prepared("SELECT 1 FROM suppression WHERE lifts = ?1").bind(1, number).first { _ in
                true
            }
            if lifted == nil { return true }
        }
        return false
    }
}

extension SuppressionRow {
    fileprivate init(_ new: ImportRow, _ plan: ImportPlan, number: Int64, at now: Instant) throws(StoreError) {
        guard let kind = SuppressionKind(rawValue: new.kind) else { throw .fatal("no kind \(new.kind)") }
        self.init(
            n: number, key: new.key, kind: kind, reason: try SuppressionReason(stored: new.reason),
            scope: plan.scopes[new.scope], at: now, expires: new.expires.map(Instant.init(microseconds:)))
        if new.isDamaged { flags.insert(.damaged) }
    }
}
