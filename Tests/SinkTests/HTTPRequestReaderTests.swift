// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Sink

@Suite("The sink reads HTTP")
struct HTTPRequestReaderTests {
    /// What comes of that text, given in pieces of that many bytes: `METHOD target body`, or a status.
    private func read(_ text: String, pieces: Int = .max, maxBody: Int = 1000) -> [String] {
        var reader = RequestReader(maxBody: maxBody)
        let bytes = Array(text.utf8)
        var seen: [String] = []
        for start in stride(from: 0, to: bytes.count, by: min(pieces, max(1, bytes.count))) {
            bytes[start..<min(bytes.count, start + min(pieces, bytes.count))].withUnsafeBufferPointer { reader.add($0) }
            reading: while true {
                switch reader.next() {
                case .needsMore: break reading
                case .expectsContinue: seen.append("100")
                case .request(let request):
                    let end = request.keepsAlive ? "" : " close"
                    seen.append(
                        "\(request.method) \(request.target) \(String(decoding: request.body, as: UTF8.self))\(end)")
                case .failed(let fault):
                    if seen.last != "\(fault.status)" { seen.append("\(fault.status)") }
                    break reading
                }
            }
        }
        return seen
    }

    private static let host = "Host: a\r\n"

    static let rows: [(String, String, [String])] = [
        ("no body", "GET /a?b=c HTTP/1.1\r\n\(host)\r\n", ["GET /a?b=c "]),
        ("a length", "POST /a HTTP/1.1\r\n\(host)Content-Length: 5\r\n\r\nhello", ["POST /a hello"]),
        (
            "three at once",
            "POST /a HTTP/1.1\r\n\(host)content-length:2\r\n\r\nxyGET /b HTTP/1.1\r\n\(host)\r\nPUT /c HTTP/1.1\r\n\(host)Content-Length: 1\r\n\r\nz",
            ["POST /a xy", "GET /b ", "PUT /c z"]
        ),
        (
            "chunks, an extension, a trailer, and one behind them",
            "POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: Chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\nGET /b HTTP/1.1\r\n\(host)\r\n",
            ["POST /a hello0123456789", "GET /b "]
        ),
        (
            "a body of line ends",
            "POST /a HTTP/1.1\r\n\(host)Content-Length: 4\r\n\r\n\r\n\r\nGET /b HTTP/1.1\r\n\(host)\r\n",
            ["POST /a \r\n\r\n", "GET /b "]
        ),
        ("empty lines before a request", "\r\n\r\nGET /a HTTP/1.1\r\n\(host)\r\n", ["GET /a "]),
        ("close", "GET /a HTTP/1.1\r\n\(host)Connection: close\r\n\r\n", ["GET /a  close"]),
        ("HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", ["GET /a  close"]),
        ("an absolute target", "GET http://x.y/a HTTP/1.1\r\n\(host)\r\n", ["GET /a "]),
        (
            "the same length twice", "POST /a HTTP/1.1\r\n\(host)Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
            ["POST /a x"]
        ),
        ("no host", "GET /a HTTP/1.1\r\n\r\n", ["400"]),
        ("two hosts", "GET /a HTTP/1.1\r\n\(host)\(host)\r\n", ["400"]),
        ("two lengths", "POST /a HTTP/1.1\r\n\(host)Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy", ["400"]),
        ("a signed length", "POST /a HTTP/1.1\r\n\(host)Content-Length: +1\r\n\r\nx", ["400"]),
        (
            "length and chunks", "POST /a HTTP/1.1\r\n\(host)Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
            ["400"]
        ),
        ("another coding", "POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: gzip, chunked\r\n\r\n", ["501"]),
        ("a bare line feed", "GET /a HTTP/1.1\n\(host)\r\n", ["400"]),
        ("a folded field", "GET /a HTTP/1.1\r\n\(host)X: a\r\n b\r\n\r\n", ["400"]),
        ("a blank before the colon", "GET /a HTTP/1.1\r\n\(host)X : a\r\n\r\n", ["400"]),
        ("a control in a field", "GET /a HTTP/1.1\r\n\(host)X: a\u{0}\r\n\r\n", ["400"]),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\n", ["505"]),
        ("another protocol", "EHLO me\r\n\r\n", ["400"]),
        (
            "a chunk without its end", "POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
            ["400"]
        ),
        ("a chunk size that is none", "POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\nx\r\n", ["400"]),
        ("a body too long", "POST /a HTTP/1.1\r\n\(host)Content-Length: 1001\r\n\r\n", ["413"]),
        ("chunks too long", "POST /a HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n3E9\r\n", ["413"]),
        ("a head too long", "GET /a HTTP/1.1\r\n\(host)X: \(String(repeating: "x", count: 66_000))", ["431"]),
        ("too many fields", "GET /a HTTP/1.1\r\n\(host)\(String(repeating: "X: y\r\n", count: 100))\r\n", ["431"]),
        ("nothing after a fault is read", "XX\r\n\r\nGET /a HTTP/1.1\r\n\(host)\r\n", ["400"]),
    ]

    @Test("however the bytes are cut", arguments: rows)
    func reads(_ name: String, _ text: String, _ due: [String]) {
        let pieces = text.utf8.count > 5000 ? [.max, 4096] : [.max, 1, 2, 3, 7]
        for size in pieces { #expect(read(text, pieces: size) == due, "\(name) in pieces of \(size)") }
    }

    @Test("a client that waits to go on is told to, one that does not wait is not")
    func continues() {
        let head = "POST /a HTTP/1.1\r\n\(Self.host)Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        #expect(read(head + "xy", pieces: head.utf8.count) == ["100", "POST /a xy"])
        #expect(read(head + "xy") == ["POST /a xy"])
    }

    @Test(
        "forms and queries",
        arguments: [
            ("a=1&b=x%20y+z&c&d=%C3%A4%2", ["a": "1", "b": "x y z", "c": "", "d": "ä%2"]), ("", [:]),
            ("To=%2B491&Body=a%3Db%26c", ["To": "+491", "Body": "a=b&c"]),
        ])
    func forms(_ text: String, _ due: [String: String]) {
        let fields = FormText.fields(text.utf8)
        #expect(Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) }) == due)
    }
}
