// SPDX-License-Identifier: Apache-2.0
//
// SuppressionImport: a list of any length, in minutes (CONTRACT 9).
//
// What is added is first sorted by its key outside the database; then it is recorded in that order, so that a page of
// the index is written once and not once a row. Nothing is recorded before `finish`. What stands already is passed over:
// the same list may come again every month.

import GatewayModel

/// What an import came to.
public struct ImportedSuppressions: Hashable, Sendable {
    public var added: Int
    /// In the list twice, or on record already in the same scope, for the same reason and time.
    public var unchanged: Int
}

public actor SuppressionImport {
    private let store: Store
    private let batch: String
    private let signature: Signature
    private let book: SuppressionBook
    private var spool: SortedSpool?
    private var scopes: [SuppressionScope] = []
    private var scopeNumbers: [SuppressionScope: Int] = [:]

    /// Rows a transaction takes: some 30 ms, and other writers have their turn between two.
    private static let rowsAtATime = 2000

    /// - Parameter batch: the name that each event of it carries.
    public init(into store: Store, batch: String, by signature: Signature) throws(StoreError) {
        (self.store, self.batch, self.signature) = (store, batch, signature)
        book = SuppressionBook(key: store.subjectKey)
        do { spool = try SortedSpool(in: store.directory.path) } catch { throw StoreError(error) }
    }

    /// Takes more of the list. Best in arrays of a thousand or so.
    public func add(_ list: [NewSuppression]) throws(StoreError) {
        guard let spool else { throw .closed }
        do {
            for new in list {
                let row = ImportRow(new, scope: number(of: new.scope), batch: batch, book)
                try spool.add(row.order, row.encoded)
            }
        } catch { throw StoreError(error) }
    }

    private func number(of scope: SuppressionScope) -> Int {
        if let number = scopeNumbers[scope] { return number }
        scopes.append(scope)
        scopeNumbers[scope] = scopes.count - 1
        return scopes.count - 1
    }

    /// Records it all. Killed before the end, what was recorded stands; the same list again adds the rest.
    ///
    /// - Parameter progress: told now and then how many rows are done.
    public func finish(
        progress: @Sendable (Int) -> Void = { _ in }
    ) async throws(StoreError) -> ImportedSuppressions {
        guard let spool else { throw .closed }
        self.spool = nil
        let (total, batch, signature) = (spool.count, batch, signature)
        let plan = try await start(total)
        var result = ImportedSuppressions(added: 0, unchanged: 0)
        var waiting: [ImportRow] = []
        for part in 0..<SortedSpool.parts {
            waiting += try Self.rows(of: part, spool)
            while waiting.count >= Self.rowsAtATime || part == SortedSpool.parts - 1 && !waiting.isEmpty {
                let chunk = Array(waiting.prefix(Self.rowsAtATime))
                waiting.removeFirst(chunk.count)
                let added = try await record(chunk, plan)
                (result.added, result.unchanged) = (result.added + added, result.unchanged + chunk.count - added)
                progress(result.added + result.unchanged)
            }
        }
        let now = store.options.timepiece.now()
        let about = "batch \(batch) done: \(result.added) added, \(result.unchanged) on record already"
        _ = try await store.write(.operatorChange) { ledger in
            try ledger.record("suppression_import", by: signature, about: about, at: now)
        }
        return result
    }

    private func start(_ total: Int) async throws(StoreError) -> ImportPlan {
        let now = store.options.timepiece.now()
        let (batch, signature, scopes) = (batch, signature, scopes)
        return try await store.write(.operatorChange) { ledger in
            try ledger.record("suppression_import", by: signature, about: "batch \(batch): \(total) rows", at: now)
            return ImportPlan(
                batch: try ledger.words.number(of: batch, in: ledger.session),
                scopes: try scopes.map { try ledger.numbers(of: $0) },
                // Many rows a page of the index: they go there at once. Few: by the young trees, as any other.
                isLong: Int64(total) >= max(4096, try ledger.nextNumber(in: "suppression") / 16))
        }
    }

    private func record(_ chunk: [ImportRow], _ plan: ImportPlan) async throws(StoreError) -> Int {
        let now = store.options.timepiece.now()
        return try await store.write(.operatorChange) { try $0.importSuppressions(chunk, plan, at: now) }
    }

    private static func rows(of part: Int, _ spool: SortedSpool) throws(StoreError) -> [ImportRow] {
        do {
            var seen: Set<ImportRow.Sameness> = []
            var last: Int64?
            return try spool.part(part).map { record in
                if last != record.order { seen.removeAll(keepingCapacity: true) }
                last = record.order
                var row = ImportRow(record)
                row.isRepeated = !seen.insert(row.sameness).inserted
                return row
            }
        } catch { throw StoreError(error) }
    }
}
