// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Testing

@testable import Store

@Suite("Opening")
struct OpeningTests {
    private func refusal(_ fixture: Fixture, _ role: StoreRole = .daemon) -> (text: String, code: Int32)? {
        do {
            let store = try fixture.open(role)
            store.abandon()
            return nil
        } catch let error as StoreError {
            if case .refused(let text, let code) = error { return (text, code) }
            return ("\(error)", -1)
        } catch { return ("\(error)", -2) }
    }

    @Test("a second daemon is refused with the first's process id")
    func secondDaemon() async throws {
        let fixture = try Fixture()
        let store = try fixture.open()
        let refused = try #require(refusal(fixture))
        #expect(refused.code == 75 && refused.text.contains("process \(getpid())"))
        await store.close()
        #expect(refusal(fixture) == nil)
    }

    @Test("what is not initialised says so")
    func missing() throws {
        let fixture = try Fixture()
        try FileManager.default.removeItem(atPath: fixture.path + "/gatepost.db")
        let refused = try #require(refusal(fixture))
        #expect(refused.code == 78 && refused.text.contains("gatepost init"))
    }

    @Test("a missing key is not made anew")
    func missingKey() throws {
        let fixture = try Fixture()
        try FileManager.default.removeItem(atPath: fixture.path + "/keys/subject.key")
        let refused = try #require(refusal(fixture))
        #expect(refused.code == 78 && refused.text.contains("subject.key"))
    }

    @Test("keys are secret, and initialising again changes nothing")
    func initialise() throws {
        let fixture = try Fixture()
        let key = FileManager.default.contents(atPath: fixture.path + "/keys/subject.key")
        let mode = try FileManager.default.attributesOfItem(atPath: fixture.path + "/keys/subject.key")[
            .posixPermissions]
        #expect(key?.count == 32 && mode as? Int == 0o600)
        try Store.initialise(stateDir: fixture.path)
        #expect(FileManager.default.contents(atPath: fixture.path + "/keys/subject.key") == key)
        let reserve = try FileManager.default.attributesOfItem(atPath: fixture.path + "/reserve")[.size]
        #expect(reserve as? Int == 64 << 20)
    }

    @Test("a file that is no database, one of another program, one from a newer version: each refused, none touched")
    func foreign() throws {
        for (damage, word) in [
            (
                Data("this is no database, it only has its name, padding padding padding padding padding padding".utf8),
                "damaged"
            ),
            (Data(), "not a Gatepost database"),
        ] {
            let fixture = try Fixture()
            let file = fixture.path + "/gatepost.db"
            try damage.write(to: URL(fileURLWithPath: file))
            for role in [StoreRole.daemon, .command, .reader] {
                let refused = try #require(refusal(fixture, role))
                #expect(refused.code == 78 && refused.text.contains(word), "\(role): \(refused)")
            }
        }
        let fixture = try Fixture()
        try fixture.execute("PRAGMA user_version = 99")
        let refused = try #require(refusal(fixture))
        #expect(refused.code == 78 && refused.text.contains("newer"))
    }

    @Test("a database older than the wire log is refused until somebody says what to do with what is due")
    func restored() async throws {
        let fixture = try Fixture()
        let first = try fixture.open()
        _ = try await first.take(
            fixture.chunk([Wish("a").entry, Wish("b") { $0.notBefore = evening + .seconds(60) }.entry]))
        try await first.askSchedule(at: evening)
        await first.close()
        let backup = fixture.path + "/backup.db"
        try FileManager.default.copyItem(atPath: fixture.path + "/gatepost.db", toPath: backup)
        let second = try fixture.open()
        let before = second.journalID
        try await second.settle(second.launchAllDue(at: evening), .sent, at: evening)
        await second.close()
        try FileManager.default.removeItem(atPath: fixture.path + "/gatepost.db")
        try FileManager.default.moveItem(atPath: backup, toPath: fixture.path + "/gatepost.db")
        let refused = try #require(refusal(fixture))
        #expect(refused.code == 78 && refused.text.contains("--after-restore"))
        let third = try fixture.open { $0.afterRestore = .hold }
        #expect(
            try await third.queue(matching: JobFilter()).map(\.why) == [
                "restored from a backup", "restored from a backup",
            ])
        #expect(try await third.queue(matching: JobFilter()).map(\.state) == [.held, .held])
        #expect(third.journalID != before)
        #expect(try await third.verifyJournal().fault == nil)
        await third.close()
        #expect(refusal(fixture) == nil)
    }

    @Test("every commit is synced and nobody checkpoints by itself")
    func durability() async throws {
        let fixture = try Fixture()
        let store = try fixture.open(.command)
        let settings = try await store.pool.write { db in
            let session = try Session(visiting: db)
            return try ["journal_mode", "synchronous", "wal_autocheckpoint"].map { name in
                try session.prepared(text: "PRAGMA \(name)").first { $0.text(0) }
            }
        }
        #expect(settings == ["wal", "2", "0"])
        await store.close()
    }

    @Test(
        "with no room left intake is turned away, and what is in flight is still recorded",
        .enabled(if: geteuid() == 0, "mounting needs root"))
    func diskFull() async throws {
        let directory = NSTemporaryDirectory() + "gatepost-full-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        // Without the right to mount there is nothing to show it on.
        guard mount("tmpfs", directory, "tmpfs", 0, "size=80m") == 0 else { return }
        defer { umount2(directory, Int32(MNT_DETACH)) }
        let fixture = try Fixture()
        try Store.initialise(stateDir: directory)
        let store = try Store.open(stateDir: directory, role: .daemon, options: fixture.options())
        _ = try await store.take(fixture.chunk([Wish("flying").entry]))
        let departures = try await store.launchAllDue(at: evening)
        let failure = await Self.fill(store, fixture)
        guard case .full = failure else {
            Issue.record("expected the disk to be full, got \(String(describing: failure))")
            return
        }
        try await store.settle(departures, .sent, at: evening)
        #expect(try await store.histories()["flying"] == ["accepted", "sent"])
        #expect(!FileManager.default.fileExists(atPath: directory + "/reserve"))
        await store.close()
    }

    private static func fill(_ store: Store, _ fixture: Fixture) async -> StoreError? {
        for round in 0..<200 {
            let entries = (0..<500).map {
                Wish("fill-\(round)-\($0)") { $0.reference = .string(String(repeating: "x", count: 2000)) }.entry
            }
            do {
                _ = try await store.take(fixture.chunk(entries))
            } catch { return error }
        }
        return nil
    }
}
