// SPDX-License-Identifier: Apache-2.0

/// One reply line: a basic code (RFC 5321 section 4.2), an enhanced one (RFC 3463), a text.
public struct SinkReply: Hashable, Sendable, CustomStringConvertible {
    public var code: Int
    public var enhanced: String?
    public var text: String

    init(_ code: Int, _ enhanced: String? = nil, _ text: String) {
        (self.code, self.enhanced, self.text) = (code, enhanced, text)
    }

    public var description: String { enhanced.map { "\(code) \($0) \(text)" } ?? "\(code) \(text)" }

    static let ok = Self(250, "2.0.0", "Ok")
    static let tooBig = Self(552, "5.3.4", "Message size exceeds fixed limit")
    static let badSequence = Self(503, "5.5.1", "Bad sequence of commands")
    static let badSyntax = Self(501, "5.5.4", "Syntax error in parameters")
    static let needsUTF8 = Self(553, "5.6.7", "Address needs SMTPUTF8")
    static let bareLineFeed = Self(501, "5.5.2", "Bare <LF> received")
    static let tooManyConnections = Self(421, "4.3.2", "Too many connections")
}
