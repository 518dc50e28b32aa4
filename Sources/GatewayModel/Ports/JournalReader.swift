// SPDX-License-Identifier: Apache-2.0

/// The journal read back, by key and in pages; a page's statement is closed before it is returned.
public protocol JournalReader: Sendable {
    /// Outcomes with `seq` above `after`, in order.
    func outcomes(after seq: Int64, limit: Int) async throws(StoreError) -> [Outcome]
    /// Highest `seq` committed, 0 where none is.
    func lastSeq() async throws(StoreError) -> Int64
    /// The random identity of this journal; a cursor of another is an error.
    var journalID: String { get }
}
