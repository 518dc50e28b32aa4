// SPDX-License-Identifier: Apache-2.0
//
// CheckFindings: everything wrong with what the daemon would start from, and what there is where nothing is.

import GatewayModel
import Policy
import Providers
import Settings
import StrictTOML
import Templates

struct CheckFindings {
    struct Finding: Hashable {
        enum Severity: String { case error, warning }
        var severity: Severity
        var file: String
        var line: Int?
        var message: String

        var place: String { line.map { "\(file):\($0)" } ?? file }
    }

    private(set) var all: [Finding] = []
    /// What there is, where the settings could be read.
    private(set) var summary: String?
    /// The policy for people, where it could be read.
    private(set) var policy: [String] = []

    var errors: [Finding] { all.filter { $0.severity == .error } }

    /// Blocks on file reads.
    init(file: String) {
        let reading = SettingsLoader.load(file: file)
        note(reading.errors)
        note(reading.warnings, .warning)
        guard let settings = reading.settings else { return }
        let templates = templates(of: settings)
        let providers = providers(of: settings, reading.httpRoutes)
        all += TemplateSurvey(templates, settings).findings
        let policy = PolicyReading.read(
            settings, mentions: reading.mentions, templates: templates, providers: providers.used)
        note(policy.problems)
        self.policy = policy.gate.map { PolicySummary(policy: $0.policy).lines } ?? []
        let counts = [
            counted(settings.routes.count, "route"), counted(settings.brands.count, "brand"),
            counted(settings.topics.count, "topic"), counted(templates.names.count, "template"),
            counted(providers.catalog.names.count, "provider"),
        ]
        summary = counts.joined(separator: ", ")
    }

    private mutating func templates(of settings: GatewaySettings) -> TemplateCatalog {
        let templates = TemplateCatalog.load(directory: settings.templatesDir, brands: settings.brands.map(\.id))
        for problem in templates.problems {
            let hint = problem.hint.map { " (\($0))" } ?? ""
            note(.error, problem.path(in: settings.templatesDir), problem.line, nil, problem.message + hint)
        }
        return templates
    }

    /// Files that no route uses, too: the next route may.
    private mutating func providers(of settings: GatewaySettings, _ places: [String: RoutePlaces]) -> ProviderReading {
        let providers = ProviderReading.read(settings, places: places)
        note(providers.problems)
        for description in providers.catalog.all { note(description.check()) }
        return providers
    }

    private mutating func note(_ problems: [TOMLProblem], _ severity: Finding.Severity = .error) {
        for problem in problems { note(severity, problem.file, problem.line, problem.keyPath, problem.message) }
    }

    private mutating func note(
        _ severity: Finding.Severity, _ file: String, _ line: Int?, _ key: String?, _ message: String
    ) {
        let path = key.flatMap { $0.isEmpty ? nil : "\($0): " } ?? ""
        all.append(Finding(severity: severity, file: file, line: line, message: path + message))
    }
}
