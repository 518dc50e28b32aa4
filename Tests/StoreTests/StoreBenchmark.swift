// SPDX-License-Identifier: Apache-2.0
//
// How fast the store is by itself. Not part of the test run: set GATEPOST_BENCH to a number of jobs, and build with
// `swift test -c release -Xswiftc -enable-testing --filter StoreBenchmark`.

import Foundation
import GatewayModel
import Testing

@testable import Store

@Suite("Benchmark", .enabled(if: ProcessInfo.processInfo.environment["GATEPOST_BENCH"] != nil))
struct StoreBenchmark {
    @Test("jobs a second through taking in, admission and settlement")
    func throughput() async throws {
        let count = ProcessInfo.processInfo.environment["GATEPOST_BENCH"].flatMap(Int.init) ?? 50_000
        let fixture = try Fixture()
        let store = try fixture.open()
        let chunks = stride(from: 0, to: count, by: 1000).map { start in
            fixture.chunk(
                (start..<min(start + 1000, count)).map { number in
                    Wish("spring-26:\(number):welcome") {
                        ($0.email, $0.person) = ("person.\(number)@example.com", "lead-\(number)")
                        ($0.campaign, $0.topic, $0.expiresAt) = ("spring-26", "news", evening + .seconds(7 * 86_400))
                    }.entry
                })
        }
        try await measure("taking in", count) { for chunk in chunks { _ = try await store.take(chunk) } }
        var departures: [Departure] = []
        var flown: [[Departure]] = []
        var batches: [[JobKey]] = []
        let lane = try #require(try await store.lanes().first)
        var want = LaneWant(lane: lane.id, priority: .normal, after: nil, limit: 200)
        try await measure("due", count) {
            while let due = try await store.due([want], at: evening).first?.due, let last = due.last {
                batches.append(due.map(\.key))
                want.after = last
            }
        }
        try await measure("exchange of 200 in, 200 out", count) {
            for batch in batches {
                let settled = departures.map { settlement($0, .sent) }
                departures = try await store.exchange(settled: settled, candidates: batch, at: evening) {
                    .launch(decision(.proceed, evening, $0), reserves: true)
                }
                flown.append(departures)
            }
            try await store.settle(departures, .sent, at: evening)
        }
        try await measure("outcomes read", count * 2) {
            var after: Int64 = 0
            while let last = try await store.outcomes(after: after, limit: 1000).last { after = last.seq }
        }
        try await measure("journal verified", count * 2) {
            let check = try await store.verifyJournal()
            #expect(check.fault == nil)
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
