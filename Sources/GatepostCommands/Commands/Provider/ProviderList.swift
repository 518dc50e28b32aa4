// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Providers

struct ProviderList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every provider there is, and the routes that go by it.",
        discussion: "Example:  gatepost provider list --format json")

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var format: FormatOptions

    private static let columns = [
        Column("provider"), Column("channel"), Column("title", nil, .left, isFlexible: true), Column("as_of"),
        Column("origin", nil, .left, isFlexible: true), Column("routes"),
    ]

    func run() async throws {
        let shelf = try ProviderShelf(configuration)
        var report = try Report(Self.columns, as: format.format, to: Output())
        for description in shelf.catalog.all {
            let routes = shelf.routes(by: description.name)
            try report.row([
                .text(description.name, .strong), .text(description.channel.rawValue), .text(description.title),
                .text(description.asOf), .text(shelf.origin(of: description)),
                Cell(.array(routes.map { .string($0) }), shown: routes.joined(separator: ", ")),
            ])
        }
        try report.flush()
    }
}
