// SPDX-License-Identifier: Apache-2.0
//
// LineReader: a file of the queue, read piece by piece (DESIGN D14): by `read`, never mmap, in memory that does not grow
// with the file. Digests all that it reads on the way. Used by one task at a time.

import Cryptography
import Foundation

struct LineReader: ~Copyable {
    enum Line {
        /// Without its line break; more than white space.
        case record([UInt8], number: Int)
        /// Longer than a record may be; skipped.
        case tooLong(number: Int)
    }

    private let file: OpenFile
    private let longestRecord: Int
    private let buffer: ReadBuffer
    private let piece: Int
    private var digest = SHA256Digest()
    private let mostBytes: Int64
    private var bytesRead: Int64 = 0
    private var reachedEnd = false
    /// Whether reading ended before the file did: its writer goes on and on.
    private(set) var wasCutOff = false
    /// Bytes given out or skipped so far, line breaks included.
    private(set) var offset: Int64 = 0
    /// Lines given out or skipped so far, blank ones included.
    private(set) var line = 0

    /// - Parameter mostBytes: where a file that grows while it is read is taken to end.
    init(_ file: OpenFile, longestRecord: Int, mostBytes: Int64 = 1 << 30) {
        (self.file, self.longestRecord, self.mostBytes) = (file, longestRecord, max(mostBytes, file.bytes))
        // One byte more than a small file has, so that one read finds its end, too.
        piece = min(1 << 20, max(4096, Int(clamping: file.bytes) + 1))
        buffer = ReadBuffer(capacity: piece)
    }

    /// Whether everything has been given out. True only after a read has found the end.
    var isAtEnd: Bool { reachedEnd && buffer.count == 0 }

    /// Reads on to a place where an earlier reader stopped; the bytes on the way are digested only.
    mutating func skip(to target: Int64, line: Int) throws(Unreadable) {
        while offset < target, try !needMore() {
            let step = Int(min(Int64(buffer.count), target - offset))
            buffer.drop(step)
            offset += Int64(step)
        }
        self.line = line
    }

    /// The next line that is not blank, nil at the end.
    mutating func next() throws(Unreadable) -> Line? {
        while let length = try endOfLine() {
            switch length {
            case .at(let length):
                defer { pass(length) }
                if length > longestRecord { return .tooLong(number: line + 1) }
                if let record = Self.trimmed(buffer.bytes[..<length]) { return .record(record, number: line + 1) }
            case .tooFar:
                try skipLongLine()
                return .tooLong(number: line)
            }
        }
        return nil
    }

    /// All the rest as one record; nil where it is blank.
    mutating func rest() throws(Unreadable) -> Line? {
        var whole: [UInt8] = []
        while try !needMore() {
            if whole.count <= longestRecord { whole += buffer.bytes }
            offset += Int64(buffer.count)
            buffer.drop(buffer.count)
        }
        line += 1
        if whole.count > longestRecord { return .tooLong(number: line) }
        return whole.allSatisfy(Self.isBlank) ? nil : .record(whole, number: line)
    }

    /// Looks whether the file ends here, so that the last line is known to be the last.
    mutating func lookAhead() throws(Unreadable) { _ = try needMore() }

    /// The digest of the whole file, 32 bytes.
    consuming func sha256() -> [UInt8] { digest.finish() }

    // MARK: Inside

    private enum LineEnd {
        /// So many bytes before the line break, or before the end of the file.
        case at(Int)
        /// Not within what a record may have.
        case tooFar
    }

    /// Where the line ends that begins the unread bytes; nil where there are none left.
    private mutating func endOfLine() throws(Unreadable) -> LineEnd? {
        var searched = 0
        while true {
            if let length = lineBreak(from: searched) { return .at(length) }
            searched = buffer.count
            if searched > longestRecord { return .tooFar }
            if try !fill() { return buffer.count == 0 ? nil : .at(buffer.count) }
        }
    }

    /// Goes behind a line of that length and its line break, if it has one.
    private mutating func pass(_ length: Int) {
        let step = min(length + 1, buffer.count)
        buffer.drop(step)
        offset += Int64(step)
        line += 1
    }

    /// Forgets bytes until a line break has passed, or the file ends.
    private mutating func skipLongLine() throws(Unreadable) {
        while true {
            offset += Int64(buffer.count)
            buffer.drop(buffer.count)
            let hasMore = try fill()
            if let length = lineBreak(from: 0) { return pass(length) }
            if !hasMore { return pass(0) }
        }
    }

    private func lineBreak(from index: Int) -> Int? {
        let bytes = buffer.bytes
        guard index < bytes.count, let base = bytes.baseAddress else { return nil }
        return memchr(base + index, 0x0A, bytes.count - index).map { base.distance(to: $0) }
    }

    private static func trimmed(_ line: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
        let bytes = UnsafeRawBufferPointer(rebasing: line)
        var (low, high) = (0, bytes.count)
        while low < high, isBlank(bytes[low]) { low += 1 }
        while high > low, isBlank(bytes[high - 1]) { high -= 1 }
        return low == high ? nil : [UInt8](UnsafeRawBufferPointer(rebasing: bytes[low..<high]))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

    /// Makes sure that there are unread bytes; true where there are none left.
    private mutating func needMore() throws(Unreadable) -> Bool {
        if buffer.count > 0 { return false }
        return try !fill()
    }

    /// Reads on; false at the end of the file.
    private mutating func fill() throws(Unreadable) -> Bool {
        if reachedEnd { return false }
        wasCutOff = bytesRead > mostBytes
        if wasCutOff {
            reachedEnd = true
            return false
        }
        let fresh = try buffer.fill(from: file, piece: piece)
        digest.update(fresh)
        bytesRead += Int64(fresh.count)
        reachedEnd = fresh.isEmpty
        return !reachedEnd
    }
}
