// SPDX-License-Identifier: Apache-2.0

import GRDBSQLite
import GatewayModel
import Testing

@testable import Store

@Suite("When the disk or the file fails")
struct FailureTests {
    @Test("a failure that is not the caller's is final: all are told, the listener once")
    func final() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let hearer = Hearer()
        store.setListener(hearer)
        try fixture.execute("DROP TABLE body")
        for _ in 0..<2 {
            await #expect(throws: StoreError.self) { try await store.take(fixture.chunk([Wish("a").entry])) }
        }
        await #expect(throws: StoreError.self) { try await store.tidy(at: evening) }
        let failures = hearer.failures.withLock { $0 }
        #expect(failures.count == 1)
        guard case .fatal = failures.first else {
            Issue.record("expected a fatal failure, got \(failures)")
            return
        }
        await store.close()
    }

    @Test("what was handed in before a transaction failed is not half there")
    func atomic() async throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        try fixture.execute("ALTER TABLE body RENAME TO elsewhere")
        await #expect(throws: StoreError.self) { try await first.take(fixture.chunk([Wish("a").entry])) }
        await first.close()
        try fixture.execute("ALTER TABLE elsewhere RENAME TO body")
        let second = try fixture.open()
        #expect(try await second.lastSeq() == 0)
        #expect(try await second.take(fixture.chunk([Wish("a").entry])).tally.accepted == 1)
        await second.close()
    }

    @Test("a closed store says so")
    func closed() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        await store.close()
        await #expect(throws: StoreError.closed) { try await store.finish(1) }
    }

    @Test(
        "what SQLite says is told apart",
        arguments: [
            (SQLITE_FULL, "full"), (SQLITE_IOERR | (4 << 8), "fatal"), (SQLITE_CORRUPT, "fatal"),
            (SQLITE_BUSY, "refused"),
            (SQLITE_NOTADB, "fatal"), (SQLITE_READONLY, "fatal"),
        ])
    func mapping(_ code: Int32, _ word: String) {
        #expect("\(SQLFailure(nil, code: code).storeError)".hasPrefix(word))
    }
}
