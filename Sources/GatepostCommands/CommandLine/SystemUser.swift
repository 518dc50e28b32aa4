// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Who runs this process, as the system knows it.
struct SystemUser: Hashable, Sendable, CustomStringConvertible {
    var name: String
    /// Who became root by sudo; told by sudo, believed only where we are root.
    var behindSudo: String?

    /// The real user, not the one we may act as.
    static func current(environment: [String: String]) -> SystemUser {
        let uid = getuid()
        return SystemUser(name: name(of: uid), behindSudo: uid == 0 ? environment["SUDO_USER"] : nil)
    }

    /// `root`, or `root (sudo: ada)`.
    var description: String { behindSudo.map { "\(name) (sudo: \($0))" } ?? name }
    /// Whom to name where nobody is named.
    var person: String { behindSudo ?? name }

    /// The number itself where no name is known.
    static func name(of uid: uid_t) -> String {
        guard let entry = getpwuid(uid), let name = entry.pointee.pw_name else { return String(uid) }
        return String(cString: name)
    }
}
