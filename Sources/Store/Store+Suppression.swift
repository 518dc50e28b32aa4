// SPDX-License-Identifier: Apache-2.0
//
// The list of suppressions, for commands. Long lists come in by `SuppressionImport`.

import GatewayModel

extension Store {
    private static let suppressionsAtATime = 500

    /// Adds events in order, in transactions of 500; gives their numbers.
    @discardableResult
    public func suppress(_ list: [NewSuppression], by signature: Signature) async throws(StoreError) -> [Int64] {
        var numbers: [Int64] = []
        for start in stride(from: 0, to: list.count, by: Self.suppressionsAtATime) {
            let part = Array(list[start..<min(start + Self.suppressionsAtATime, list.count)])
            let now = options.timepiece.now()
            numbers += try await write(.operatorChange) { ledger in
                let numbers = try part.map { try ledger.suppress($0, by: signature, at: now) }
                guard let first = numbers.first, let last = numbers.last else { return numbers }
                let what = first == last ? "s\(first): \(part[0].target)" : "s\(first) to s\(last)"
                try ledger.record("suppression_add", by: signature, about: what, at: now)
                return numbers
            }
        }
        return numbers
    }

    /// Lifts what stands against that target, whoever put it there: in exactly that scope, or (nil) in every one. Gives
    /// the numbers of the events lifted. `signature.why` is the reason that reviewers read.
    public func lift(
        _ target: SuppressionTarget, scope: SuppressionScope? = nil, by signature: Signature
    ) async throws(StoreError) -> [Int64] {
        let now = options.timepiece.now()
        return try await write(.operatorChange) { try $0.lift(target, scope: scope, by: signature, at: now) }
    }

    /// What the gate sees for that address or person, in order: every event whose target means it. For other targets
    /// their own events.
    public func suppressions(matching target: SuppressionTarget) async throws(StoreError) -> [SuppressionRecord] {
        try await consult { ledger in
            guard let addressee = ledger.addressee(target) else {
                return try ledger.suppressionRecords(under: SuppressionForm(target))
            }
            return try ledger.suppressions(of: addressee, person: nil).compactMap {
                try ledger.suppressionRecord($0.number)
            }
        }
    }

    /// Everything that was ever done to exactly that target, in order.
    public func suppressionHistory(of target: SuppressionTarget) async throws(StoreError) -> [SuppressionRecord] {
        try await consult { try $0.suppressionRecords(under: SuppressionForm(target)) }
    }

    /// Up to `limit` events with numbers above `number`, in order; fewer than `limit`: these were the last.
    public func suppressionPage(after number: Int64, limit: Int = 500) async throws(StoreError) -> [SuppressionRecord] {
        try await consult { ledger in
            try ledger.numbers(in: "suppression", after: number, limit: limit).compactMap {
                try ledger.suppressionRecord($0)
            }
        }
    }

    /// Attempts that were called back, whoever asked for it, and that have not landed yet: for imports, which name many.
    public func inFlightRecalled() async throws(StoreError) -> Int {
        try await read { session in
            Int(try session.prepared("SELECT count(*) FROM flight WHERE recall IS NOT NULL").first { $0.int(0) } ?? 0)
        }
    }

    /// Attempts that the target means, called back and not landed yet (CONTRACT 8.9), for `--wait`.
    public func inFlight(under target: SuppressionTarget) async throws(StoreError) -> Int {
        try await consult { try $0.recalled($0.flying(under: SuppressionForm(target))) }
    }
}
