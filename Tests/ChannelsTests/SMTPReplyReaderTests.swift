// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Channels

@Suite("Reading SMTP replies")
struct SMTPReplyReaderTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: String
        let found: [SMTPReplyReader.Finding]
        init(_ sentence: String, _ bytes: String, _ found: SMTPReplyReader.Finding...) {
            (testDescription, self.bytes, self.found) = (sentence, bytes, found)
        }
    }

    static func reply(_ code: Int, _ text: String) -> SMTPReplyReader.Finding { .reply(SMTPReply(code: code, text)) }

    static let table = [
        Row("one line", "250 2.1.0 ok\r\n", reply(250, "2.1.0 ok")),
        Row("two replies", "250 a\r\n354 b\r\n", reply(250, "a"), reply(354, "b")),
        Row("lines of one reply are joined", "250-a\r\n250-b\r\n250 c\r\n", reply(250, "a\nb\nc")),
        Row("a code alone", "250\r\n", reply(250, "")),
        Row("a code and a space", "250 \r\n", reply(250, "")),
        Row("an empty line in the middle", "250-\r\n250 x\r\n", reply(250, "\nx")),
        Row("a bare LF ends a line", "250-a\n250 b\n", reply(250, "a\nb")),
        Row("an unfinished line is no reply", "250 a\r\n250 b", reply(250, "a")),
        Row("an unfinished reply is no reply", "250-a\r\n"),
        Row("no code", "hello\r\n250 ok\r\n", .garbage(.noCode)),
        Row("an empty line", "\r\n250 ok\r\n", .garbage(.noCode)),
        Row("code and text stuck together", "250ok\r\n", .garbage(.noCode)),
        Row("a code of two digits", "25 ok\r\n", .garbage(.noCode)),
        Row("a code below 200", "150 ok\r\n", .garbage(.noCode)),
        Row("a code above 599", "650 ok\r\n", .garbage(.noCode)),
        Row("a code outside RFC 5321's second digits", "571 no\r\n", reply(571, "no")),
        Row("the code changes within a reply", "250-a\r\n550 b\r\n", .garbage(.codeChanged)),
        Row("the code changes to acceptance", "550-a\r\n250 b\r\n", .garbage(.codeChanged)),
        Row(
            "a line of 2,000 octets", "250 " + String(repeating: "x", count: 2000) + "\r\n",
            reply(250, String(repeating: "x", count: 2000))),
        Row("a line of 5,000 octets", "250 " + String(repeating: "x", count: 5000) + "\r\n", .garbage(.lineTooLong)),
        Row("a line without end", String(repeating: "x", count: 5000), .garbage(.lineTooLong)),
        Row("a reply without end", String(repeating: "250-x\r\n", count: 200), .garbage(.tooManyLines)),
        Row("nothing is read behind garbage", "250 a\r\n?\r\n250 b\r\n", reply(250, "a"), .garbage(.noCode)),
    ]

    @Test("each sort of reply is read, in one piece", arguments: table)
    func readsWhole(_ row: Row) {
        #expect(read([Array(row.bytes.utf8)]) == row.found)
    }

    @Test("and the same, cut at every byte", arguments: table)
    func readsCut(_ row: Row) {
        let bytes = Array(row.bytes.utf8)
        #expect(read(bytes.map { [$0] }) == row.found)
        for cut in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
            #expect(read([Array(bytes[..<cut]), Array(bytes[cut...])]) == row.found, "cut at \(cut)")
        }
    }

    @Test("the fuzz entry holds on the table and on random bytes")
    func fuzzEntry() {
        for row in Self.table { Array(row.bytes.utf8).withUnsafeBytes { fuzzSMTPReplyReader($0) } }
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("2550 -\r\n.19\u{FF}x".utf8)
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            bytes.withUnsafeBytes { fuzzSMTPReplyReader($0) }
        }
    }

    private func read(_ pieces: [[UInt8]]) -> [SMTPReplyReader.Finding] {
        var reader = SMTPReplyReader()
        var found: [SMTPReplyReader.Finding] = []
        for piece in pieces { piece.withUnsafeBytes { reader.read($0, into: &found) } }
        return found
    }
}

@Suite("What a reply says")
struct SMTPReplyTests {
    struct Row: Sendable {
        let code: Int
        let raw: String
        let enhanced: String?
        let text: String
        var queueID: String?
        var wire: String?
    }

    static let table = [
        Row(code: 250, raw: "2.0.0 Ok: queued as 4F2A", enhanced: "2.0.0", text: "Ok: queued as 4F2A", queueID: "4F2A"),
        Row(code: 250, raw: "OK id=1sK-0007-Xy", enhanced: nil, text: "OK id=1sK-0007-Xy", queueID: "1sK-0007-Xy"),
        Row(code: 250, raw: "Message Queued As <A1>", enhanced: nil, text: "Message Queued As <A1>", queueID: "A1"),
        Row(code: 250, raw: "Queued mail for delivery", enhanced: nil, text: "Queued mail for delivery"),
        Row(code: 250, raw: "valid=yes", enhanced: nil, text: "valid=yes"),
        Row(code: 250, raw: "", enhanced: nil, text: ""),
        Row(
            code: 550, raw: "5.1.1 The account\n5.1.1 does not exist", enhanced: "5.1.1",
            text: "The account does not exist", wire: "5.1.1 The account does not exist"),
        Row(code: 550, raw: "2.1.1 of another class", enhanced: nil, text: "2.1.1 of another class"),
        Row(code: 550, raw: "5.1 too short", enhanced: nil, text: "5.1 too short"),
        Row(code: 550, raw: "5.7.515 long detail", enhanced: "5.7.515", text: "long detail"),
        Row(code: 550, raw: "5.7.1", enhanced: "5.7.1", text: "", wire: "5.7.1"),
        Row(code: 550, raw: "5.1.1<a@b> stuck", enhanced: nil, text: "5.1.1<a@b> stuck"),
        Row(code: 550, raw: "a\u{1}b\tc", enhanced: nil, text: "a b c"),
        Row(code: 550, raw: "caf\u{E9}\u{2028}x", enhanced: nil, text: "caf\u{E9} x"),
    ]

    @Test("enhanced code, text on one line, queue id", arguments: table)
    func says(_ row: Row) {
        let reply = SMTPReply(code: row.code, row.raw)
        #expect(reply.enhanced?.description == row.enhanced)
        #expect(reply.text == row.text)
        #expect(reply.queueID == row.queueID)
        if let wire = row.wire { #expect(reply.wireText == wire) }
    }

    @Test("text is cut at 512 bytes, for the wire log at 480, never within a letter")
    func isBounded() {
        let reply = SMTPReply(code: 550, "5.1.1 " + String(repeating: "\u{20AC}", count: 400))
        #expect(reply.text.utf8.count == 510)
        #expect(reply.wireText.utf8.count <= 480)
        #expect(reply.wireText.hasPrefix("5.1.1 \u{20AC}"))
        let broken = SMTPReply(code: 550, raw: [UInt8](repeating: 0xFF, count: 600))
        #expect(broken.text.utf8.count <= 512)
    }
}
