// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// Why a request cannot be authenticated: a secret that cannot be read, or one that cannot be used. The route's
/// configuration is at fault, never the message.
public struct AuthMistake: Error, Hashable, Sendable, CustomStringConvertible {
    /// For people, one line; names keys, never values.
    public var words: String

    init(_ words: String) { self.words = words }
    init(_ mistake: RequestMistake) { self.words = mistake.words }

    public var description: String { words }
}

/// The values of `[auth]` for one request or token, with the keys they stand under.
struct AuthValues {
    var provider: Provider
    var secrets: SecretLookUp
    var now: Instant
    /// Nil where a token is asked for.
    var reference: String?

    /// Text that is there.
    func text(_ expression: Expression, _ key: StaticString) throws(AuthMistake) -> String {
        guard let text = try text(of: expression), !text.isEmpty else {
            throw AuthMistake("auth.\(key) is empty or not there")
        }
        return text
    }

    /// Nil where it is not there, or empty.
    func text(ifThere expression: Expression?) throws(AuthMistake) -> String? {
        guard let expression, let text = try text(of: expression), !text.isEmpty else { return nil }
        return text
    }

    /// Text fit to stand in a header (RFC 9110 section 5.5): printable ASCII, blanks within.
    func headerText(_ expression: Expression, _ key: StaticString) throws(AuthMistake) -> String {
        let text = try text(expression, key)
        guard text.isHeaderValue else { throw AuthMistake("auth.\(key) holds \(text.unfitForHeader)") }
        return text
    }

    /// Nil where it is not there.
    func json(_ expression: Expression) throws(AuthMistake) -> JSONValue? {
        do { return try provider.json(of: expression, secrets: secrets, now: now) } catch { throw AuthMistake(error) }
    }

    private func text(of expression: Expression) throws(AuthMistake) -> String? {
        // A secret that need not be there and that the route does not have.
        if case .secret(let name) = expression.name, !provider.secretNames.contains(name) { return nil }
        do {
            return try provider.text(of: expression, secrets: secrets, now: now, reference: reference)
        } catch { throw AuthMistake(error) }
    }
}

extension String {
    /// Printable ASCII without blanks at its ends.
    var isHeaderValue: Bool {
        utf8.allSatisfy { (0x20...0x7E).contains($0) } && utf8.first != 0x20 && utf8.last != 0x20
    }

    /// Why it is none, without quoting it.
    fileprivate var unfitForHeader: String {
        if utf8.contains(0x0A) || utf8.contains(0x0D) { return "a line end" }
        if utf8.first == 0x20 || utf8.last == 0x20 { return "a blank at its start or end" }
        return "a character that no header may carry: printable ASCII only"
    }
}
