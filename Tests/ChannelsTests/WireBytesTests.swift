// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing

@testable import Channels

@Suite("A message's bytes on the wire")
struct WireBytesTests {
    @Test(
        "lines that begin with a dot get another",
        arguments: [
            ("a\r\n", "a\r\n"), (".\r\n", "..\r\n"), ("a\r\n.b\r\n", "a\r\n..b\r\n"),
            ("a.b\r\nc.\r\n", "a.b\r\nc.\r\n"),
            ("..\r\n.\r\n", "...\r\n..\r\n"), ("a", "a\r\n"), ("", ""), ("\r\n.\r\n\r\n", "\r\n..\r\n\r\n"),
        ])
    func stuffs(_ content: String, _ stuffed: String) {
        var bytes: [UInt8] = []
        DotStuffing.write(Array(content.utf8), into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == stuffed)
    }

    @Test("an 8-bit octet is found wherever it stands")
    func findsEightBit() {
        #expect(!EightBit.isFound(in: []))
        #expect(!EightBit.isFound(in: [UInt8](repeating: 0x7F, count: 100)))
        for place in 0..<27 {
            var content = [UInt8](repeating: 0x41, count: 27)
            content[place] = 0x80
            #expect(EightBit.isFound(in: content), "at \(place)")
        }
    }

    @Test("the outbox notes an end just before the write that carries it, and knows what has not gone")
    func outbox() {
        var outbox = Outbox()
        outbox.add(SMTPOutput(bytes: Array("body".utf8)))
        outbox.add(SMTPOutput(bytes: Array(".rest".utf8), end: .init(slot: WireSlot(index: 7), offset: 1)))
        var log: [String] = []
        var room = 3
        func flush() -> Outbox.Flushed {
            outbox.flush(note: { log.append("end \($0.index)") }) { bytes in
                guard room > 0 else { return .blocked }
                let count = min(room, bytes.count)
                room -= count
                log.append(String(decoding: bytes.prefix(count), as: UTF8.self))
                return .bytes(count)
            }
        }
        #expect(flush() == .blocked(advanced: true))
        #expect(log == ["bod"] && outbox.holdsEnd)
        #expect(flush() == .blocked(advanced: false))
        room = 2
        #expect(flush() == .blocked(advanced: true))
        #expect(log == ["bod", "y", "end 7", "."] && !outbox.holdsEnd && !outbox.isEmpty)
        room = 100
        #expect(flush() == .all)
        #expect(log == ["bod", "y", "end 7", ".", "rest"] && outbox.isEmpty)
    }

    @Test(
        "where one write takes so much and no more, the end is noted before the write that carries it, and none before")
    func records() {
        var outbox = Outbox()
        outbox.add(
            SMTPOutput(bytes: Array("0123456789.\r\nMAIL".utf8), end: .init(slot: WireSlot(index: 7), offset: 13)))
        var log: [String] = []
        var isBlocked = false
        func flush() -> Outbox.Flushed {
            outbox.flush(atMost: 5, note: { log.append("end \($0.index)") }) { bytes in
                guard !isBlocked else { return .blocked }
                log.append(String(decoding: bytes, as: UTF8.self))
                isBlocked = log.count == 2 || log.count == 4
                return .bytes(bytes.count)
            }
        }
        #expect(flush() == .blocked(advanced: true))
        #expect(log == ["01234", "56789", "end 7"] && outbox.holdsEnd)
        isBlocked = false
        #expect(flush() == .blocked(advanced: true))
        #expect(log == ["01234", "56789", "end 7", ".\r\nMA"] && !outbox.holdsEnd)
        isBlocked = false
        #expect(flush() == .all && log.last == "IL")
    }

    @Test("the queue keeps its order over take, put back and recall")
    func queue() {
        var queue = ParcelQueue<MailLoad>()
        for number: UInt32 in 1...4 { queue.append(.to(number: number)) }
        let first = queue.next()!
        #expect(first.attempt.counter == 1 && !first.load.content.isEmpty)
        queue.putBack(first)
        #expect(queue.remove([AttemptID(run: 1, counter: 2), AttemptID(run: 1, counter: 9)]).map(\.counter) == [2])
        #expect(
            [queue.next(), queue.next(), queue.next(), queue.next()].map { $0?.attempt.counter } == [1, 3, 4, nil])
    }
}

@Suite("What a server offers")
struct SMTPCapabilitiesTests {
    @Test("the last EHLO counts: the one after STARTTLS")
    func lastCounts() {
        let transcript = """
            220 hi\r\n250-relay\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 SIZE 10\r\n220 go\r
            250-relay\r\n250-AUTH PLAIN LOGIN\r\n250-SMTPUTF8\r\n250-8bitmime\r\n250 SIZE\r\n235 ok\r\n
            """
        let offered = SMTPCapabilities(transcript: Array(transcript.utf8))
        #expect(!offered.pipelining && offered.authentication && offered.smtpUTF8 && offered.eightBitMIME)
        #expect(offered.size && offered.sizeLimit == nil)
    }

    @Test("a server that knows only HELO offers nothing")
    func helo() {
        #expect(SMTPCapabilities(transcript: Array("220 hi\r\n502 what\r\n250 relay\r\n".utf8)) == SMTPCapabilities())
    }
}
