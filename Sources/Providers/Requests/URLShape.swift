// SPDX-License-Identifier: Apache-2.0
//
// URLs as settings and descriptions write them: checked by their characters, before anything is put together from them.

enum URLShape {
    /// `https://host[:port][/path]`, or http; without query, fragment and account. Gives it without slashes at its end.
    static func base(_ text: String) -> String? {
        let rest: Substring
        if text.hasPrefix("https://") {
            rest = text.dropFirst(8)
        } else if text.hasPrefix("http://") {
            rest = text.dropFirst(7)
        } else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" }
        guard isAuthority(authority), isPath(rest[authority.endIndex...]) else { return nil }
        var url = text
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }

    /// An absolute URL that may have a query.
    static func isCallback(_ text: String) -> Bool {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, base(String(first)) != nil else { return false }
        return parts.count == 1 || isQuery(parts[1])
    }

    /// Letters, digits, dots and hyphens: what cannot leave the host it stands in.
    static func isHostText(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }

    private static func isAuthority(_ text: Substring) -> Bool {
        var host = text
        if host.first == "[" {
            guard let end = host.firstIndex(of: "]") else { return false }
            let inside = host[host.index(after: host.startIndex)..<end]
            guard !inside.isEmpty, inside.utf8.allSatisfy({ isAlphanumeric($0) || ":.".utf8.contains($0) }) else {
                return false
            }
            host = host[host.index(after: end)...]
            return host.isEmpty || isPort(host)
        }
        let name = host.prefix { $0 != ":" }
        host = host[name.endIndex...]
        return isHostText(name) && (host.isEmpty || isPort(host))
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && (1...5).contains(text.utf8.count - 1)
            && Int(text.dropFirst()).map { (1...65_535).contains($0) } == true
    }

    /// Characters of RFC 3986 section 3.3, percent signs only before two hex digits.
    static func isPath(_ text: some StringProtocol) -> Bool { holdsOnly("-._~!$&'()*+,;=:@/%", text) }

    private static func isQuery(_ text: Substring) -> Bool { holdsOnly("-._~!$&'()*+,;=:@/%?", text) }

    private static func holdsOnly(_ marks: String, _ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        for (place, byte) in bytes.enumerated() {
            guard isAlphanumeric(byte) || marks.utf8.contains(byte) else { return false }
            if byte == UInt8(ascii: "%") {
                guard place + 2 < bytes.count, isHex(bytes[place + 1]), isHex(bytes[place + 2]) else { return false }
            }
        }
        return true
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
