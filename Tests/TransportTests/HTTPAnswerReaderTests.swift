// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Transport

@Suite("Putting an answer together")
struct HTTPAnswerReaderTests {
    private func reader(_ lines: [String], most: Int = 100) -> HTTPAnswerReader {
        var reader = HTTPAnswerReader(mostBodyBytes: most)
        for line in lines { _ = take(&reader, line) }
        return reader
    }

    private func take(_ reader: inout HTTPAnswerReader, _ line: String) -> Bool {
        Array((line + "\r\n").utf8).withUnsafeBytes { reader.take(headerLine: $0) }
    }

    private func take(_ reader: inout HTTPAnswerReader, body: String) -> Bool {
        Array(body.utf8).withUnsafeBytes { reader.take(body: $0) }
    }

    @Test("names are lowered, blanks around values go, folded lines are joined, what is no field is passed over")
    func fields() {
        let lines = ["HTTP/1.1 201 Created", "X-Long: a", "\t b ", "EMPTY:", "no field", "Retry-After: \t7 ", ""]
        let answer = reader(lines).answer(isCut: false)
        #expect(answer?.status == 201)
        #expect(
            answer?.headers == [
                HeaderField("x-long", "a b"), HeaderField("empty", ""), HeaderField("retry-after", "7"),
            ])
    }

    @Test("there is no answer before its header has ended, nor after a 1xx alone")
    func incomplete() {
        #expect(reader([]).answer(isCut: false) == nil)
        #expect(reader(["HTTP/1.1 200 OK"]).answer(isCut: true) == nil)
        #expect(reader(["HTTP/1.1 103 Early Hints", "Link: x", ""]).answer(isCut: true) == nil)
        #expect(reader(["HTTP/2 204 ", ""]).answer(isCut: false) == HTTPAnswer(status: 204))
    }

    @Test("what a 1xx said is forgotten; trailers are no headers")
    func informational() {
        var reader = reader(["HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 200 OK", "A: b", ""])
        #expect(take(&reader, body: "text"))
        #expect(take(&reader, "Trailer: t"))
        #expect(
            reader.answer(isCut: false)
                == HTTPAnswer(status: 200, headers: [HeaderField("a", "b")], body: Array("text".utf8)))
    }

    @Test("a body is read up to its limit, and is cut only beyond it")
    func limit() {
        var reader = reader(["HTTP/1.1 200 OK", ""], most: 4)
        #expect(take(&reader, body: "abc"))
        #expect(take(&reader, body: "d"))
        #expect(reader.answer(isCut: false)?.isCut == false)
        #expect(!take(&reader, body: "e"))
        #expect(reader.answer(isCut: false) == HTTPAnswer(status: 200, body: Array("abcd".utf8), isCut: true))
    }

    @Test("all header lines together are bounded, over several 1xx too")
    func headerLimit() {
        var reader = reader([])
        var lines = 0
        while take(&reader, lines % 2 == 0 ? "HTTP/1.1 100 Continue" : "") { lines += 1 }
        #expect(lines < HTTPAnswerReader.mostHeaderBytes)
        #expect(reader.answer(isCut: true) == nil && reader.isOverfull)
    }
}
