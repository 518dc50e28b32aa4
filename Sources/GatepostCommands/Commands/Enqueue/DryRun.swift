// SPDX-License-Identifier: Apache-2.0
//
// DryRun: the receipt that would come, from the rules the daemon goes by. Nothing is stored; ids that were used before
// are not known here.

import Cryptography
import Engine
import Foundation
import GatewayModel
import Policy
import Settings
import Spool
import Templates

struct DryRun {
    private let decoder: RecordDecoder
    private let isNDJSON: Bool
    private let output = Output()
    private static let longestRecord = 1 << 20

    init(settings: GatewaySettings, producer: String, isNDJSON: Bool) throws(CommandFailure) {
        let templates = TemplateCatalog.load(directory: settings.templatesDir, brands: settings.brands.map(\.id))
        for problem in templates.problems { Say.line(problem.sentence(in: settings.templatesDir)) }
        let snapshot = GatewaySnapshot(takingIn: settings, templates)
        decoder = RecordDecoder(rules: IntakeRules(snapshot), producer: producer, now: SystemTimepiece().now())
        self.isNDJSON = isNDJSON
    }

    /// Prints a receipt for each input.
    ///
    /// - Throws: exit 65 where a record would be rejected.
    func check(_ inputs: [String]) throws {
        var rejected = 0
        for input in inputs {
            let receipt = try receipt(for: QueueInput(input, isNDJSON: isNDJSON))
            rejected += receipt.rejected
            try output.line(receipt.json.text)
        }
        try output.flush()
        if rejected > 0 { throw CommandFailure(.badData, "\(counted(rejected, "record")) would be rejected") }
    }

    private func receipt(for input: QueueInput) throws(CommandFailure) -> WouldBeReceipt {
        var receipt = WouldBeReceipt(file: input.name)
        let progress = ProgressLine()
        defer { progress.clear() }
        var line: [UInt8] = []
        while let piece = try input.next() {
            receipt.note(piece)
            guard input.form == .lines else {
                line += piece
                continue
            }
            var parts = piece.split(separator: 0x0A, omittingEmptySubsequences: false)
            line += parts.removeFirst()
            for next in parts {
                take(line, in: &receipt)
                line = Array(next)
            }
            progress.show("\(input.name): \(counted(receipt.accepted + receipt.rejected, "record")) checked")
        }
        if !line.isEmpty { take(line, in: &receipt) }
        return receipt
    }

    private func take(_ line: [UInt8], in receipt: inout WouldBeReceipt) {
        receipt.line += 1
        guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }) else { return }
        guard line.count <= Self.longestRecord else {
            return receipt.reject([Problem(.tooLarge, "the record is larger than 1 MiB")])
        }
        switch decoder.decode(line) {
        case .job, .cancel: receipt.accepted += 1
        case .consent(let new): receipt.accept(despite: new.problems)
        case .suppress(let new): receipt.accept(despite: new.problems)
        case .lostOptOut(let problems, _), .problems(let problems): receipt.reject(problems)
        }
    }
}

/// A receipt (CONTRACT 3.4) that nobody wrote down.
private struct WouldBeReceipt {
    let file: String
    var line = 0
    var accepted = 0
    private(set) var rejected = 0
    private var problems: [Problem] = []
    private var bytes = 0
    private static let inlineProblems = 1000

    init(file: String) { self.file = file }

    mutating func note(_ piece: [UInt8]) { bytes += piece.count }

    /// An opt-out that is taken whatever is wrong with it.
    mutating func accept(despite found: [Problem]) {
        accepted += 1
        note(found)
    }

    mutating func reject(_ found: [Problem]) {
        rejected += 1
        note(found)
    }

    private mutating func note(_ found: [Problem]) {
        problems += found.prefix(max(0, Self.inlineProblems - problems.count)).map { problem in
            var placed = problem
            placed.line = line
            return placed
        }
    }

    var json: JSONObject {
        JSONObject([
            ("file", .string(file)), ("sha256", .null), ("bytes", .integer(bytes)), ("taken_at", .null),
            ("accepted", .integer(accepted)), ("duplicates", .integer(0)), ("rejected", .integer(rejected)),
            ("cancelled", .integer(0)), ("problems", .array(problems.map { .object($0.json) })),
        ])
    }
}
