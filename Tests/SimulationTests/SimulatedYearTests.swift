// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A year of a few people here, of ten thousand by `make year`: 60 homes in 45 zones, 5 campaigns.
@Suite("A simulated year")
struct SimulatedYearTests {
    private static let people = ProcessInfo.processInfo.environment["GATEPOST_YEAR_PEOPLE"].flatMap(Int.init) ?? 120
    private static let days = ProcessInfo.processInfo.environment["GATEPOST_YEAR_DAYS"].flatMap(Int.init) ?? 365
    private static let isFull = ProcessInfo.processInfo.environment["GATEPOST_YEAR_PEOPLE"] != nil

    @Test("nothing goes that may not, all that may goes, every job ends, and the same seed gives the same journal")
    func twice() async throws {
        let plan = Year.Plan(seed: 1, people: Self.people, days: Self.days)
        let first = try await live(plan)
        let again = try await live(plan)
        #expect(first == again)
    }

    @Test("another seed, another year", arguments: [2])
    func another(_ seed: UInt64) async throws {
        _ = try await live(Year.Plan(seed: seed, people: min(Self.people, 1000), days: Self.days))
    }

    private func live(_ plan: Year.Plan) async throws -> String {
        var year = try Year(plan)
        let began = ContinuousClock.now
        let digest = try await year.live()
        let witness = year.witness
        if Self.isFull {
            print(
                "seed \(plan.seed), \(plan.people) people: \(witness.jobs.count) jobs in \(ContinuousClock.now - began)"
            )
            for (what, count) in witness.seen.sorted(by: { $0.key < $1.key }) { print("  \(what): \(count)") }
        }
        #expect(witness.faults.isEmpty, "\(witness.faults.joined(separator: "\n"))")
        for what in Self.mustOccur where witness.seen[what] == nil { Issue.record("\(what) never occurred") }
        return digest
    }

    /// A year without them shows nothing.
    private static let mustOccur = [
        "crash", "disturbed", "recalled", "set back", "suppressed", "lifted", "proceed", "postponed quiet_hours",
        "postponed frequency_cap", "postponed unknown_zone", "postponed not_before", "outcome withheld expired",
        "withheld suppressed", "withheld no_consent", "withheld consent_withdrawn", "withheld consent_expired",
        "withheld consent_too_weak", "withheld frequency_cap", "withheld no_allowed_time", "outcome sent",
        "outcome failed", "outcome unknown", "outcome cancelled",
    ]
}
