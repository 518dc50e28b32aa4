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
                    if result.isMended { tally.mended += 1 }
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

    /// The second pass: opt-outs as they come, suppressions sorted and at the end.
    ///
    /// - Throws: exit 74 where the file is no longer what was checked; no suppression is recorded then.
    func write(into store: Store, by signature: Signature) async throws -> ImportedSuppressions {
        defer { progress.clear() }
        let long = try SuppressionImport(into: store, batch: translation.batch, by: signature)
        var reader = try ListReader(file, from: translation.origin)
        var suppressions: [NewSuppression] = []
        var withdrawals: [NewConsent] = []
        var read = 0
        while let item = try reader.next() {
            // What cannot be read was counted, and allowed, in the first pass.
            guard case .row(let row, _) = item, let result = try? translation.read(row) else { continue }
            switch result.entry {
            case .suppress(let new): suppressions.append(new)
            case .withdraw(let new): withdrawals.append(new)
            case .nothing: continue
            }
            read += 1
            if suppressions.count >= Self.batch {
                try await long.add(suppressions)
                suppressions.removeAll(keepingCapacity: true)
            }
            if withdrawals.count >= Self.batch {
                _ = try await store.record(withdrawals, by: signature)
                withdrawals.removeAll(keepingCapacity: true)
            }
            if read % Self.batch == 0 { progress.show("\(file.percent)% read, \(counted(read, "entry", "entries"))") }
        }
        try await long.add(suppressions)
        _ = try await store.record(withdrawals, by: signature)
        guard try file.rewind().hasPrefix(translation.batch) else {
            throw CommandFailure(
                .inputOutput, "the list changed while it was imported", at: file.path,
                advice: "opt-outs that were read have been recorded, nothing else; import the list again")
        }
        return try await long.finish { [progress] done in
            progress.show("\(counted(done, "entry", "entries")) recorded")
        }
    }

    private func kind(columns: Set<ListColumn>) throws(CommandFailure) -> ListKind? {
        let origin = translation.origin
        let lists = ListKind.of(origin)
        if let kind = translation.kind {
            guard lists.contains(kind) else {
                let words =
                    lists.isEmpty ? "leave --list out" : "it has \(lists.map(\.rawValue).joined(separator: ", "))"
                throw CommandFailure(.usage, "\(origin.rawValue) has no list \"\(kind.rawValue)\"", advice: words)
            }
            if kind == .blocks {
                throw CommandFailure(
                    .badData, "blocks are refusals of a message, not bad addresses; nothing was imported",
                    at: file.path,
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
