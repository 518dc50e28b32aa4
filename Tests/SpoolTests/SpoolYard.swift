// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel
import Logging
import Synchronization
import TestSupport

@testable import Spool

/// A state directory of its own with everything that intake needs; gone with the value.
final class SpoolYard: Sendable {
    let layout: SpoolLayout
    let timepiece = ManualTimepiece(now: Samples.now)
    let book: MemoryIntakeBook
    private let room: Mutex<DiskRoom>

    static let roomy = DiskRoom(freeBytes: 900, allBytes: 1000, freeInodes: 900, allInodes: 1000)

    init(producers: [String] = [], book: MemoryIntakeBook = MemoryIntakeBook(now: Samples.now)) throws {
        // In memory where there is such a place: syncing is part of what is tested, waiting for a disk is not.
        let shared = "/dev/shm"
        let base = access(shared, W_OK) == 0 ? shared : FileManager.default.temporaryDirectory.path
        let root = base + "/spool-\(UUID().uuidString)"
        layout = try SpoolLayout.prepare(root: root, producers: producers, group: "no-such-group-here")
        self.book = book
        room = Mutex(Self.roomy)
    }

    deinit { try? FileManager.default.removeItem(atPath: layout.root) }

    var place: SpoolLayout.Place { layout.places[0] }

    func intake(crash: CrashPoint? = nil, limits: IntakeLimits = IntakeLimits(), disk: Disk? = nil) -> Intake {
        let condition = IntakeCondition(
            gate: IntakeGate(maxQueued: 1_000_000, floor: .share(0.05)), book: book, timepiece: timepiece,
            room: { [self] in room.withLock { $0 } })
        let diskToUse =
            disk ?? crash.map { point in
                Disk { (_, _) throws(StoreError) in
                    try point.step()
                    return 0
                }
            } ?? Disk()
        return Intake(
            layout: layout, book: book, rules: FixedIntakeRules(Samples.rules()), condition: condition,
            timepiece: timepiece,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, limits: limits, disk: diskToUse)
    }

    func setRoom(_ value: DiskRoom) { room.withLock { $0 = value } }

    /// Renames a file in, as a producer does.
    func enqueue(_ name: String, _ text: String, producer: String = "default") throws {
        let place = layout.home(of: producer)
        let temporary = "\(place.tmp)/\(name)"
        guard FileManager.default.createFile(atPath: temporary, contents: Data(text.utf8)),
            rename(temporary, "\(place.incoming)/\(name)") == 0
        else { throw Unreadable(why: "cannot enqueue", isGone: false) }
    }

    func enqueue(_ name: String, lines: [String], producer: String = "default") throws {
        try enqueue(name, lines.joined(separator: "\n") + "\n", producer: producer)
    }

    /// Everything below a directory, by path; directories with a slash behind.
    func files(below directory: String) -> [String: String] {
        var found: [String: String] = [:]
        for path in FileManager.default.subpaths(atPath: directory) ?? [] {
            var facts = stat()
            guard lstat("\(directory)/\(path)", &facts) == 0 else { continue }
            let isFile = facts.st_mode & S_IFMT == S_IFREG
            found[path] = isFile ? text("\(directory)/\(path)") : "(no file)"
        }
        return found
    }

    func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    func receipt(_ name: String, producer: String = "default") -> JSONObject? {
        let bytes = FileManager.default.contents(atPath: "\(layout.home(of: producer).receipts)/\(name).receipt.json")
        return bytes.flatMap { try? JSONValue.parse([UInt8]($0)).object }
    }

    func counts(_ name: String, producer: String = "default") -> [Int?] {
        let receipt = receipt(name, producer: producer)
        return ["accepted", "duplicates", "rejected", "cancelled"].map { receipt?[$0]?.number?.int }
    }

    var jobIDs: [String] { book.state.withLock { $0.jobs.map(\.job.id) } }
}

extension Intake {
    /// Turns until there is nothing more to do.
    func settle() async throws {
        for _ in 0..<10_000 {
            guard try await turn() else { return }
        }
        throw Unreadable(why: "intake never comes to an end", isGone: false)
    }
}
