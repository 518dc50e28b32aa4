// SPDX-License-Identifier: Apache-2.0

/// Why the record could not be written or read.
public enum StoreError: Error, Hashable, Sendable {
    /// A sync, a write or a checkpoint failed, or the file is damaged: what was not committed was not acknowledged.
    /// The daemon must stop with exit 74 (DESIGN D3).
    case fatal(String)
    /// The disk is full; nothing of this transaction was kept. Intake closes, the rest may go on.
    case full(String)
    /// The database, the wire log or the lock forbid a start; the message says what and what to do. Exit 78, 69 or 75.
    case refused(String, exitCode: Int32)
    /// The store is closing.
    case closed
}
