// SPDX-License-Identifier: Apache-2.0

import Cryptography
import Foundation
import GRDB
import GatewayModel
import Testing

@testable import Store

@Suite("Formats of earlier versions")
struct FormatTests {
    /// What the format before doubts has not.
    private static let takeBackDoubts = """
        DROP TABLE doubt; DROP TABLE request; DROP TABLE made_task; ALTER TABLE job DROP COLUMN home;
        ALTER TABLE flight DROP COLUMN inquiry;
        PRAGMA user_version = 5;
        """

    /// Tables and indexes as they were made, without white space.
    private static func shape(_ path: String) throws -> [String] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { db in
            try String.fetchAll(db, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        }
        .map { $0.filter { !$0.isWhitespace } }
    }

    /// A database that the steps up to that version have made.
    private static func made(version: Int64) throws -> [String] {
        let path = NSTemporaryDirectory() + "gatepost-format-" + SecureRandom.bytes(8).hex
        defer { try? FileManager.default.removeItem(atPath: path) }
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try Schema.migrate(Session(visiting: $0), to: version) }
        try queue.close()
        return try shape(path)
    }

    @Test("jobs of the format before doubts go on: parked, due again, in the air, waiting")
    func beforeDoubts() async throws {
        let fixture = try Fixture()
        var store = try fixture.open()
        let ids = ["parked", "resent", "flying", "waiting"]
        _ = try await store.take(fixture.chunk(ids.map { Wish($0).entry }))
        let departures = try await store.exchange(
            settled: [], candidates: [1, 2, 3].map { JobKey($0) }, at: evening
        ) { .launch(decision(.proceed, evening, $0), reserves: true) }
        try await store.settle([departures[0]], .unknown(.park), at: evening)
        try await store.settle([departures[1]], .unknown(.resend(at: evening)), at: evening)
        store.notes.noteEndHandedOver(departures[2].slot)
        store.abandon()
        try fixture.execute(Self.takeBackDoubts)
        // Months of word indexes are made as they are used: the format itself says nothing of them.
        let shape = try Self.shape(fixture.path + "/gatepost.db").filter { !$0.contains("id_2") }
        #expect(shape == (try Self.made(version: 5)))

        store = try fixture.open { $0.recovery.doubtStep = { _ in .inquire(at: evening) } }
        let queued = try await store.queue(matching: JobFilter())
        #expect(queued.map(\.id) == ids && queued.map(\.state) == [.doubt, .ready, .doubt, .ready])
        #expect(
            queued.map(\.facts.isInDoubt) == [true, true, true, false] && queued.allSatisfy { $0.facts.home == nil })
        // One that is sent again and gets no verdict either is asked about from its first attempt on.
        let again = try await store.exchange(settled: [], candidates: [JobKey(2)], at: evening + .seconds(9)) {
            .launch(decision(.proceed, evening, $0), reserves: true)
        }
        try await store.settle(again, .unknown(.inquire(at: evening)), at: evening + .seconds(9))
        let inquiries = try await store.launchInquiries(
            store.dueInquiries(at: evening, limit: 9), at: evening + .seconds(9))
        #expect(Set(inquiries.map(\.facts.key)) == [JobKey(2), JobKey(3)])
        #expect(inquiries.allSatisfy { $0.errand == .inquire(since: evening) })
        try await store.settle(inquiries, .sent, at: evening + .seconds(9))
        _ = try await store.change(.retry, matching: JobFilter(), by: reviewer)
        try await store.settle(store.launchAllDue(at: evening + .seconds(9)), .sent, at: evening + .seconds(9))
        for (id, history) in try await store.histories() { #expect(history.last == "sent", "\(id): \(history)") }
        #expect(try await store.queuedJobs() == 0)
        #expect(try await store.verifyJournal().fault == nil)
        await store.close()
    }

    @Test("steps from any version end in the same format")
    func anyVersion() throws {
        let newest = try Self.made(version: Schema.version)
        for version in 1..<Schema.version {
            let path = NSTemporaryDirectory() + "gatepost-format-" + SecureRandom.bytes(8).hex
            defer { try? FileManager.default.removeItem(atPath: path) }
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { db in
                try Schema.migrate(Session(visiting: db), to: version)
                try Schema.migrate(Session(visiting: db))
            }
            try queue.close()
            #expect(try Self.shape(path) == newest)
        }
    }
}
