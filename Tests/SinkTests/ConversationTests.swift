// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Sink

/// Feeds a conversation as its shell would, taking every message at once.
struct Talk {
    var conversation: SinkConversation
    var memory = SinkMemory()
    private(set) var messages: [SinkMessage] = []
    private(set) var waits: [Int] = []

    init(_ configuration: SinkConfiguration = SinkConfiguration(), offersTLS: Bool = false, hasTLS: Bool = false) {
        conversation = SinkConversation(
            rules: .init(configuration: configuration, offersTLS: offersTLS), hasTLS: hasTLS)
        conversation.output = []
    }

    /// The replies to that text, given in pieces of that many bytes.
    mutating func say(_ text: String, pieces: Int = .max) -> String {
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: min(pieces, max(bytes.count, 1))) {
            let piece = bytes[start..<min(bytes.count, start + min(pieces, bytes.count))]
            piece.withUnsafeBufferPointer { conversation.take($0, &memory) }
            while case .delivering(let message, let seconds) = conversation.standing {
                messages.append(message)
                waits.append(seconds)
                conversation.answer(SinkReply(250, "2.0.0", "Ok: queued as \(messages.count)"))
                conversation.proceed(&memory)
            }
        }
        defer { conversation.output = [] }
        return String(decoding: conversation.output, as: UTF8.self).replacing("\r\n", with: "\n")
    }

    /// The codes alone, of last lines.
    mutating func codes(_ text: String) -> String {
        say(text).split(separator: "\n").filter { $0.count < 4 || $0.dropFirst(3).first != "-" }.map { $0.prefix(3) }
            .joined(separator: " ")
    }
}

