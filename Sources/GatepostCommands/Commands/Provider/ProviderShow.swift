// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Providers
import StrictTOML

struct ProviderShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "What a provider wants of a route, and how Gatepost deals with it.",
        discussion: """
            The table ends with a [[route]] to start from.

            Example:  gatepost provider show twilio
            """)

    @Argument(help: "The provider's name.") var name: String
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if format.format == .csv { throw ValidationError("one provider is no table: --format table or json") }
    }

    func run() async throws {
        let shelf = try ProviderShelf(configuration)
        let description = try shelf.named(name)
        let sheet = ProviderSheet(description, origin: shelf.origin(of: description), routes: shelf.routes(by: name))
        let output = Output()
        switch format.format {
        case .table, .csv: for line in sheet.lines(on: .standardOutput) { try output.line(line) }
        case .json: try output.line(sheet.object.text)
        }
        try output.flush()
    }
}
