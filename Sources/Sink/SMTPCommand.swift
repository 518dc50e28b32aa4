// SPDX-License-Identifier: Apache-2.0

/// A command line taken apart (RFC 5321 section 4.1).
enum SMTPCommand: Equatable {
    case helo, ehlo
    case mail(Path)
    case rcpt(Path)
    case data, rset, noop, quit, vrfy, help, startTLS
    case auth(mechanism: String, initial: String?)
    /// A known verb with arguments that it cannot have.
    case malformed
    case unknown

    /// `<address>` and the parameters behind it, in upper case.
    struct Path: Equatable {
        /// Empty for `<>`.
        var address: String
        var parameters: [String]

        var localPart: Substring { address.lastIndex(of: "@").map { address[..<$0] } ?? address[...] }
    }

    /// - Parameter line: without its CRLF.
    init(_ line: UnsafeBufferPointer<UInt8>) {
        let verbEnd = line.firstIndex(of: UInt8(ascii: " ")) ?? line.count
        let arguments = UnsafeBufferPointer(rebasing: line[verbEnd...].drop { $0 == UInt8(ascii: " ") })
        switch Self.packed(line[..<verbEnd]) {
        case Self.packed("MAIL"): self = Path(arguments, behind: "FROM:").map(Self.mail) ?? .malformed
        case Self.packed("RCPT"): self = Path(arguments, behind: "TO:").map(Self.rcpt) ?? .malformed
        case Self.packed("DATA"): self = arguments.isEmpty ? .data : .malformed
        case Self.packed("EHLO"): self = arguments.isEmpty ? .malformed : .ehlo
        case Self.packed("HELO"): self = arguments.isEmpty ? .malformed : .helo
        case Self.packed("RSET"): self = arguments.isEmpty ? .rset : .malformed
        case Self.packed("QUIT"): self = arguments.isEmpty ? .quit : .malformed
        case Self.packed("STARTTLS"): self = arguments.isEmpty ? .startTLS : .malformed
        case Self.packed("NOOP"): self = .noop
        case Self.packed("VRFY"): self = .vrfy
        case Self.packed("HELP"): self = .help
        case Self.packed("AUTH"): self = Self.auth(arguments)
        default: self = .unknown
        }
    }

    private static func auth(_ arguments: UnsafeBufferPointer<UInt8>) -> SMTPCommand {
        let words = String(decoding: arguments, as: UTF8.self).split(separator: " ")
        guard (1...2).contains(words.count) else { return .malformed }
        return .auth(mechanism: words[0].uppercased(), initial: words.count == 2 ? String(words[1]) : nil)
    }

    /// Up to eight letters, upper case, in one integer; 0 for anything longer.
    private static func packed(_ word: some Collection<UInt8>) -> UInt64 {
        word.count <= 8 ? word.reduce(0) { $0 << 8 | UInt64((0x61...0x7A).contains($1) ? $1 & 0xDF : $1) } : 0
    }
    private static func packed(_ word: StaticString) -> UInt64 {
        packed(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}

extension SMTPCommand.Path {
    /// Nil unless it is `WORD:<address>` with one space before each parameter. Source routes are refused.
    init?(_ arguments: UnsafeBufferPointer<UInt8>, behind word: StaticString) {
        let length = word.utf8CodeUnitCount
        guard arguments.count >= length + 2 else { return nil }
        for place in 0..<length where Self.upper(arguments[place]) != word.utf8Start[place] { return nil }
        var index = length
        if arguments[index] == UInt8(ascii: " ") { index += 1 }  // not in the grammar, and often sent
        guard arguments[index] == UInt8(ascii: "<"),
            let end = arguments[index...].firstIndex(of: UInt8(ascii: ">")), end - index <= 321,
            let address = String(validating: arguments[index + 1..<end], as: UTF8.self),
            Self.isPath(arguments[index + 1..<end])
        else { return nil }
        let rest = arguments[(end + 1)...]
        guard rest.isEmpty || rest.first == UInt8(ascii: " ") else { return nil }
        self.address = address
        parameters =
            rest.isEmpty ? [] : String(decoding: rest, as: UTF8.self).split(separator: " ").map { $0.uppercased() }
    }

    private static func upper(_ byte: UInt8) -> UInt8 { (0x61...0x7A).contains(byte) ? byte & 0xDF : byte }

    /// Empty, or something on both sides of an `@`, without controls, spaces or angle brackets.
    private static func isPath(_ path: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard !path.isEmpty else { return true }
        guard let at = path.lastIndex(of: UInt8(ascii: "@")), at > path.startIndex, at + 1 < path.endIndex else {
            return false
        }
        return path.first != UInt8(ascii: "@") && path.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "<") }
    }
}
