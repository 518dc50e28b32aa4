// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Spool

/// A journal in memory.
private final class MemoryJournal: JournalReader {
    let journalID: String
    private let rows = Mutex<[Outcome]>([])

    init(_ id: String = "J1") { journalID = id }

    func add(_ count: Int, producer: String? = "default") {
        rows.withLock { rows in
            for _ in 0..<count {
                var outcome = Outcome(seq: Int64(rows.count + 1), time: Samples.now, event: .sent)
                outcome.producer = producer
                outcome.job = producer.map { "\($0)-\(rows.count + 1)" }
                rows.append(outcome)
            }
        }
    }

    func outcomes(after seq: Int64, limit: Int) async throws(StoreError) -> [Outcome] {
        rows.withLock { Array($0.dropFirst(Int(seq)).prefix(limit)) }
    }
    func lastSeq() async throws(StoreError) -> Int64 { rows.withLock { Int64($0.count) } }
}

@Suite("The outcome feed")
struct OutcomeFeedTests {
    private static func feed(
        _ yard: SpoolYard, _ journal: MemoryJournal, crash: CrashPoint = CrashPoint(), fileBytes: Int = 1 << 20
    ) -> OutcomeFeed {
        let disk = Disk { (_, _) throws(StoreError) in
            try crash.step()
            return 0
        }
        return OutcomeFeed(
            layout: yard.layout, journal: journal, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            disk: disk,
            fileBytes: fileBytes)
    }

    /// Every seq in a producer's files, in order of the files.
    private static func delivered(_ yard: SpoolYard, _ producer: String = "default") throws -> [Int] {
        let directory = yard.layout.home(of: producer).outcomes
        let names = Directory.names(in: directory).compactMap { FeedFileName($0) }.sorted { $0.first < $1.first }
        return try names.flatMap { name in
            let seqs = try yard.text("\(directory)/\(name.text)").split(separator: "\n").map { line in
                try #require(JSONValue.parse(Array(line.utf8)).object?["seq"]?.number?.int)
            }
            #expect(seqs.first == Int(name.first) && seqs.last == Int(name.last))
            return seqs
        }
    }

    @Test("what is new goes into one file, named by its first and last seq")
    func files() async throws {
        let (yard, journal) = (try SpoolYard(), MemoryJournal())
        let feed = Self.feed(yard, journal)
        try await feed.flush()
        #expect(try Self.delivered(yard).isEmpty)
        journal.add(2500)
        try await feed.flush()
        journal.add(1)
        try await feed.flush()
        try await feed.flush()
        #expect(Set(Directory.names(in: yard.place.outcomes)) == ["1-2500.ndjson", "2501-2501.ndjson"])
        #expect(try Self.delivered(yard) == Array(1...2501))
    }

    @Test("a producer hears of its own jobs and of what is nobody's")
    func producers() async throws {
        let (yard, journal) = (try SpoolYard(producers: ["engine", "sales"]), MemoryJournal())
        journal.add(2, producer: "engine")
        journal.add(1, producer: nil)
        journal.add(2, producer: "sales")
        journal.add(3, producer: "gone")
        try await Self.feed(yard, journal).flush()
        #expect(try Self.delivered(yard, "engine") == [1, 2, 3] && Self.delivered(yard, "sales") == [3, 4, 5])
    }

    @Test("much at once goes into several files")
    func sizes() async throws {
        let (yard, journal) = (try SpoolYard(), MemoryJournal())
        journal.add(5000)
        try await Self.feed(yard, journal, fileBytes: 1_000_000).flush()
        #expect(Directory.names(in: yard.place.outcomes).count > 1)
        #expect(try Self.delivered(yard) == Array(1...5000))
    }

