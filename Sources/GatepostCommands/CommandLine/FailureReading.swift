// SPDX-License-Identifier: Apache-2.0
//
// The one place where failures of the parts become exit codes and sentences.

import ArgumentParser
import Foundation
import GatewayModel

extension CommandFailure {
    /// Nil for what the argument parser knows best: usage errors and requests for help.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as StoreError: self.init(error)
        case let error as OutputError: self.init(error)
        case is CancellationError: self.init(.tryLater, "interrupted")
        case is ExitCode, is ValidationError, is CleanExit: return nil
        default:
            // The parser's own errors are not public; they know their exit code, and an unknown error has that of failure.
            guard GatepostCommand.exitCode(for: error) == .failure else { return nil }
            self.init(.internalFault, "\(error)", advice: "this is a fault in gatepost: please report it")
        }
    }

    init(_ error: StoreError) {
        switch error {
        case .fatal(let what): self.init(.inputOutput, what, advice: "see the kernel's log and the disk's health")
        case .full(let what):
            self.init(.inputOutput, what, advice: "free some space on the state directory's file system")
        case .refused(let what, let code): self.init(ExitStatus(chosen: code), what)
        case .closed: self.init(.unavailable, "the store was closed")
        }
    }

    private init(_ error: OutputError) {
        switch error {
        case .closed: self = .silent(ExitStatus(chosen: 0))
        case .failed(let number):
            self = .system("standard output cannot be written", "stdout", errno: number)
        }
    }
}
