// SPDX-License-Identifier: Apache-2.0
//
// An SMTP relay, as configured, and where its secret is kept.

public struct SMTPSettings: Hashable, Sendable {
    public enum TLS: String, Hashable, Sendable, CaseIterable { case required, opportunistic, none }
    public enum Pipelining: String, Hashable, Sendable, CaseIterable { case across, within, none }
    public enum Mechanism: String, Hashable, Sendable, CaseIterable { case plain, login, xoauth2 }

    public var host: String
    public var port: Int
    /// TLS from the first byte (`smtps://`, RFC 8314).
    public var implicitTLS: Bool
    public var tls: TLS
    /// PEM file with the authorities to trust instead of the system's.
    public var caFile: String?
    /// PEM files with our own certificate and its key, for a relay that asks for one; both or neither.
    public var clientCertificate: String?
    public var clientKey: String?
    /// As `http://host:port`, `socks5://host:port` or `socks5h://host:port`; nil: straight to the relay, whatever the
    /// environment says.
    public var proxy: String?
    public var username: String?
    /// For XOAUTH2 this is the bearer token.
    public var password: SecretReference?
    /// Nil: libcurl picks the strongest offered.
    public var mechanism: Mechanism?
    public var pipelining: Pipelining
    /// The name given in EHLO; nil: this host's.
    public var heloName: String?
    /// Longest wait for the answer to the end of data (RFC 5321 section 4.5.3.2.6: 10 minutes).
    public var endOfDataTimeout: Duration
    /// Longest wait for any other reply, and for connecting.
    public var replyTimeout: Duration
    public var connectTimeout: Duration
    /// Connections idle or older than this are retired.
    public var idleTimeout: Duration
    public var maxAge: Duration
    /// Messages over one connection before it is retired.
    public var maxMessages: Int
    public init(host: String, port: Int, implicitTLS: Bool = false) {
        (self.host, self.port, self.implicitTLS, tls) = (host, port, implicitTLS, .required)
        (caFile, username, password, mechanism, heloName) = (nil, nil, nil, nil, nil)
        (clientCertificate, clientKey, proxy) = (nil, nil, nil)
        (pipelining, maxMessages) = (.across, 10_000)
        (endOfDataTimeout, replyTimeout, connectTimeout) = (.minutes(10), .minutes(5), .seconds(30))
        (idleTimeout, maxAge) = (.seconds(30), .minutes(30))
    }
}

/// Where a secret is kept; never the secret itself.
public enum SecretReference: Hashable, Sendable {
    /// Absolute path; read again on HUP.
    case file(String)
    case env(String)
    /// A file in systemd's `$CREDENTIALS_DIRECTORY`.
    case credential(String)
}
