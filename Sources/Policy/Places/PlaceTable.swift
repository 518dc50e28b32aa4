// SPDX-License-Identifier: Apache-2.0
//
// PlaceTable: where a telephone number is from, by its longest known prefix.
//
// Numbers move with people: a prefix says where a number was given out. Prepared once from `places/phones.csv`; a
// look-up walks one sorted table and allocates nothing. Immutable; any thread.

import GatewayModel
import Shipped

/// Where numbers with one prefix are given out.
public struct PhonePlace: Hashable, Sendable {
    /// Digits after the `+`.
    public var prefix: String
    /// ISO 3166-1 alpha-2; at least one.
    public var countries: [String]
    /// ISO 3166-2; those of the countries that are not named further are meant as a whole.
    public var regions: [String]
    /// IANA names; empty: all zones of the countries.
    public var zones: [String]
}

/// Telephone prefixes and their places.
public struct PlaceTable: Sendable {
    /// Of the tables it was made from, as `phonenumbers 9.0.43`.
    public let version: String
    /// When it was made.
    public let date: String
    private let keys: [Key]
    private let places: [PhonePlace]

    /// A prefix as a number, so that prefixes are compared in one step.
    private struct Key: Comparable {
        /// Its digits, then zeros to fifteen.
        var digits: UInt64
        var length: UInt8
        static func < (a: Key, b: Key) -> Bool { (a.digits, a.length) < (b.digits, b.length) }
    }

    /// The table in the binary.
    public static let shipped = PlaceTable(ShippedFile.named("places/phones.csv")?.text ?? "")

    /// Lines `prefix,countries,regions,zones`, the lists parted by blanks; comments begin with `#` and may name the
    /// version and the date.
    init(_ text: String) {
        let file = PlaceFile(text)
        (version, date) = (file.remark("version") ?? "unknown", file.remark("date") ?? "unknown")
        let rows = file.rows.filter { $0.count == 4 }.map { row in
            PhonePlace(
                prefix: row[0], countries: PlaceFile.list(row[1]), regions: PlaceFile.list(row[2]),
                zones: PlaceFile.list(row[3]))
        }
        let sorted = rows.map { (Self.key($0.prefix.utf8), $0) }.sorted { $0.0 < $1.0 }
        (keys, places) = (sorted.map(\.0), sorted.map(\.1))
    }

    public var count: Int { places.count }
    /// Every row, in order of prefix.
    public var rows: [PhonePlace] { places }

    /// The place of the longest prefix; nil for a number of no known country. `e164` begins with `+`.
    public func phone(_ e164: String) -> PhonePlace? {
        var number = e164
        let whole = number.withUTF8 { Self.key($0.dropFirst()) }
        for length in stride(from: min(whole.length, Self.longest), through: 1, by: -1) {
            let unit = Self.powers[Self.width - Int(length)]
            if let found = find(Key(digits: whole.digits / unit * unit, length: length)) { return places[found] }
        }
        return nil
    }

    private func find(_ key: Key) -> Int? {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low < keys.count && keys[low] == key ? low : nil
    }

    /// E.164 has at most fifteen digits.
    private static let width = 15
    /// No prefix of ours is longer.
    private static let longest: UInt8 = 9
    private static let powers: [UInt64] = (0...width).map { (0..<$0).reduce(1) { power, _ in power * 10 } }

    private static func key(_ text: some Sequence<UInt8>) -> Key {
        var key = Key(digits: 0, length: 0)
        for byte in text.prefix(width) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { break }
            key.digits = key.digits * 10 + UInt64(byte - UInt8(ascii: "0"))
            key.length += 1
        }
        key.digits *= powers[width - Int(key.length)]
        return key
    }
}
