// SPDX-License-Identifier: Apache-2.0
//
// GatepostProgram: from the words of the command line to an exit code.

import ArgumentParser
import Foundation

public enum GatepostProgram {
    /// Runs the command that the arguments name and ends the process with its exit code.
    public static func main() async -> Never {
        // A reader who leaves is an error to handle where we write, not a reason to die in mid-transaction.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try await GatepostCommand.asyncParseAsRoot()
            if var asynchronous = command as? AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit(0)
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        guard let failure = CommandFailure(error) else { GatepostCommand.exit(withError: error) }
        if !failure.isSilent { Say.line("gatepost: \(failure)") }
        exit(failure.status.code)
    }
}
