// SPDX-License-Identifier: Apache-2.0

/// Quoted-printable (RFC 2045 section 6.7) for text.
///
/// Lines are broken softly at 76 columns, never inside a scalar. Spaces before a line's end are escaped, and so are a dot
/// and the `F` of `From ` at a line's start, which others on the way would touch.
enum QuotedPrintable {
    private static let limit = 75  // and the `=` of a soft break

    static func encode(_ source: UnsafeBufferPointer<UInt8>, into out: inout ByteWriter) {
        guard let base = source.baseAddress else { return }
        classes.withUnsafeBufferPointer { classes in
            var column = 0
            var index = 0
            while index < source.count {
                switch classes[Int(source[index])] {
                case .literal:
                    if column == 0, needsEscapeAtStart(source, index) {
                        out.escape(source[index])
                        (index, column) = (index + 1, 3)
                        continue
                    }
                    let end = min(source.count, index + limit - column)
                    var next = index
                    while next < end, classes[Int(source[next])] == .literal { next += 1 }
                    if next == index {
                        softBreak(&out, &column)
                        continue
                    }
                    out.write(base + index, count: next - index)
                    column += next - index
                    index = next
                case .lineEnd:
                    escapeLastSpace(&out, column)
                    out.lineEnd()
                    column = 0
                    index += LineEnds.breakLength(source, at: index)
                case .escaped:
                    let next = scalarEnd(source, index)
                    if column + 3 * (next - index) > limit { softBreak(&out, &column) }
                    for place in index..<next { out.escape(source[place]) }
                    column += 3 * (next - index)
                    index = next
                }
            }
            escapeLastSpace(&out, column)
        }
    }

    private enum ByteClass: UInt8 { case literal, escaped, lineEnd }

    private static let classes: [ByteClass] = (0..<256).map { byte in
        switch byte {
        case 0x0A, 0x0D: .lineEnd
        case 0x09, 0x20...0x3C, 0x3E...0x7E: .literal
        default: .escaped
        }
    }

    @inline(__always)
    private static func needsEscapeAtStart(_ source: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        source[index] == UInt8(ascii: ".") || LineEnds.isFromLine(source, index)
    }

    private static func softBreak(_ out: inout ByteWriter, _ column: inout Int) {
        out.write("=\r\n")
        column = 0
    }

    /// A space or tab that would stand last on its line.
    private static func escapeLastSpace(_ out: inout ByteWriter, _ column: Int) {
        guard column > 0, let last = out.last, last == UInt8(ascii: " ") || last == 0x09 else { return }
        out.unwrite()
        if column + 2 > limit + 1 { out.write("=\r\n") }
        out.escape(last)
    }

    /// One byte, or the bytes of one scalar beyond ASCII.
    @inline(__always)
    private static func scalarEnd(_ source: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        var end = index + 1
        guard source[index] >= 0xC0 else { return end }
        while end < source.count, end - index < 4, source[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }
}
