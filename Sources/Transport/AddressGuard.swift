// SPDX-License-Identifier: Apache-2.0
//
// AddressGuard: which addresses lie outside, in the public internet.
//
// It judges the address a socket is about to connect to, after names are resolved: odd spellings of numbers and names
// that lead inside are seen for what they are. Sources: the IANA special-purpose registries (RFC 6890) and RFC 4291
// section 2.4 for what IPv6 has assigned.

import Glibc

enum AddressGuard {
    /// Whether that socket address is of IPv4 or IPv6 and lies in the public internet.
    static func isPublic(_ address: UnsafePointer<sockaddr>) -> Bool {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                isPublic(v4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin6_addr) { isPublic(v6: $0) }
            }
        default: false
        }
    }

    static func isPublic(v4 address: UInt32) -> Bool {
        !insideV4.contains { address >> (32 - $0.bits) == $0.network >> (32 - $0.bits) }
    }

    /// Sixteen bytes in network order.
    static func isPublic(v6 address: UnsafeRawBufferPointer) -> Bool {
        let (high, low) = (bigEndian(address[..<8]), bigEndian(address[8...]))
        if high == 0, low >> 32 == 0xFFFF { return isPublic(v4: UInt32(truncatingIfNeeded: low)) }  // ::ffff:0:0/96
        return high >> 61 == 0b001 && !insideV6.contains { high >> (64 - $0.bits) == $0.network >> (64 - $0.bits) }
    }

    private static func bigEndian(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static let insideV4: [(network: UInt32, bits: UInt32)] = [
        (0x0000_0000, 8),  // 0/8, this network
        (0x0A00_0000, 8),  // 10/8, private
        (0x6440_0000, 10),  // 100.64/10, carrier's own
        (0x7F00_0000, 8),  // 127/8, loopback
        (0xA9FE_0000, 16),  // 169.254/16, link-local, where clouds keep their metadata
        (0xAC10_0000, 12),  // 172.16/12, private
        (0xC000_0000, 24),  // 192.0.0/24, protocol assignments
        (0xC000_0200, 24),  // 192.0.2/24, documentation
        (0xC058_6300, 24),  // 192.88.99/24, 6to4 relays
        (0xC0A8_0000, 16),  // 192.168/16, private
        (0xC612_0000, 15),  // 198.18/15, benchmarks
        (0xC633_6400, 24),  // 198.51.100/24, documentation
        (0xCB00_7100, 24),  // 203.0.113/24, documentation
        (0xE000_0000, 3),  // 224/4, multicast, and 240/4, reserved
    ]

    /// Of 2000::/3 alone: nothing else is global unicast, so ::1, fc00::/7, fe80::/10, ff00::/8 and 64:ff9b::/96 need no line.
    private static let insideV6: [(network: UInt64, bits: UInt64)] = [
        (0x2001_0000_0000_0000, 23),  // protocol assignments, Teredo among them
        (0x2001_0DB8_0000_0000, 32),  // documentation
        (0x2002_0000_0000_0000, 16),  // 6to4: holds any IPv4 address
        (0x3FFF_0000_0000_0000, 20),  // documentation
    ]
}
