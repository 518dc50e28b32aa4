// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Spool

@Suite("Intake after a crash")
struct IntakeCrashTests {
    private static let limits: IntakeLimits = {
        var limits = IntakeLimits()
        limits.chunkRecords = 3
        return limits
    }()

    private static func fill(_ yard: SpoolYard) throws {
        try yard.enqueue(
            "lines.ndjson", lines: (0..<8).map { Samples.job("l\($0)") } + ["oops", Samples.job("l0"), "", "{}"])
        try yard.enqueue("one.json", Samples.job("one"))
        try yard.enqueue("none.json", "nothing")
    }

    /// All that is left of a run: book and directories, without what differs by nature.
    private struct Remains: Equatable {
        var jobs: [String], problems: [Problem], tallies: [String: IntakeTally], unfinished: Int
        var files: [String: String]
        init(_ yard: SpoolYard) {
            (jobs, problems, tallies, unfinished) = yard.book.state.withLock { state in
                (
                    state.jobs.map(\.job.id).sorted(), state.problems.sorted { $0.key < $1.key }.flatMap(\.value),
                    Dictionary(uniqueKeysWithValues: state.finished.map { ($0.file.name, $0.tally) }), state.rows.count
                )
            }
            files = yard.files(below: yard.layout.spool)
            files = files.mapValues { $0.replacing(/"renamed_at":"[^"]*"/, with: "") }
        }
    }

    @Test("killed at any step, and again at any step after: the same jobs, counts and receipts as undisturbed")
    func everyStep() async throws {
        let undisturbed = try SpoolYard()
        try Self.fill(undisturbed)
        let counter = CrashPoint(at: 1_000_000)
        undisturbed.book.revive(counter)
        try await undisturbed.intake(crash: counter, limits: Self.limits).settle()
        let expected = Remains(undisturbed)
        let steps = counter.count(from: 1_000_000)
        #expect(expected.jobs.count == 9 && expected.unfinished == 0 && steps > 40)

        for step in 1...steps {
            let yard = try SpoolYard()
            try Self.fill(yard)
            // The second life is cut short as well, the third is not.
            for point in [CrashPoint(at: step), CrashPoint(at: 1 + step / 3)] {
                yard.book.revive(point)
                do {
                    try await yard.intake(crash: point, limits: Self.limits).settle()
                } catch {
                    #expect(point.hasCome)
                }
            }
            yard.book.revive()
            try await yard.intake(limits: Self.limits).settle()
            #expect(Remains(yard) == expected, "killed at step \(step)")
        }
    }

    @Test("a file that vanished from taken/ gets a receipt of what was taken in, and a problem")
    func vanished() async throws {
        let yard = try SpoolYard()
        try yard.enqueue("lines.ndjson", lines: (0..<8).map { Samples.job("l\($0)") })
        _ = try await yard.intake(limits: Self.limits).turn()
        for name in Directory.names(in: yard.layout.taken) { unlink("\(yard.layout.taken)/\(name)") }
        try await yard.intake(limits: Self.limits).settle()
        #expect(yard.counts("lines.ndjson") == [3, 0, 0, 0] && yard.receipt("lines.ndjson")?["sha256"] == .null)
        #expect(yard.receipt("lines.ndjson")?["problems"]?.array?.first?.object?["code"] == .string("unreadable"))
    }

    @Test("numbers go on above all that were ever given")
    func numbers() async throws {
        let yard = try SpoolYard()
        yard.book.state.withLock { $0.lastNumber = 41 }
        let left = TakenName(number: 57, renamedAt: Samples.now, producer: "default", name: "left.json")
        try Data(Samples.job("left").utf8).write(to: URL(filePath: "\(yard.layout.taken)/\(left.text)"))
        try yard.enqueue("new.json", Samples.job("new"))
        try await yard.intake().settle()
        let numbers = yard.book.state.withLock { $0.finished.map(\.file.number) }
        #expect(numbers.sorted() == [57, 58])
        #expect(
            yard.book.state.withLock {
                $0.finished.contains { $0.file.name == "left.json" && $0.file.renamedAt == Samples.now }
            })
    }
}
