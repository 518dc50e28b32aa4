// SPDX-License-Identifier: Apache-2.0
//
// ListFile: the bytes of somebody else's list, in pieces, so that memory does not grow with the file.
//
// Read twice from one descriptor: what was checked is what is written, or it is found out. Used by one task at a time.

import Cryptography
import Foundation

final class ListFile {
    /// As it was named.
    let path: String
    let bytes: Int64
    /// What has been read and not yet used.
    private(set) var buffer: [UInt8] = []
    private(set) var start = 0
    private(set) var isAtEnd = false
    /// Bytes used since the start.
    private(set) var offset: Int64 = 0
    private let descriptor: Int32
    private var digest = SHA256Digest()
    private static let piece = 1 << 20

    init(_ path: String) throws(CommandFailure) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("cannot open the list", path, otherwise: .badData) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw CommandFailure(
                .badData, "is no regular file", at: path, advice: "a list is read twice: save it to a file first")
        }
        (self.path, bytes) = (path, Int64(status.st_size))
    }

    deinit { close(descriptor) }

    var unread: ArraySlice<UInt8> { buffer[start...] }
    var isUsedUp: Bool { isAtEnd && start == buffer.count }
    /// 0 to 100.
    var percent: Int { bytes == 0 ? 100 : Int(offset * 100 / max(bytes, 1)) }

    /// Marks so many bytes as used.
    func drop(_ count: Int) {
        start += count
        offset += Int64(count)
    }

    /// Reads on; false at the end of the file.
    @discardableResult
    func more() throws(CommandFailure) -> Bool {
        guard !isAtEnd else { return false }
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        let held = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.piece))
        var count = -1
        repeat {
            count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + held, Self.piece) }
        } while count < 0 && errno == EINTR
        let failure = errno
        buffer.removeLast(Self.piece - max(count, 0))
        guard count >= 0 else { throw .system("the list cannot be read on", path, errno: failure) }
        isAtEnd = count == 0
        buffer.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[held...])) }
        return !isAtEnd
    }

    /// The SHA-256 of all of it, and back to the start.
    func rewind() throws(CommandFailure) -> String {
        repeat { drop(buffer.count - start) } while try more()
        var finished = SHA256Digest()
        swap(&finished, &digest)
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw .system("the list cannot be read again", path) }
        (buffer, start, isAtEnd, offset) = ([], 0, false, 0)
        return finished.finish().hex
    }

    /// What the file begins with; skips a UTF-8 byte order mark.
    ///
    /// - Throws: exit 65 for what is no text in UTF-8 at all.
    func begin() throws(CommandFailure) -> ArraySlice<UInt8> {
        try more()
        for (mark, what, advice) in Self.foreign where buffer.starts(with: mark) {
            throw CommandFailure(.badData, "the list is \(what)", at: path, advice: advice)
        }
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { drop(3) }
        return unread
    }

    private static let foreign: [([UInt8], String, String)] = [
        ([0xFF, 0xFE], "in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8"),
        ([0xFE, 0xFF], "in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8"),
        ([0x1F, 0x8B], "compressed", "unpack it: gunzip"),
        ([0x50, 0x4B, 0x03, 0x04], "a spreadsheet or a zip archive", "unpack it, or save it as CSV in UTF-8"),
    ]
}
