// SPDX-License-Identifier: Apache-2.0

import Cryptography
import Foundation
import GatewayModel
import TestSupport
import Testing

@testable import Spool

@Suite("Taking files in")
struct IntakeTests {
    @Test("a file of lines: good ones in, bad ones named, the receipt tells, the file goes")
    func lines() async throws {
        let yard = try SpoolYard()
        let lines = [
            Samples.job("a"), "", Samples.job("b"), "{oops", #"{"id":"c","colour":1,"size":2}"#, "   \r",
            Samples.job("a"),
            Samples.job("b", extra: #","campaign":"other""#), #"{"kind":"cancel","id":"x","match":{"person":"p"}}"#,
        ]
        try yard.enqueue("batch.ndjson", lines: lines)
        try await yard.intake().settle()
        #expect(yard.counts("batch.ndjson") == [3, 1, 3, 0])
        #expect(yard.jobIDs == ["a", "b"])
        let receipt = try #require(yard.receipt("batch.ndjson"))
        let text = lines.joined(separator: "\n") + "\n"
        #expect(
            receipt.members.map(\.key) == [
                "file", "sha256", "bytes", "taken_at", "accepted", "duplicates", "rejected", "cancelled", "problems",
            ])
        #expect(receipt["file"] == .string("batch.ndjson") && receipt["bytes"] == .integer(text.utf8.count))
        #expect(receipt["sha256"] == .string(SHA256Digest.of(text).hex) && receipt["taken_at"] == .time(Samples.now))
        let problems = try #require(receipt["problems"]?.array).compactMap(\.object)
        #expect(problems.first?["line"] == .integer(4) && problems.first?["code"] == .string("not_json"))
        #expect(
            problems.contains {
                $0["line"] == .integer(5) && $0["field"] == .string("colour") && $0["id"] == .string("c")
            })
        #expect(problems.contains { $0["line"] == .integer(8) && $0["code"] == .string("id_conflict") })
        let beside = yard.text("\(yard.place.receipts)/batch.ndjson.problems.ndjson").split(separator: "\n")
        #expect(beside.count == problems.count)
        #expect(yard.files(below: yard.layout.taken).isEmpty && yard.files(below: yard.place.incoming).isEmpty)
        #expect(yard.book.state.withLock { $0.rows.isEmpty && $0.finished.count == 1 })
    }

    @Test("consents and suppressions come in order with the jobs around them; damaged ones count as taken")
    func books() async throws {
        let yard = try SpoolYard()
        let lines = [
            Samples.job("a"), BookRecordTests.optOut(), BookRecordTests.suppress("reason", #""tired""#),
            BookRecordTests.grant(), BookRecordTests.optOut("address", #""ada""#), Samples.job("b"),
        ]
        try yard.enqueue("books.ndjson", lines: lines)
        try await yard.intake().settle()
        #expect(yard.counts("books.ndjson") == [5, 0, 1, 0])
        yard.book.state.withLock { state in
            #expect(state.consents.map(\.line) == [2, 4] && state.suppressions.map(\.line) == [3])
            #expect(state.lostOptOuts == [5])
        }
        let problems = try #require(yard.receipt("books.ndjson")?["problems"]?.array).compactMap(\.object)
        #expect(problems.map { $0["line"] } == [.integer(3), .integer(3), .integer(5)])
        #expect(problems.map { $0["id"] } == [.string("sunset-12"), .string("sunset-12"), .string("stop-1")])
    }

    @Test("what has got its name keeps it when publishing is done again; a newer one takes it over")
    func publishing() throws {
        let yard = try SpoolYard()
        let (staged, target) = ("\(yard.layout.taken)/1", "\(yard.place.rejected)/x.json")
        let publication = Publication(staged: staged, target: target, displaced: target + ".1")
        for text in ["old", "new"] {
            #expect(FileManager.default.createFile(atPath: staged, contents: Data(text.utf8)))
            #expect(try Disk().publish(publication) == .moved)
            #expect(try Disk().publish(publication) == .gone)
            #expect(yard.text(target) == text)
        }
        #expect(yard.text(target + ".1") == "old")
    }

    @Test("two huge files of one size are not read through to see whether they are the same")
    func hugeTwins() throws {
        let yard = try SpoolYard()
        let (staged, target) = ("\(yard.layout.taken)/1", "\(yard.place.rejected)/x.json")
        for path in [staged, target] {
            #expect(FileManager.default.createFile(atPath: path, contents: nil) && truncate(path, 1 << 40) == 0)
        }
        #expect(try Disk().publish(Publication(staged: staged, target: target, displaced: target + ".1")) == .moved)
        #expect(Directory.size(of: target) == 1 << 40 && Directory.size(of: target + ".1") == 1 << 40)
    }

    @Test("files that cannot be moved take nobody's place among those looked at")
    func stuckFiles() throws {
        let yard = try SpoolYard()
        for name in ["a.json", "b.json", "c.json"] { try yard.enqueue(name, "{}") }
        let scan = IncomingScan.of(yard.place.incoming, limit: 1) { $0 != "b.json" }
        #expect(scan.files.map(\.name) == ["b.json"])
    }

    @Test("a single record may span lines; the last line of many needs no line break")
    func shapes() async throws {
        let yard = try SpoolYard()
        try yard.enqueue("one.json", Samples.job("a").replacing(",", with: ",\n  ") + "\n")
        try yard.enqueue("two.ndjson", Samples.job("b") + "\r\n" + Samples.job("c"))
        try yard.enqueue("none.ndjson", "\n \n")
        try await yard.intake().settle()
        #expect(yard.counts("one.json") == [1, 0, 0, 0] && yard.counts("two.ndjson") == [2, 0, 0, 0])
        #expect(yard.counts("none.ndjson") == [0, 0, 0, 0])
        #expect(Set(yard.jobIDs) == ["a", "b", "c"])
    }

    @Test(
        "files that hold no JSON at all go to rejected/, byte for byte, with the reason beside",
        arguments: [
            ("x.json", "hello\nworld"), ("x.json", ""), ("x.ndjson", "not json\nneither\n"), ("x.json", #"{"id":"a""#),
            ("x.ndjson", "\u{0}\u{1}\n"), ("x.json", #"{"a":1,"a":1}"#),
        ])
    func noJSON(name: String, text: String) async throws {
        let yard = try SpoolYard()
        try yard.enqueue(name, text)
        try await yard.intake().settle()
        let rejected = yard.files(below: yard.place.rejected)
        #expect(rejected[name] == text && rejected.count == 2)
        let reason = try JSONValue.parse(Array(try #require(rejected["\(name).reason.json"]).utf8)).object
        #expect(reason?["code"] == .string("not_json") && reason?["file"] == .string(name))
        #expect(yard.receipt(name) == nil && yard.files(below: yard.layout.taken).isEmpty && yard.jobIDs.isEmpty)
    }

    @Test("rubbish for more than a chunk, then a record: the file is taken, the rubbish named")
    func lateJSON() async throws {
        let yard = try SpoolYard()
        var limits = IntakeLimits()
        limits.chunkRecords = 3
        try yard.enqueue("late.ndjson", lines: Array(repeating: "rubbish", count: 7) + [Samples.job("a")])
        try yard.enqueue("never.ndjson", lines: Array(repeating: "rubbish", count: 7))
        try await yard.intake(limits: limits).settle()
        #expect(yard.counts("late.ndjson") == [1, 0, 7, 0] && yard.receipt("never.ndjson") == nil)
        #expect(yard.files(below: yard.place.rejected).keys.sorted() == ["never.ndjson", "never.ndjson.reason.json"])
    }

    @Test("what is no regular file is never opened, and put aside as unreadable")
    func oddFiles() async throws {
        let yard = try SpoolYard()
        let incoming = yard.place.incoming
        try FileManager.default.createDirectory(atPath: "\(incoming)/dir.json", withIntermediateDirectories: false)
        try #require(mkfifo("\(incoming)/fifo.json", 0o644) == 0)
        try #require(symlink("/etc/passwd", "\(incoming)/link.ndjson") == 0)
        try #require(symlink("nowhere", "\(incoming)/dangling.json") == 0)
        try yard.enqueue("good.json", Samples.job("a"))
        try await yard.intake().settle()
        let rejected = yard.files(below: yard.place.rejected)
        for name in ["dir.json", "fifo.json", "link.ndjson", "dangling.json"] {
            #expect(rejected[name] == "(no file)")
            #expect(rejected["\(name).reason.json"]?.contains(#""code":"unreadable""#) == true)
        }
        #expect(yard.files(below: incoming).isEmpty && yard.jobIDs == ["a"])
    }

    @Test("a file that may not be read is rejected, not retried")
    func unreadable() async throws {
        let yard = try SpoolYard()
        try yard.enqueue("secret.json", Samples.job("a"))
        let disk = Disk { (act, path) throws(StoreError) in act == .open && path.contains("secret") ? EACCES : 0 }
        try await yard.intake(disk: disk).settle()
        #expect(
            yard.files(below: yard.place.rejected)["secret.json.reason.json"]?.contains("Permission denied") == true)
        #expect(yard.files(below: yard.layout.taken).isEmpty && yard.jobIDs.isEmpty)
    }

    @Test("files being written, and names that are not taken, stay")
    func strangers() async throws {
        let yard = try SpoolYard()
        let names = [
            ".x.json", "notes.txt", "a b.json", ".json", "ä.json", "x.json.part",
            String(repeating: "n", count: 181) + ".json",
        ]
        for name in names { try yard.enqueue(name, Samples.job("a")) }
        try yard.enqueue(String(repeating: "n", count: 180) + ".ndjson", lines: [Samples.job("long")])
        try await yard.intake().settle()
        #expect(Set(yard.files(below: yard.place.incoming).keys) == Set(names) && yard.jobIDs == ["long"])
    }

    @Test("a name used again: both files count, the newer receipt has the name, the older is kept")
    func reusedName() async throws {
        let yard = try SpoolYard()
        let intake = yard.intake()
        try yard.enqueue("x.json", Samples.job("a", extra: #","nonsense":1"#))
        try await intake.settle()
        try yard.enqueue("x.json", Samples.job("b"))
        try await intake.settle()
        #expect(yard.counts("x.json") == [1, 0, 0, 0])
        let receipts = yard.files(below: yard.place.receipts)
        #expect(receipts.keys.sorted() == ["x.json.2.problems.ndjson", "x.json.2.receipt.json", "x.json.receipt.json"])
        #expect(receipts["x.json.2.receipt.json"]?.contains(#""rejected":1"#) == true)
    }

    @Test("a name used again while its first file is still being taken in loses nothing")
    func reusedAtOnce() async throws {
        let yard = try SpoolYard()
        var limits = IntakeLimits()
        limits.chunkRecords = 2
        let intake = yard.intake(limits: limits)
        try yard.enqueue("x.ndjson", lines: (0..<9).map { Samples.job("first-\($0)") })
        _ = try await intake.turn()
        try yard.enqueue("x.ndjson", lines: [Samples.job("second")])
        yard.timepiece.advance(by: .seconds(3))
        try await intake.settle()
        #expect(yard.jobIDs == (0..<9).map { "first-\($0)" } + ["second"])
        #expect(yard.counts("x.ndjson") == [1, 0, 0, 0] && yard.counts("x.ndjson.2") == [9, 0, 0, 0])
    }

    @Test("big files and small ones take turns")
    func turns() async throws {
        let yard = try SpoolYard()
        var limits = IntakeLimits()
        limits.chunkRecords = 10
        try yard.enqueue("big.ndjson", lines: (0..<100).map { Samples.job("big-\($0)") })
        try yard.enqueue("small.json", Samples.job("small"))
        let intake = yard.intake(limits: limits)
        _ = try await intake.turn()
        #expect(yard.jobIDs.contains("small") && yard.jobIDs.count == 11)
        try await intake.settle()
        #expect(yard.counts("big.ndjson") == [100, 0, 0, 0] && yard.counts("small.json") == [1, 0, 0, 0])
    }

    @Test("more than a thousand problems: a thousand in the receipt, all beside it")
    func manyProblems() async throws {
        let yard = try SpoolYard()
        try yard.enqueue(
            "bad.ndjson", lines: [Samples.job("a")] + (0..<2300).map { #"{"id":"\#($0)","kind":"consent"}"# })
        try await yard.intake().settle()
        #expect(yard.counts("bad.ndjson") == [1, 0, 2300, 0])
        #expect(yard.receipt("bad.ndjson")?["problems"]?.array?.count == 1000)
        let beside = yard.text("\(yard.place.receipts)/bad.ndjson.problems.ndjson").split(separator: "\n")
        #expect(beside.count == 2300 && beside.last?.contains(#""line":2301"#) == true)
    }

    /// In a process of its own: peak memory is the whole process's.
    @Test("a line of a gigabyte costs its line, and no memory")
    func hugeLine() async throws {
        await #expect(processExitsWith: .success) { try await IntakeTests.takeHugeLine() }
    }

    private static func takeHugeLine() async throws {
        let yard = try SpoolYard()
        let path = "\(yard.place.tmp)/huge.ndjson"
        try Data((Samples.job("before") + "\n").utf8).write(to: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: 1 << 30)
        try file.seekToEnd()
        try file.write(contentsOf: Data(("\n" + Samples.job("after") + "\n").utf8))
        try file.close()
        try #require(rename(path, "\(yard.place.incoming)/huge.ndjson") == 0)
        var limits = IntakeLimits()
        limits.file = 2 << 30
        let before = peakMemory()
        try await yard.intake(limits: limits).settle()
        #expect(yard.counts("huge.ndjson") == [2, 0, 1, 0] && yard.jobIDs == ["before", "after"])
        let problem = yard.receipt("huge.ndjson")?["problems"]?.array?.first?.object
        #expect(problem?["code"] == .string("too_large") && problem?["line"] == .integer(2))
        #expect(peakMemory() - before < 64 << 20)
    }

    @Test("a file over the limit is rejected whole")
    func hugeFile() async throws {
        let yard = try SpoolYard()
        let path = "\(yard.place.tmp)/huge.ndjson"
        try Data((Samples.job("a") + "\n").utf8).write(to: URL(filePath: path))
        try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: (256 << 20) + 1)
        try #require(rename(path, "\(yard.place.incoming)/huge.ndjson") == 0)
        try await yard.intake().settle()
        let reason = yard.text("\(yard.place.rejected)/huge.ndjson.reason.json")
        #expect(reason.contains(#""code":"too_large""#) && yard.jobIDs.isEmpty)
    }

    /// Bytes that were ever resident at once.
    private static func peakMemory() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}

@Suite("Producers and back-pressure")
struct IntakePressureTests {
    @Test("named producers have directories, receipts and rights of their own")
    func producers() async throws {
        let yard = try SpoolYard(producers: ["engine", "sales"])
        try yard.enqueue("x.json", Samples.job("a"), producer: "engine")
        try yard.enqueue("x.json", Samples.job("a"), producer: "sales")
        try await yard.intake().settle()
        #expect(yard.counts("x.json", producer: "engine") == [1, 0, 0, 0])
        #expect(yard.counts("x.json", producer: "sales") == [0, 0, 1, 0], "sales may only cancel")
    }

    @Test("the producers' directories have the modes that the contract asks for")
    func modes() throws {
        let yard = try SpoolYard(producers: ["engine"])
        func mode(_ path: String) -> Int {
            (try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]) as? Int ?? -1
        }
        #expect(mode(yard.place.tmp) == 0o3770 && mode(yard.place.incoming) == 0o3770)
        #expect(mode(yard.place.receipts) == 0o2750 && mode(yard.layout.taken) == 0o700)
        try SpoolLayout.prepare(root: yard.layout.root, producers: ["engine"], group: "no-such-group-here")
        #expect(throws: SpoolLayout.Failure.self) {
            try SpoolLayout.prepare(root: yard.layout.root, producers: ["../up"], group: "no-such-group-here")
        }
    }

    @Test("closed: files stay, orders are still taken, and it says why")
    func closed() async throws {
        let yard = try SpoolYard()
        let intake = yard.intake()
        yard.setRoom(DiskRoom(freeBytes: 40, allBytes: 1000, freeInodes: 900, allInodes: 1000))
        let cancel = #"{"kind":"cancel","id":"won","match":{"person":"p"}}"#
        try yard.enqueue("jobs.ndjson", lines: [Samples.job("a")])
        try yard.enqueue("mixed.ndjson", lines: [cancel, Samples.job("b")])
        try yard.enqueue("orders.ndjson", lines: [cancel, #"{"kind":"consent","id":"c"}"#])
        try yard.enqueue("order.json", #"{"kind":"suppress","id":"s"}"#)
        try await intake.settle()
        #expect(Set(yard.files(below: yard.place.incoming).keys) == ["jobs.ndjson", "mixed.ndjson"])
        #expect(yard.counts("orders.ndjson") == [1, 0, 1, 0] && yard.counts("order.json") == [0, 0, 1, 0])
        yard.timepiece.advance(by: .seconds(5))
        let status = SpoolStatus(layout: yard.layout, condition: intake.condition, timepiece: yard.timepiece)
        let said = try #require(try JSONValue.parse(status.contents).object)
        #expect(said["accepting"] == .bool(false) && said["reason"]?.string?.hasPrefix("min_free") == true)
        #expect((said["oldest_file_seconds"]?.number?.int).map { $0 >= 0 } == true)
        yard.setRoom(SpoolYard.roomy)
        try await intake.settle()
        #expect(Set(yard.jobIDs) == ["a", "b"] && intake.condition.snapshot.closure == nil)
    }

    @Test("a full disk keeps what is in hand, and what was in hand goes on when there is room")
    func diskFull() async throws {
        let yard = try SpoolYard()
        let intake = yard.intake()
        try yard.enqueue("x.ndjson", lines: [Samples.job("a")])
        yard.book.state.withLock { $0.failure = .full("no space left") }
        await #expect(throws: StoreError.full("no space left")) { try await intake.settle() }
        intake.condition.close(.diskFull("no space left"))
        await #expect(throws: StoreError.full("no space left")) { try await intake.settle() }
        try yard.enqueue("y.ndjson", lines: [Samples.job("b")])
        yard.timepiece.advance(by: .seconds(3))
        await #expect(throws: StoreError.full("no space left")) { try await intake.settle() }
        #expect(yard.files(below: yard.place.incoming).keys.sorted() == ["y.ndjson"])
        yard.book.state.withLock { $0.failure = nil }
        try await intake.settle()
        yard.timepiece.advance(by: .seconds(3))
        try await intake.settle()
        #expect(yard.jobIDs == ["a", "b"] && yard.counts("x.ndjson") == [1, 0, 0, 0])
    }

    @Test("a failed sync is the end", arguments: [DiskAct.syncDirectory, .syncFile])
    func failedSync(act: DiskAct) async throws {
        let yard = try SpoolYard()
        try yard.enqueue("x.json", Samples.job("a"))
        let disk = Disk { (done, _) throws(StoreError) in done == act ? EIO : 0 }
        let error = await #expect(throws: StoreError.self) { try await yard.intake(disk: disk).settle() }
        guard case .fatal? = error else { return #expect(Bool(false), "not fatal: \(String(describing: error))") }
    }

    struct GateRow: Sendable {
        var queued: Int, bytes: Int64, inodes: Int64, floor: DiskFloor, closure: IntakeClosure?
    }

    @Test(
        "the gate",
        arguments: [
            GateRow(queued: 9, bytes: 50, inodes: 50, floor: .share(0.05), closure: nil),
            GateRow(queued: 10, bytes: 50, inodes: 50, floor: .share(0.05), closure: .queueFull(limit: 10)),
            GateRow(queued: 0, bytes: 49, inodes: 50, floor: .share(0.05), closure: .fewBytes(free: 49)),
            GateRow(queued: 0, bytes: 50, inodes: 49, floor: .share(0.05), closure: .fewInodes(free: 49)),
            GateRow(queued: 0, bytes: 99, inodes: 5000, floor: .bytes(100), closure: .fewBytes(free: 99)),
            GateRow(queued: 0, bytes: 100, inodes: 4095, floor: .bytes(100), closure: .fewInodes(free: 4095)),
        ])
    func gate(row: GateRow) {
        let room = DiskRoom(freeBytes: row.bytes, allBytes: 1000, freeInodes: row.inodes, allInodes: 1000)
        #expect(IntakeGate(maxQueued: 10, floor: row.floor).closure(queued: row.queued, room: room) == row.closure)
    }
}
