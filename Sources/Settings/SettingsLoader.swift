// SPDX-License-Identifier: Apache-2.0
//
// From files to settings: read all, lay them over each other, take the tables apart, check what belongs together.
// Every problem is collected; settings come out only where there is no error.

import Foundation
import StrictTOML

/// What became of a configuration.
public struct SettingsReading: Sendable {
    /// Nil where there is an error.
    public var settings: GatewaySettings?
    /// In order of file and line.
    public var errors: [TOMLProblem]
    /// The settings can be used, but somebody should know.
    public var warnings: [TOMLProblem]
    /// All files that were read, in order.
    public var files: [String]
    /// Names of presets and places in the policy, for those to check who know them.
    public var mentions: [PolicyMention] = []
    /// Where HTTP routes stand, by name, for those to complain who know the providers.
    public var httpRoutes: [String: RoutePlaces] = [:]
}

public enum SettingsLoader {
    /// Reads the configuration and `conf.d/*.toml` beside it (CONTRACT 5). Blocks on file reads; never throws.
    ///
    /// - Parameters:
    ///   - environment: where `env` secrets and `$CREDENTIALS_DIRECTORY` are looked up. Secrets are tried, so that
    ///   a missing one is found now, and forgotten again.
    ///   - tryingSecrets: false for those who need none of them and may not even be allowed to read them.
    public static func load(
        file: String, environment: [String: String] = ProcessInfo.processInfo.environment, tryingSecrets: Bool = true
    ) -> SettingsReading {
        let findings = TOMLFindings()
        let (documents, files) = documents(from: file, findings)
        guard let first = documents.first else { return reading(nil, findings, files) }
        let overlay = TOMLOverlay(findings: findings)
        let root = documents.dropFirst().reduce(first.root) { overlay.merge($1.root, over: $0) }
        let draft = SettingsReader.read(StrictTable(root, findings), file: file)
        ConsistencyCheck(draft: draft, secrets: tryingSecrets ? SecretResolver(environment: environment) : nil).run()
        var reading = reading(draft.settings, findings, files)
        (reading.mentions, reading.httpRoutes) = (draft.policy.mentions, draft.httpRoutes)
        return reading
    }

    /// A file that cannot be read is told, and the others are read all the same; without the first there is nothing.
    private static func documents(from file: String, _ findings: TOMLFindings) -> ([TOMLDocument], [String]) {
        var documents: [TOMLDocument] = []
        var files = [file]
        do throws(TOMLProblem) {
            files += try ConfFolder.files(beside: file)
        } catch {
            findings.add(error)
        }
        for file in files {
            do throws(TOMLProblem) {
                documents.append(try TOMLDocument(contentsOf: file))
            } catch {
                findings.add(error)
                if file == files[0] { return ([], files) }
            }
        }
        return (documents, files)
    }

    private static func reading(_ settings: GatewaySettings?, _ findings: TOMLFindings, _ files: [String])
        -> SettingsReading
    {
        let rank = Dictionary(files.enumerated().map { ($1, $0) }) { first, _ in first }
        func order(_ a: TOMLProblem, _ b: TOMLProblem) -> Bool {
            (rank[a.file] ?? .max, a.line ?? 0, a.column ?? 0) < (rank[b.file] ?? .max, b.line ?? 0, b.column ?? 0)
        }
        return SettingsReading(
            settings: findings.errors.isEmpty ? settings : nil, errors: findings.errors.sorted(by: order),
            warnings: findings.warnings.sorted(by: order), files: files)
    }
}
