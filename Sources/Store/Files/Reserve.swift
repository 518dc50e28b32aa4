// SPDX-License-Identifier: Apache-2.0
//
// Room kept for a full disk: given up at the first ENOSPC, so that what is in flight can still be recorded (DESIGN D3).
// Owner thread: "writer".

import Foundation

struct Reserve: Sendable {
    static let size = 64 << 20
    let path: String
    let bytes: Int

    init(in directory: String, bytes: Int = Reserve.size) { (path, self.bytes) = (directory + "/reserve", bytes) }

    var isThere: Bool { access(path, F_OK) == 0 }

    /// Gives the room back to the file system; false where there was none to give.
    func giveUp() -> Bool { unlink(path) == 0 }

    /// Takes the room where it is free and `slack` bytes beyond. False: not now.
    func restore(slack: Int) -> Bool {
        if isThere { return true }
        var room = statvfs()
        guard statvfs(directory, &room) == 0, Int(room.f_bavail) * Int(room.f_frsize) >= bytes + slack else {
            return false
        }
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        if posix_fallocate(file, 0, bytes) == 0 { return true }
        unlink(path)
        return false
    }

    private var directory: String { String(path.dropLast("/reserve".count)) }
}