    @Test("killed at any step: no event is missing, none comes twice, no half file is seen")
    func crashes() async throws {
        for step in 1...30 {
            let (yard, journal) = (try SpoolYard(producers: ["engine", "sales"]), MemoryJournal())
            journal.add(3, producer: "engine")
            journal.add(1, producer: nil)
            journal.add(2, producer: "sales")
            try? await Self.feed(yard, journal, crash: CrashPoint(at: step)).flush()
            journal.add(2, producer: "engine")
            try await Self.feed(yard, journal).flush()
            #expect(
                try Self.delivered(yard, "engine") == [1, 2, 3, 4, 7, 8] && Self.delivered(yard, "sales") == [4, 5, 6])
            #expect(Directory.names(in: yard.place.outcomes).allSatisfy { !$0.hasPrefix(".") })
        }
    }

    @Test("a restart goes on at the cursor, even where the files were taken away")
    func restart() async throws {
        let (yard, journal) = (try SpoolYard(), MemoryJournal())
        journal.add(5)
        try await Self.feed(yard, journal).flush()
        for name in Directory.names(in: yard.place.outcomes) { unlink("\(yard.place.outcomes)/\(name)") }
        journal.add(2)
        try await Self.feed(yard, journal).flush()
        #expect(try Self.delivered(yard) == [6, 7])
    }

    @Test("another journal is told from its beginning; one that went back, from its end")
    func otherJournals() async throws {
        let (yard, first, second) = (try SpoolYard(), MemoryJournal("J1"), MemoryJournal("J2"))
        first.add(5)
        try await Self.feed(yard, first).flush()
        second.add(3)
        try await Self.feed(yard, second).flush()
        #expect(Directory.names(in: yard.place.outcomes).contains("1-3.ndjson"))
        let restored = MemoryJournal("J2")
        restored.add(2)
        let feed = Self.feed(yard, restored)
        try await feed.flush()
        restored.add(2)
        try await feed.flush()
        #expect(Directory.names(in: yard.place.outcomes).contains("3-4.ndjson"))
    }

    @Test("cancelled, it puts out what there is and ends")
    func lastWords() async throws {
        let (yard, journal) = (try SpoolYard(), MemoryJournal())
        journal.add(3)
        let feed = Self.feed(yard, journal)
        let service = Task { try await feed.run() }
        service.cancel()
        try await service.value
        #expect(try Self.delivered(yard) == [1, 2, 3])
    }
}

@Suite("Services of the spool")
struct SpoolServiceTests {
    @Test("intake runs by itself: a file renamed in is taken without being asked for, and cancelling ends it")
    func runs() async throws {
        let yard = try SpoolYard()
        let intake = yard.intake()
        let service = Task { try await intake.run() }
        try yard.enqueue("x.json", Samples.job("a"))
        // The watcher tells of the receipt as it would tell of any file.
        let receipts = SpoolWatcher(
            directories: [yard.place.receipts], pause: .seconds(1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for await _ in receipts.wakeups where yard.receipt("x.json") != nil { break }
        service.cancel()
        try await service.value
        #expect(yard.jobIDs == ["a"] && intake.condition.snapshot.closure == .stopped)
    }

    @Test("the status file is replaced whole and says what there is")
    func status() async throws {
        let yard = try SpoolYard()
        yard.book.state.withLock { $0.queued = 7 }
        let intake = yard.intake()
        try await intake.settle()
        let status = SpoolStatus(layout: yard.layout, condition: intake.condition, timepiece: yard.timepiece)
        status.write()
        #expect(
            yard.text(yard.layout.status)
                == #"{"accepting":true,"reason":null,"queued":7,"oldest_file_seconds":0,"time":"\#(yard.timepiece.now().rfc3339)"}"#
                + "\n")
    }

    @Test("what is old enough goes, what is not stays")
    func sweep() throws {
        let yard = try SpoolYard()
        for path in [
            "\(yard.place.receipts)/x.json.receipt.json", "\(yard.place.rejected)/y.json",
            "\(yard.place.outcomes)/1-2.ndjson",
        ] {
            try Data("x".utf8).write(to: URL(filePath: path))
        }
        try FileManager.default.createDirectory(
            atPath: "\(yard.place.rejected)/dir.json", withIntermediateDirectories: false)
        func sweep(after days: Int) -> Int {
            let later = ManualTimepiece(now: SystemTimepiece().now() + .seconds(days * 86_400))
            SpoolSweep(
                layout: yard.layout, keepReceipts: .seconds(7 * 86_400), timepiece: later,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ).sweep()
            return [yard.place.receipts, yard.place.rejected, yard.place.outcomes].reduce(0) {
                $0 + Directory.names(in: $1).count
            }
        }
        #expect(sweep(after: 6) == 4)
        #expect(sweep(after: 8) == 1)
        #expect(sweep(after: 15) == 0)
    }
}
