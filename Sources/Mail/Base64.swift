// SPDX-License-Identifier: Apache-2.0

/// RFC 4648 section 4, and RFC 2045 section 6.8 where lines are wanted.
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Appends with padding, on one line.
    static func append(_ piece: ArraySlice<UInt8>, to out: inout [UInt8]) {
        var rest = piece
        while !rest.isEmpty {
            let group = rest.prefix(3)
            var bits = 0
            for byte in group { bits = bits << 8 | Int(byte) }
            bits <<= 8 * (3 - group.count)
            for place in 0..<4 {
                out.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
            rest = rest.dropFirst(3)
        }
    }

    /// What `encodeLines` needs for that many bytes.
    static func lineCapacity(_ count: Int) -> Int { (count / 57 + 1) * 78 }

    /// Lines of 76 characters, 57 bytes each, every line with its CRLF but the last.
    static func encodeLines(_ source: UnsafeBufferPointer<UInt8>, into out: inout ByteWriter) {
        digits.withUnsafeBufferPointer { digits in
            var index = 0
            while index < source.count {
                if index > 0, index % 57 == 0 { out.lineEnd() }
                let left = source.count - index
                let bits =
                    Int(source[index]) << 16 | (left > 1 ? Int(source[index + 1]) << 8 : 0)
                    | (left > 2 ? Int(source[index + 2]) : 0)
                out.write(digits[bits >> 18])
                out.write(digits[bits >> 12 & 63])
                out.write(left > 1 ? digits[bits >> 6 & 63] : UInt8(ascii: "="))
                out.write(left > 2 ? digits[bits & 63] : UInt8(ascii: "="))
                index += 3
            }
        }
    }
}
