// SPDX-License-Identifier: Apache-2.0
//
// SortedSpool: any number of small records out of memory and back in the order of their sort key.
//
// Records go into one of 256 nameless files by the first bits of the key; each is then sorted by itself. The files are
// gone with the process, however it ends: what is suppressed never lies about.
// Owner: one task at a time.

import Foundation
import GatewayModel

final class SortedSpool {
    static let parts = 256
    private static let bufferBytes = 32 << 10
    private var files: [Int32] = []
    private var buffers: [[UInt8]]
    private(set) var count = 0

    struct Record {
        /// Sorted by: 63 bits, not negative.
        var order: Int64
        var bytes: ArraySlice<UInt8>
    }

    /// - Parameter directory: on the disk that has room for them.
    init(in directory: String) throws(SystemFailure) {
        buffers = Array(repeating: [], count: Self.parts)
        for _ in 0..<Self.parts {
            let file = open(directory, O_RDWR | __O_TMPFILE | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw SystemFailure("open a nameless file in", directory) }
            files.append(file)
        }
    }

    deinit { for file in files { close(file) } }

    func add(_ order: Int64, _ bytes: [UInt8]) throws(SystemFailure) {
        let part = Int(order >> 55)
        withUnsafeBytes(of: order) { buffers[part].append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(bytes.count)) { buffers[part].append(contentsOf: $0) }
        buffers[part] += bytes
        count += 1
        if buffers[part].count >= Self.bufferBytes { try flush(part) }
    }

    private func flush(_ part: Int) throws(SystemFailure) {
        var done = 0
        while done < buffers[part].count {
            let written = buffers[part].withUnsafeBytes { bytes in
                write(files[part], bytes.baseAddress! + done, bytes.count - done)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw SystemFailure("write", "a nameless file") }
            done += written
        }
        buffers[part].removeAll(keepingCapacity: true)
    }

    /// All records of a part, in order. The parts are in order, too.
    func part(_ part: Int) throws(SystemFailure) -> [Record] {
        try flush(part)
        buffers[part] = []
        let size = lseek(files[part], 0, SEEK_END)
        guard size >= 0 else { throw SystemFailure("lseek", "a nameless file") }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                pread(files[part], $0.baseAddress! + done, $0.count - done, off_t(done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemFailure("read", "a nameless file") }
            done += count
        }
        return Self.records(in: bytes).sorted { $0.order < $1.order }
    }

    private static func records(in bytes: [UInt8]) -> [Record] {
        var records: [Record] = []
        var at = 0
        bytes.withUnsafeBytes { raw in
            while at + 12 <= raw.count {
                let order = raw.loadUnaligned(fromByteOffset: at, as: Int64.self)
                let length = Int(raw.loadUnaligned(fromByteOffset: at + 8, as: UInt32.self))
                records.append(Record(order: order, bytes: bytes[at + 12..<at + 12 + length]))
                at += 12 + length
            }
        }
        return records
    }
}
