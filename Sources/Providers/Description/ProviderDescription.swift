// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// A provider as its file describes it (docs/providers.md), read and checked. Immutable, for any thread.
public struct ProviderDescription: Hashable, Sendable {
    /// The file's name without `.toml`.
    public var name: String
    public var title: String
    public var channel: ChannelKind
    /// `2026-11-21`: when its facts were looked up.
    public var asOf: String
    public var sources: [String]
    /// SHA-256 of the file, lower-case hex.
    public var digest: String
    /// Whether it is the binary's own, not a file of the operator's.
    public var isShipped: Bool
    /// Nil: the route must say it.
    public var baseURL: URLTemplate?
    public var answerKind: AnswerKind
    /// Rates of a route that has none of its own, as `1000/s`.
    public var quota: [String]
    /// In the file's order.
    public var settings: [SettingDeclaration]
    public var secrets: [SecretDeclaration]
    /// Settings of which a route gives exactly one.
    public var oneOf: [[String]]
    public var auth: AuthDescription
    public var request: RequestDescription
    /// Nil: the provider cannot be asked what became of an attempt.
    public var inquiry: InquiryDescription?
    /// Nil: what was made cannot be closed or annotated.
    public var amendment: RequestDescription?
    /// Nil: a create must not be repeated.
    public var repeatRule: RepeatRule?
    public var answers: AnswerDescription
    public var examples: [ProviderExample]
}

/// What a real answer of the provider looks like.
public enum AnswerKind: String, Hashable, Sendable, CaseIterable {
    case json, xml
    /// The status says all; JSON is read where it comes.
    case none
}

/// `[settings.NAME]`: what a route says of itself.
public struct SettingDeclaration: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable { case string, integer, boolean, list }
    public var name: String
    public var kind: Kind
    public var isRequired: Bool
    /// What the whole value of a string, or each element of a list, must match.
    public var pattern: String?
    public var fallback: ProviderSetting?
    public var about: String?
}

/// `[secrets.NAME]`: what a route's `secrets` name; values never stand in a description.
public struct SecretDeclaration: Hashable, Sendable {
    public var name: String
    public var isRequired: Bool
    public var about: String?
}

/// How a create may be repeated without making two.
public enum RepeatRule: Hashable, Sendable {
    /// The same bytes with the same key in that header, within so long after the first.
    case key(header: String, window: Duration)
    /// The request names its own id: a second makes no second.
    case upsert
}

/// A value of a route's `settings`.
public enum ProviderSetting: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case boolean(Bool)
    case list([String])
}
