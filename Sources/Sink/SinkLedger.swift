// SPDX-License-Identifier: Apache-2.0
//
// SinkLedger: what came, counted, and told to whoever watches.
//
// Written by the sink's thread, read by any. The lock is held for counting only; watchers get their events outside it.

import Synchronization

final class SinkLedger: Sendable {
    private struct Books {
        var total = SinkTally()
        var bytes = 0
        var errands = SinkErrands()
        var byRecipient: [String: SinkTally] = [:]
        var byMessageID: [String: SinkTally] = [:]
        var watchers: [Int: AsyncStream<SinkEvent>.Continuation] = [:]
        var nextWatcher = 0
        var isClosed = false
    }

    private let books = Mutex(Books())
    private let maxTallies: Int

    init(maxTallies: Int) { self.maxTallies = maxTallies }

    func note(_ events: [SinkEvent], errands: SinkErrands? = nil) {
        guard !events.isEmpty || errands != nil else { return }
        let watchers = books.withLock { books in
            if let errands { books.errands = errands }
            for event in events { count(event, in: &books) }
            return books.watchers.isEmpty ? [] : Array(books.watchers.values)
        }
        for watcher in watchers { for event in events { watcher.yield(event) } }
    }

    private func count(_ event: SinkEvent, in books: inout Books) {
        books.total.count(event)
        if case (.message, .accepted) = (event.matter, event.verdict) { books.bytes += event.size ?? 0 }
        if books.byRecipient.count < maxTallies || books.byRecipient[event.recipient] != nil {
            books.byRecipient[event.recipient, default: SinkTally()].count(event)
        }
        guard let id = event.messageID else { return }
        if books.byMessageID.count < maxTallies || books.byMessageID[id] != nil {
            books.byMessageID[id, default: SinkTally()].count(event)
        }
    }

    var total: SinkTally { books.withLock { $0.total } }
    /// As they stood when they were noted last.
    var errands: SinkErrands { books.withLock { $0.errands } }
    var acceptedBytes: Int { books.withLock { $0.bytes } }
    var byRecipient: [String: SinkTally] { books.withLock { $0.byRecipient } }
    var byMessageID: [String: SinkTally] { books.withLock { $0.byMessageID } }
    func tally(ofRecipient recipient: String) -> SinkTally {
        books.withLock { $0.byRecipient[recipient] ?? SinkTally() }
    }
    func tally(ofMessageID id: String) -> SinkTally { books.withLock { $0.byMessageID[id] ?? SinkTally() } }

    func events(keeping newest: Int) -> AsyncStream<SinkEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: SinkEvent.self, bufferingPolicy: .bufferingNewest(newest))
        let number = books.withLock { books -> Int? in
            guard !books.isClosed else { return nil }
            books.nextWatcher += 1
            books.watchers[books.nextWatcher] = continuation
            return books.nextWatcher
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [self] _ in _ = books.withLock { $0.watchers.removeValue(forKey: number) } }
        return stream
    }

    /// Ends all streams, now and later ones.
    func close() {
        let watchers = books.withLock { books in
            books.isClosed = true
            return Array(books.watchers.values)
        }
        for watcher in watchers { watcher.finish() }
    }
}
