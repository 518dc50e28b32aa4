// SPDX-License-Identifier: Apache-2.0
//
// Advisory locks between processes (flock): gone with the process that held them, however it ended.

import Foundation
import GatewayModel

/// An open lock file.
final class FileLock: Sendable {
    private let file: Int32
    let path: String

    init(path: String) throws(SystemFailure) {
        file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        self.path = path
        guard file >= 0 else { throw SystemFailure("open", path) }
    }

    deinit { Glibc.close(file) }

    /// Waits until the lock is had.
    func lock() throws(SystemFailure) {
        while flock(file, LOCK_EX) != 0 {
            if errno != EINTR { throw SystemFailure("flock", path) }
        }
    }
    /// Whether it was had at once.
    func tryLock() -> Bool { flock(file, LOCK_EX | LOCK_NB) == 0 }
    func unlock() { flock(file, LOCK_UN) }

    func write(processID: Int32) throws(SystemFailure) {
        let text = "\(processID)\n"
        guard ftruncate(file, 0) == 0, pwrite(file, text, text.utf8.count, 0) == text.utf8.count else {
            throw SystemFailure("write", path)
        }
    }

    func readProcessID() -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(file, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: buffer[..<count], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// The lock that one daemon of a state directory holds from open to close.
    static func daemon(at path: String) throws(StoreError) -> FileLock {
        do {
            let lock = try FileLock(path: path)
            guard lock.tryLock() else {
                let holder = lock.readProcessID().map { "process \($0)" } ?? "another process"
                throw StoreError.refused(
                    "a daemon already runs on this state directory: \(holder) holds \(path)", exitCode: 75)
            }
            try lock.write(processID: getpid())
            return lock
        } catch { throw StoreError(error) }
    }
}
