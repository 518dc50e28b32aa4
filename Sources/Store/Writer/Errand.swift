// SPDX-License-Identifier: Apache-2.0
//
// What a caller hands to the writer, and how it is answered.

import GatewayModel

/// One caller's part of a transaction.
struct Errand: Sendable {
    /// The order of work within a transaction (DESIGN D11). Only `intake` is turned away when the disk is full.
    enum Rank: Int, Sendable, CaseIterable { case exchange, operatorChange, intake, housekeeping }

    var rank: Rank
    /// May be called again after a rollback: it must write its result anew.
    var work: @Sendable (Ledger) throws -> Void
    /// Admissions: done last in the transaction.
    var lastWork: (@Sendable (Ledger) throws -> Void)?
    /// Called once, after the commit or instead of it.
    var answer: @Sendable (StoreError?) -> Void
}

/// Where an errand's result waits for its commit.
///
/// `@unchecked`: written by the writer's thread alone, read by it when it answers.
final class Pending<Value: Sendable>: @unchecked Sendable {
    var value: Value?
}
