// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Synchronization

/// Stands before the book and counts what is taken in, for `status`.
final class IntakeCounter: IntakeBook {
    private let book: any IntakeBook
    private let count = Mutex(0)

    init(book: any IntakeBook) { self.book = book }

    /// Job records committed since the start, duplicates among them.
    var accepted: Int { count.withLock { $0 } }

    func take(_ chunk: IntakeChunk) async throws(StoreError) -> IntakeProgress {
        let progress = try await book.take(chunk)
        let jobs = chunk.entries.count { if case .job = $0 { true } else { false } }
        count.withLock { $0 += jobs }
        return progress
    }

    func unfinishedFiles() async throws(StoreError) -> [IntakeProgress] { try await book.unfinishedFiles() }
    func lastFileNumber() async throws(StoreError) -> Int64 { try await book.lastFileNumber() }
    func problems(of file: Int64, after index: Int, limit: Int) async throws(StoreError) -> [Problem] {
        try await book.problems(of: file, after: index, limit: limit)
    }
    func finish(_ file: Int64) async throws(StoreError) { try await book.finish(file) }
    func queuedJobs() async throws(StoreError) -> Int { try await book.queuedJobs() }
}
