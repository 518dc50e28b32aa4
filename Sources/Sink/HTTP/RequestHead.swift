// SPDX-License-Identifier: Apache-2.0

import GatewayModel

/// Request line and fields (RFC 9112 sections 3 and 5).
struct RequestHead {
    enum Framing: Equatable {
        case length(Int)
        case chunked
    }

    var method: String
    var target: String
    /// Names in lower case.
    var headers: [HeaderField]
    var framing: Framing
    var keepsAlive: Bool
    var expectsContinue: Bool
    private static let mostFields = 100

    /// - Parameter bytes: up to and with the CRLF of the last field.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(RequestFault) {
        var lines = HeadLines(bytes)
        guard let first = try lines.next() else { throw RequestFault(400, "there is no request line") }
        let isOld: Bool
        (method, target, isOld) = try Self.requestLine(first)
        headers = []
        headers.reserveCapacity(12)
        while let line = try lines.next() {
            headers.append(try Self.field(line))
            if headers.count > Self.mostFields { throw RequestFault(431, "more than \(Self.mostFields) fields") }
        }
        if !isOld, headers.lazy.filter({ $0.name == "host" }).count != 1 {
            throw RequestFault(400, "one Host field is due")
        }
        framing = try Self.framing(headers)
        let connection = headers.first { $0.name == "connection" }?.value.lowercased() ?? ""
        keepsAlive = isOld ? connection == "keep-alive" : !connection.contains("close")
        expectsContinue = !isOld && headers.contains { $0.name == "expect" && $0.value.lowercased() == "100-continue" }
    }

    private typealias Line = Slice<UnsafeBufferPointer<UInt8>>

    private static func requestLine(
        _ line: UnsafeBufferPointer<UInt8>
    ) throws(RequestFault) -> (method: String, target: String, isOld: Bool) {
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(isTokenByte),
            words[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw RequestFault(400, "the request line is malformed") }
        let isOld: Bool
        switch String(decoding: words[2], as: UTF8.self) {
        case "HTTP/1.1": isOld = false
        case "HTTP/1.0": isOld = true
        default: throw RequestFault(505, "HTTP/1.1 is spoken here")
        }
        return (String(decoding: words[0], as: UTF8.self), try target(words[1]), isOld)
    }

    /// Scheme and authority of an absolute target (RFC 9112 section 3.2.2) are taken off.
    private static func target(_ bytes: Line) throws(RequestFault) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        if bytes.first == UInt8(ascii: "/") { return text }
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            return String(text.dropFirst(scheme.count).drop { $0 != "/" })
        }
        throw RequestFault(400, "the target is no path")
    }

    private static func field(_ line: UnsafeBufferPointer<UInt8>) throws(RequestFault) -> HeaderField {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0, line[..<colon].allSatisfy(isTokenByte)
        else { throw RequestFault(400, "a field line is malformed") }
        var value = line[(colon + 1)...].drop(while: isBlank)
        while let last = value.last, isBlank(last) { value.removeLast() }
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw RequestFault(400, "a field holds a control character")
        }
        return HeaderField(lowerCase(line[..<colon]), String(decoding: value, as: UTF8.self))
    }

    /// Either a length, said once or always the same, or chunks (RFC 9112 section 6.3).
    private static func framing(_ headers: [HeaderField]) throws(RequestFault) -> Framing {
        var length: Int?
        var isChunked = false
        for header in headers {
            if header.name == "content-length" {
                guard header.value.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let value = Int(header.value),
                    length == nil || length == value
                else { throw RequestFault(400, "Content-Length is malformed") }
                length = value
            } else if header.name == "transfer-encoding" {
                guard header.value.lowercased() == "chunked", !isChunked else {
                    throw RequestFault(501, "of all transfer codings only chunked is known")
                }
                isChunked = true
            }
        }
        if isChunked, length != nil {
            throw RequestFault(400, "Content-Length and Transfer-Encoding exclude each other")
        }
        return isChunked ? .chunked : .length(length ?? 0)
    }

    private static func lowerCase(_ name: Line) -> String {
        String(unsafeUninitializedCapacity: name.count) { buffer in
            for (index, byte) in name.enumerated() {
                buffer[index] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            }
            return name.count
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// RFC 9110 section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x5E...0x7A, 0x7C, 0x7E, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E: true
        default: false
        }
    }
}

/// Lines that each end in CRLF and nothing else.
private struct HeadLines {
    private var rest: Slice<UnsafeBufferPointer<UInt8>>

    init(_ bytes: UnsafeBufferPointer<UInt8>) { rest = bytes[...] }

    mutating func next() throws(RequestFault) -> UnsafeBufferPointer<UInt8>? {
        guard !rest.isEmpty else { return nil }
        guard let end = rest.firstIndex(of: 0x0A), end > rest.startIndex, rest[end - 1] == 0x0D else {
            throw RequestFault(400, "lines end in CRLF")
        }
        defer { rest = rest[(end + 1)...] }
        return UnsafeBufferPointer(rebasing: rest[..<(end - 1)])
    }
}
