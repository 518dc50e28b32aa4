// SPDX-License-Identifier: Apache-2.0
//
// StateOwner: root acts as the owner of the state directory (CONTRACT 2), so that no file in it ever belongs to root.

import Foundation

struct StateOwner: Hashable, Sendable {
    var user: uid_t
    var group: gid_t

    /// - Returns: nil where there is no such directory.
    init?(of directory: String) {
        var status = stat()
        guard stat(directory, &status) == 0 else { return nil }
        (user, group) = (status.st_uid, status.st_gid)
    }

    /// - Returns: nil where the system knows no such user.
    init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        (user, group) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }

    /// Lets the whole process act as this user from now on; does nothing unless it runs as root.
    ///
    /// Root's supplementary groups are dropped and the owner's taken on: the spool's group may be among them.
    func become() throws(CommandFailure) {
        guard geteuid() == 0, user != 0 else { return }
        let name = SystemUser.name(of: user)
        guard initgroups(name, group) == 0, setegid(group) == 0, seteuid(user) == 0 else {
            throw .system("cannot act as \(name), who owns the state directory", "uid \(user)")
        }
    }
}
