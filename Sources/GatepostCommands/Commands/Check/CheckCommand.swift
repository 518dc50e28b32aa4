// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Policy
import Settings
import Templates

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check configuration, templates, policies and secrets: every problem, with its place.",
        discussion: """
            Exits 78 where there is a problem. Warnings alone do not fail. Where there is none, the policy is listed: every \
            rule, and the presets that it brings in, each with its confidence, date and source.

            Example:  gatepost check --config staging.toml && systemctl reload gatepost
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        if let missing = ConfigurationOptions.missing(configuration.path) { throw missing }
        let findings = Findings(file: configuration.path)
        try report(findings)
        guard findings.errors.isEmpty else {
            throw CommandFailure(
                .configuration, "\(counted(findings.errors.count, "problem")) found", at: configuration.path,
                advice: "mend what is named above")
        }
        if let summary = findings.summary { Say.line("OK: \(summary)") }
        for line in findings.policy { Say.line(TextWidth.shown(line)) }
    }

    /// Problems are this command's results.
    private func report(_ findings: Findings) throws {
        let output = Output()
        guard format.format == .table else {
            var report = try Report(
                [Column("severity"), Column("file"), Column("line"), Column("message")], as: format.format, to: output)
            for finding in findings.all {
                try report.row([
                    .text(finding.severity.rawValue), .text(finding.file), .number(finding.line),
                    .text(finding.message),
                ])
            }
            return try report.flush()
        }
        let terminal = Terminal.standardOutput
        for finding in findings.all {
            let word = terminal.paint(finding.severity.rawValue, finding.severity == .error ? .bad : .caution)
            try output.line("\(finding.place): \(word): \(TextWidth.shown(finding.message))")
        }
        try output.flush()
    }
}

/// Everything wrong with what the daemon would start from.
private struct Findings {
    struct Finding {
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

    init(file: String) {
        let reading = SettingsLoader.load(file: file)
        for problem in reading.errors { note(.error, problem.file, problem.line, problem.keyPath, problem.message) }
        for problem in reading.warnings { note(.warning, problem.file, problem.line, problem.keyPath, problem.message) }
        guard let settings = reading.settings else { return }
        let templates = TemplateCatalog.load(directory: settings.templatesDir, brands: settings.brands.map(\.id))
        for problem in templates.problems {
            let hint = problem.hint.map { " (\($0))" } ?? ""
            note(.error, problem.path(in: settings.templatesDir), problem.line, nil, problem.message + hint)
        }
        let policy = PolicyReading.read(settings, mentions: reading.mentions, templates: templates)
        for problem in policy.problems { note(.error, problem.file, problem.line, problem.keyPath, problem.message) }
        self.policy = policy.gate.map { PolicySummary(policy: $0.policy).lines } ?? []
        let counts = [
            counted(settings.routes.count, "route"), counted(settings.brands.count, "brand"),
            counted(settings.topics.count, "topic"), counted(templates.names.count, "template"),
        ]
        summary = counts.joined(separator: ", ")
    }

    private mutating func note(
        _ severity: Finding.Severity, _ file: String, _ line: Int?, _ key: String?, _ message: String
    ) {
        let path = key.flatMap { $0.isEmpty ? nil : "\($0): " } ?? ""
        all.append(Finding(severity: severity, file: file, line: line, message: path + message))
    }
}

extension TemplateProblem {
    /// The file's place on this machine; a problem of the directory itself names it whole.
    func path(in directory: String) -> String { file.hasPrefix("/") ? file : "\(directory)/\(file)" }

    /// As `description`, with the file's place on this machine.
    func sentence(in directory: String) -> String { file.hasPrefix("/") ? description : "\(directory)/\(description)" }
}
