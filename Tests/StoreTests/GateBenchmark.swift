// SPDX-License-Identifier: Apache-2.0
//
// What a long list costs to bring in, and what it costs each admission. Not part of the test run: set
// GATEPOST_BENCH_GATE to a number of suppressions, and build with
// `swift test -c release -Xswiftc -enable-testing --filter GateBenchmark`.

import Foundation
import GatewayModel
import Testing

@testable import Store

@Suite("Benchmark of the gate's books", .enabled(if: ProcessInfo.processInfo.environment["GATEPOST_BENCH_GATE"] != nil))
struct GateBenchmark {
    private let jobs = 40_000

    @Test("admission among many suppressions and consents, and among a thousand")
    func among() async throws {
        let many = ProcessInfo.processInfo.environment["GATEPOST_BENCH_GATE"].flatMap(Int.init) ?? 1_000_000
        for (suppressions, consents) in [(1_000, 1_000), (many, many / 10)] {
            let fixture = try Fixture()
            let command = try fixture.open(.command)
            let long = try SuppressionImport(into: command, batch: "bench", by: reviewer)
            try await measure("\(suppressions) rows spooled", suppressions) {
                for start in stride(from: 0, to: suppressions, by: 1000) {
                    try await long.add(
                        (start..<start + 1000).map {
                            suppression(.address(.email("gone.\($0)@example.com")), .imported)
                        })
                }
            }
            try await measure("\(suppressions) rows recorded", suppressions) { _ = try await long.finish() }
            try await measure("\(consents) consents recorded", consents) {
                for start in stride(from: 0, to: consents, by: 500) {
                    try await command.record(
                        (start..<start + 500).map { number in
                            consent(.granted, .email("person.\(number)@example.com")) { $0.details.method = "web-form" }
                        }, by: reviewer)
                }
            }
            await command.close()
            let size = try FileManager.default.attributesOfItem(atPath: fixture.path + "/gatepost.db")[.size] as? Int
            print("database: \((size ?? 0) >> 20) MiB")
            try await admissions(fixture, among: consents)
        }
    }

    private func admissions(_ fixture: Fixture, among consents: Int) async throws {
        let store = try fixture.open()
        // Everybody once, in no order: among many the pages that are read lie far apart.
        let (people, step) = (max(consents, jobs), 7_919)
        for start in stride(from: 0, to: jobs, by: 1000) {
            let entries = (start..<start + 1000).map { number in
                let person = number * (people / jobs) * step % people
                return Wish("spring-26:\(number)") {
                    ($0.email, $0.person) = ("person.\(person)@example.com", "lead-\(person)")
                    ($0.campaign, $0.topic) = ("spring-26", "news")
                }.entry
            }
            _ = try await store.take(fixture.chunk(entries))
        }
        let lane = try #require(try await store.lanes().first)
        var batches: [[JobKey]] = []
        var want = LaneWant(lane: lane.id, priority: .normal, after: nil, limit: 200)
        while let due = try await store.due([want], at: evening).first?.due, let last = due.last {
            batches.append(due.map(\.key))
            want.after = last
        }
        let interest = PolicyInterest(capHorizon: .seconds(7 * 86_400))
        var departures: [Departure] = []
        let all = batches
        try await measure("admissions and settlements, all books read", jobs) {
            for batch in all {
                let settled = departures.map { settlement($0, .sent) }
                departures = try await store.exchange(
                    settled: settled, candidates: batch, at: evening, interest: interest
                ) { job, _ in
                    .launch(decision(.proceed, evening, job), reserves: true)
                }
            }
        }
        await store.close()
    }

    private func measure(_ what: String, _ count: Int, _ body: () async throws -> Void) async rethrows {
        let (wall, cpu) = (ContinuousClock().now, clock())
        try await body()
        let seconds = (ContinuousClock().now - wall).inSeconds
        let processor = Double(clock() - cpu) / Double(CLOCKS_PER_SEC)
        print(
            "\(what): \(Int(Double(count) / seconds))/s, \(Int(processor / Double(count) * 1e6)) us of processor each")
    }
}
