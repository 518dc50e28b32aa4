// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayModel
import Templates

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check configuration, templates, providers, policies and secrets: every problem, with its place.",
        discussion: """
            Provider files that no route uses are checked too, and every provider's recorded examples are judged. Exits 78 \
            where there is a problem. Warnings alone do not fail. Where there is none, the policy is listed: every \
            rule, and the presets that it brings in, each with its confidence, date and source.

            Example:  gatepost check --config staging.toml && systemctl reload gatepost
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        if let missing = ConfigurationOptions.missing(configuration.path) { throw missing }
        let findings = CheckFindings(file: configuration.path)
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
    private func report(_ findings: CheckFindings) throws {
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

extension TemplateProblem {
    /// The file's place on this machine; a problem of the directory itself names it whole.
    func path(in directory: String) -> String { file.hasPrefix("/") ? file : "\(directory)/\(file)" }

    /// As `description`, with the file's place on this machine.
    func sentence(in directory: String) -> String { file.hasPrefix("/") ? description : "\(directory)/\(description)" }
}
