// SPDX-License-Identifier: Apache-2.0
//
// ConsentImport: a list of consents, read twice as `ListImport` reads its own.

import GatewayModel
import Spool
import Store

struct ConsentImport {
    let file: ListFile
    let rules: IntakeRules
    let now: Instant
    private let progress = ProgressLine()
    private static let batch = 500
    private static let shown = 10_000

    init(_ file: ListFile, rules: IntakeRules, now: Instant) {
        (self.file, self.rules, self.now) = (file, rules, now)
    }

    /// The first pass, and the name of the batch.
    func check() throws(CommandFailure) -> (tally: ImportTally, batch: String) {
        defer { progress.clear() }
        var tally = ImportTally()
        var list = try ConsentListReader(file)
        let reader = ConsentReader(rules: rules, door: .list(batch: ""), now: now)
        while let item = try list.next() {
            switch item {
            case .bad(let line, let why): tally.fault(line: line, why)
            case .row(let record, let line): Self.count(record, by: reader, line, &tally)
            }
            if tally.entries % Self.shown == 0 {
                progress.show("\(file.percent)% checked, \(counted(tally.entries, "entry", "entries"))")
            }
        }
        return (tally, String(try file.rewind().prefix(12)))
    }

    private static func count(
        _ record: JSONObject, by reader: ConsentReader, _ line: Int, _ tally: inout ImportTally
    ) {
        switch reader.read(record) {
        case .taken(let new):
            guard new.consent.event.type != .corrected else {
                return tally.fault(line: line, "a correction names one event: make it with gatepost consent record")
            }
            tally.count(new.consent.event.type.rawValue)
            if new.problems.contains(where: { $0.code == .badAddress }) { tally.mended += 1 }
            if new.problems.contains(where: { $0.code != .badAddress }) { tally.widened += 1 }
        case .refused(let problems), .lost(let problems):
            tally.fault(line: line, problems.first.map { "\($0.field ?? "it"): \($0.message)" } ?? "is refused")
        }
    }

    /// The second pass. What stands in the store before an error stays.
    ///
    /// - Throws: exit 74 where the file is no longer what was checked.
    func write(batch: String, into store: Store, by signature: Signature) async throws {
        defer { progress.clear() }
        var list = try ConsentListReader(file)
        let reader = ConsentReader(rules: rules, door: .list(batch: batch), now: now)
        var consents: [NewConsent] = []
        var written = 0
        while let item = try list.next() {
            guard case .row(let record, _) = item, case .taken(let new) = reader.read(record),
                new.consent.event.type != .corrected
            else { continue }
            consents += [new.consent] + new.more
            written += 1
            guard consents.count >= Self.batch else { continue }
            _ = try await store.record(consents, by: signature)
            consents.removeAll(keepingCapacity: true)
            progress.show("\(file.percent)% imported, \(counted(written, "entry", "entries"))")
        }
        _ = try await store.record(consents, by: signature)
        guard try file.rewind().hasPrefix(batch) else {
            throw CommandFailure(
                .inputOutput, "the list changed while it was imported", at: file.path,
                advice: "what was read has been recorded as batch \(batch); import the list again")
        }
    }
}
