// SPDX-License-Identifier: Apache-2.0
//
// The gate's words as the small numbers that tables hold. Stored: never renumbered, only added to at the end.

import GatewayModel

/// Words that are stored by their place in a list.
protocol StoredWord: Hashable {
    static var order: [Self] { get }
}

extension StoredWord {
    var number: Int64 { Int64(Self.order.firstIndex(of: self) ?? 0) }
    /// - Throws: `StoreError.fatal` for a number that nothing here ever wrote.
    init(stored number: Int64) throws(StoreError) {
        guard Self.order.indices.contains(Int(number)) else {
            throw .fatal("the database is damaged: it says \(number) for a \(Self.self)")
        }
        self = Self.order[Int(number)]
    }
}

extension ContactChannel: StoredWord {
    static let order: [ContactChannel] = [.email, .sms, .voice, .crmTask]
}

extension ConsentType: StoredWord {
    static let order: [ConsentType] = [
        .requested, .granted, .confirmed, .renewed, .withdrawn, .objected, .imported, .corrected, .reassigned,
    ]
}

extension ConsentBasis: StoredWord {
    static let order: [ConsentBasis] = [
        .express, .expressWritten, .softOptIn, .impliedPurchase, .impliedInquiry, .impliedPublished,
        .legitimateInterest, .noneNeeded,
    ]
}

extension SuppressionReason: StoredWord {
    static let order: [SuppressionReason] = [
        .legal, .deceased, .litigator, .complaint, .hardBounce, .invalid, .reassigned, .softBounceLimit, .roleAddress,
        .dncRegistry, .manual, .imported, .unengaged, .erasure,
    ]
}

extension SuppressionEvent.Act: StoredWord {
    static let order: [SuppressionEvent.Act] = [.added, .removed]
}

/// What is true of a row of `consent` or `suppression` beside its words.
struct BookFlags: OptionSet {
    let rawValue: Int64
    static let wording = BookFlags(rawValue: 1)
    static let evidence = BookFlags(rawValue: 2)
    static let isImport = BookFlags(rawValue: 4)
    /// It came in with something wrong in it and was taken all the same, wider.
    static let damaged = BookFlags(rawValue: 8)
}
