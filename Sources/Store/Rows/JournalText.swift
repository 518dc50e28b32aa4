// SPDX-License-Identifier: Apache-2.0
//
// A journal row's exact bytes: one compact JSON object of enumerated words, numbers, random tokens and salted digests
// (DESIGN D4). Never an address, never the producer's id, never free text.

import GatewayModel

/// What a row says.
struct JournalEntry {
    var event: Int64
    var word: String
    var at: Instant
    var job: Int64?
    /// The row of `consent` or `suppression` that it speaks of, and a digest of that row.
    var book: Int64?
    var row: [UInt8]?
    var reason: String?
    var until: Instant?
    var attempt: Int?
    var route: String?
    var settles: Int64?
    /// 16 random bytes that stand for the address.
    var subject: [UInt8]?
    /// Salted SHA-256 over the side row's words, and over its decision.
    var words: [UInt8]?
    var decision: [UInt8]?

    init(_ event: Event, at: Instant, job: Int64) {
        (self.event, word, self.at, self.job) = (event.number, event.rawValue, at, job)
    }
    init(_ event: Event, at: Instant, book: Int64) {
        (self.event, word, self.at, self.book) = (event.number, event.rawValue, at, book)
    }
    init(operatorAction: String, at: Instant) {
        (event, word, self.at, reason) = (operatorRow, "operator", at, operatorAction)
    }

    func encoded(seq: Int64) -> [UInt8] {
        var row = RowWriter()
        row.number("{\"seq\":", seq)
        row.number(",\"at\":", at.microseconds)
        row.text(",\"event\":\"", word)
        if let job { row.number(",\"job\":", job) }
        if let book { row.number(",\"book\":", book) }
        if let reason { row.text(",\"reason\":\"", reason) }
        if let until { row.number(",\"until\":", until.microseconds) }
        if let attempt { row.number(",\"attempt\":", Int64(attempt)) }
        if let route { row.text(",\"route\":\"", route) }
        if let settles { row.number(",\"settles\":", settles) }
        if let digest = self.row { row.hex(",\"row\":\"", digest) }
        if let subject { row.hex(",\"subject\":\"", subject) }
        if let words { row.hex(",\"words\":\"", words) }
        if let decision { row.hex(",\"decision\":\"", decision) }
        row.close()
        return row.bytes
    }
}

private struct RowWriter {
    private(set) var bytes: [UInt8] = []
    init() { bytes.reserveCapacity(300) }

    mutating func number(_ key: StaticString, _ value: Int64) {
        raw(key)
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var digits: UInt64 = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(48 + UInt8(digits % 10))
            digits /= 10
        } while digits > 0
        bytes[start...].reverse()
    }
    mutating func text(_ key: StaticString, _ value: String) {
        raw(key)
        for byte in value.utf8 {
            // Words only; whatever else came this way is written so that the row stays one JSON object.
            bytes.append(byte < 0x20 || byte == 0x22 || byte == 0x2C || byte == 0x5C ? UInt8(ascii: "_") : byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
    mutating func hex(_ key: StaticString, _ value: [UInt8]) {
        raw(key)
        for byte in value {
            bytes.append(Self.digit(byte >> 4))
            bytes.append(Self.digit(byte & 15))
        }
        bytes.append(UInt8(ascii: "\""))
    }
    mutating func close() { bytes.append(UInt8(ascii: "}")) }

    private mutating func raw(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }
    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}

/// A row read back. Knows only what `JournalEntry.encoded` writes.
struct JournalFields {
    private var values: [(key: Substring.UTF8View, value: Substring.UTF8View)] = []

    /// Nil where the bytes are no such row.
    init?(_ bytes: [UInt8]) {
        guard bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}") else { return nil }
        let inner = String(decoding: bytes[1..<bytes.count - 1], as: UTF8.self)
        for member in inner.utf8.split(separator: UInt8(ascii: ",")) {
            guard let colon = member.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            values.append((member[..<colon].trimmed, member[member.index(after: colon)...].trimmed))
        }
    }

    func number(_ key: StaticString) -> Int64? { self[key].flatMap { Int64(Substring($0)) } }
    func text(_ key: StaticString) -> String? { self[key].map { String(Substring($0)) } }
    func hex(_ key: StaticString) -> [UInt8]? { text(key).flatMap([UInt8].init(hex:)) }

    private subscript(key: StaticString) -> Substring.UTF8View? {
        key.withUTF8Buffer { wanted in values.first { $0.key.elementsEqual(wanted) }?.value }
    }
}

extension Substring.UTF8View {
    /// Without quotation marks around it.
    fileprivate var trimmed: Substring.UTF8View {
        guard count >= 2, first == UInt8(ascii: "\""), last == UInt8(ascii: "\"") else { return self }
        return dropFirst().dropLast()
    }
}

extension [UInt8] {
    /// From lower-case hex; nil for anything else.
    init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        self = []
        reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else { return nil }
            append(high << 4 | low)
        }
    }
    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 97...102: digit - 87
        default: nil
        }
    }
}
