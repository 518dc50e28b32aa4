// SPDX-License-Identifier: Apache-2.0
//
// A message's bytes on their way to the wire: the one pass over all of them, so it works on memory, not on elements.

import Glibc

enum DotStuffing {
    /// Appends the content as DATA wants it: each line that begins with a dot gets another (RFC 5321 section 4.5.2), and
    /// the last line ends in CRLF. The final dot is not among it.
    static func write(_ content: [UInt8], into bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + content.count + content.count / 64 + 512)
        content.withUnsafeBytes { content in
            guard let base = content.baseAddress, content.count > 0 else { return }
            var written = 0
            var searched = 0
            while let found = memchr(base + searched, 0x2E, content.count - searched) {
                let at = UnsafeRawPointer(found) - base
                if at == 0 || content[at - 1] == 0x0A {
                    bytes.append(contentsOf: content[written...at])
                    written = at
                }
                searched = at + 1
            }
            bytes.append(contentsOf: content[written...])
        }
        if !content.isEmpty, content.last != 0x0A { bytes += "\r\n".utf8 }
    }
}

enum EightBit {
    /// Whether any octet has its high bit set.
    static func isFound(in content: [UInt8]) -> Bool {
        content.withUnsafeBytes { bytes in
            var index = 0
            var seen: UInt64 = 0
            while index + 8 <= bytes.count {
                seen |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                index += 8
            }
            while index < bytes.count {
                seen |= UInt64(bytes[index])
                index += 1
            }
            return seen & 0x8080_8080_8080_8080 != 0
        }
    }
}
