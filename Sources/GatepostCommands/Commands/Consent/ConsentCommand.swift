// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel

struct ConsentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent",
        abstract: "What people agreed to and took back: record it, look it up, import and export it.",
        discussion: """
            Examples:  gatepost consent record ada@example.com --channel email --type withdrawn --method phone
                       gatepost consent show '+33 6 12 34 56 78'
                       gatepost consent export --format csv > consents.csv
            """,
        subcommands: [
            ConsentRecording.self, ConsentShow.self, ConsentHistoryCommand.self, ConsentImporting.self,
            ConsentExport.self,
        ])
}

extension ContactAddress {
    /// As somebody typed it.
    ///
    /// - Throws: exit 65, saying what is wrong with it.
    init(typed text: String) throws(CommandFailure) {
        do throws(AddressFault) {
            try self.init(anySpelling: text)
        } catch {
            throw CommandFailure(.badData, "\"\(TextWidth.shown(text))\" \(error)")
        }
    }
}

extension TrunkZero {
    /// Of what was to be recorded.
    ///
    /// - Parameter text: as somebody typed it.
    func refusal(of text: String) -> CommandFailure {
        CommandFailure(.badData, "\"\(TextWidth.shown(text))\" \(self)", advice: "nothing was recorded")
    }

    /// For who looks a number up: what is on record under it reaches nobody.
    func hint(about text: String) { Say.line("\"\(TextWidth.shown(text))\" \(self)") }
}
