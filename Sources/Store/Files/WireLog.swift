// SPDX-License-Identifier: Apache-2.0
//
// WireLog: what a killed process still knows (DESIGN D12).
//
// A preallocated, memory-mapped file: one page of header, then slots of 512 bytes, one per admitted attempt. Channels
// write their notes as bytes leave and replies arrive; recovery reads them before anything else. Notes survive the
// process, not the machine: under another boot id they prove nothing.
// Owner threads: notes come from the slot's channel, assigning and freeing from "writer". No locks: a note's payload
// is stored first, then its state word with release ordering.

import Foundation
import GatewayModel
import Synchronization

/// `@unchecked`: the mapping is shared memory, its words are atomics, and a slot's payload has one writer at a time.
final class WireLog: AttemptNotes, @unchecked Sendable {
    static let slots = 8192
    static let textLimit = 480
    private static let headerBytes = 4096
    private static let slotBytes = 512
    private static let magic: UInt64 = 0x4750_5749_5245_3031

    private let base: UnsafeMutableRawPointer
    private let size = WireLog.headerBytes + WireLog.slots * WireLog.slotBytes

    /// What the header says: who wrote it, on which boot, and how far its database was.
    struct Header: Hashable, Sendable {
        var journal: String
        var identity: MachineIdentity
        var lastSeq: Int64
    }

    /// Maps the file, making it where it is missing or of another shape. `header` is nil for a new one.
    init(path: String) throws(SystemFailure) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemFailure("open", path) }
        defer { close(file) }
        let failure = posix_fallocate(file, 0, off_t(size))
        guard failure == 0 else { throw SystemFailure("posix_fallocate", path, number: failure) }
        guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), base != MAP_FAILED else {
            throw SystemFailure("mmap", path)
        }
        self.base = base
    }

    deinit { munmap(base, size) }

    // MARK: Header: magic, slot count, last seq, then three texts of 64 bytes

    var header: Header? {
        guard base.load(as: UInt64.self) == Self.magic,
            base.load(fromByteOffset: 8, as: UInt64.self) == UInt64(Self.slots)
        else { return nil }
        return Header(
            journal: text(at: 64), identity: MachineIdentity(boot: text(at: 128), machine: text(at: 192)),
            lastSeq: lastSeq.pointee.load(ordering: .acquiring))
    }

    /// Begins a new log: all slots free, this identity in the header.
    func begin(journal: String, identity: MachineIdentity, lastSeq: Int64) {
        memset(base, 0, size)
        put(journal, at: 64)
        put(identity.boot, at: 128)
        put(identity.machine, at: 192)
        note(committed: lastSeq)
        base.storeBytes(of: UInt64(Self.slots), toByteOffset: 8, as: UInt64.self)
        base.storeBytes(of: Self.magic, as: UInt64.self)
    }

    /// Makes the log one of another boot: for tests.
    func setBoot(_ boot: String) {
        memset(base + 128, 0, 64)
        put(boot, at: 128)
    }

    /// Notes how far the database is. Call after the commit, never before: an older database must be told apart.
    func note(committed seq: Int64) { lastSeq.pointee.store(seq, ordering: .releasing) }

    /// - Throws: `SystemFailure` where the header and slots cannot be brought to the disk.
    func sync() throws(SystemFailure) {
        guard msync(base, size, MS_SYNC) == 0 else { throw SystemFailure("msync", "wire.log") }
    }

    // MARK: Slots: attempt 8, state 4, code 4, text length 4, text 480

    private enum State { static let free: UInt32 = 0, assigned: UInt32 = 1, ended: UInt32 = 2, answered: UInt32 = 3 }

    /// - Precondition: the slot is free, and no channel knows it yet.
    func assign(_ slot: WireSlot, to attempt: AttemptID) {
        place(slot).storeBytes(of: attempt.rawValue, as: UInt64.self)
        store(State.assigned, in: slot)
    }

    /// Call once the attempt's settlement is committed, or its admission was not.
    func free(_ slot: WireSlot) { store(State.free, in: slot) }

    func noteEndHandedOver(_ slot: WireSlot) { store(State.ended, in: slot) }

    func noteAnswered(_ slot: WireSlot, code: Int, text: String) {
        let place = place(slot)
        place.storeBytes(of: Int32(clamping: code), toByteOffset: 12, as: Int32.self)
        var text = text
        text.withUTF8 { utf8 in
            let count = min(utf8.count, Self.textLimit)
            place.storeBytes(of: UInt32(count), toByteOffset: 16, as: UInt32.self)
            if count > 0 { memcpy(place + 20, utf8.baseAddress!, count) }
        }
        store(State.answered, in: slot)
    }

    /// What the slot says of that attempt; nil where it speaks of another or of none.
    func note(of attempt: AttemptID, in slot: WireSlot) -> AttemptNote? {
        guard (0..<Self.slots).contains(slot.index) else { return nil }
        let now = state(of: slot)
        let place = place(slot)
        guard place.load(as: UInt64.self) == attempt.rawValue else { return nil }
        switch now {
        case State.assigned: return .endNotHandedOver
        case State.ended: return .endHandedOver
        case State.answered:
            let count = min(Int(place.load(fromByteOffset: 16, as: UInt32.self)), Self.textLimit)
            let text = String(decoding: UnsafeRawBufferPointer(start: place + 20, count: count), as: UTF8.self)
            return .answered(code: Int(place.load(fromByteOffset: 12, as: Int32.self)), text: text)
        default: return nil
        }
    }

    private func place(_ slot: WireSlot) -> UnsafeMutableRawPointer {
        precondition((0..<Self.slots).contains(slot.index), "no such slot")
        return base + Self.headerBytes + slot.index * Self.slotBytes
    }
    private func store(_ state: UInt32, in slot: WireSlot) {
        (place(slot) + 8).assumingMemoryBound(to: Atomic<UInt32>.self).pointee.store(state, ordering: .releasing)
    }
    private func state(of slot: WireSlot) -> UInt32 {
        (place(slot) + 8).assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .acquiring)
    }
    private var lastSeq: UnsafeMutablePointer<Atomic<Int64>> { (base + 16).assumingMemoryBound(to: Atomic<Int64>.self) }

    private func text(at offset: Int) -> String {
        let bytes = UnsafeRawBufferPointer(start: base + offset, count: 64)
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    private func put(_ text: String, at offset: Int) {
        for (index, byte) in text.utf8.prefix(64).enumerated() {
            base.storeBytes(of: byte, toByteOffset: offset + index, as: UInt8.self)
        }
    }
}
