// SPDX-License-Identifier: Apache-2.0
//
// An account at a provider, as configured. What the provider wants in `settings` and `secrets` its description says
// (docs/providers.md); it is checked where both are known.

public struct HTTPSettings: Hashable, Sendable {
    public enum Version: String, Hashable, Sendable, CaseIterable {
        case http11 = "1.1"
        /// Where TLS offers it (RFC 9113); else 1.1.
        case http2 = "2"
    }

    /// The description's name: a file in `providers_dir`, else a shipped one.
    public var provider: String
    /// Replaces the provider's own, without a slash at its end; `https://`, or `http://` with `allow_private_network`.
    public var baseURL: String?
    /// Without it no request goes to an address that is not public.
    public var allowsPrivateNetwork: Bool
    public var settings: [String: SettingValue]
    public var secrets: [String: SecretReference]
    /// As `http://host:port`, `socks5://host:port` or `socks5h://host:port`; nil: straight, whatever the environment says.
    public var proxy: String?
    /// PEM file with the authorities to trust instead of the system's.
    public var caFile: String?
    public var clientCertificate: String?
    public var clientKey: String?
    public var version: Version
    /// Where the provider is to send its status callbacks: our reference is added as the query `ref=`. Nil: none asked for.
    public var callbackURL: String?
    public var connectTimeout: Duration
    /// Longest wait for the whole answer, from the last byte of the request.
    public var answerTimeout: Duration
    /// Whether text messages are brought into GSM-7 where letters allow (`’` becomes `'`).
    public var transliterates: Bool

    public init(provider: String) {
        self.provider = provider
        (baseURL, allowsPrivateNetwork, settings, secrets) = (nil, false, [:], [:])
        (proxy, caFile, clientCertificate, clientKey, callbackURL) = (nil, nil, nil, nil, nil)
        (version, connectTimeout, answerTimeout, transliterates) = (.http2, .seconds(15), .seconds(30), false)
    }
}

/// A value in a route's `settings`.
public enum SettingValue: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case boolean(Bool)
    case list([String])
}
