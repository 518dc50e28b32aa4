// SPDX-License-Identifier: Apache-2.0
//
// What a long list costs to bring in, and what it costs each admission. Not part of the test run: set
// GATEPOST_BENCH_GATE to a number of suppressions (and GATEPOST_BENCH_DIR to a directory where what was brought in stays
// for the next time), and build with `swift test -c release -Xswiftc -enable-testing --filter GateBenchmark`.

import Foundation
import GatewayModel
import Testing

@testable import Store

private let environment = ProcessInfo.processInfo.environment

@Suite("Benchmark of the gate's books", .enabled(if: environment["GATEPOST_BENCH_GATE"] != nil))
struct GateBenchmark {
    private let jobs = 40_000
    private let rounds = 3

    @Test("admission among many suppressions and consents, and among a thousand")
    func among() async throws {
        let many = environment["GATEPOST_BENCH_GATE"].flatMap(Int.init) ?? 1_000_000
        let fixtures = [try Fixture(), try Fixture()]
        var paths: [String] = []
        for (fixture, count) in zip(fixtures, [1_000, many]) {
            let path = environment["GATEPOST_BENCH_DIR"].map { "\($0)/\(count)" } ?? fixture.path
            paths.append(path)
            if path == fixture.path || !FileManager.default.fileExists(atPath: path) {
                try Store.initialise(stateDir: path)
                try await fill(path, suppressions: count, consents: max(1000, count / 10), fixture)
            }
        }
        for order in ["in order", "at random"] {
            for _ in 0..<rounds {
                for (fixture, path) in zip(fixtures, paths) {
                    try await admissions(fixture, path, among: max(many / 10, jobs), isShuffled: order == "at random")
                }
            }
        }
    }

    private func fill(_ path: String, suppressions: Int, consents: Int, _ fixture: Fixture) async throws {
        let command = try Store.open(stateDir: path, role: .command, options: fixture.options())
        let long = try SuppressionImport(into: command, batch: "bench", by: reviewer)
        try await measure("\(suppressions) rows spooled", suppressions) {
            for start in stride(from: 0, to: suppressions, by: 1000) {
                try await long.add(
                    (start..<start + 1000).map { suppression(.address(.email("gone.\($0)@example.com")), .imported) })
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
        let size = try FileManager.default.attributesOfItem(atPath: path + "/gatepost.db")[.size] as? Int
        print("database: \((size ?? 0) >> 20) MiB")
    }

    /// Of the same recipients, whether they have a consent or not.
    private func admissions(
        _ fixture: Fixture, _ path: String, among people: Int, isShuffled: Bool
    ) async throws {
        let store = try Store.open(stateDir: path, role: .daemon, options: fixture.options())
        let run = try await store.lastFileNumber()
        var persons = (0..<jobs).map { $0 * (people / jobs) }
        if isShuffled { persons.shuffle() }
        for start in stride(from: 0, to: jobs, by: 1000) {
            let entries = persons[start..<start + 1000].map { person in
                Wish("\(run):\(person)") {
                    ($0.email, $0.person) = ("person.\(person)@example.com", "lead-\(person)")
                    ($0.campaign, $0.topic) = ("spring-26", "news")
                }.entry
            }
            var chunk = fixture.chunk(entries)
            chunk.file.number = try await store.lastFileNumber() + 1
            _ = try await store.take(chunk)
        }
        let lane = try #require(try await store.lanes().first)
        var batches: [[JobKey]] = []
        var want = LaneWant(lane: lane.id, priority: .normal, after: nil, limit: 200)
        while let due = try await store.due([want], at: evening).first?.due, let last = due.last {
            batches.append(due.map(\.key))
            want.after = last
        }
        let interest = PolicyInterest(capHorizon: .seconds(7 * 86_400))
        let all = batches
        var departures: [Departure] = []
        let what = "\(URL(filePath: path).lastPathComponent) \(isShuffled ? "at random" : "in order")"
        try await measure("admissions and settlements, \(what)", jobs) {
            for batch in all {
                let settled = departures.map { settlement($0, .sent) }
                departures = try await store.exchange(
                    settled: settled, candidates: batch, at: evening, interest: interest
                ) { job, _ in .launch(decision(.proceed, evening, job), reserves: true) }
            }
        }
        try await store.settle(departures, .sent, at: evening)
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
