// SPDX-License-Identifier: Apache-2.0
//
// Whether an address can be one of the open net, by its spelling. What a name leads to the transport sees, and refuses
// what is inside; this is the first fence, for addresses that came in an answer.

enum PublicAddress {
    /// `https://host[:port][/path]` of a public host, without a slash at its end; nil for everything else.
    static func base(_ url: String) -> String? {
        guard url.hasPrefix("https://"), let base = URLShape.base(url), let host = host(of: base), isPublic(host) else {
            return nil
        }
        return base
    }

    /// Letters, digits, hyphens and dots, with a last label that is a word: neither a number nor a name that stands for
    /// something inside (RFC 6761, RFC 8375, RFC 9476).
    static func isPublic(_ host: some StringProtocol) -> Bool {
        let labels = host.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isLabelByte) }),
            let last = labels.last, last.contains(where: \.isLetter), !last.hasPrefix("0x")
        else { return false }
        return !insideNames.contains(String(last))
    }

    /// What stands between the scheme and the port or path; nil where there is none. IPv6 keeps its brackets.
    static func host(of url: String) -> String? {
        guard let authority = authority(of: url) else { return nil }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority[...end]) }
        return authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init)
    }

    /// As the Host header carries it (RFC 9110 section 7.2): without the scheme's own port.
    static func hostHeader(of url: String) -> String? {
        guard let authority = authority(of: url) else { return nil }
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")]
        where url.lowercased().hasPrefix(scheme) && authority.hasSuffix(port) {
            return String(authority.dropLast(port.count))
        }
        return authority
    }

    /// Path and what follows it; empty where the address ends with its host.
    static func path(of url: String) -> String {
        guard let authority = authority(of: url), let start = url.firstRange(of: "://") else { return "" }
        return String(url[start.upperBound...].dropFirst(authority.count))
    }

    private static func authority(of url: String) -> String? {
        guard let start = url.firstRange(of: "://") else { return nil }
        let authority = url[start.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return authority.isEmpty ? nil : String(authority)
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private static let insideNames: Set<String> = [
        "localhost", "local", "internal", "localdomain", "lan", "home", "corp", "private", "intranet", "arpa", "test",
        "invalid", "onion",
    ]
}