@Suite("The sink's side of a conversation")
struct ConversationTests {
    static let opening = "EHLO me\r\nMAIL FROM:<a@b.c>\r\n"

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let says: String
        let codes: String
        init(_ name: String, _ says: String, _ codes: String) {
            (testDescription, self.says, self.codes) = (name, says, codes)
        }
    }

    static let rows = [
        Row(
            "a whole message in one piece", opening + "RCPT TO:<x@y.z>\r\nDATA\r\nA: b\r\n\r\nc\r\n.\r\nQUIT\r\n",
            "250 250 250 354 250 221"),
        Row("mail before a greeting", "MAIL FROM:<a@b.c>\r\n", "503"),
        Row("one transaction at a time", opening + "MAIL FROM:<a@b.c>\r\n", "250 250 503"),
        Row("a recipient before mail", "EHLO me\r\nRCPT TO:<x@y.z>\r\n", "250 503"),
        Row("data before mail", "EHLO me\r\nDATA\r\n", "250 503"),
        Row(
            "data without a good recipient", opening + "RCPT TO:<bounce@y.z>\r\nDATA\r\nRSET\r\n", "250 250 550 554 250"
        ),
        Row("a lone dot after one good recipient", opening + "RCPT TO:<x@y.z>\r\nDATA\r\n.\r\n", "250 250 250 354 250"),
        Row("RSET forgets", opening + "RSET\r\nMAIL FROM:<>\r\n", "250 250 250 250"),
        Row("any case", "ehlo me\r\nmail from:<a@b.c>\r\nrcpt to:<x@y.z>\r\ndata\r\n.\r\n", "250 250 250 354 250"),
        Row("no brackets", "EHLO me\r\nMAIL FROM:a@b.c\r\n", "250 501"),
        Row("no domain", opening + "RCPT TO:<x>\r\n", "250 250 501"),
        Row("an unknown parameter", "EHLO me\r\nMAIL FROM:<a@b.c> RET=HDRS\r\n", "250 555"),
        Row("known parameters", "EHLO me\r\nMAIL FROM:<a@b.c> SIZE=10 BODY=8BITMIME SMTPUTF8\r\n", "250 250"),
        Row("announced too big", "EHLO me\r\nMAIL FROM:<a@b.c> SIZE=99999999999\r\n", "250 552"),
        Row("letters beyond ASCII without SMTPUTF8", opening + "RCPT TO:<jörg@y.z>\r\n", "250 250 553"),
        Row(
            "letters beyond ASCII with it", "EHLO me\r\nMAIL FROM:<a@b.c> SMTPUTF8\r\nRCPT TO:<jörg@y.z>\r\n",
            "250 250 250"),
        Row("an unknown command", "XYZZY\r\nEHLO me\r\n", "500 250"),
        Row("a bare LF after a command", "EHLO me\nEHLO me\r\n", "501 250"),
        Row("a bare CR in a command", "EHLO m\re\r\nNOOP\r\n", "501 250"),
        Row("arguments where none may be", "DATA now\r\nRSET x\r\nEHLO\r\n", "501 501 501"),
        Row("others", "HELO me\r\nNOOP x\r\nVRFY x\r\nHELP\r\n", "250 250 252 214"),
        Row("BDAT is not offered", opening + "RCPT TO:<x@y.z>\r\nBDAT 5 LAST\r\n", "250 250 250 500"),
        Row("AUTH and STARTTLS are not offered", "EHLO me\r\nAUTH PLAIN\r\nSTARTTLS\r\n", "250 502 502"),
    ]

    @Test("answers", arguments: rows)
    func answers(_ row: Row) {
        var talk = Talk()
        #expect(talk.codes(row.says) == row.codes)
    }

    static let recipients = [
        Row("accept", "accept", "250 2.1.5 Ok"), Row("bounce", "bounce", "550 5.1.1 No such user here"),
        Row("with a tag", "bounce+17", "550 5.1.1 No such user here"),
        Row("in any case", "BOUNCE", "550 5.1.1 No such user here"),
        Row("full", "full", "452 4.2.2 Mailbox full"), Row("policy", "policy", "550 5.7.1 Refused by policy"),
        Row("stop", "stop", "550 5.7.1 Recipient has opted out"),
        Row("greylist", "greylist", "450 4.2.0 Greylisted, try again"),
        Row("only the whole word", "bounces", "250 2.1.5 Ok"), Row("no other mark than +", "bounce-1", "250 2.1.5 Ok"),
        Row("drop is taken at first", "drop", "250 2.1.5 Ok"), Row("silent too", "silent", "250 2.1.5 Ok"),
        Row("slow too", "slow-3", "250 2.1.5 Ok"), Row("anyone else", "ada", "250 2.1.5 Ok"),
    ]

    @Test("special recipients (CONTRACT 10)", arguments: recipients)
    func special(_ row: Row) {
        var talk = Talk()
        _ = talk.say(Self.opening)
        #expect(talk.say("RCPT TO:<\(row.says)@y.z>\r\n") == row.codes + "\n")
    }

    @Test("greylisted the first time, taken the second, each address by itself")
    func greylist() {
        var talk = Talk()
        _ = talk.say(Self.opening)
        #expect(
            talk.codes("RCPT TO:<greylist@y.z>\r\nRCPT TO:<greylist+1@y.z>\r\nRCPT TO:<Greylist@y.z>\r\n")
                == "450 450 250")
    }

    static let endings: [(String, [String], SinkConversation.Standing)] = [
        ("drop closes", ["drop"], .closing), ("silent stays silent", ["silent"], .silent),
        ("drop is worse than silent", ["silent", "drop", "slow"], .closing),
        ("silent is worse than slow", ["slow", "silent", "ada"], .silent),
    ]

    @Test("after the end of data", arguments: endings)
    func ending(_ name: String, _ locals: [String], _ standing: SinkConversation.Standing) {
        var talk = Talk()
        _ = talk.say(Self.opening + locals.map { "RCPT TO:<\($0)@y.z>\r\n" }.joined())
        #expect(talk.codes("DATA\r\nx\r\n.\r\nNOOP\r\n") == "354")
        #expect(talk.conversation.standing == standing)
        #expect(talk.conversation.notes.map(\.recipient) == locals.map { "\($0)@y.z" })
        #expect(talk.messages.isEmpty)
    }

    @Test(
        "slow waits for its number of seconds, 5 where none is given",
        arguments: [("slow", 5), ("slow-7", 7), ("slow-0+x", 0)])
    func slow(_ local: String, _ seconds: Int) {
        var talk = Talk()
        _ = talk.say(Self.opening + "RCPT TO:<\(local)@y.z>\r\nDATA\r\n.\r\n")
        #expect(talk.waits == [seconds])
    }

    @Test("a message is what was meant, however it is cut", arguments: 1...40)
    func cuts(_ size: Int) {
        var talk = Talk()
        let text =
            Self.opening
            + "RCPT TO:<x@y.z>\r\nRCPT TO:<y@y.z>\r\nDATA\r\nMessage-ID: <1@a>\r\n\r\n..\r\n...x\r\n.y\r\n\r\n.\r\n"
        let replies = talk.say(text + text.dropFirst("EHLO me\r\n".count - 1) + "QUIT\r\n", pieces: size)
        #expect(talk.messages.count == 2)
        #expect(
            talk.messages.allSatisfy {
                $0.recipients == ["x@y.z", "y@y.z"] && $0.sender == "a@b.c" && $0.messageID == "<1@a>"
            })
        #expect(
            talk.messages.allSatisfy {
                String(decoding: $0.content, as: UTF8.self) == "Message-ID: <1@a>\r\n\r\n.\r\n..x\r\ny\r\n\r\n"
            })
        #expect(replies.hasSuffix("250 2.0.0 Ok: queued as 2\n221 2.0.0 Bye\n"))
    }

    static let texts = [
        Row("a bare LF", "a\nb\r\n.\r\n", "554 5.5.2 Bare <LF> in message"),
        Row("an end of data that is none", "a\r\n.\nb\r\n.\r\n", "554 5.5.2 Bare <LF> in message"),
        Row(
            "an end of data smuggled the other way", "a\n.\r\nMAIL FROM:<evil@x.y>\r\n.\r\n",
            "554 5.5.2 Bare <LF> in message"),
        Row("a bare CR", "a\rb\r\n.\r\n", "554 5.5.2 Bare <CR> in message"),
        Row(
            "a line of 999", String(repeating: "x", count: 1000) + "\r\n.\r\n", "554 5.6.0 Line longer than 998 octets"),
        Row("a line of 998", String(repeating: "x", count: 998) + "\r\n.\r\n", "250 2.0.0 Ok: queued as 1"),
        Row(
            "too big", String(repeating: "0123456789\r\n", count: 200) + ".\r\n",
            "552 5.3.4 Message size exceeds fixed limit"),
    ]

    @Test("texts that no server should take", arguments: texts)
    func flaws(_ row: Row) {
        var configuration = SinkConfiguration()
        configuration.maxMessageBytes = 2000
        var talk = Talk(configuration)
        _ = talk.say(Self.opening + "RCPT TO:<x@y.z>\r\nDATA\r\n")
        #expect(talk.say(row.says + "NOOP\r\n") == row.codes + "\n250 2.0.0 Ok\n")
    }

    @Test("a line without end is not kept for ever")
    func endless() {
        var talk = Talk()
        #expect(talk.codes(String(repeating: "x", count: 20_000)) == "500")
        #expect(talk.conversation.standing == .closing)
    }

    @Test("what EHLO offers")
    func offers() {
        var configuration = SinkConfiguration()
        configuration.credentials = SinkCredentials(username: "gw", password: "pw")
        configuration.allowsPlaintextAuthentication = false
        configuration.maxMessageBytes = 1000
        var talk = Talk(configuration, offersTLS: true)
        #expect(
            talk.say("EHLO me\r\n")
                == "250-sink.localhost\n250-PIPELINING\n250-SIZE 1000\n250-STARTTLS\n250-ENHANCEDSTATUSCODES\n250-8BITMIME\n250 SMTPUTF8\n"
        )
        #expect(talk.codes("AUTH PLAIN\r\nSTARTTLS\r\nMAIL FROM:<smuggled@in.clear>\r\n") == "538 220")
        #expect(talk.conversation.standing == .startingTLS)
        talk.conversation.tlsIsUp()
        #expect(talk.codes("MAIL FROM:<a@b.c>\r\n") == "503")
        #expect(talk.say("EHLO me\r\n").contains("250-AUTH PLAIN LOGIN XOAUTH2\n"))
        configuration.extensions = []
        talk = Talk(configuration)
        #expect(talk.say("EHLO me\r\n") == "250 sink.localhost\n")
        #expect(talk.codes("MAIL FROM:<a@b.c> SIZE=5\r\nMAIL FROM:<a@b.c> SMTPUTF8\r\n") == "555 555")
    }

    static let logins = [
        Row("PLAIN", "AUTH PLAIN AGd3AHB3\r\n", "235"),
        Row("PLAIN in two steps", "AUTH PLAIN\r\nAGd3AHB3\r\n", "334 235"),
        Row("LOGIN", "AUTH LOGIN\r\nZ3c=\r\ncHc=\r\n", "334 334 235"),
        Row("LOGIN with a name", "auth login Z3c=\r\ncHc=\r\n", "334 235"),
        Row("XOAUTH2", "AUTH XOAUTH2 dXNlcj1ndwFhdXRoPUJlYXJlciBwdwEB\r\n", "235"),
        Row("a wrong password", "AUTH PLAIN AGd3AHB4\r\n", "535"), Row("not base64", "AUTH PLAIN ***\r\n", "501"),
        Row("given up", "AUTH LOGIN\r\n*\r\n", "334 501"), Row("unknown", "AUTH CRAM-MD5\r\n", "504"),
        Row("twice", "AUTH PLAIN AGd3AHB3\r\nAUTH PLAIN AGd3AHB3\r\n", "235 503"),
    ]

    @Test("AUTH", arguments: logins)
    func login(_ row: Row) {
        var configuration = SinkConfiguration()
        configuration.credentials = SinkCredentials(username: "gw", password: "pw")
        configuration.requiresAuthentication = true
        var talk = Talk(configuration)
        #expect(talk.codes("EHLO me\r\nMAIL FROM:<a@b.c>\r\n") == "250 530")
        #expect(talk.codes(row.says) == row.codes)
        #expect(talk.codes("MAIL FROM:<a@b.c>\r\n") == (row.codes.contains("235") ? "250" : "530"))
    }

    @Test("mail only over TLS where that is asked for")
    func requiresTLS() {
        var configuration = SinkConfiguration()
        configuration.requiresTLS = true
        var talk = Talk(configuration, offersTLS: true)
        #expect(talk.codes(Self.opening) == "250 530")
        talk = Talk(configuration, hasTLS: true)
        #expect(talk.codes(Self.opening) == "250 250")
    }
}

@Suite("A message's id")
struct MessageIDTests {
    static let heads = [
        ("Message-ID: <a@b>\r\n\r\n", "<a@b>"), ("X: y\r\nmessage-id:<a@b>\r\n\r\n", "<a@b>"),
        ("Message-ID:\r\n <a@b>\r\nX: y\r\n\r\n", "<a@b>"), ("X: y\r\n\r\nMessage-ID: <a@b>\r\n", nil), ("", nil),
        ("M", nil),
    ]

    @Test("is read from the header only, folds undone", arguments: heads)
    func reads(_ head: String, _ id: String?) {
        #expect(SinkMessage(sender: "", recipients: [], content: Array(head.utf8)).messageID == id)
    }
}
