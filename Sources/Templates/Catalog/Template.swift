// SPDX-License-Identifier: Apache-2.0
//
// A template ready to render, in all its languages. Immutable: a reload makes new ones. Any thread.

import GatewayModel

/// Why a transactional message is sent (CONTRACT 6).
public enum TemplatePurpose: String, Hashable, Sendable, CaseIterable {
    case receipt, account, security, legal, service
    case consentConfirmation = "consent_confirmation"
}

/// What `template.toml` declares.
public struct TemplateSettings: Hashable, Sendable {
    public var messageClass: MessageClass
    public var channels: Set<ChannelKind>
    /// Always there for transactional templates.
    public var purpose: TemplatePurpose?
    /// A job's priority is lowered to it.
    public var maxPriority: Priority
    /// The most parts a text message may be sent in; nil: no limit.
    public var maxSegments: Int?
    public var description: String?
    /// The language of the files outside locale folders, as a BCP 47 tag.
    public var language: String
    public var schema: DataSchema

    public init(messageClass: MessageClass, channels: Set<ChannelKind>, schema: DataSchema = DataSchema()) {
        (self.messageClass, self.channels, self.schema) = (messageClass, channels, schema)
        (purpose, maxPriority, maxSegments, description, language) = (nil, .high, nil, nil, "en")
    }
}

public final class Template: Sendable {
    public let name: String
    /// The brand it is an override for; nil: the template for all brands.
    public let brand: String?
    public let settings: TemplateSettings
    /// SHA-256, lower-case hex, of every file that takes part in rendering, partials included.
    public let digest: String
    /// Locale folders, lower-case, and "" for the files outside.
    let languages: [String: [TemplatePart: Program]]
    private let oneLinePaths: Set<String>

    public var messageClass: MessageClass { settings.messageClass }
    public var channels: Set<ChannelKind> { settings.channels }
    public var purpose: TemplatePurpose? { settings.purpose }
    public var maxPriority: Priority { settings.maxPriority }
    public var maxSegments: Int? { settings.maxSegments }
    public var description: String? { settings.description }
    /// Locale folders it has, in order.
    public var locales: [String] { languages.keys.filter { !$0.isEmpty }.sorted() }

    init(
        name: String, brand: String?, settings: TemplateSettings, digest: String,
        languages: [String: [TemplatePart: Program]], oneLinePaths: Set<String>
    ) {
        (self.name, self.brand, self.settings, self.digest) = (name, brand, settings, digest)
        (self.languages, self.oneLinePaths) = (languages, oneLinePaths)
    }

    /// What is wrong with a job's data: a required value missing, a type, a name that is not declared, a line break
    /// in what the subject or title prints. Empty: every part can be rendered.
    public func check(data: JSONObject) -> [Problem] {
        var check = DataCheck(template: name, oneLinePaths: oneLinePaths)
        check.check(data, against: settings.schema)
        return check.problems
    }

    /// Whether the part exists in some language that the locale falls back to.
    public func has(_ part: TemplatePart, locale: String? = nil) -> Bool {
        LocaleChain.of(locale).contains { languages[$0]?[part] != nil }
    }
}
