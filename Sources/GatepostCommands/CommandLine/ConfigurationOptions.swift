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

    private static func settings(of reading: SettingsReading, from path: String) throws(CommandFailure)
        -> GatewaySettings
    {
        for problem in reading.errors { Say.line("\(problem)") }
        if let settings = reading.settings { return settings }
        throw CommandFailure(
            .configuration, "the configuration has \(counted(reading.errors.count, "problem"))", at: path,
            advice: "mend what is named above; `gatepost check` shows the rest")
    }
}
