// SPDX-License-Identifier: Apache-2.0
//
// ProviderSheet: a description as people and programs read it.

import GatewayModel
import Providers
import StrictTOML

struct ProviderSheet {
    private let about: ProviderDescription
    private let origin: String
    private let routes: [String]

    init(_ description: ProviderDescription, origin: String, routes: [String]) {
        (about, self.origin, self.routes) = (description, origin, routes)
    }

    // MARK: People

    func lines(on terminal: Terminal) -> [String] {
        let facts = [
            ("title", about.title), ("channel", about.channel.rawValue), ("origin", origin), ("as of", about.asOf),
            ("base_url", about.baseURL?.text(with: [:]) ?? "the route says it"), ("auth", about.auth.word),
            ("quota", about.quota.isEmpty ? "none" : about.quota.joined(separator: ", ")),
            ("repeated", repeating), ("asked", inquiry),
            ("amended", about.amendment == nil ? "no" : "a task can be closed or annotated"),
            ("examples", "\(about.examples.count)"),
            ("routes", routes.isEmpty ? "none" : routes.joined(separator: ", ")),
        ]
        let width = facts.map(\.0.count).max() ?? 0
        return [terminal.paint(about.name, .strong)]
            + facts.map { "  \($0.padding(toLength: width, withPad: " ", startingAt: 0))  \(TextWidth.shown($1))" }
            + declarations(terminal) + [terminal.paint("sources", .strong)] + about.sources.map { "  \($0)" }
            + ["", terminal.paint("a route to start from", .strong)] + snippet.map { "  \($0)" }
    }

    private var repeating: String {
        switch about.repeatRule {
        case nil: "never: a second request would make a second one"
        case .key(let header, let window): "with the same \(header), within \(DurationText.print(window))"
        case .upsert: "with its own id: a second request makes no second one"
        }
    }

    private var inquiry: String {
        guard let inquiry = about.inquiry else { return "no: it cannot say what became of an attempt" }
        return "what became of an attempt, \(DurationText.print(inquiry.after)) after it, at most "
            + (inquiry.tries == 1 ? "once" : "\(inquiry.tries) times")
    }

    private func declarations(_ terminal: Terminal) -> [String] {
        let settings = about.settings.map { ($0.name, $0.words, $0.about) }
        let secrets = about.secrets.map { ($0.name, $0.isRequired ? "required" : "optional", $0.about) }
        let width = (settings + secrets).map(\.0.count).max() ?? 0
        func lines(_ title: String, _ rows: [(String, String, String?)]) -> [String] {
            rows.isEmpty
                ? []
                : [terminal.paint(title, .strong)]
                    + rows.map { name, words, about in
                        let padded = name.padding(toLength: width, withPad: " ", startingAt: 0)
                        return "  \(padded)  \(words)\(about.map { ": \($0)" } ?? "")"
                    }
        }
        return lines("settings", settings) + about.oneOf.map { "  exactly one of \($0.joined(separator: ", "))" }
            + lines("secrets", secrets)
    }

    /// What must stand there, with the first of each choice.
    private var snippet: [String] {
        let chosen = Set(about.oneOf.compactMap(\.first))
        let settings = about.settings.filter { $0.isRequired || chosen.contains($0.name) }
        let secrets = about.secrets.filter(\.isRequired)
        var lines = [
            "[[route]]", "name     = \"\(about.channel == .sms ? "texts" : "tasks")\"",
            "channel  = \"\(about.channel.rawValue)\"", "type     = \"http\"", "provider = \"\(about.name)\"",
        ]
        if about.baseURL == nil { lines.append("base_url = \"https://…\"") }
        if !settings.isEmpty {
            let values = settings.map { "\($0.name) = \($0.placeholder)" }.joined(separator: ", ")
            lines.append("settings = { \(values) }")
        }
        if !secrets.isEmpty {
            let values = secrets.map { "\($0.name) = { credential = \"\(about.name)-\($0.name)\" }" }
            lines.append("secrets  = { \(values.joined(separator: ", ")) }")
        }
        return lines
    }

    // MARK: Programs

    var object: JSONObject {
        JSONObject([
            ("provider", .string(about.name)), ("title", .string(about.title)),
            ("channel", .string(about.channel.rawValue)), ("origin", .string(origin)), ("as_of", .string(about.asOf)),
            ("digest", .string(about.digest)), ("base_url", .text(about.baseURL?.text(with: [:]))),
            ("auth", .string(about.auth.word)), ("quota", Self.list(about.quota)),
            ("repeat", .text(repeatWord)), ("inquiry", .bool(about.inquiry != nil)),
            ("amend", .bool(about.amendment != nil)),
            (
                "settings",
                .array(
                    about.settings.map { setting in
                        .object(
                            JSONObject([
                                ("name", .string(setting.name)), ("type", .string(setting.kind.rawValue)),
                                ("required", .bool(setting.isRequired)), ("pattern", .text(setting.pattern)),
                                ("about", .text(setting.about)),
                            ]))
                    })
            ), ("one_of", .array(about.oneOf.map(Self.list))),
            (
                "secrets",
                .array(
                    about.secrets.map { secret in
                        .object(
                            JSONObject([
                                ("name", .string(secret.name)), ("required", .bool(secret.isRequired)),
                                ("about", .text(secret.about)),
                            ]))
                    })
            ), ("examples", Self.list(about.examples.map(\.name))), ("sources", Self.list(about.sources)),
            ("routes", Self.list(routes)),
        ])
    }

    private var repeatWord: String? {
        switch about.repeatRule {
        case nil: nil
        case .key: "key"
        case .upsert: "upsert"
        }
    }

    private static func list(_ words: [String]) -> JSONValue { .array(words.map { .string($0) }) }
}

extension SettingDeclaration {
    fileprivate var words: String {
        let need = isRequired ? "required" : fallback.map { "default \($0.text)" } ?? "optional"
        return "\(kind.rawValue), \(need)" + (pattern.map { ", as \($0)" } ?? "")
    }

    fileprivate var placeholder: String {
        switch kind {
        case .string: "\"…\""
        case .integer: "1"
        case .boolean: "true"
        case .list: "[\"…\"]"
        }
    }
}

extension ProviderSetting {
    /// As it would be written on a command line.
    var text: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .boolean(let flag): String(flag)
        case .list(let words): words.joined(separator: ",")
        }
    }
}
