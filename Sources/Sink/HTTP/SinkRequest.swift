// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// A request received whole (RFC 9112 section 3).
struct SinkRequest: Hashable {
    var method: String
    /// As it was sent, without scheme and authority; begins with `/`.
    var target: String
    /// Names in lower case.
    var headers: [HeaderField]
    var body: [UInt8]
    /// Whether the client means to go on with this connection.
    var keepsAlive: Bool

    /// The first value; `name` in lower case.
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// Not decoded.
    var path: Substring.UTF8View { target.utf8.prefix { $0 != UInt8(ascii: "?") } }

    var query: [HeaderField] {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        return FormText.fields(target.utf8[target.utf8.index(after: mark)...])
    }

    /// As it came, without the values of those headers.
    func shown(hiding secrets: Set<String>) -> [UInt8] {
        var text = "\(method) \(target) HTTP/1.1\r\n"
        for header in headers { text += "\(header.name): \(secrets.contains(header.name) ? "…" : header.value)\r\n" }
        return Array((text + "\r\n").utf8) + body
    }
}

/// `a=b&c=d`, as queries and forms have it (WHATWG URL, application/x-www-form-urlencoded).
enum FormText {
    static func fields(_ text: some Collection<UInt8>) -> [HeaderField] {
        text.split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return HeaderField(
                decoded(name, plusIsBlank: true), decoded(pair.dropFirst(name.count + 1), plusIsBlank: true))
        }
    }

    /// Percent signs that begin no escape stay as they are.
    static func decoded(_ text: some Collection<UInt8>, plusIsBlank: Bool = false) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+"), plusIsBlank {
                bytes.append(0x20)
            } else if byte == UInt8(ascii: "%"), let value = escape(rest.prefix(2)) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func escape(_ digits: some Collection<UInt8>) -> UInt8? {
        guard digits.count == 2 else { return nil }
        var value: UInt8 = 0
        for digit in digits {
            guard let nibble = HexDigit.value(digit) else { return nil }
            value = value << 4 | nibble
        }
        return value
    }
}

enum HexDigit {
    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - 0x61 + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - 0x41 + 10
        default: nil
        }
    }
}
