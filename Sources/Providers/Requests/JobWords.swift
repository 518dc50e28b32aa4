// SPDX-License-Identifier: Apache-2.0
//
// What a job's token becomes for providers.

import Cryptography

/// A UUID of the job's own: the same at every attempt.
enum JobUUID {
    /// The token's bits in the form of a random UUID (RFC 9562 section 5.4): lower case, with hyphens.
    static func of(token: String) -> String {
        var bytes = bits(of: token) ?? Array(SHA256Digest.of(token).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (place, digit) in bytes.hex.utf8.enumerated() {
            if [8, 12, 16, 20].contains(place) { text.append(UInt8(ascii: "-")) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The first 128 bits of 26 characters of base32 (RFC 4648 section 6); nil for any other text.
    private static func bits(of token: String) -> [UInt8]? {
        guard token.utf8.count == 26 else { return nil }
        var bytes: [UInt8] = []
        var held = 0
        var count = 0
        for character in token.utf8 {
            let value: UInt8
            switch character {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a")
            case UInt8(ascii: "2")...UInt8(ascii: "7"): value = character - UInt8(ascii: "2") + 26
            default: return nil
            }
            held = (held << 5 | Int(value)) & 0xFFF
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> count))
            }
        }
        return bytes
    }
}

enum CallbackURL {
    /// With our reference as its query's last part `ref`.
    static func with(reference: String, _ url: String) -> String {
        "\(url)\(url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?")ref=\(PercentCoding.encode(reference))"
    }
}
