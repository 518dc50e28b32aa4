// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Glibc
import TestSupport
import Testing

@testable import Transport

@Suite("The guard against addresses inside", .timeLimit(.minutes(1)))
struct AddressGuardTests {
    /// First and last address of every range, and their neighbours outside.
    @Test(
        "IPv4: each range from its first to its last address, and nothing beside it",
        arguments: [
            ("0.0.0.0", "0.255.255.255", nil, "1.0.0.0"),
            ("10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
            ("100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"),
            ("127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"),
            ("169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"),
            ("172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"),
            ("192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0"),
            ("192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"),
            ("192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"),
            ("198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0"),
            ("198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0"),
            ("203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"),
            ("224.0.0.0", "239.255.255.255", "223.255.255.255", nil),
            ("240.0.0.0", "255.255.255.255", nil, nil),
        ] as [(String, String, String?, String?)])
    func v4(first: String, last: String, before: String?, after: String?) {
        #expect(!isPublic(first) && !isPublic(last))
        #expect(!isPublic("::ffff:\(first)") && !isPublic("::ffff:\(last)"))
        for outside in [before, after].compactMap(\.self) {
            #expect(isPublic(outside), "\(outside)")
            #expect(isPublic("::ffff:\(outside)"), "\(outside)")
        }
    }

    @Test(
        "IPv6: what is inside",
        arguments: [
            "::", "::1", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::1", "febf::1", "fec0::1",
            "ff02::1",
            "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "::7f00:1", "2001::1", "2001:1ff::1",
            "2001:db8::1", "2002:7f00:1::", "3fff::1", "4000::1",
        ])
    func v6Inside(address: String) { #expect(!isPublic(address)) }

    @Test(
        "IPv6: what is outside",
        arguments: ["2000::1", "2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2a00::1", "3ffe::1"])
    func v6Outside(address: String) { #expect(isPublic(address)) }

    @Test("anything that is no internet address is inside")
    func otherFamilies() {
        var address = sockaddr()
        address.sa_family = sa_family_t(AF_UNIX)
        #expect(!AddressGuard.isPublic(&address))
    }

    @Test(
        "no connection is made to this machine, however it is spelled",
        arguments: [
            "127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "localhost", "[::1]",
            "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        ])
    func spellings(host: String) async throws {
        let server = try ScriptedHTTPServer(answering: "inside")
        let desk = try Desk { $0.allowsPrivateNetwork = false }
        let seen = await desk.get("https://\(host):\(server.port)/")
        #expect(seen.failure?.kind == .forbiddenAddress)
        #expect(seen.failure?.bodySent == HTTPFailure.Sent.none)
        #expect(seen.steps.isEmpty)
        #expect(server.connectionCount == 0)
    }

    @Test("plain http is refused before an address is looked for, unless private networks are allowed")
    func plain() async throws {
        let server = try ScriptedHTTPServer(answering: "inside")
        let (guarded, open) = (try Desk { $0.allowsPrivateNetwork = false }, try Desk())
        #expect(await guarded.get(server.url).failure?.kind == .setup)
        #expect(await open.get(server.url).text == "inside")
    }

    @Test(
        "other protocols than HTTP are refused",
        arguments: ["file:///etc/passwd", "gopher://127.0.0.1:70/", "ftp://h/"])
    func protocols(url: String) async throws {
        let desk = try Desk()
        #expect(await desk.get(url).failure?.kind == .setup)
    }

    private func isPublic(_ text: String) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            return AddressGuard.isPublic(v4: bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) })
        }
        #expect(inet_pton(AF_INET6, text, &bytes) == 1, "\(text)")
        return bytes.withUnsafeBytes { AddressGuard.isPublic(v6: $0) }
    }
}
