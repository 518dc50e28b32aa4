// SPDX-License-Identifier: Apache-2.0
//
// A mailbox as settings write it.

import GatewayModel

extension Mailbox {
    /// `news@acme.example`, `Acme <news@acme.example>` or `"Acme, Inc." <news@acme.example>`. The name is one line.
    public init?(text: String) {
        guard text.hasSuffix(">") else {
            guard let address = EmailAddress(text) else { return nil }
            self.init(address)
            return
        }
        guard let bracket = text.lastIndex(of: "<"),
            let address = EmailAddress(String(text[text.index(after: bracket)...].dropLast()))
        else { return nil }
        guard let name = Self.name(text[..<bracket]), LineSafety.isOneLine(name) else { return nil }
        self.init(address, name: name.isEmpty ? nil : name)
    }

    /// As it reads back.
    public var text: String {
        guard let name else { return address.description }
        let escaped = name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
        return "\"\(escaped)\" <\(address)>"
    }

    /// The display name without its quotes (RFC 5322 section 3.2.4); nil where quotes or brackets are astray.
    private static func name(_ text: Substring) -> String? {
        var rest = text[...]
        while rest.last == " " { rest.removeLast() }
        while rest.first == " " { rest.removeFirst() }
        guard rest.first == "\"" else { return rest.contains(where: { "\"<>\\".contains($0) }) ? nil : String(rest) }
        rest.removeFirst()
        var name = ""
        while let character = rest.popFirst() {
            if character == "\"" { return rest.isEmpty ? name : nil }
            if character == "\\" {
                guard let escaped = rest.popFirst() else { return nil }
                name.append(escaped)
            } else {
                name.append(character)
            }
        }
        return nil
    }
}
