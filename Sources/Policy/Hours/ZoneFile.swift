// SPDX-License-Identifier: Apache-2.0
//
// ZoneFile: reads a compiled zone (TZif, RFC 8536), versions 1 to 4.

/// Pure; whatever does not add up gives nil, so that a damaged file is an unknown zone and never a wrong time.
enum ZoneFile {
    /// Rules are followed to the end of this year.
    static let lastYear = 2100

    /// All changes of offset in the file and, by its footer, until `lastYear`.
    static func offsets(_ bytes: [UInt8]) -> OffsetChanges? {
        var reader = BigEndianReader(bytes)
        guard let old = Header(&reader) else { return nil }
        guard old.version >= 2 else { return block(old, timeSize: 4, &reader).map { OffsetChanges($0) } }
        guard reader.skip(old.size(timeSize: 4)), let new = Header(&reader),
            let block = block(new, timeSize: 8, &reader), let footer = reader.footer()
        else { return nil }
        if footer.isEmpty { return OffsetChanges(block) }
        guard let rule = ZoneRule(footer) else { return nil }
        return OffsetChanges(block, then: rule)
    }

    /// RFC 8536 section 3.1.
    private struct Header {
        var version: Int
        var utcMarks: Int, standardMarks: Int, leaps: Int, times: Int, types: Int, letters: Int

        init?(_ reader: inout BigEndianReader) {
            guard reader.take(Array("TZif".utf8)), let mark = reader.byte(), reader.skip(15),
                let utcMarks = reader.count(), let standardMarks = reader.count(), let leaps = reader.count(),
                let times = reader.count(), let types = reader.count(), let letters = reader.count(), types > 0
            else { return nil }
            version = mark == 0 ? 1 : Int(mark) - Int(UInt8(ascii: "0"))
            (self.utcMarks, self.standardMarks, self.leaps) = (utcMarks, standardMarks, leaps)
            (self.times, self.types, self.letters) = (times, types, letters)
        }

        func size(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + letters + leaps * (timeSize + 4) + standardMarks + utcMarks
        }
    }

    struct Block {
        /// What holds before the first change.
        var first: Int32
        var changes: [(second: Int64, offset: Int32)]
    }

    /// RFC 8536 section 3.2. Zones that count leap seconds are refused: POSIX time has none.
    private static func block(_ header: Header, timeSize: Int, _ reader: inout BigEndianReader) -> Block? {
        guard header.leaps == 0, header.size(timeSize: timeSize) <= reader.left else { return nil }
        let times = (0..<header.times).compactMap { _ in reader.integer(timeSize) }
        let indices = (0..<header.times).compactMap { _ in reader.byte() }
        let offsets = (0..<header.types).compactMap { _ in
            let offset = reader.integer(4)
            _ = reader.skip(2)
            return offset
        }
        guard reader.skip(header.letters + header.standardMarks + header.utcMarks),
            offsets.allSatisfy({ abs($0) < OffsetChanges.widest }), indices.allSatisfy({ $0 < offsets.count }),
            zip(times, times.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        let changes = zip(times, indices).map { ($0, Int32(offsets[Int($1)])) }
        return Block(first: Int32(offsets[0]), changes: changes)
    }
}

extension OffsetChanges {
    convenience init(_ block: ZoneFile.Block) { self.init(first: block.first, changes: block.changes) }

    /// The rule holds after the last change of the block.
    convenience init(_ block: ZoneFile.Block, then rule: ZoneRule) {
        let last = block.changes.last?.second ?? Int64.min
        let foretold = rule.changes(after: last, through: ZoneFile.lastYear)
        self.init(first: block.first, changes: block.changes + foretold)
    }
}

private struct BigEndianReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var left: Int { rest.count }

    mutating func take(_ expected: [UInt8]) -> Bool {
        guard rest.starts(with: expected) else { return false }
        return skip(expected.count)
    }
    mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, rest.count >= count else { return false }
        rest.removeFirst(count)
        return true
    }
    mutating func byte() -> UInt8? { rest.popFirst() }

    /// A count that some file of sane size could have.
    mutating func count() -> Int? {
        guard let value = integer(4), (0...65_536).contains(value) else { return nil }
        return Int(value)
    }
    /// Two's complement in 4 or 8 bytes.
    mutating func integer(_ size: Int) -> Int64? {
        guard rest.count >= size else { return nil }
        var value: UInt64 = 0
        for byte in rest.prefix(size) { value = value << 8 | UInt64(byte) }
        rest.removeFirst(size)
        return size == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }
    /// What stands between two line feeds, RFC 8536 section 3.3.
    mutating func footer() -> [UInt8]? {
        guard take([UInt8(ascii: "\n")]), let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        return Array(rest[..<end])
    }
}
