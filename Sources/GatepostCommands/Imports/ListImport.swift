// SPDX-License-Identifier: Apache-2.0
//
// ListImport: a list, read twice: once to see whether it is good enough, once to write it down. Nothing is written of a
// list that is not.

import GatewayModel
import Store

struct ListImport {
    let file: ListFile
    private(set) var translation: ListTranslation
    private let progress = ProgressLine()
    private static let batch = 500
    private static let shown = 10_000

    /// - Parameter translation: its batch is set from the file's contents.
    init(_ file: ListFile, _ translation: ListTranslation) {
        (self.file, self.translation) = (file, translation)
    }

    /// The first pass; the batch is named after the file's digest.
    ///
    /// - Throws: exit 65 where it is another list, or nobody can tell which; 74 where it cannot be read.
    mutating func check() throws(CommandFailure) -> ImportTally {
        defer { progress.clear() }
        var tally = ImportTally()
        var reader = try ListReader(file, from: translation.origin)
        translation.kind = try kind(columns: reader.columns)
        while let item = try reader.next() {
            switch item {
            case .bad(let line, let why): tally.fault(line: line, why)
            case .row(let row, let line):
                do throws(AddressFault) {
                    let result = try translation.read(row)
                    tally.count(result.word)
                    if result.isUndated { tally.undated += 1 }
                } catch {
                    tally.fault(line: line, "its address \(error)")
                }
            }
            if tally.entries % Self.shown == 0 {
                progress.show("\(file.percent)% checked, \(counted(tally.entries, "entry", "entries"))")
            }
        }
        translation.batch = String(try file.rewind().prefix(12))
        return tally
    }

    /// The second pass. What stands in the store before an error stays.
    ///
    /// - Throws: exit 74 where the file is no longer what was checked.
    func write(into store: Store, by signature: Signature) async throws {
        defer { progress.clear() }
        var reader = try ListReader(file, from: translation.origin)
        var suppressions: [NewSuppression] = []
        var withdrawals: [NewConsent] = []
        var written = 0
        while let item = try reader.next() {
            // What cannot be read was counted, and allowed, in the first pass.
            guard case .row(let row, _) = item, let result = try? translation.read(row) else { continue }
            switch result.entry {
            case .suppress(let new): suppressions.append(new)
            case .withdraw(let new): withdrawals.append(new)
            case .nothing: continue
            }
            written += 1
            if suppressions.count >= Self.batch {
                _ = try await store.suppress(suppressions, by: signature)
                suppressions.removeAll(keepingCapacity: true)
            }
            if withdrawals.count >= Self.batch {
                _ = try await store.record(withdrawals, by: signature)
                withdrawals.removeAll(keepingCapacity: true)
            }
            if written % Self.batch == 0 {
                progress.show("\(file.percent)% imported, \(counted(written, "entry", "entries"))")
            }
        }
        _ = try await store.suppress(suppressions, by: signature)
        _ = try await store.record(withdrawals, by: signature)
        guard try file.rewind().hasPrefix(translation.batch) else {
            throw CommandFailure(
                .inputOutput, "the list changed while it was imported", at: file.path,
                advice: "what was read has been recorded as batch \(translation.batch); import the list again")
        }
    }

    private func kind(columns: Set<ListColumn>) throws(CommandFailure) -> ListKind? {
        let origin = translation.origin
        let lists = ListKind.of(origin)
        if let kind = translation.kind {
            guard lists.contains(kind) else {
                let words = lists.isEmpty ? "leave --list out" : "it has \(lists.map(\.rawValue).joined(separator: ", "))"
                throw CommandFailure(.usage, "\(origin.rawValue) has no list \"\(kind.rawValue)\"", advice: words)
            }
            if kind == .blocks {
                throw CommandFailure(
                    .badData, "blocks are refusals of a message, not bad addresses; nothing was imported", at: file.path,
                    advice: "import bounces and invalid_emails instead")
            }
            return kind
        }
        if lists.isEmpty { return nil }
        if let told = ListKind.told(by: columns, from: origin) { return told }
        throw CommandFailure(
            .usage, "the columns do not tell which list of \(origin.rawValue)'s this is", at: file.path,
            advice: "say --list \(lists.map(\.rawValue).joined(separator: "|"))")
    }
}
