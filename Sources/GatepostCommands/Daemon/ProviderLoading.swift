// SPDX-License-Identifier: Apache-2.0
//
// ProviderLoading: from provider files and HTTP routes to descriptions bound to routes.

import Foundation
import GatewayModel
import Providers
import Settings
import StrictTOML

/// What reading the providers and binding the routes came to.
struct ProviderReading: Sendable {
    let catalog: ProviderCatalog
    /// By the route's name; those without a mistake.
    private(set) var bound: [String: Provider] = [:]
    /// Of files first, then of routes. With any, nothing is to be used.
    private(set) var problems: [TOMLProblem]

    /// Blocks on file reads.
    ///
    /// - Parameter places: where the HTTP routes stand.
    static func read(_ settings: GatewaySettings, places: [String: RoutePlaces]) -> ProviderReading {
        let (catalog, problems) = ProviderCatalog.load(folder: settings.providersFolder)
        var reading = ProviderReading(catalog: catalog, problems: problems)
        for route in settings.routes {
            guard case .http(let http) = route.transport else { continue }
            reading.bind(route, http) { key, words in
                places[route.name]?.problem(about: key, words)
                    ?? TOMLProblem(file: settings.file, "route \(route.name): \(key): \(words)")
            }
        }
        return reading
    }

    private init(catalog: ProviderCatalog, problems: [TOMLProblem]) {
        (self.catalog, self.problems) = (catalog, problems)
    }

    private mutating func bind(
        _ route: RouteSettings, _ http: HTTPSettings, _ problem: (_ key: String, _ words: String) -> TOMLProblem
    ) {
        guard let description = catalog[http.provider] else {
            let nearest = Wording.suggestion(for: http.provider, among: catalog.names)
            // A file that cannot be read has been told already.
            guard !problems.contains(where: { $0.file.hasSuffix("/\(http.provider).toml") }) else { return }
            return problems.append(problem("provider", "no provider is called \"\(http.provider)\"\(nearest)"))
        }
        guard description.channel == route.channel else {
            let words = "\(http.provider) carries \(description.channel.rawValue), not \(route.channel.rawValue)"
            return problems.append(problem("provider", words))
        }
        do throws(ProviderMistakes) {
            bound[route.name] = try Provider(
                description, settings: http.settings.mapValues(ProviderSetting.init),
                secretNames: Set(http.secrets.keys), baseURL: http.baseURL, callbackURL: http.callbackURL)
        } catch {
            problems += error.mistakes.map { problem($0.key, $0.words) }
        }
    }

    /// Those that routes go by.
    var used: [ProviderDescription] {
        let names = Set(bound.values.map(\.description.name))
        return catalog.all.filter { names.contains($0.name) }
    }
}

extension GatewaySettings {
    /// `providers_dir` where it is there; the default need not be.
    var providersFolder: String? { FileManager.default.fileExists(atPath: providersDir) ? providersDir : nil }
}

extension ProviderSetting {
    init(_ value: SettingValue) {
        switch value {
        case .text(let text): self = .text(text)
        case .integer(let number): self = .integer(number)
        case .boolean(let flag): self = .boolean(flag)
        case .list(let words): self = .list(words)
        }
    }
}
