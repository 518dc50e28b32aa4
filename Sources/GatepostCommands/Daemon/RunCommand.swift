// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "The daemon, in the foreground.")
    func run() async throws {}
}
