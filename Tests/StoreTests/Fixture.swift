// SPDX-License-Identifier: Apache-2.0
//
// A state directory of its own for each test, a clock that tests set, and short words for what tests do with a store.

import Cryptography
import Foundation
import GRDB
import GatewayModel
import Synchronization
import TestSupport

@testable import Store

/// 2026-11-21T20:00:00Z.
let evening = Instant(seconds: 1_795_291_200)

final class Fixture: Sendable {
    let path: String
    let clock = ManualTimepiece(now: evening)
    private let files = Mutex<Int64>(0)

    init() throws {
        path = NSTemporaryDirectory() + "gatepost-store-" + SecureRandom.bytes(8).hex
        try Store.initialise(stateDir: path)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func options(_ change: (inout StoreOptions) -> Void = { _ in }) -> StoreOptions {
        var options = StoreOptions()
        options.timepiece = clock
        change(&options)
        return options
    }

    func open(_ role: StoreRole = .daemon, _ change: (inout StoreOptions) -> Void = { _ in }) throws -> Store {
        try Store.open(stateDir: path, role: role, options: options(change))
    }

    /// A file of the queue with a number of its own, renamed in now.
    func file(_ producer: String = "default", renamedAt: Instant? = nil) -> TakenFile {
        let number = files.withLock { number in
            number += 1
            return number
        }
        return TakenFile(
            number: number, producer: producer, name: "f\(number).ndjson", renamedAt: renamedAt ?? clock.now(),
            bytes: 100)
    }

    func chunk(_ entries: [IntakeEntry], producer: String = "default", renamedAt: Instant? = nil) -> IntakeChunk {
        IntakeChunk(
            file: file(producer, renamedAt: renamedAt), entries: entries, offset: 100, line: entries.count, sha256: "ab"
        )
    }
}

/// What a test says of a job; the rest is usual.
struct Wish {
    var id: String
    var email = "ada@example.com"
    var person: String?
    var campaign: String?
    var topic: String?
    var template = "welcome"
    var route = "relay"
    var brand = "acme"
    var priority = Priority.normal
    var notBefore: Instant?
    var expiresAt: Instant?
    var createdAt: Instant?
    var reference: JSONValue?

    init(_ id: String, _ change: (inout Wish) -> Void = { _ in }) {
        self.id = id
        change(&self)
    }

    var entry: IntakeEntry {
        var job = Job(id: id, channel: .email, template: template, to: Recipient(), brand: brand)
        job.to.email = EmailAddress(email)
        (job.to.person, job.campaign, job.topic) = (person, campaign, topic)
        (job.createdAt, job.reference) = (createdAt, reference)
        let record = Array(#"{"id":"\#(id)","template":"\#(template)"}"#.utf8)
        let placement = Placement(
            lane: LaneKey(route: route, domain: nil, brand: brand), messageClass: .marketing, priority: priority,
            notBefore: notBefore, expiresAt: expiresAt)
        return .job(
            NewJob(
                line: 1, job: job, record: record, contentDigest: Array(SHA256Digest.of(record).prefix(16)),
                placement: placement))
    }
}

func cancelEntry(_ id: String, asOf: Instant? = nil, _ match: (inout CancelRequest.Match) -> Void) -> IntakeEntry {
    var wanted = CancelRequest.Match()
    match(&wanted)
    return .cancel(
        NewCancel(
            line: 1, request: CancelRequest(id: id, match: wanted, asOf: asOf),
            contentDigest: Array(SHA256Digest.of(id).prefix(16))))
}

extension Store {
    /// All keys that are due now, lane by lane, priority by priority.
    func allDue(at now: Instant) async throws(StoreError) -> [JobKey] {
        var wants: [LaneWant] = []
        for lane in try await lanes() {
            for priority in Priority.allCases {
                wants.append(LaneWant(lane: lane.id, priority: priority, after: nil, limit: 500))
            }
        }
        return try await due(wants, at: now).flatMap { $0.due.map(\.key) }
    }

    @discardableResult
    func launchAllDue(at now: Instant) async throws(StoreError) -> [Departure] {
        try await exchange(settled: [], candidates: allDue(at: now), at: now) {
            .launch(decision(.proceed, now, $0), reserves: true)
        }
    }

    func exchange(
        settled: [Settlement], candidates: [JobKey], at now: Instant, interest: PolicyInterest,
        decide: @escaping @Sendable (JobFacts, RecipientFacts) -> AdmissionDecision
    ) async throws(StoreError) -> [Departure] {
        try await exchange(
            settled: settled, candidates: candidates, runsShort: false, at: now, interest: interest, decide: decide)
    }

    /// An exchange whose rules look at the job alone.
    func exchange(
        settled: [Settlement], candidates: [JobKey], at now: Instant,
        decide: @escaping @Sendable (JobFacts) -> AdmissionDecision
    ) async throws(StoreError) -> [Departure] {
        try await exchange(settled: settled, candidates: candidates, at: now, interest: PolicyInterest()) { facts, _ in
            decide(facts)
        }
    }

    /// Puts what is due to its schedule, as the gate would; launches nothing.
    func askSchedule(at now: Instant) async throws(StoreError) {
        _ = try await exchange(settled: [], candidates: allDue(at: now), at: now) { facts in
            guard let later = facts.notBefore, later > now else { return .leave }
            let verdict = Verdict.postpone(until: later, .notBefore)
            return .postpone(until: later, .notBefore, decision(verdict, now, facts))
        }
    }

    func settle(
        _ departures: [Departure], _ fate: Settlement.Fate, at now: Instant, text: String = "250 2.0.0 queued as Q1"
    ) async throws(StoreError) {
        let settled = departures.map { settlement($0, fate, text: text) }
        _ = try await exchange(settled: settled, candidates: [], at: now) { _ in .leave }
    }

    /// `event reason` of every outcome so far, job by job.
    func histories() async throws(StoreError) -> [String: [String]] {
        var histories: [String: [String]] = [:]
        for outcome in try await outcomes(after: 0, limit: 100_000) {
            let words = [outcome.event.rawValue, outcome.reason].compactMap { $0 }.joined(separator: " ")
            histories[outcome.job ?? "?", default: []].append(words)
        }
        return histories
    }
}

func settlement(_ departure: Departure, _ fate: Settlement.Fate, text: String = "250 2.0.0 queued as Q1") -> Settlement
{
    var settlement = Settlement(
        attempt: departure.attempt, job: departure.facts.key, slot: departure.slot, fate: fate,
        evidence: DeliveryEvidence(stage: "end_of_data", code: 250, enhanced: "2.0.0", text: text, remoteID: "Q1"))
    (settlement.messageID, settlement.contentSHA256, settlement.templateDigest) = ("<m@x>", "c0", "t0")
    return settlement
}

func decision(_ verdict: Verdict, _ now: Instant, _ facts: JobFacts) -> Decision {
    let saw = JSONObject([("expires_at", .time(facts.expiresAt))])
    return Decision(
        verdict: verdict, at: now, answers: [RuleAnswer(rule: "expiry", version: "1", saw: saw, said: "ok")])
}

extension Fixture {
    /// Runs SQL on the store's database, past all its rules.
    func execute(_ sql: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: path + "/gatepost.db", configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }
}
