// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads the text of a message between 354 and the lone dot (RFC 5321 section 4.5.2), dots unstuffed.
///
/// Only CRLF ends a line and only CRLF `.` CRLF ends the text: what passes a bare LF off as either is smuggling, and is
/// refused when the true end has come.
struct DataReader {
    /// What is wrong with the text; the first of these gives the answer.
    enum Flaw { case bareLineFeed, bareCarriageReturn, longLine, tooBig }

    private(set) var content: [UInt8] = []
    private(set) var flaw: Flaw?
    private let maxBytes: Int
    /// Whether the line before ended in CRLF: else its LF cannot begin an end of data.
    private var isBehindCRLF = true
    private static let longestLine = 998

    init(maxBytes: Int, expecting size: Int) {
        self.maxBytes = maxBytes
        content.reserveCapacity(min(size, 1 << 20) + 64)
    }

    /// Takes whole lines from `index` on.
    ///
    /// - Returns: whether the end of data was among them. `index` is set behind what was taken.
    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        var kept = index
        while index < bytes.count, let found = memchr(base + index, 0x0A, bytes.count - index) {
            let next = UnsafeRawPointer(base).distance(to: found) + 1
            let length = next - index
            if length == 3, isBehindCRLF, bytes[index] == UInt8(ascii: "."), bytes[index + 1] == 0x0D {
                keep(base, kept..<index)
                index = next
                return true
            }
            check(base + index, length)
            if bytes[index] == UInt8(ascii: ".") {
                keep(base, kept..<index)
                kept = index + 1
            }
            index = next
        }
        keep(base, kept..<index)
        return false
    }

    private mutating func check(_ line: UnsafePointer<UInt8>, _ length: Int) {
        isBehindCRLF = length >= 2 && line[length - 2] == 0x0D
        guard isBehindCRLF else {
            flaw = flaw ?? .bareLineFeed
            return
        }
        if memchr(line, 0x0D, length - 2) != nil { flaw = flaw ?? .bareCarriageReturn }
        if length - 2 > Self.longestLine + 1 { flaw = flaw ?? .longLine }
    }

    private mutating func keep(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        if content.count + range.count > maxBytes {
            flaw = .tooBig
            content.removeAll()
        } else if flaw != .tooBig {
            content.append(contentsOf: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
        }
    }
}

extension DataReader.Flaw {
    var reply: SinkReply {
        switch self {
        case .bareLineFeed: SinkReply(554, "5.5.2", "Bare <LF> in message")
        case .bareCarriageReturn: SinkReply(554, "5.5.2", "Bare <CR> in message")
        case .longLine: SinkReply(554, "5.6.0", "Line longer than 998 octets")
        case .tooBig: .tooBig
        }
    }
}
