// SPDX-License-Identifier: Apache-2.0
//
// OutcomeFeed: the journal as files for producers (CONTRACT 7).
//
// Every 10 s, or sooner where much has happened, what is new goes into one file per producer: its own events, and those
// that belong to nobody. A file is renamed in when it is complete and synced; then the cursor moves. A crash between the
// two finds by the names of the files what has been delivered, so a producer sees an event twice only where its files
// were taken away meanwhile.

import Foundation
import GatewayModel
import Logging
import Synchronization

public actor OutcomeFeed {
    private var layout: SpoolLayout
    private let journal: any JournalReader
    private let logger: Logger
    private let disk: Disk
    private let fileBytes: Int
    private let pulse = Pulse(every: .seconds(10))
    /// How far the journal is known to have come, and how far the feed: what lies between may soon fill a file.
    private let backlog = Mutex((journal: Int64(0), feed: Int64(0)))
    private var cursor: FeedCursor?
    /// The last event that each producer's files hold.
    private var delivered: [String: Int64] = [:]

    /// At 700 bytes an event, as many as fill a file.
    private static let manyEvents: Int64 = 90_000
    private static let page = 1000

    public init(layout: SpoolLayout, journal: any JournalReader, logger: Logger) {
        self.init(layout: layout, journal: journal, logger: logger, disk: Disk(), fileBytes: 64 << 20)
    }

    init(layout: SpoolLayout, journal: any JournalReader, logger: Logger, disk: Disk, fileBytes: Int) {
        (self.layout, self.journal, self.logger) = (layout, journal, logger)
        (self.disk, self.fileBytes) = (disk, fileBytes)
    }

    /// The journal has come that far. Returns at once; for any thread.
    public nonisolated func grew(to seq: Int64) {
        let isMuch = backlog.withLock { backlog in
            backlog.journal = max(backlog.journal, seq)
            return backlog.journal - backlog.feed >= Self.manyEvents
        }
        if isMuch { pulse.nudge() }
    }

    /// Other producers from now on, whose directories are there. A new one gets what happens from here.
    public func adopt(_ layout: SpoolLayout) { self.layout = layout }

    /// Feeds until it is cancelled, and then once more.
    public nonisolated func run() async throws(StoreError) {
        try await withTaskExecutorPreference(SpoolExecutor.shared) { () async throws(StoreError) in
            for await _ in pulse.beats {
                if Task.isCancelled { break }
                try await attempt()
            }
            // Not a child task: what is left has to go out although this one is cancelled. It is waited for.
            let last = Task { () async -> Result<Void, StoreError> in
                await Result { () async throws(StoreError) in try await attempt() }
            }
            try (await last.value).get()
        }
    }

    private func attempt() async throws(StoreError) {
        do throws(StoreError) { try await flush() } catch .full(let what) {
            logger.error("the outcome feed waits, the disk is full: \(what)")
        } catch .closed {}
    }

    /// Writes out all that the journal has by now.
    ///
    /// - Throws: `.full` may pass: call again later, nothing is left out.
    func flush() async throws(StoreError) {
        let end = try await journal.lastSeq()
        var cursor: FeedCursor
        if let known = self.cursor { cursor = known } else { cursor = try start(journalEnd: end) }
        while cursor.seq < end {
            let batch = try await write(after: cursor.seq, to: end)
            try publish(batch.files)
            cursor.seq = batch.last
            try keep(cursor)
        }
        self.cursor = cursor
        backlog.withLock { [seq = cursor.seq] in $0.feed = seq }
    }

    // MARK: One batch

    private struct Batch {
        /// By producer.
        var files: [String: FeedFile] = [:]
        var last: Int64
    }

    private func write(after seq: Int64, to end: Int64) async throws(StoreError) -> Batch {
        var batch = Batch(last: seq)
        while batch.last < end {
            let page = try await journal.outcomes(after: batch.last, limit: Self.page)
            try write(page, into: &batch)
            // What operators did stands in the journal, too, and is no outcome: a page that is empty has reached the end.
            batch.last = page.last?.seq ?? end
            if batch.files.values.contains(where: { $0.bytes >= fileBytes }) { break }
        }
        return batch
    }

    private func write(_ page: [Outcome], into batch: inout Batch) throws(StoreError) {
        var texts: [String: (bytes: [UInt8], first: Int64, last: Int64)] = [:]
        for outcome in page {
            let line = outcome.json.encoded + [UInt8(ascii: "\n")]
            for place in layout.places where outcome.producer == nil || outcome.producer == place.producer {
                guard outcome.seq > delivered[place.producer] ?? 0 else { continue }
                texts[place.producer, default: ([], outcome.seq, outcome.seq)].bytes += line
                texts[place.producer]?.last = outcome.seq
            }
        }
        for (producer, text) in texts {
            if batch.files[producer] == nil {
                let path = "\(layout.home(of: producer).outcomes)/.\(text.first)"
                batch.files[producer] = FeedFile(file: try disk.create(path), first: text.first)
            }
            try batch.files[producer]?.append(text.bytes, to: text.last)
        }
    }

    private func publish(_ files: [String: FeedFile]) throws(StoreError) {
        for (producer, feed) in files {
            let directory = layout.home(of: producer).outcomes
            try feed.file.sync()
            let name = FeedFileName(first: feed.first, last: feed.last).text
            guard case .moved = try disk.move(feed.file.path, to: "\(directory)/\(name)") else {
                throw .fatal("cannot put \(name) into \(directory)")
            }
            try disk.sync(directory: directory)
            delivered[producer] = feed.last
        }
    }

    // MARK: The cursor

    private func keep(_ cursor: FeedCursor) throws(StoreError) {
        let file = try disk.create(layout.feedCursor + ".tmp", mode: 0o600)
        try file.write(cursor.encoded)
        try file.sync()
        guard case .moved = try disk.move(file.path, to: layout.feedCursor) else {
            throw .fatal("cannot put the feed's cursor into \(layout.root)")
        }
        try disk.sync(directory: layout.root)
        self.cursor = cursor
    }

    /// Where the feed goes on after a start. A cursor of another journal, or one ahead of it, is said loudly.
    private func start(journalEnd: Int64) throws(StoreError) -> FeedCursor {
        for place in layout.places { try clean(place) }
        let fresh = FeedCursor(journalID: journal.journalID, seq: 0)
        guard let bytes = FileManager.default.contents(atPath: layout.feedCursor) else { return remember(fresh) }
        guard let kept = FeedCursor([UInt8](bytes)) else {
            logger.error(
                "the feed's cursor \(layout.feedCursor) cannot be read; the feed begins again, events come twice")
            return fresh
        }
        guard kept.journalID == journal.journalID else {
            logger.error(
                "the feed's cursor belongs to the journal \(kept.journalID); the feed begins with this one's first event"
            )
            return fresh
        }
        guard kept.seq <= journalEnd else {
            logger.error("the feed had come to \(kept.seq), the journal ends at \(journalEnd): was it restored?")
            return FeedCursor(journalID: journal.journalID, seq: journalEnd)
        }
        return remember(kept)
    }

    /// Looks which events the files behind the cursor hold already.
    private func remember(_ cursor: FeedCursor) -> FeedCursor {
        for place in layout.places {
            let last = Directory.names(in: place.outcomes).compactMap { FeedFileName($0)?.last }.max()
            if let last, last > cursor.seq { delivered[place.producer] = last }
        }
        return cursor
    }

    private func clean(_ place: SpoolLayout.Place) throws(StoreError) {
        for name in Directory.names(in: place.outcomes) where name.hasPrefix(".") {
            try disk.remove("\(place.outcomes)/\(name)")
        }
    }
}

/// A producer's file while it is being written.
private struct FeedFile {
    let file: NewFile
    let first: Int64
    private(set) var last: Int64
    private(set) var bytes = 0

    init(file: NewFile, first: Int64) { (self.file, self.first, last) = (file, first, first) }

    mutating func append(_ text: [UInt8], to seq: Int64) throws(StoreError) {
        try file.write(text)
        bytes += text.count
        last = seq
    }
}
