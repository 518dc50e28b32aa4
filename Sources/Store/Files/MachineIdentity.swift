// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Which boot of which machine this is: what a wire log's notes are worth depends on it.
struct MachineIdentity: Hashable, Sendable {
    /// 36 characters of `/proc/sys/kernel/random/boot_id`; empty where it cannot be read.
    var boot: String
    /// `/etc/machine-id`; empty where there is none.
    var machine: String

    static func current() -> MachineIdentity {
        MachineIdentity(boot: line(of: "/proc/sys/kernel/random/boot_id"), machine: line(of: "/etc/machine-id"))
    }

    private static func line(of path: String) -> String {
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return String(decoding: text.utf8.prefix { $0 > 0x20 }.prefix(63), as: UTF8.self)
    }
}
