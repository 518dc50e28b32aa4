// SPDX-License-Identifier: Apache-2.0
//
// The address of a relay, as `smtp://host[:port]` or `smtps://host[:port]`.

import Foundation
import GatewayModel
import StrictTOML

/// Host and port of a relay, and whether TLS begins with the first byte (RFC 8314 section 3.3).
struct RelayURL: Hashable {
    var host: String
    var port: Int
    var implicitTLS: Bool

    /// Default ports: 25 for `smtp`, 465 for `smtps`. Never quotes the text: someone may have put a password there.
    init(_ text: String) throws(TOMLComplaint) {
        guard let colon = text.range(of: "://"), let scheme = Scheme(rawValue: text[..<colon.lowerBound].lowercased())
        else {
            throw TOMLComplaint("must begin with smtp:// or smtps://")
        }
        var authority = text[colon.upperBound...]
        if authority.contains("@") {
            throw TOMLComplaint("must not hold user or password; \"username\" and \"password\" are keys of their own")
        }
        if authority.last == "/" { authority.removeLast() }
        guard !authority.contains(where: { "/?#".contains($0) }) else {
            throw TOMLComplaint("must end with host or port: smtp://host or smtp://host:port")
        }
        let (hostText, portText) = try Self.split(authority)
        guard let host = Self.host(hostText) else {
            throw TOMLComplaint("must name a host: a name, or an address ([::1] for IPv6)")
        }
        guard let port = portText.map({ WholeNumber.parse($0) }) ?? scheme.port, (1...65_535).contains(port) else {
            throw TOMLComplaint("must have a port from 1 to 65535, or none")
        }
        (self.host, self.port, implicitTLS) = (host, port, scheme == .smtps)
    }

    private enum Scheme: String {
        case smtp, smtps
        var port: Int { self == .smtp ? 25 : 465 }
    }

    private static func split(_ authority: Substring) throws(TOMLComplaint) -> (Substring, Substring?) {
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else {
                throw TOMLComplaint("lacks the ] of its IPv6 address")
            }
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else { throw TOMLComplaint("has something between host and port") }
            return (authority[authority.startIndex...end], rest.isEmpty ? nil : rest.dropFirst())
        }
        guard let colon = authority.firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func host(_ text: Substring) -> String? {
        if text.first == "[" {
            let address = String(text.dropFirst().dropLast())
            var bytes = in6_addr()
            return inet_pton(AF_INET6, address, &bytes) == 1 ? address : nil
        }
        if let name = DomainName.ascii(String(text)) { return name }
        let isLabel = text.utf8.allSatisfy { byte in
            WholeNumber.isDigit(byte) || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        return isLabel && !text.isEmpty && text.first != "-" && text.utf8.count <= 63 ? text.lowercased() : nil
    }
}

/// Hosts that never leave the machine.
enum Loopback {
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        var address = in_addr()
        return inet_pton(AF_INET, host, &address) == 1 && UInt32(bigEndian: address.s_addr) >> 24 == 127
    }
}
