// SPDX-License-Identifier: Apache-2.0
//
// One row of a long list on its way through the spool.

import GatewayModel

/// What holds for all rows of an import.
struct ImportPlan: Sendable {
    var batch: Int64
    var scopes: [SuppressionRow.Scope]
    var isLong: Bool
}

struct ImportRow: Sendable {
    var order: Int64
    var key: [UInt8]
    var kind: Int64
    var counter: Int64
    var reason: Int64
    var isDamaged: Bool
    var scope: Int
    var expires: Int64?
    var side: [UInt8]
    /// It stands before this one in the list.
    var isRepeated = false

    struct Sameness: Hashable {
        var key: [UInt8]
        var kind: Int64
        var reason: Int64
        var scope: Int
        var expires: Int64?
    }
    var sameness: Sameness { Sameness(key: key, kind: kind, reason: reason, scope: scope, expires: expires) }

    init(_ new: NewSuppression, scope: Int, batch: String, _ book: SuppressionBook) {
        let form = SuppressionForm(new.target)
        key = book.key(of: form)
        (order, kind, counter) = (key.hash63, form.kind.rawValue, form.counter)
        (reason, isDamaged, self.scope) = (new.reason.number, new.details.damage != nil, scope)
        expires = new.reason.mayExpire ? new.expiresAt?.microseconds : nil
        side = new.details.encoded(target: new.target, batch: batch, by: nil)
    }

    /// Key 16, kind, counter, reason, damage 1 each, scope 4, expiry 8, then the words.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32 + side.count)
        bytes += key
        bytes += [UInt8(kind), UInt8(counter), UInt8(reason), isDamaged ? 1 : 0]
        withUnsafeBytes(of: UInt32(scope)) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: expires ?? .min) { bytes.append(contentsOf: $0) }
        bytes += side
        return bytes
    }

    init(_ record: SortedSpool.Record) {
        let bytes = record.bytes
        let at = bytes.startIndex
        (order, key) = (record.order, Array(bytes[at..<at + 16]))
        (kind, counter, reason) = (Int64(bytes[at + 16]), Int64(bytes[at + 17]), Int64(bytes[at + 18]))
        isDamaged = bytes[at + 19] == 1
        let (scope, expires) = bytes.withUnsafeBytes { raw in
            (
                raw.loadUnaligned(fromByteOffset: 20, as: UInt32.self),
                raw.loadUnaligned(fromByteOffset: 24, as: Int64.self)
            )
        }
        (self.scope, self.expires) = (Int(scope), expires == .min ? nil : expires)
        side = Array(bytes[(at + 32)...])
    }
}
