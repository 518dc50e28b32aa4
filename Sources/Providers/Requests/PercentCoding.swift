// SPDX-License-Identifier: Apache-2.0
//
// Texts within URLs and forms.

enum PercentCoding {
    /// Everything but unreserved characters (RFC 3986 section 2.3) as `%XX`.
    static func encode(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ isUnreserved[Int($0)] }) else { return text }
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func append(_ text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            if isUnreserved[Int(byte)] {
                bytes.append(byte)
            } else {
                appendEscape(byte, to: &bytes)
            }
        }
    }

    static func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "%"))
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    static let isUnreserved: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for byte in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8 {
            table[Int(byte)] = true
        }
        return table
    }()
}

/// `application/x-www-form-urlencoded` (WHATWG URL section 5.2), with `%20` written as `+`.
enum FormEncoding {
    static func encode(_ pairs: [(name: String, value: String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for pair in pairs { append(pair.name, pair.value, to: &bytes) }
        return bytes
    }

    static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
        append(name, to: &bytes)
        bytes.append(UInt8(ascii: "="))
        append(value, to: &bytes)
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            if byte == UInt8(ascii: " ") {
                bytes.append(UInt8(ascii: "+"))
            } else if PercentCoding.isUnreserved[Int(byte)] {
                bytes.append(byte)
            } else {
                PercentCoding.appendEscape(byte, to: &bytes)
            }
        }
    }
}
