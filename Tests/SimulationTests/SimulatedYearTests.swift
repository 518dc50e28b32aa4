// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A year of a few people here, of ten thousand by `make year`: 60 homes in 45 zones, 5 campaigns.
@Suite("A simulated year")
struct SimulatedYearTests {
    private static let people = ProcessInfo.processInfo.environment["GATEPOST_YEAR_PEOPLE"].flatMap(Int.init) ?? 120
    private static let isFull = ProcessInfo.processInfo.environment["GATEPOST_YEAR_PEOPLE"] != nil

    @Test("nothing goes that may not, all that may goes, and every job ends", arguments: [1, 2])
    func year(_ seed: UInt64) async throws {
        let people = seed == 1 ? Self.people : min(Self.people, 1000)
        let witness = try await live(Year.Plan(seed: seed, people: people)).witness
        for what in Self.mustOccur where witness.seen[what] == nil { Issue.record("\(what) never occurred") }
    }

    @Test("the same seed gives the same journal, another one another")
    func twice() async throws {
        let plan = Year.Plan(seed: 3, people: max(50, Self.people / 10), days: 60)
        let first = try await live(plan).digest
        #expect(try await live(plan).digest == first)
        var other = plan
        other.seed = 4
        #expect(try await live(other).digest != first)
    }

    private func live(_ plan: Year.Plan) async throws -> (digest: String, witness: Witness) {
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
        return (digest, witness)
    }

    /// A year without them shows nothing.
    private static let mustOccur = [
        "crash", "disturbed", "recalled", "set back", "bounced", "answered", "absent", "suppressed", "lifted",
        "proceed", "postponed quiet_hours",
        "postponed frequency_cap", "postponed unknown_zone", "postponed not_before", "outcome withheld expired",
        "withheld suppressed", "withheld no_consent", "withheld consent_withdrawn", "withheld consent_expired",
        "withheld consent_too_weak", "withheld frequency_cap", "withheld no_allowed_time", "outcome sent",
        "outcome failed", "outcome unknown", "outcome cancelled",
    ]
}
