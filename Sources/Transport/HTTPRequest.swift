// SPDX-License-Identifier: Apache-2.0
//
// One HTTP request and how it ends (RFC 9110), as values. `HTTPClient` carries them.

import GatewayModel

/// What leaves, byte for byte: nothing is added but Host, Content-Length, Accept and User-Agent where they are not there.
public struct HTTPRequest: Sendable {
    /// Upper case, as `POST`.
    public var method: String
    /// Absolute, percent-encoded; `http` only where the client may speak to private networks.
    public var url: String
    /// Authentication included. Content-Length, Transfer-Encoding and Expect are the client's own and end the transfer as `setup`.
    public var headers: [HeaderField]
    public var contentType: String?
    /// Empty: none; then POST, PUT and PATCH say `Content-Length: 0`.
    public var body: [UInt8]
    /// May reach the server twice: where a kept connection turns out to be dead, it is tried again on another without asking.
    /// Without it the last byte of a request leaves at most once.
    public var isRepeatable: Bool

    /// Repeatable where the method is GET or HEAD (safe methods, RFC 9110 section 9.2.1).
    public init(
        method: String, url: String, headers: [HeaderField] = [], contentType: String? = nil, body: [UInt8] = []
    ) {
        (self.method, self.url, self.headers) = (method, url, headers)
        (self.contentType, self.body) = (contentType, body)
        isRepeatable = method == "GET" || method == "HEAD"
    }
}

/// How a transfer ended.
public enum HTTPEnd: Hashable, Sendable {
    /// The header of an answer came whole; where its body did not, the answer is marked as cut.
    case answered(HTTPAnswer)
    case failed(HTTPFailure)
}

/// Why there is no answer.
public struct HTTPFailure: Error, Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// No address, nobody listening, the network, a time-out while connecting, a handshake that broke off. Nothing of the request left.
        case unreachable
        /// The other side's certificate does not hold. Nothing of the request left.
        case untrusted
        /// Every address of the name lies inside (RFC 6890), and this client may only speak to the outside. Nothing left.
        case forbiddenAddress
        /// Our own files, options or words: a CA file that cannot be read, a header with a line end. Nothing left.
        case setup
        /// No whole header of an answer in time.
        case timedOut
        /// The connection ended, or what came is no HTTP.
        case brokeOff
    }

    /// How much of the request had been handed over to libcurl, and so may have left this machine.
    public enum Sent: Hashable, Sendable {
        /// At most its header: nobody can have acted on it.
        case none
        /// Not its last byte: a server that keeps to RFC 9112 section 8 does not act on it.
        case part
        /// All of it (of a request without body: its header). Whether the other side acted is unknown.
        case whole
    }

    public var kind: Kind
    public var bodySent: Sent
    /// For people; names no secret.
    public var message: String

    public init(_ kind: Kind, bodySent: Sent, _ message: String) {
        (self.kind, self.bodySent, self.message) = (kind, bodySent, message)
    }
}

/// Who wants to know of a transfer. Called on the reactor's thread. Kept alive by the transfer until it has ended.
///
/// The first two are called from within libcurl: from there, begin further transfers if you like, but cancel and close
/// nothing.
public protocol HTTPTransferOwner: AnyObject {
    /// A connection is there and the first byte is about to leave: no recall from here on. Called once.
    func transferBegan(_ transfer: HTTPTransfer)
    /// The last byte of the request is about to be handed over (without a body: the request is). Called once, after
    /// `transferBegan`; what is noted here is noted before the other side can act.
    func transferEnds(_ transfer: HTTPTransfer)
    /// It is over. Called once, never from within `begin`.
    func transferEnded(_ transfer: HTTPTransfer, _ end: HTTPEnd)
}
