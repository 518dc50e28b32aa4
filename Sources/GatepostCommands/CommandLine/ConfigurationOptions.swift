// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Settings

/// Which configuration a command goes by.
struct ConfigurationOptions: ParsableArguments {
    static let standardFile = "/etc/gatepost/gatepost.toml"

    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("The configuration (default: GATEPOST_CONFIG, else \(standardFile)).", valueName: "file"))
    var file: String?

    var path: String {
        file ?? ProcessInfo.processInfo.environment["GATEPOST_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
            ?? Self.standardFile
    }

    /// The settings, where there is no error in them. Every problem and warning is said, with its place.
    ///
    /// - Throws: exit 78 where there is an error.
    func load() throws(CommandFailure) -> GatewaySettings {
        let reading = SettingsLoader.load(file: path)
        for warning in reading.warnings { Say.line("warning: \(warning)") }
        return try Self.settings(of: reading, from: path)
    }

    /// As `load`, for commands that neither send nor check: warnings are for those that do.
    func loadQuietly() throws(CommandFailure) -> GatewaySettings {
        try Self.settings(of: SettingsLoader.load(file: path, tryingSecrets: false), from: path)
    }

    /// What to say where there is no configuration at all; nil where there is one.
    static func missing(_ path: String) -> CommandFailure? {
        guard access(path, F_OK) != 0, errno == ENOENT || errno == ENOTDIR else { return nil }
        return CommandFailure(
            .configuration, "there is no configuration", at: path,
            advice: "name one with --config FILE or in GATEPOST_CONFIG, or make \(standardFile)")
    }

    private static func settings(of reading: SettingsReading, from path: String) throws(CommandFailure)
        -> GatewaySettings
    {
        if let settings = reading.settings { return settings }
        if let missing = missing(path) { throw missing }
        for problem in reading.errors { Say.line("\(problem)") }
        throw CommandFailure(
            .configuration, "the configuration has \(counted(reading.errors.count, "problem"))", at: path,
            advice: "mend what is named above; `gatepost check` shows the rest")
    }
}
