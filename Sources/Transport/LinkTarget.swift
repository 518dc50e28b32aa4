// SPDX-License-Identifier: Apache-2.0

/// Where a link leads and what it must have before it counts as open.
public struct LinkTarget: Sendable {
    public enum Security: Hashable, Sendable {
        /// TLS from the first byte (RFC 8314).
        case implicit
        /// STARTTLS, or no link (RFC 3207).
        case required
        /// STARTTLS where it is offered; verified where it is used.
        case opportunistic
        case none
    }

    public enum Login: Sendable {
        /// `mechanism` as in `AUTH=PLAIN`; nil: the strongest that both sides know.
        case password(user: String, password: String, mechanism: String?)
        /// XOAUTH2 with a bearer token.
        case bearer(user: String, token: String)
    }

    public var host: String
    public var port: Int
    public var security: Security
    /// PEM file with the authorities to trust instead of the system's.
    public var caFile: String?
    /// PEM files with our own certificate and its key, without passphrase; both or neither.
    public var clientCertificate: String?
    public var clientKey: String?
    /// As `http://host:port`, `socks5://host:port` or `socks5h://host:port`; nil: none, whatever the environment says.
    public var proxy: String?
    public var login: Login?
    /// The name given in EHLO; nil: this host's.
    public var heloName: String?
    /// Longest wait until the link is open, everything included.
    public var connectTimeout: Duration

    public init(host: String, port: Int, security: Security, connectTimeout: Duration) {
        (self.host, self.port, self.security, self.connectTimeout) = (host, port, security, connectTimeout)
        (caFile, login, heloName) = (nil, nil, nil)
        (clientCertificate, clientKey, proxy) = (nil, nil, nil)
    }

    /// As libcurl takes it: the path is what it says in EHLO.
    var url: String {
        let bracketed = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return "\(security == .implicit ? "smtps" : "smtp")://\(bracketed):\(port)/\(Self.escaped(heloName ?? ""))"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default: escaped += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return escaped
    }
}

/// Why there is no link, or no longer one.
public struct LinkFailure: Error, Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// No address, nobody listening, the network, a time-out, a handshake that broke off.
        case unreachable
        /// The other side's certificate does not hold.
        case untrusted
        /// TLS was required and is not to be had.
        case noEncryption
        /// The other side did not take our credentials, or knows no way to take them.
        case loginRefused
        /// The other side answered the greeting or EHLO with a refusal.
        case refused
        /// Our own files or options: a CA file or a key that cannot be read.
        case setup
    }
    public var kind: Kind
    /// For people; names no secret.
    public var message: String
    public init(_ kind: Kind, _ message: String) { (self.kind, self.message) = (kind, message) }
}
