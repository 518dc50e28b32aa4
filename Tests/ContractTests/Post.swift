// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A gatepost of a test's own: a configuration, the shipped templates, a state directory, and the real program.
final class Post: Sendable {
    let folder: String
    let binary: GatepostBinary

    static let configuration = """
        state_dir = "state"
        templates_dir = "templates"
        [[topic]]
        id = "newsletter"
        title = { en = "Our newsletter" }
        [[brand]]
        id = "acme"
        controller = "Acme Inc."
        from = "Acme <news@acme.example>"
        postal_address = "1 Main Street, Springfield"
        [[route]]
        name = "relay"
        channel = "email"
        type = "smtp"
        url = "smtp://127.0.0.1:2525"
        tls = "none"

        """

    init(_ configuration: String = Post.configuration) throws {
        binary = try #require(GatepostBinary.built, "build the product gatepost first, or set GATEPOST_BINARY")
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("gatepost-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Self.shippedTemplates, toPath: "\(folder)/templates")
        try write(configuration, to: "gatepost.toml")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The templates of this repository: the directory itself, never a link to it, for a copied link is not a copy.
    static let shippedTemplates = URL(fileURLWithPath: #filePath)
        .resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("templates").resolvingSymlinksInPath().path

    func write(_ text: String, to name: String) throws {
        let path = URL(fileURLWithPath: "\(folder)/\(name)")
        let home = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path + "/"
        try #require(path.resolvingSymlinksInPath().path.hasPrefix(home), "a test writes into its own folder only")
        try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: path)
    }

    func names(in directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(directory)")) ?? []).sorted()
    }

    func run(_ arguments: String..., input: String = "", under wrapper: [String] = []) throws -> GatepostBinary.Ending {
        try binary.run(
            arguments, input: input, in: folder, environment: ["GATEPOST_CONFIG": "gatepost.toml"], under: wrapper)
    }

    func start(_ arguments: String...) throws -> GatepostBinary.Running {
        try binary.start(arguments, in: folder, environment: ["GATEPOST_CONFIG": "gatepost.toml"])
    }
}

extension String {
    /// The text as one JSON value.
    func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(utf8), options: .fragmentsAllowed) }
    func object() throws -> [String: Any] { try #require(try json() as? [String: Any]) }
}
