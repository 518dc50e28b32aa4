// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayModel

/// Looking into directories that are ours.
enum Directory {
    /// All names but `.` and `..`, in no order; none where there is no such directory.
    static func names(in path: String) -> [String] {
        guard let handle = opendir(path) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = entry.pointee.name
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Bytes of a file, 0 where there is none.
    static func size(of path: String) -> Int64 {
        var facts = stat()
        return lstat(path, &facts) == 0 ? Int64(facts.st_size) : 0
    }

    /// When a file was last written to or renamed, whatever its writer says.
    static func placedAt(_ path: String) -> Instant? {
        var facts = stat()
        return lstat(path, &facts) == 0 ? facts.changedAt : nil
    }
}

extension dirent {
    var name: String {
        withUnsafePointer(to: d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
    }
}

extension stat {
    /// The ctime.
    var changedAt: Instant {
        Instant(microseconds: Int64(st_ctim.tv_sec) * 1_000_000 + Int64(st_ctim.tv_nsec) / 1000)
    }
}
