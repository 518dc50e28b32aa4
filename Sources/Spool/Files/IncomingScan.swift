// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel

/// A file seen in an `incoming/` directory.
struct WaitingFile: Hashable {
    enum Kind: Hashable {
        case regular
        /// What it is instead, in words.
        case other(String)
    }

    var name: String
    var kind: Kind
    var bytes: Int64
    /// Its ctime: when it was renamed in, as far as the file system tells.
    var renamedAt: Instant
    var inode: UInt64
}

/// One look at one directory: the truth behind inotify's hints.
struct IncomingScan {
    /// The oldest first, at most as many as asked for.
    var files: [WaitingFile] = []
    /// Names that are not taken and stay, at most 100.
    var strangers: [String] = []

    /// Looks at up to `limit` files; where more wait, those the file system names first, which get out of the way.
    ///
    /// - Parameter isStuck: files that do not get out of the way: they are left out, and take nobody's place.
    static func of(_ directory: String, limit: Int, isStuck: (String) -> Bool = { _ in false }) -> IncomingScan {
        var scan = IncomingScan()
        guard let handle = opendir(directory) else { return scan }
        defer { closedir(handle) }
        while scan.files.count < limit, let entry = readdir(handle) {
            let name = entry.pointee.name
            guard name.utf8.first != UInt8(ascii: ".") else { continue }
            if SpoolFileName.form(of: name) == nil {
                if scan.strangers.count < 100 { scan.strangers.append(name) }
            } else if !isStuck(name), let file = WaitingFile(name: name, in: dirfd(handle)) {
                scan.files.append(file)
            }
        }
        scan.files.sort { ($0.renamedAt, $0.name) < ($1.renamedAt, $1.name) }
        return scan
    }
}

extension WaitingFile {
    /// Nil where it is gone.
    init?(name: String, in directory: Int32) {
        var facts = stat()
        guard fstatat(directory, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        self.name = name
        kind = Kind(mode: facts.st_mode)
        bytes = Int64(facts.st_size)
        inode = UInt64(facts.st_ino)
        renamedAt = facts.changedAt
    }
}

extension WaitingFile.Kind {
    init(mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: self = .regular
        case S_IFDIR: self = .other("a directory")
        case S_IFLNK: self = .other("a symbolic link")
        case S_IFIFO: self = .other("a FIFO")
        case S_IFSOCK: self = .other("a socket")
        default: self = .other("a device")
        }
    }
}
