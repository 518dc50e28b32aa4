// SPDX-License-Identifier: Apache-2.0
//
// The settings as a list of named values in a fixed order: what two settings are compared by, and what their digest is
// made over. Secrets are not in it, only where they are kept.

import GatewayModel
import StrictTOML

/// Settings, flattened.
public struct SettingsListing: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var key: String
        var value: String
        /// Names people or accounts: compared, but neither printed nor part of the canonical bytes.
        var isPrivate = false
    }

    struct Section: Hashable, Sendable {
        /// Empty for what stands at the top.
        var name: String
        var entries: [Entry]
    }

    var sections: [Section]

    public init(_ settings: GatewaySettings) {
        sections = [
            Self.top(settings), Self.intake(settings.intake), Self.keep(settings.keep), Self.retry(settings.retry),
        ]
        sections += settings.producers.map(Self.producer)
        sections += settings.topics.map(Self.topic)
        sections += settings.brands.map(Self.brand)
        sections += settings.routes.map(Self.route)
        sections += Self.policy(settings.policy)
        if let sandbox = settings.sandbox { sections.append(Self.sandbox(sandbox)) }
    }

    /// Equal settings give equal bytes: lines of section, key and value, with tabs between.
    ///
    /// Without secrets, user names and sandbox addresses; for the caller to digest.
    public var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = []
        for section in sections {
            for entry in section.entries where !entry.isPrivate {
                let line = [section.name, entry.key, entry.value].map(Self.escaped).joined(separator: "\t")
                bytes += Array(line.utf8) + [UInt8(ascii: "\n")]
            }
        }
        return bytes
    }

    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing("\t", with: "\\t")
    }
}

// MARK: - Sections

extension SettingsListing {
    private static func top(_ settings: GatewaySettings) -> Section {
        Section(
            name: "",
            entries: [
                Entry(key: "state_dir", value: settings.stateDir),
                Entry(key: "templates_dir", value: settings.templatesDir),
                Entry(key: "providers_dir", value: settings.providersDir),
                Entry(key: "policies_dir", value: settings.policiesDir),
                Entry(key: "default_lifetime", value: DurationText.print(settings.defaultLifetime)),
                Entry(key: "drain_timeout", value: DurationText.print(settings.drainTimeout)),
                Entry(key: "dedupe_horizon", value: DurationText.print(settings.dedupeHorizon)),
                Entry(key: "order of routes", value: settings.routes.map(\.name).joined(separator: ", ")),
            ])
    }

    private static func intake(_ intake: IntakeSettings) -> Section {
        Section(
            name: "intake",
            entries: [
                Entry(key: "max_queued", value: "\(intake.maxQueued)"),
                Entry(key: "min_free", value: intake.minFree.text),
            ])
    }

    private static func keep(_ keep: KeepSettings) -> Section {
        let times = [
            ("bodies", keep.bodies), ("decisions", keep.decisions), ("outcomes", keep.outcomes),
            ("receipts", keep.receipts),
        ]
        return Section(name: "keep", entries: times.map { Entry(key: $0, value: DurationText.print($1)) })
    }

    private static func retry(_ retry: RetrySettings) -> Section {
        Section(
            name: "retry",
            entries: [
                Entry(key: "first", value: DurationText.print(retry.first)),
                Entry(key: "factor", value: "\(retry.factor)"),
                Entry(key: "longest", value: DurationText.print(retry.longest)),
                Entry(key: "give_up_after", value: DurationText.print(retry.giveUpAfter)),
            ])
    }

    private static func producer(_ producer: ProducerSettings) -> Section {
        Section(
            name: "producer \(producer.name)",
            entries: [
                Entry(key: "may", value: words(producer.may.map(\.rawValue))),
                Entry(key: "brands", value: words(producer.brands)),
            ])
    }

    private static func topic(_ topic: TopicSettings) -> Section {
        let titles = topic.title.sorted { $0.key < $1.key }.map { Entry(key: "title \($0)", value: $1) }
        let name = "topic \(topic.id)" + (topic.brand.map { " of \($0)" } ?? "")
        return Section(name: name, entries: [Entry(key: "brand", value: topic.brand ?? "any")] + titles)
    }

    private static func brand(_ brand: BrandSettings) -> Section {
        Section(
            name: "brand \(brand.id)",
            entries: [
                Entry(key: "controller", value: brand.controller), Entry(key: "from", value: brand.from.text),
                Entry(key: "reply_to", value: brand.replyTo?.text ?? "none"),
                Entry(key: "from_domains", value: words(brand.fromDomains)),
                Entry(key: "postal_address", value: brand.postalAddress),
                Entry(key: "unsubscribe_base", value: brand.unsubscribeBase ?? "none"),
                Entry(key: "return_path_domain", value: brand.returnPathDomain ?? "none"),
            ])
    }

    private static func sandbox(_ sandbox: SandboxSettings) -> Section {
        let redirects = sandbox.redirect.sorted { $0.key.rawValue < $1.key.rawValue }
        return Section(
            name: "sandbox",
            entries: [Entry(key: "in force", value: "yes")]
                + redirects.map { Entry(key: "redirect \($0.rawValue)", value: $1, isPrivate: true) }
                + [Entry(key: "allow", value: words(sandbox.allow), isPrivate: true)])
    }

    static func words(_ words: (some Collection<String>)?) -> String {
        words.map { $0.sorted().joined(separator: ", ") } ?? "any"
    }
}
