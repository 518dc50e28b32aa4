// SPDX-License-Identifier: Apache-2.0
//
// Disk: the few things the spool does to files, each with its durability said.
//
// Blocking calls; run on the spool's own executor (`SpoolExecutor`). Every act that changes something asks `before`
// first: that is where tests pull the plug or fake an errno.

import Foundation
import GatewayModel

enum DiskAct: Hashable, Sendable { case open, create, write, syncFile, syncDirectory, rename, remove }

struct Disk: Sendable {
    /// Gives an errno to fail with, or 0 to go on. Throws where the "process" is dead.
    typealias Gatekeeper = @Sendable (DiskAct, _ path: String) throws(StoreError) -> Int32

    private let before: Gatekeeper

    init() { before = { _, _ in 0 } }
    init(before: @escaping Gatekeeper) { self.before = before }

    enum MoveResult: Equatable { case moved, gone, refused(Int32) }

    /// Atomic; durable only after both directories are synced.
    func move(_ from: String, to target: String) throws(StoreError) -> MoveResult {
        let fault = try before(.rename, target)
        if fault == 0, rename(from, target) == 0 { return .moved }
        let code = fault == 0 ? errno : fault
        switch code {
        case ENOENT: return .gone
        case EIO, EROFS, ENOSPC, EDQUOT: throw Self.failure("rename to", target, code)
        default: return .refused(code)
        }
    }

    /// Whether the name is taken, by whatever it is.
    func isThere(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0 || errno != ENOENT
    }

    /// Already gone is fine.
    func remove(_ path: String) throws(StoreError) {
        let fault = try before(.remove, path)
        if fault == 0, unlink(path) == 0 || errno == ENOENT { return }
        throw Self.failure("remove", path, fault == 0 ? errno : fault)
    }

    /// Makes renames and removals in a directory durable.
    func sync(directory path: String) throws(StoreError) {
        let fault = try before(.syncDirectory, path)
        let handle = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw Self.failure("open", path, errno) }
        defer { close(handle) }
        guard fault == 0, fsync(handle) == 0 else { throw Self.fatal("fsync", path, fault == 0 ? errno : fault) }
    }

    /// A regular file to read; never blocks on a FIFO, never follows a link, of either kind, to what is the daemon's own
    /// (closing the database would let go of its locks, fcntl(2)). The caller owns the descriptor.
    func openForReading(_ path: String) throws(StoreError) -> Result<OpenFile, Unreadable> {
        let fault = try before(.open, path)
        if isOwnUnderAnotherName(path) { return .failure(Unreadable(why: "it is a hard link", isGone: false)) }
        let handle = fault == 0 ? open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1
        guard handle >= 0 else {
            let code = fault == 0 ? errno : fault
            if code == EMFILE || code == ENFILE || code == ENOMEM { throw Self.failure("open", path, code) }
            return .failure(
                Unreadable(why: code == ELOOP ? "it is a symbolic link" : Self.words(code), isGone: code == ENOENT))
        }
        var facts = stat()
        guard fstat(handle, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(handle)
            return .failure(Unreadable(why: "it is no regular file", isGone: false))
        }
        return .success(OpenFile(handle: handle, bytes: Int64(facts.st_size)))
    }

    private func isOwnUnderAnotherName(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0 && facts.st_nlink > 1 && facts.st_mode & S_IFMT == S_IFREG
            && facts.st_uid == geteuid()
    }

    /// A file that appears whole or not at all: see `NewFile`.
    func create(_ path: String, mode: mode_t = 0o640) throws(StoreError) -> NewFile {
        let fault = try before(.create, path)
        let handle = fault == 0 ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode) : -1
        guard handle >= 0 else { throw Self.failure("create", path, fault == 0 ? errno : fault) }
        fchmod(handle, mode)
        return NewFile(path: path, handle: handle, before: before)
    }

    static func words(_ code: Int32) -> String { String(cString: strerror(code)) }

    /// No room is one thing, and passes; everything else stops the daemon (DESIGN D3).
    static func failure(_ act: String, _ path: String, _ code: Int32) -> StoreError {
        code == ENOSPC || code == EDQUOT || code == EMFILE || code == ENFILE || code == ENOMEM
            ? .full("\(act) \(path): \(words(code))") : fatal(act, path, code)
    }

    static func fatal(_ act: String, _ path: String, _ code: Int32) -> StoreError {
        .fatal("\(act) \(path): \(words(code))")
    }
}

/// Why a file cannot be read.
struct Unreadable: Error, Hashable {
    var why: String
    var isGone: Bool
}

/// A descriptor open for reading, closed with its owner. Used by one task at a time.
final class OpenFile {
    private let handle: Int32
    /// Its size when it was opened.
    let bytes: Int64

    init(handle: Int32, bytes: Int64) { (self.handle, self.bytes) = (handle, bytes) }
    deinit { close(handle) }

    /// Up to the buffer's size; 0 at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(Unreadable) -> Int {
        while true {
            let count = Foundation.read(handle, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno != EINTR { throw Unreadable(why: Disk.words(errno), isGone: false) }
        }
    }
}

/// A file being written under a name nobody looks at. Used by one task at a time.
final class NewFile {
    let path: String
    private let handle: Int32
    private let before: Disk.Gatekeeper

    init(path: String, handle: Int32, before: @escaping Disk.Gatekeeper) {
        (self.path, self.handle, self.before) = (path, handle, before)
    }
    deinit { close(handle) }

    func write(_ bytes: [UInt8]) throws(StoreError) {
        let fault = try before(.write, path)
        if fault != 0 { throw Disk.failure("write", path, fault) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Foundation.write(handle, $0.baseAddress! + done, bytes.count - done) }
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                throw Disk.failure("write", path, errno)
            }
        }
    }

    /// On return the contents are durable; the name is not.
    func sync() throws(StoreError) {
        let fault = try before(.syncFile, path)
        guard fault == 0, fsync(handle) == 0 else { throw Disk.fatal("fsync", path, fault == 0 ? errno : fault) }
    }
}
