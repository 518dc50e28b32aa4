// SPDX-License-Identifier: Apache-2.0

/// Line ends as mail has them: CRLF and nothing else. CRLF, a bare LF and a bare CR each count as one line end.
enum LineEnds {
    /// Whether the lines can go as they are: 78 octets at most, no space before a line's end, no `From ` that a mailbox
    /// file would break at, no `=_` that could pass for a boundary.
    ///
    /// - Precondition: ASCII without controls but TAB, CR and LF.
    static func suitSevenBit(_ source: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 0
        while start < source.count {
            let end = lineEnd(source, from: start)
            let line = UnsafeBufferPointer(rebasing: source[start..<end])
            if line.count > 78 || line.last == UInt8(ascii: " ") || line.last == 0x09 || isFromLine(line, 0) {
                return false
            }
            for index in line.indices.dropLast() where line[index] == UInt8(ascii: "=") {
                if line[index + 1] == UInt8(ascii: "_") { return false }
            }
            start = end + breakLength(source, at: end)
        }
        return true
    }

    static func write(_ source: UnsafeBufferPointer<UInt8>, into out: inout ByteWriter) {
        var start = 0
        while start < source.count, let base = source.baseAddress {
            let end = lineEnd(source, from: start)
            out.write(base + start, count: end - start)
            if end < source.count { out.lineEnd() }
            start = end + breakLength(source, at: end)
        }
    }

    static func canonical(_ source: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        guard source.count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: source.count * 2) { buffer, count in
            var out = ByteWriter(buffer)
            write(source, into: &out)
            count = out.count
        }
    }

    /// Whether `From ` stands there.
    @inline(__always)
    static func isFromLine(_ source: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        index + 5 <= source.count && source[index] == UInt8(ascii: "F") && source[index + 1] == UInt8(ascii: "r")
            && source[index + 2] == UInt8(ascii: "o") && source[index + 3] == UInt8(ascii: "m")
            && source[index + 4] == UInt8(ascii: " ")
    }

    /// 2 for CRLF, 1 for a bare LF or CR, 0 at the end.
    @inline(__always)
    static func breakLength(_ source: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        guard index < source.count else { return 0 }
        return source[index] == 0x0D && index + 1 < source.count && source[index + 1] == 0x0A ? 2 : 1
    }

    private static func lineEnd(_ source: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        while index < source.count, source[index] != 0x0A, source[index] != 0x0D { index += 1 }
        return index
    }
}
