// SPDX-License-Identifier: Apache-2.0

/// How a sink is set up. The defaults suit a test: any free port of this machine, no TLS, no password, nothing kept.
public struct SinkConfiguration: Sendable {
    /// IPv4 or IPv6 literal to listen on.
    public var address = "127.0.0.1"
    /// 0: any free port; `SinkServer.port` tells which.
    public var port: UInt16 = 0
    /// The name in the greeting.
    public var hostName = "sink.localhost"
    /// Each accepted message becomes a file there; made where it is missing. Nil: nothing is kept.
    public var captureFolder: String?
    public var tls = SinkTLS.none
    /// Refuses mail before TLS (530 5.7.0).
    public var requiresTLS = false
    /// Offers AUTH PLAIN, LOGIN and XOAUTH2.
    public var credentials: SinkCredentials?
    /// Refuses mail before AUTH (530 5.7.0).
    public var requiresAuthentication = false
    /// Whether AUTH is offered without TLS.
    public var allowsPlaintextAuthentication = true
    public var extensions = SinkExtensions.all
    /// Bytes; what is bigger gets 552 5.3.4.
    public var maxMessageBytes = 50 << 20
    /// One more gets 421 4.3.2.
    public var maxConnections = 1000
    /// How many recipients, and how many message ids, are counted one by one; later ones count in the totals only.
    public var maxTallies = 500_000

    public init() {}
}

/// What EHLO offers besides AUTH and STARTTLS.
public struct SinkExtensions: OptionSet, Hashable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    /// RFC 2920.
    public static let pipelining = Self(rawValue: 1)
    /// RFC 6152.
    public static let eightBitMIME = Self(rawValue: 2)
    /// RFC 1870.
    public static let size = Self(rawValue: 4)
    /// RFC 6531.
    public static let smtpUTF8 = Self(rawValue: 8)
    /// RFC 2034.
    public static let enhancedStatusCodes = Self(rawValue: 16)
    public static let all: Self = [.pipelining, .eightBitMIME, .size, .smtpUTF8, .enhancedStatusCodes]
}

public enum SinkTLS: Hashable, Sendable {
    case none
    /// After STARTTLS (RFC 3207).
    case startTLS(SinkIdentity)
    /// From the first byte (RFC 8314).
    case implicit(SinkIdentity)
}

/// Whose certificate the sink shows.
public enum SinkIdentity: Hashable, Sendable {
    /// Made at the start for `localhost`, 127.0.0.1 and ::1; `SinkServer.certificatePEM` is what a client has to trust.
    case selfSigned
    /// PEM files.
    case files(certificate: String, key: String)
}

public struct SinkCredentials: Hashable, Sendable {
    public var username: String
    /// For XOAUTH2 the bearer token.
    public var password: String
    public init(username: String, password: String) { (self.username, self.password) = (username, password) }
}

/// Why a sink cannot start.
public enum SinkError: Error, Hashable, Sendable, CustomStringConvertible {
    case badAddress(String)
    /// `bind` or `listen` failed with that `errno`.
    case cannotListen(address: String, port: UInt16, errno: Int32)
    case cannotUseFolder(String, errno: Int32)
    /// What libssl said.
    case tls(String)
    case noResources(errno: Int32)

    public var description: String {
        switch self {
        case .badAddress(let address): "\(address) is no IPv4 or IPv6 address"
        case .cannotListen(let address, let port, let code):
            "cannot listen on \(address) port \(port): \(errorText(code))"
        case .cannotUseFolder(let folder, let code): "cannot capture into \(folder): \(errorText(code))"
        case .tls(let text): "TLS cannot be set up: \(text)"
        case .noResources(let code): "cannot start: \(errorText(code))"
        }
    }
}
