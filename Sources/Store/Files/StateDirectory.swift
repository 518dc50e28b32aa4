// SPDX-License-Identifier: Apache-2.0
//
// The store's own files in the state directory: where they are and how they are first made.

import Cryptography
import Foundation
import GatewayModel

struct StateDirectory: Sendable {
    let path: String

    var database: String { path + "/gatepost.db" }
    var wireLog: String { path + "/wire.log" }
    var daemonLock: String { path + "/daemon.lock" }
    var writerLock: String { path + "/writer.lock" }
    var wake: String { path + "/wake" }
    var keys: String { path + "/keys" }
    var subjectKey: String { keys + "/subject.key" }

    var isInitialised: Bool { FileManager.default.fileExists(atPath: database) }

    /// Makes the directory and `keys/`; leaves what is there as it is.
    func make() throws(SystemFailure) {
        try Self.makeDirectory(path, mode: 0o750)
        try Self.makeDirectory(keys, mode: 0o700)
        if !FileManager.default.fileExists(atPath: subjectKey) {
            try Self.write(SecureRandom.bytes(32), toNew: subjectKey, mode: 0o600)
        }
        for file in [writerLock, wake] where !FileManager.default.fileExists(atPath: file) {
            try Self.write([], toNew: file, mode: 0o600)
        }
    }

    /// The key that subjects' keys are made with: 32 bytes.
    func readSubjectKey() throws(StoreError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: subjectKey) else {
            throw .refused(
                "\(subjectKey) is missing or cannot be read: restore it from the backup it was made in; "
                    + "without it no address can be recognised again", exitCode: 78)
        }
        guard data.count == 32 else {
            throw .refused("\(subjectKey) holds \(data.count) bytes, not 32: restore it from a backup", exitCode: 78)
        }
        return [UInt8](data)
    }

    private static func makeDirectory(_ path: String, mode: mode_t) throws(SystemFailure) {
        guard mkdir(path, mode) != 0 else { return }
        if errno == ENOENT, let parent = path.lastIndex(of: "/"), parent != path.startIndex {
            try makeDirectory(String(path[..<parent]), mode: 0o755)
            guard mkdir(path, mode) != 0 else { return }
        }
        if errno != EEXIST { throw SystemFailure("mkdir", path) }
    }

    /// Written beside, synced, and renamed in: there is never half a file.
    private static func write(_ bytes: [UInt8], toNew path: String, mode: mode_t) throws(SystemFailure) {
        let draft = path + ".new"
        let file = Glibc.open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw SystemFailure("open", draft) }
        defer { Glibc.close(file) }
        let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(file) == 0 else { throw SystemFailure("write", draft) }
        guard rename(draft, path) == 0 else { throw SystemFailure("rename", path) }
    }
}
