// SPDX-License-Identifier: Apache-2.0
//
// Requests to an HTTP API and what came back, as values (RFC 9110). Who makes and judges them is `Providers`, who carries
// them is `Transport`.

/// What a provider is asked to do, before it is authenticated: the same bytes at every attempt that repeats it.
public struct RequestLoad: Hashable, Sendable {
    public enum Purpose: Hashable, Sendable {
        /// Makes the text or the task.
        case create
        /// Asks whether an earlier attempt without a verdict made it. Changes nothing.
        case inquire
        /// Closes or annotates a task that was made.
        case amend
    }

    public var purpose: Purpose
    /// Upper case, as `POST`.
    public var method: String
    /// Path and query behind the base URL, percent-encoded; begins with `/`.
    public var target: String
    /// Without authentication, Content-Type and Content-Length.
    public var headers: [HeaderField]
    /// Nil where there is no body.
    public var contentType: String?
    public var body: [UInt8]
    /// Opaque, the same at every attempt: what the provider is given to find the job again by.
    public var reference: String
    /// Of an inquiry: what the element sought holds, by its path there. Empty for every other.
    public var match: [String: String]

    public init(purpose: Purpose, method: String, target: String, reference: String) {
        (self.purpose, self.method, self.target, self.reference) = (purpose, method, target, reference)
        (headers, contentType, body, match) = ([], nil, [], [:])
    }
}

/// A whole answer (RFC 9110 section 15).
public struct HTTPAnswer: Hashable, Sendable {
    public var status: Int
    /// Names in lower case, in the order they came; of an answer to a redirect or a 1xx, the last one's.
    public var headers: [HeaderField]
    public var body: [UInt8]
    /// The body was longer than may be read, broke off, or did not end in time; `body` is what was read of it.
    public var isCut: Bool

    public init(status: Int, headers: [HeaderField] = [], body: [UInt8] = [], isCut: Bool = false) {
        (self.status, self.headers, self.body, self.isCut) = (status, headers, body, isCut)
    }

    /// The first value of a header; `name` in lower case.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
