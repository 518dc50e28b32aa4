// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How a command ends (sysexits.h; CONTRACT 9). Scripts depend on the numbers.
struct ExitStatus: Hashable, Sendable {
    let code: Int32
    private init(_ code: Int32) { self.code = code }

    static let usage = Self(64)
    static let badData = Self(65)
    static let unavailable = Self(69)
    static let internalFault = Self(70)
    static let cannotCreate = Self(73)
    static let inputOutput = Self(74)
    static let tryLater = Self(75)
    static let notPermitted = Self(77)
    static let configuration = Self(78)

    /// A number that another part has already chosen from the same list.
    init(chosen code: Int32) { self.code = code }
}

/// Why a command did not do what it was asked for: what happened, where, and what to do about it.
///
/// Printed as `gatepost: what; where; what to do`.
struct CommandFailure: Error, Hashable, Sendable, CustomStringConvertible {
    var status: ExitStatus
    var what: String
    var place: String?
    var advice: String?

    init(_ status: ExitStatus, _ what: String, at place: String? = nil, advice: String? = nil) {
        (self.status, self.what, self.place, self.advice) = (status, what, place, advice)
    }

    /// Everything has been said already; only the exit code is left.
    static func silent(_ status: ExitStatus) -> CommandFailure { CommandFailure(status, "") }
    var isSilent: Bool { what.isEmpty }

    var description: String { [what, place, advice].compactMap { $0 }.joined(separator: "; ") }

    /// A system call that failed, with the exit code that its reason asks for.
    static func system(
        _ doing: String, _ place: String, errno number: Int32 = errno, otherwise status: ExitStatus = .inputOutput,
        advice: String? = nil
    ) -> CommandFailure {
        let reason = String(cString: strerror(number))
        switch number {
        case EACCES, EPERM, EROFS:
            return CommandFailure(.notPermitted, "\(doing): \(reason)", at: place, advice: advice ?? Self.askTheOwner)
        default: return CommandFailure(status, "\(doing): \(reason)", at: place, advice: advice)
        }
    }

    static let askTheOwner = "run it as the owner of the state directory, or as root"
}
