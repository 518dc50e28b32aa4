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
    private var buffer: [UInt8] = []
    /// Where in the buffer the unread bytes begin.
    private var start = 0
    private var digest = SHA256Digest()
    private var reachedEnd = false
    /// Bytes given out or skipped so far, line breaks included.
    private(set) var offset: Int64 = 0
    /// Lines given out or skipped so far, blank ones included.
    private(set) var line = 0

    private static let piece = 1 << 20

    init(_ file: OpenFile, longestRecord: Int) { (self.file, self.longestRecord) = (file, longestRecord) }

    /// Whether everything has been given out. True only after a read has found the end.
    var isAtEnd: Bool { reachedEnd && start == buffer.count }

    /// Reads on to a place where an earlier reader stopped; the bytes on the way are digested only.
    mutating func skip(to target: Int64, line: Int) throws(Unreadable) {
        while offset < target, try !needMore() {
            let step = min(Int64(buffer.count - start), target - offset)
            start += Int(step)
            offset += step
        }
        self.line = line
    }

    /// The next line that is not blank, nil at the end.
    mutating func next() throws(Unreadable) -> Line? {
        while true {
            guard let range = try nextLine() else { return nil }
            switch range {
            case .long: return .tooLong(number: line)
            case .range(let range):
                if let record = record(in: range) { return .record(record, number: line) }
            }
        }
    }

    /// All the rest as one record; nil where it is blank.
    mutating func rest() throws(Unreadable) -> Line? {
        line += 1
        var whole: [UInt8] = []
        while try !needMore() {
            if whole.count <= longestRecord { whole += buffer[start...] }
            offset += Int64(buffer.count - start)
            start = buffer.count
        }
        if whole.count > longestRecord { return .tooLong(number: line) }
        return whole.allSatisfy(Self.isBlank) ? nil : .record(whole, number: line)
    }

    /// Looks whether the file ends here, so that the last line is known to be the last.
    mutating func lookAhead() throws(Unreadable) { _ = try needMore() }

    /// The digest of the whole file, 32 bytes.
    consuming func sha256() -> [UInt8] { digest.finish() }

    // MARK: Inside

    private enum Found {
        case range(Range<Int>)
        case long
    }

    /// Goes behind the next line; its range in the buffer, without the line break.
    private mutating func nextLine() throws(Unreadable) -> Found? {
        var searched = 0
        while true {
            if let end = lineBreak(from: start + searched) {
                let found = start..<end
                advance(to: end + 1)
                return found.count > longestRecord ? .long : .range(found)
            }
            searched = buffer.count - start
            if searched > longestRecord {
                try skipLongLine()
                return .long
            }
            if try !fill() {
                guard start < buffer.count else { return nil }
                let found = start..<buffer.count
                advance(to: buffer.count)
                return .range(found)
            }
        }
    }

    private mutating func advance(to index: Int) {
        offset += Int64(index - start)
        start = index
        line += 1
    }

    /// Forgets bytes until a line break has passed, or the file ends.
    private mutating func skipLongLine() throws(Unreadable) {
        while true {
            offset += Int64(buffer.count - start)
            start = buffer.count
            let hasMore = try fill()
            if let end = lineBreak(from: start) { return advance(to: end + 1) }
            if !hasMore {
                line += 1
                return
            }
        }
    }

    private func lineBreak(from index: Int) -> Int? {
        guard index < buffer.count else { return nil }
        return buffer.withUnsafeBytes { bytes in
            memchr(bytes.baseAddress! + index, 0x0A, bytes.count - index).map { bytes.baseAddress!.distance(to: $0) }
        }
    }

    private func record(in range: Range<Int>) -> [UInt8]? {
        buffer.withUnsafeBufferPointer { bytes in
            var (low, high) = (range.lowerBound, range.upperBound)
            while low < high, Self.isBlank(bytes[low]) { low += 1 }
            while high > low, Self.isBlank(bytes[high - 1]) { high -= 1 }
            return low == high ? nil : Array(bytes[low..<high])
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

    /// Makes sure that unread bytes lie in the buffer; true where there are none left.
    private mutating func needMore() throws(Unreadable) -> Bool {
        if start < buffer.count { return false }
        return try !fill()
    }

    /// Reads one piece behind the unread bytes; false at the end of the file.
    private mutating func fill() throws(Unreadable) -> Bool {
        if reachedEnd { return false }
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        let held = buffer.count
        let room = min(Self.piece, max(4096, Int(clamping: file.bytes) + 1))
        buffer.append(contentsOf: repeatElement(0, count: room))
        var count = 0
        do throws(Unreadable) {
            count = try file.read(into: &buffer, at: held)
        } catch {
            buffer.removeSubrange(held...)
            throw error
        }
        buffer.removeSubrange((held + count)...)
        buffer.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[held...])) }
        reachedEnd = count == 0
        return count > 0
    }
}

extension OpenFile {
    fileprivate func read(into buffer: inout [UInt8], at index: Int) throws(Unreadable) -> Int {
        let count = buffer.count - index
        return try buffer.withUnsafeMutableBufferPointer { (bytes) throws(Unreadable) -> Int in
            try read(into: UnsafeMutableRawBufferPointer(start: bytes.baseAddress! + index, count: count))
        }
    }
}
