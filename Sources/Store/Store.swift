// SPDX-License-Identifier: Apache-2.0
//
// Store: the system of record behind its ports (DESIGN D2, D3, D4, D11, D12).
//
// The daemon's store writes on the thread "writer" and reads on pooled connections; a command's store writes in short
// transactions of its own, under the lock that the daemon's checkpoints take too. All calls may come from any task.

import Dispatch
import GRDB
import GatewayModel
import Synchronization

public final class Store: Sendable {
    /// The random identity of this journal: 32 hex digits.
    public let journalID: String
    let directory: StateDirectory
    let options: StoreOptions
    let pool: DatabasePool
    let subjectKey: [UInt8]
    /// Nil: reads only.
    let hand: WritingHand?
    let ear: Ear
    private let wireLog: WireLog?

    /// How changes are written.
    enum WritingHand: Sendable {
        case daemon(Writer, WakeWatch, FileLock)
        case command(CommandWriter)
    }

    init(
        journalID: String, directory: StateDirectory, options: StoreOptions, pool: DatabasePool, subjectKey: [UInt8],
        hand: WritingHand?, ear: Ear, wireLog: WireLog?
    ) {
        (self.journalID, self.directory, self.options, self.pool) = (journalID, directory, options, pool)
        (self.subjectKey, self.hand, self.ear, self.wireLog) = (subjectKey, hand, ear, wireLog)
    }

    /// Told from now on; nil: nobody. For the daemon's store only.
    public func setListener(_ listener: (any QueueListener)?) { ear.set(listener) }

    /// The wire log as channels see it.
    /// - Precondition: opened as `.daemon`.
    public var notes: any AttemptNotes {
        guard let wireLog else { preconditionFailure("only the daemon's store has a wire log") }
        return wireLog
    }

    /// Finishes what was handed in, checkpoints, and gives the locks back. Calls after it throw `StoreError.closed`.
    ///
    /// - Returns: what made the daemon's record fail, the last checkpoint included; nil where all is well.
    @discardableResult
    public func close() async -> StoreError? {
        // It waits for a thread and for the disk: not on a task's thread.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: self.closeAndWait()) }
        }
    }

    private func closeAndWait() -> StoreError? {
        switch hand {
        case .daemon(let writer, let watch, let lock):
            watch.stop()
            let failure = writer.close()
            if failure == nil { try? pool.close() } else { leaveOpen() }
            lock.unlock()
            return failure
        case .command(let writer):
            if !writer.close(pool) { leaveOpen() }
            return nil
        case nil:
            try? pool.close()
            return nil
        }
    }

    /// After a failed write: closing the last connection would checkpoint, and what the log's pages hold in memory may
    /// not be what the disk holds (DESIGN D3). The process ends with it open, as if it had been killed.
    private func leaveOpen() { _ = Unmanaged.passRetained(pool) }

    /// Leaves everything as a killed process would: for tests.
    package func abandon() {
        guard case .daemon(let writer, let watch, let lock) = hand else { return }
        watch.stop()
        writer.abandon()
        try? pool.close()
        lock.unlock()
    }
}

// MARK: Reading and writing, for the files beside this one

extension Store {
    func read<Value: Sendable>(_ body: @escaping @Sendable (Session) throws -> Value) async throws(StoreError) -> Value
    {
        do {
            return try await pool.read { db in try body(Session(visiting: db)) }
        } catch { throw StoreError(error) }
    }

    /// One part of one transaction; returns once it is committed.
    func write<Value: Sendable>(
        _ rank: Errand.Rank, _ body: @escaping @Sendable (Ledger) throws -> Value,
        last: (@Sendable (Ledger, inout Value) throws -> Void)? = nil
    ) async throws(StoreError) -> Value {
        switch hand {
        case .daemon(let writer, _, _): try await Self.hand(to: writer, rank, body, last: last)
        case .command(let writer): try writer.perform(body)
        case nil: throw .refused("this store was opened for reading only", exitCode: 77)
        }
    }

    private static func hand<Value: Sendable>(
        to writer: Writer, _ rank: Errand.Rank, _ body: @escaping @Sendable (Ledger) throws -> Value,
        last: (@Sendable (Ledger, inout Value) throws -> Void)?
    ) async throws(StoreError) -> Value {
        let pending = Pending<Value>()
        let answer: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let lastWork = last.map { last -> @Sendable (Ledger) throws -> Void in
                { ledger in
                    guard var value = pending.value else { return }
                    try last(ledger, &value)
                    pending.value = value
                }
            }
            writer.put(
                Errand(
                    rank: rank, work: { pending.value = try body($0) }, lastWork: lastWork,
                    answer: { error in
                        if let error { return continuation.resume(returning: .failure(error)) }
                        guard let value = pending.value else {
                            return continuation.resume(returning: .failure(.closed))
                        }
                        continuation.resume(returning: .success(value))
                    }))
        }
        return try answer.get()
    }
}
