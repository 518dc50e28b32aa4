// SPDX-License-Identifier: Apache-2.0
//
// Rows of `consent` and `suppression` as they are stored, and the digest by which the journal vouches for them: they
// hold numbers and words only, so it needs no salt.

import Cryptography
import GatewayModel

struct ConsentRow {
    var n: Int64
    var subject: Int64
    var at: Instant
    var occurred: Instant
    var type: Int64
    var channel: Int64?
    var brand: Int64?
    /// Numbers of words, with commas; nil: every topic.
    var topics: String?
    var basis: Int64?
    var day: String?
    var flags: BookFlags
    var corrects: Int64?

    static let columns = "n, subject, at, occurred, type, channel, brand, topics, basis, day, flags, corrects"

    init(n: Int64, subject: Int64, _ event: ConsentEvent, flags: BookFlags, brand: Int64?, topics: String?) {
        (self.n, self.subject, self.flags, self.brand, self.topics) = (n, subject, flags, brand, topics)
        (at, occurred, type) = (event.recordedAt, event.occurredAt, event.type.number)
        (channel, basis) = (event.channel?.number, event.basis?.number)
        (day, corrects) = (event.basisDay?.description, event.corrects)
    }

    /// A row of `columns`.
    init(_ row: Statement) {
        (n, subject, at, occurred) = (row.int(0), row.int(1), row.instant(2), row.instant(3))
        (type, channel, brand, topics) = (row.int(4), row.intOrNil(5), row.intOrNil(6), row.textOrNil(7))
        (basis, day, flags) = (row.intOrNil(8), row.textOrNil(9), BookFlags(rawValue: row.int(10)))
        corrects = row.intOrNil(11)
    }

    /// 16 bytes.
    var digest: [UInt8] {
        var bytes = RowBytes()
        for number in [n, subject, at.microseconds, occurred.microseconds, type, channel, brand] { bytes.put(number) }
        bytes.put(topics)
        bytes.put(basis)
        bytes.put(day)
        bytes.put(flags.rawValue)
        bytes.put(corrects)
        return bytes.digest
    }
}

struct SuppressionRow {
    var n: Int64
    var key: [UInt8]
    var kind: SuppressionKind
    var act: SuppressionEvent.Act
    var reason: SuppressionReason
    var scope: Scope
    var at: Instant
    var expires: Instant?
    var lifts: Int64?
    var batch: Int64?
    var flags: BookFlags

    /// The parts of a scope as stored numbers.
    struct Scope: Hashable {
        var channel: Int64?
        var brand: Int64?
        var topic: Int64?
        var campaign: Int64?
        var messageClass: Int64?
    }

    static let columns = """
        n, key, kind, act, reason, channel, brand, topic, campaign, class, at, expires, lifts, batch, flags
        """

    init(
        n: Int64, key: [UInt8], kind: SuppressionKind, reason: SuppressionReason, scope: Scope, at: Instant,
        expires: Instant?
    ) {
        (self.n, self.key, self.kind, self.reason, self.scope) = (n, key, kind, reason, scope)
        (self.at, self.expires, act, lifts, batch, flags) = (at, expires, .added, nil, nil, [])
    }

    /// A row of `columns`.
    init(_ row: Statement) throws(StoreError) {
        guard let kind = SuppressionKind(rawValue: row.int(2)) else {
            throw .fatal("the database is damaged: suppression \(row.int(0)) is of no known kind")
        }
        (n, key, self.kind) = (row.int(0), row.blob(1), kind)
        (act, reason) = (try SuppressionEvent.Act(stored: row.int(3)), try SuppressionReason(stored: row.int(4)))
        scope = Scope(
            channel: row.intOrNil(5), brand: row.intOrNil(6), topic: row.intOrNil(7), campaign: row.intOrNil(8),
            messageClass: row.intOrNil(9))
        (at, expires, lifts) = (row.instant(10), row.instantOrNil(11), row.intOrNil(12))
        (batch, flags) = (row.intOrNil(13), BookFlags(rawValue: row.int(14)))
    }

    /// 16 bytes.
    var digest: [UInt8] {
        var bytes = RowBytes()
        bytes.put(n)
        bytes.put(key)
        for number in [kind.rawValue, act.number, reason.number] { bytes.put(number) }
        for number in [scope.channel, scope.brand, scope.topic, scope.campaign, scope.messageClass] {
            bytes.put(number)
        }
        for number in [at.microseconds, expires?.microseconds, lifts, batch, flags.rawValue] { bytes.put(number) }
        return bytes.digest
    }
}

/// Values one behind the other, so that different rows are different bytes.
private struct RowBytes {
    private var bytes: [UInt8] = []
    init() { bytes.reserveCapacity(160) }

    mutating func put(_ number: Int64?) {
        guard let number else { return bytes.append(0) }
        bytes.append(1)
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
    mutating func put(_ text: String?) {
        guard let text else { return bytes.append(0) }
        put(Array(text.utf8))
    }
    mutating func put(_ content: [UInt8]) {
        put(Int64(content.count))
        bytes += content
    }
    var digest: [UInt8] { Array(SHA256Digest.of(bytes).prefix(16)) }
}
