// SPDX-License-Identifier: Apache-2.0
//
// A request brought into AWS's canonical form (AWS IAM User Guide, "Create a signed AWS API request", step 1): what both
// sides must spell alike, byte for byte, before a signature can be compared. Pure.
//
// Signed are the host, the content type and every `x-amz-…` header: what AWS demands, and nothing that a proxy on the way
// may change. S3 spells paths differently and is not spoken here.

import Cryptography
import GatewayModel

/// The exact bytes of a request, as far as a signature covers them.
struct SigV4Request {
    var method: String
    /// As the request line carries it: percent-encoded path and query.
    var target: String
    /// As the Host header carries it: with its port where that is not the scheme's own.
    var host: String
    var contentType: String?
    var headers: [HeaderField]
    var body: [UInt8]

    /// Names in lower case in AWS's order, values trimmed and joined.
    var signedHeaders: [HeaderField] {
        var values: [String: [String]] = ["host": [host]]
        if let contentType { values["content-type"] = [contentType] }
        for field in headers {
            let name = field.name.lowercased()
            if name.hasPrefix("x-amz-") { values[name, default: []].append(field.value) }
        }
        return values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { name, values in
            HeaderField(name, values.map(Self.withSingleBlanks).joined(separator: ","))
        }
    }

    /// Method, path, query, headers, their names, the payload's digest: a line each.
    var canonical: String {
        let (path, query) = Self.parts(of: target)
        let headers = signedHeaders
        return """
            \(method)
            \(Self.canonicalPath(path))
            \(Self.canonicalQuery(query))
            \(headers.map { "\($0.name):\($0.value)\n" }.joined())
            \(Self.names(of: headers))
            \(SHA256Digest.of(body).hex)
            """
    }

    static func names(of headers: [HeaderField]) -> String { headers.map(\.name).joined(separator: ";") }

    private static func parts(of target: String) -> (path: Substring, query: Substring) {
        let path = target.prefix { $0 != "?" }
        return (path, target[path.endIndex...].dropFirst())
    }

    /// Dot segments and empty ones taken out, then each segment percent-encoded once more: every service but S3 wants
    /// the path encoded twice, and the request line carries it encoded once.
    static func canonicalPath(_ path: Substring) -> String {
        var segments: [Substring] = []
        for segment in path.split(separator: "/") {
            switch segment {
            case ".": continue
            case "..": _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        if segments.isEmpty { return "/" }
        let slash = path.hasSuffix("/") ? "/" : ""
        return "/" + segments.map { percentEncoded($0.utf8) }.joined(separator: "/") + slash
    }

    /// Names and values percent-encoded anew, so that every spelling of the same bytes gives the same, sorted by both.
    static func canonicalQuery(_ query: Substring) -> String {
        query.split(separator: "&").map { pair in
            let name = pair.prefix { $0 != "=" }
            return [name, pair[name.endIndex...].dropFirst()].map { percentEncoded(percentDecoded($0.utf8)) }
        }
        .sorted { $0.lexicographicallyPrecedes($1) { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
        .map { "\($0[0])=\($0[1])" }
        .joined(separator: "&")
    }

    private static func withSingleBlanks(_ value: String) -> String {
        value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
    }
}

/// Of any bytes, as `PercentCoding` does of text.
private func percentEncoded(_ bytes: some Sequence<UInt8>) -> String {
    var encoded: [UInt8] = []
    for byte in bytes {
        if PercentCoding.isUnreserved[Int(byte)] {
            encoded.append(byte)
        } else {
            PercentCoding.appendEscape(byte, to: &encoded)
        }
    }
    return String(decoding: encoded, as: UTF8.self)
}

/// `%XX` as its byte; a percent sign that begins none stands for itself.
private func percentDecoded(_ text: Substring.UTF8View) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
        let pair = rest.prefix(2)
        if byte == UInt8(ascii: "%"), pair.count == 2, pair.allSatisfy(isHexDigit),
            let value = UInt8(Substring(pair), radix: 16)
        {
            bytes.append(value)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return bytes
}

private func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"),
        UInt8(ascii: "a")...UInt8(ascii: "f"):
        true
    default: false
    }
}
