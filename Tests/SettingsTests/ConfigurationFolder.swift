// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import StrictTOML

/// A directory for one test, with the files it names; gone with the value.
final class ConfigurationFolder {
    let path: String

    init(_ files: [String: String]) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("gatepost-\(UUID().uuidString)").path
        for (name, text) in files { try write(text, to: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String, mode: mode_t = 0o640) throws {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        chmod(file.path, mode)
    }

    func load(environment: [String: String] = [:]) -> SettingsReading {
        SettingsLoader.load(file: "\(path)/gatepost.toml", environment: environment)
    }

    /// As printed, without the directory.
    func lines(_ problems: [TOMLProblem]) -> [String] {
        problems.map { $0.description.replacingOccurrences(of: "\(path)/", with: "") }
    }
}
