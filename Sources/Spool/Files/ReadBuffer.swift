// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Bytes read and not yet used. Memory grows with the longest line that is held, never with the file. Used by one task
/// at a time.
final class ReadBuffer {
    private var memory: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0

    init(capacity: Int) { memory = .allocate(byteCount: capacity, alignment: 16) }
    deinit { memory.deallocate() }

    var count: Int { end - start }
    /// Valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[start..<end]) }

    func drop(_ count: Int) { start += count }

    /// Reads what there is room for, at most `piece` bytes, behind the others.
    /// - Returns: what was read; empty at the end of the file.
    func fill(from file: OpenFile, piece: Int) throws(Unreadable) -> UnsafeRawBufferPointer {
        makeRoom(piece)
        let room = UnsafeMutableRawBufferPointer(rebasing: memory[end..<min(memory.count, end + piece)])
        let count = try file.read(into: room)
        end += count
        return UnsafeRawBufferPointer(rebasing: room[..<count])
    }

    /// At least half a piece: the unread bytes move to the front, and where that is not enough, into more memory.
    private func makeRoom(_ piece: Int) {
        if memory.count - end >= piece / 2 { return }
        if start > 0 {
            memory.baseAddress!.copyMemory(from: memory.baseAddress! + start, byteCount: count)
            (start, end) = (0, count)
        }
        guard memory.count - end < piece / 2 else { return }
        let bigger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(memory.count * 2, end + piece), alignment: 16)
        bigger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<end]))
        memory.deallocate()
        memory = bigger
    }
}
