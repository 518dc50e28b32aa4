// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Providers
import Settings

struct ProviderTry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try", abstract: "Show the request that a text or task would become; nothing is sent.",
        discussion: """
            Secrets are masked as ‹auth_token›. --data replaces parts of the sample: of a text to, body, valid_until; of a \
            task title, body, due, owner, priority, contact, intended_channel; of an amendment id and note; of all brand, \
            campaign, topic and class.

            Examples:  gatepost provider try twilio --route texts
                       echo '{"to":"+33612345678","body":"Bonjour"}' | gatepost provider try vonage-sms --data - \
            --setting api_key=abc --setting from=Acme
            """)

    enum Purpose: String, ExpressibleByArgument, CaseIterable {
        case create, inquire, amend

        /// The part of a description that says how.
        var part: String {
            switch self {
            case .create: "[request]"
            case .inquire: "[inquiry]"
            case .amend: "[amend]"
            }
        }

        func isKnown(to description: ProviderDescription) -> Bool {
            switch self {
            case .create: true
            case .inquire: description.inquiry != nil
            case .amend: description.amendment != nil
            }
        }
    }

    @Argument(help: "The provider's name.") var name: String
    @Option(help: "JSON with parts of the text or task; - is standard input (default: a sample).", completion: .file())
    var data: String?
    @Option(help: "With the settings of this route.") var route: String?
    @Option(help: ArgumentHelp("A setting, over the route's; a list with commas.", valueName: "key=value"))
    var setting: [String] = []
    @Option(help: "Instead of the provider's base_url.") var baseURL: String?
    @Option(help: "Which of the provider's requests.") var purpose = Purpose.create
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if format.format == .csv { throw ValidationError("a request is no table: --format table or json") }
        if let wrong = setting.first(where: { !$0.contains("=") }) {
            throw ValidationError("--setting takes KEY=VALUE, not \"\(wrong)\"")
        }
    }

    func run() async throws {
        let shelf = try ProviderShelf(configuration)
        let description = try shelf.named(name)
        guard purpose.isKnown(to: description) else { throw lacking }
        let http = try route.map { (name) throws(CommandFailure) in try Self.http(name, by: description, shelf) }
        let settings = try settings(for: description, over: http)
        let provider = try bind(description, settings, http)
        let now = SystemTimepiece().now()
        let data = try data.map { (path) throws(CommandFailure) in
            try DataFile.object(path, as: "{\"to\":\"+33612345678\",\"body\":\"Hello\"}")
        }
        let trial = try TrialMessage(
            channel: description.channel, data: data, transliterates: http?.transliterates ?? false, now: now)
        let request = TrialRequest(try load(trial, by: provider, now), provider: provider, settings: settings)
        try print(request, trial)
    }

    private static func http(_ route: String, by description: ProviderDescription, _ shelf: ProviderShelf)
        throws(CommandFailure) -> HTTPSettings
    {
        let routes = shelf.routes(by: description.name)
        guard routes.contains(route), case .http(let http) = shelf.settings?.route(route)?.transport else {
            let known = routes.isEmpty ? "none does" : "these do: \(routes.joined(separator: ", "))"
            throw CommandFailure(.usage, "no route \"\(route)\" goes by \(description.name)", advice: known)
        }
        return http
    }

    /// The route's settings, those of the command line over them.
    private func settings(for description: ProviderDescription, over http: HTTPSettings?) throws(CommandFailure)
        -> [String: ProviderSetting]
    {
        var settings = (http?.settings ?? [:]).mapValues(ProviderSetting.init)
        for pair in setting {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let kind = description.settings.first { $0.name == parts[0] }?.kind ?? .string
            guard let value = ProviderSetting(parts[1], as: kind) else {
                throw CommandFailure(.usage, "the setting \"\(parts[0])\" must be of the type \(kind.rawValue)")
            }
            settings[parts[0]] = value
        }
        return settings
    }

    private func bind(
        _ description: ProviderDescription, _ settings: [String: ProviderSetting], _ http: HTTPSettings?
    ) throws(CommandFailure) -> Provider {
        // Without a route every secret is there: it is never looked at, only masked.
        let secrets = http.map { Set($0.secrets.keys) } ?? Set(description.secrets.map(\.name))
        do throws(ProviderMistakes) {
            return try Provider(
                description, settings: settings, secretNames: secrets, baseURL: baseURL ?? http?.baseURL,
                callbackURL: http?.callbackURL)
        } catch {
            for mistake in error.mistakes { Say.line("\(mistake.key): \(mistake.words)") }
            throw CommandFailure(
                .badData, "\(name) cannot be tried like this",
                advice: "give --setting KEY=VALUE, or --route NAME; see gatepost provider show \(name)")
        }
    }

    private func load(_ trial: TrialMessage, by provider: Provider, _ now: Instant) throws(CommandFailure)
        -> RequestLoad
    {
        let secrets: SecretLookUp = { AuthWords.mask($0) }
        let load: RequestLoad?
        do throws(RequestMistake) {
            switch purpose {
            case .create: load = try provider.request(for: trial.message, now: now, secrets: secrets)
            case .inquire:
                load = try provider.inquiry(
                    for: trial.message, since: now - .seconds(60), now: now, secrets: secrets)
            case .amend:
                load = try provider.amendment(
                    for: trial.message, taskID: trial.taskID, note: trial.note, now: now, secrets: secrets)
            }
        } catch {
            throw CommandFailure(.badData, "no request can be made of it: \(error.words)", at: name)
        }
        if let load { return load }
        throw lacking
    }

    private var lacking: CommandFailure { CommandFailure(.badData, "\(name) has no \(purpose.part)") }

    private func print(_ request: TrialRequest, _ trial: TrialMessage) throws {
        if let segmentation = trial.segmentation { Say.line(segmentation.words) }
        if !trial.changes.isEmpty { Say.line("transliterated: \(trial.changes.joined(separator: ", "))") }
        let output = Output()
        switch format.format {
        case .table, .csv: for line in request.lines(on: .standardOutput) { try output.line(line) }
        case .json: try output.line(request.object.text)
        }
        try output.flush()
    }
}

extension ProviderSetting {
    /// As a command line gives it; nil where it is not of that kind.
    fileprivate init?(_ text: String, as kind: SettingDeclaration.Kind) {
        switch kind {
        case .string: self = .text(text)
        case .integer:
            guard let number = Int(text) else { return nil }
            self = .integer(number)
        case .boolean:
            guard let flag = Bool(text) else { return nil }
            self = .boolean(flag)
        case .list: self = .list(text.split(separator: ",").map(String.init))
        }
    }
}
