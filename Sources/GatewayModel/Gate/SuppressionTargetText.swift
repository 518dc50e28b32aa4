// SPDX-License-Identifier: Apache-2.0
//
// Suppression targets as people and records write them (CONTRACT 9).

extension SuppressionTarget: CustomStringConvertible {
    /// Reads `ada@example.com`, `+33612345678`, `@example.com`, `*.example.com`, `+33…*` (or `+33*`), `person:lead-7`,
    /// `md5:…`, `sha1:…`, `sha256:…`; nil for anything else. Addresses in the strict form only: see `init(anySpelling:)`.
    public init?(_ text: String) {
        if let target = Self.pattern(text) {
            self = target
        } else if let address = ContactAddress(text) {
            self = .address(address)
        } else {
            return nil
        }
    }

    /// The same, and addresses in any spelling.
    public init(anySpelling text: String) throws(AddressFault) {
        if let target = SuppressionTarget(text) ?? Self.pattern(text.filter { !$0.isWhitespace }) {
            self = target
        } else {
            self = .address(try ContactAddress(anySpelling: text))
        }
    }

    public var description: String {
        switch self {
        case .address(let address): address.description
        case .hash(let kind, let digest): "\(kind.rawValue):\(HexText.write(digest))"
        case .domain(let name): "@\(name)"
        case .domainSuffix(let name): "*.\(name)"
        case .phonePrefix(let digits): "\(digits)*"
        case .person(let id): "person:\(id)"
        }
    }

    /// What stands for many addresses, or for one that is not said.
    private static func pattern(_ text: String) -> SuppressionTarget? {
        // Lists are long, and hardly an entry is a pattern.
        guard let first = text.utf8.first, "*@+pms".utf8.contains(first) else { return nil }
        if let rest = text.after("*.") {
            // A top level alone is a suffix, too: `*.example` has one label more than its own name.
            return DomainName.ascii("x.\(rest)").map { .domainSuffix(String($0.dropFirst(2))) }
        }
        if let rest = text.after("*@") ?? text.after("@") { return DomainName.ascii(rest).map { .domain($0) } }
        if text.utf8.last == UInt8(ascii: "*"), text.utf8.first == UInt8(ascii: "+") { return prefix(text) }
        if let rest = text.after("person:") {
            let isSound = !rest.isEmpty && rest.utf8.count <= 200 && LineSafety.isOneLine(rest)
            return isSound ? .person(rest) : nil
        }
        for kind in HashKind.allCases {
            guard let rest = text.after("\(kind.rawValue):") else { continue }
            return HexText.read(rest, bytes: kind.byteCount).map { .hash(kind, $0) }
        }
        return nil
    }

    /// `+33*`, `+33…*`, `+33...*`: E.164 has one to fifteen digits, the first not zero.
    private static func prefix(_ text: String) -> SuppressionTarget? {
        var rest = text.dropLast()
        for dots in ["…", "..."] where rest.hasSuffix(dots) { rest = rest.dropLast(dots.count) }
        let digits = rest.utf8.dropFirst()
        guard (1...15).contains(digits.count), digits.first != UInt8(ascii: "0"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return .phonePrefix(String(rest))
    }
}

extension SuppressionTarget.HashKind {
    public var byteCount: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// The kind whose digests have so many bytes.
    public init?(byteCount: Int) {
        guard let kind = Self.allCases.first(where: { $0.byteCount == byteCount }) else { return nil }
        self = kind
    }
}

/// Digests as text: two digits a byte, either case read, lower case written.
public enum HexText {
    public static func read(_ text: String, bytes count: Int) -> [UInt8]? {
        let digits = text.utf8
        guard digits.count == count * 2 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var high: UInt8?
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    public static func write(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - 55
        default: nil
        }
    }
}

extension String {
    /// What follows the mark, by bytes; nil where the text does not begin with it.
    fileprivate func after(_ mark: String) -> String? {
        utf8.starts(with: mark.utf8) ? String(decoding: utf8.dropFirst(mark.utf8.count), as: UTF8.self) : nil
    }
}
