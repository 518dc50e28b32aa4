// SPDX-License-Identifier: Apache-2.0

/// What holds for every request of one client.
public struct HTTPClientOptions: Hashable, Sendable {
    public enum Version: Hashable, Sendable {
        case http11
        /// Over TLS, where the server agrees by ALPN; else 1.1 (RFC 9113 section 3.2).
        case http2
    }

    /// Most connections at once; for HTTP/1.1 also the most requests under way. What is more waits its turn.
    public var connections = 20
    public var version = Version.http11
    /// PEM file with the authorities to trust instead of the system's.
    public var caFile: String?
    /// PEM files with our own certificate and its key, without passphrase; both or neither.
    public var clientCertificate: String?
    public var clientKey: String?
    /// As `http://host:port`, `socks5://host:port` or `socks5h://host:port`; nil: none, whatever the environment says.
    /// Everything goes through it by CONNECT, and the addresses it may reach are its own operator's affair.
    public var proxy: String?
    /// Whether addresses inside (loopback, private, link-local …) and plain `http` are allowed.
    public var allowsPrivateNetwork = false
    /// Longest wait for a connection: name, TCP, proxy and TLS included.
    public var connectTimeout = Duration.seconds(10)
    /// Longest wait for the whole answer, from the last byte of the request on; and for any progress before that.
    public var answerTimeout = Duration.seconds(30)
    /// Most of an answer's body that is read; then the connection is dropped and the answer is cut.
    public var maxAnswerBytes = 1 << 20
    /// A kept connection idle for longer is not used again; at least a second.
    public var maxIdle = Duration.seconds(30)
    /// A connection older than that is not used again, so that a changed address is seen; at least a second.
    public var maxAge = Duration.seconds(600)

    public init() {}

    /// Most requests under way at once.
    var transfers: Int {
        switch version {
        case .http11: max(1, connections)
        case .http2: max(1, connections) * 32
        }
    }
}
