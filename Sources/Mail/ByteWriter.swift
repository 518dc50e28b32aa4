// SPDX-License-Identifier: Apache-2.0

/// Writes into memory whose size was reckoned beforehand. Passing its end is a bug and traps.
struct ByteWriter: ~Copyable {
    private let base: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        guard let base = buffer.baseAddress else { preconditionFailure("nothing to write into") }
        (self.base, capacity) = (base, buffer.count)
    }

    @inline(__always)
    mutating func write(_ byte: UInt8) {
        precondition(count < capacity)
        base[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func write(_ source: UnsafePointer<UInt8>, count length: Int) {
        precondition(length <= capacity - count)
        (base + count).update(from: source, count: length)
        count += length
    }

    mutating func write(_ text: StaticString) { write(text.utf8Start, count: text.utf8CodeUnitCount) }

    mutating func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { if let start = $0.baseAddress { write(start, count: $0.count) } }
    }

    @inline(__always)
    mutating func lineEnd() {
        write(0x0D)
        write(0x0A)
    }

    /// `=XX`.
    @inline(__always)
    mutating func escape(_ byte: UInt8) {
        write(UInt8(ascii: "="))
        write(upperHex(byte >> 4))
        write(upperHex(byte & 15))
    }

    /// The last byte written; nil at the start.
    var last: UInt8? { count > 0 ? base[count - 1] : nil }

    /// Takes the last byte back.
    mutating func unwrite() { count -= 1 }
}
