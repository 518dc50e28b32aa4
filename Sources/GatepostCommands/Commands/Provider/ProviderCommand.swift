// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Providers
import Settings

struct ProviderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider",
        abstract: "The HTTP APIs that texts and tasks can go through; what they want, and what they would be sent.",
        discussion: """
            A provider is a file (docs/providers.md): one in providers_dir, else a shipped one.

            Examples:  gatepost provider show twilio
                       gatepost provider try twilio --setting account_sid=AC00000000000000000000000000000000 \
            --setting from=+15550100
            """,
        subcommands: [ProviderList.self, ProviderShow.self, ProviderTry.self], defaultSubcommand: ProviderList.self)
}

/// The providers that a configuration, or its absence, leaves to choose from.
struct ProviderShelf {
    /// Nil where there is no configuration: the shipped ones are there all the same.
    let settings: GatewaySettings?
    let catalog: ProviderCatalog

    /// What is wrong with files is said; the others can be used.
    init(_ options: ConfigurationOptions) throws(CommandFailure) {
        let isMissing = ConfigurationOptions.missing(options.path) != nil && options.file == nil
        let settings: GatewaySettings? = isMissing ? nil : try options.loadQuietly()
        let (catalog, problems) = ProviderCatalog.load(folder: settings?.providersFolder)
        for problem in problems { Say.line("\(problem)") }
        (self.settings, self.catalog) = (settings, catalog)
    }

    /// - Throws: exit 65 where there is none of that name.
    func named(_ name: String) throws(CommandFailure) -> ProviderDescription {
        if let description = catalog[name] { return description }
        throw CommandFailure(
            .badData, "there is no provider \"\(name)\"", advice: "there are: \(catalog.names.joined(separator: ", "))")
    }

    /// Names of the routes that go by it.
    func routes(by provider: String) -> [String] {
        (settings?.routes ?? []).filter { route in
            guard case .http(let http) = route.transport else { return false }
            return http.provider == provider
        }.map(\.name)
    }

    /// Where the description stands.
    func origin(of description: ProviderDescription) -> String {
        description.isShipped ? "shipped" : "\(settings?.providersDir ?? "")/\(description.name).toml"
    }
}
