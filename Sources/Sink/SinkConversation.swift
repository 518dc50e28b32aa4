// SPDX-License-Identifier: Apache-2.0
//
// SinkConversation: one SMTP session seen from the server (RFC 5321), without a socket.
//
// A value. The shell feeds it bytes, sends what gathers in `output`, and does what `standing` asks for. Input that comes
// while the conversation stands still is kept and read later, in order.

import Glibc

struct SinkConversation: LinkConversation {
    /// What the shell has to do once `output` is sent.
    enum Standing: Equatable {
        case reading
        /// Take the message, after that many seconds, and call `answer`.
        case delivering(SinkMessage, afterSeconds: Int)
        /// Nothing, ever: the client waits for an answer.
        case silent
        /// Begin the handshake, then call `tlsIsUp`.
        case startingTLS
        case closing
    }

    /// What it may decide by.
    struct Rules {
        var configuration: SinkConfiguration
        var offersTLS: Bool
    }

    var standing = Standing.reading
    /// Replies not sent yet. The shell removes what it has sent.
    var output: [UInt8] = []
    /// What became of recipients, for the shell to note; it empties the list.
    var notes: [Note] = []

    struct Note: Equatable {
        var sender: String
        var recipient: String
        var verdict: SinkEvent.Verdict
        var message: SinkMessage?
    }

    var isReading: Bool { standing == .reading }

    let rules: Rules
    /// Came while standing still; what lies before `inputStart` is read.
    private var input: [UInt8] = []
    private var inputStart = 0
    var phase = Phase.commands
    var isGreeted = false
    var hasTLS: Bool
    var isAuthenticated = false
    var transaction: Transaction?
    var lastSize = 0
    private static let longestLine = 16 << 10
    private static let longestDataLine = 1 << 20

    enum Phase {
        case commands
        case authenticating(SASLExchange)
        case data(DataReader)
    }

    struct Transaction {
        var sender: String
        var recipients: [String] = []
        var allowsUTF8: Bool
        var ending = Ending.answer(afterSeconds: 0)
    }

    /// What the recipients ask for at the end of data; the worst of them holds.
    enum Ending {
        case answer(afterSeconds: Int)
        case silence
        case drop
    }

    init(rules: Rules, hasTLS: Bool) {
        (self.rules, self.hasTLS) = (rules, hasTLS)
        reply(SinkReply(220, nil, "\(rules.configuration.hostName) ESMTP Gatepost sink"))
    }

    /// Reads what came, as far as it can without the shell.
    mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, _ memory: inout SinkMemory) {
        guard input.isEmpty, standing == .reading else {
            input.removeFirst(inputStart)
            inputStart = 0
            input.append(contentsOf: bytes)
            return proceed(&memory)
        }
        let used = run(bytes, &memory)
        if used < bytes.count { input.append(contentsOf: bytes[used...]) }
    }

    /// Reads on in what is kept.
    mutating func proceed(_ memory: inout SinkMemory) {
        guard standing == .reading, !input.isEmpty else { return }
        var held: [UInt8] = []
        swap(&held, &input)
        inputStart += held.withUnsafeBufferPointer { run(UnsafeBufferPointer(rebasing: $0[inputStart...]), &memory) }
        swap(&held, &input)
        if inputStart == input.count {
            input.removeAll(keepingCapacity: true)
            inputStart = 0
        }
    }

    /// The message was taken, or could not be. Call `proceed` next.
    mutating func answer(_ answer: SinkReply) {
        reply(answer)
        standing = .reading
    }

    /// What came in the clear before is forgotten (RFC 3207 section 4.2).
    mutating func tlsIsUp() {
        (input, inputStart) = ([], 0)
        (hasTLS, isGreeted, isAuthenticated, transaction) = (true, false, false, nil)
        standing = .reading
    }
}

// MARK: Lines

extension SinkConversation {
    /// Returns how many bytes were read.
    private mutating func run(_ bytes: UnsafeBufferPointer<UInt8>, _ memory: inout SinkMemory) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var index = 0
        while index < bytes.count, standing == .reading {
            if case .data(var reader) = phase {
                phase = .commands  // so that the reader is not copied
                let isWhole = reader.read(bytes, &index)
                if isWhole { endOfData(reader) } else { phase = .data(reader) }
                if !isWhole { break }
            } else {
                guard let found = memchr(base + index, 0x0A, bytes.count - index) else { break }
                let next = UnsafeRawPointer(base).distance(to: found) + 1
                let isWhole = next - index >= 2 && bytes[next - 2] == 0x0D
                let line = UnsafeBufferPointer(rebasing: bytes[index..<next - (isWhole ? 2 : 1)])
                index = next
                if isWhole, memchr(line.baseAddress ?? base, 0x0D, line.count) == nil {
                    read(line, &memory)
                } else {
                    reply(.bareLineFeed)
                }
            }
        }
        if standing == .reading, bytes.count - index > longestLine {
            reply(SinkReply(500, "5.5.6", "Line too long"))
            standing = .closing
        }
        return index
    }

    private var longestLine: Int { if case .data = phase { Self.longestDataLine } else { Self.longestLine } }

    private mutating func read(_ line: UnsafeBufferPointer<UInt8>, _ memory: inout SinkMemory) {
        switch phase {
        case .commands: perform(SMTPCommand(line), &memory)
        case .authenticating(let exchange): authenticate(exchange, String(decoding: line, as: UTF8.self))
        case .data: preconditionFailure("data is not read by lines")
        }
    }

    mutating func reply(_ reply: SinkReply) {
        output.append(contentsOf: "\(reply)\r\n".utf8)
    }
}

// MARK: Data

extension SinkConversation {
    mutating func beginData() {
        guard let transaction else { return reply(.badSequence) }
        guard !transaction.recipients.isEmpty else { return reply(SinkReply(554, "5.5.1", "No valid recipients")) }
        phase = .data(DataReader(maxBytes: rules.configuration.maxMessageBytes, expecting: lastSize))
        reply(SinkReply(354, nil, "End data with <CR><LF>.<CR><LF>"))
    }

    private mutating func endOfData(_ reader: consuming DataReader) {
        guard let transaction else { preconditionFailure("data without a transaction") }
        self.transaction = nil
        lastSize = reader.content.count
        let message = SinkMessage(
            sender: transaction.sender, recipients: transaction.recipients, content: reader.content)
        if let flaw = reader.flaw {
            note(message, .refused(flaw.reply))
            return reply(flaw.reply)
        }
        switch transaction.ending {
        case .answer(let seconds): standing = .delivering(message, afterSeconds: seconds)
        case .silence:
            note(message, .leftWaiting)
            standing = .silent
        case .drop:
            note(message, .dropped)
            standing = .closing
        }
    }

    private mutating func note(_ message: SinkMessage, _ verdict: SinkEvent.Verdict) {
        for recipient in message.recipients {
            notes.append(Note(sender: message.sender, recipient: recipient, verdict: verdict, message: message))
        }
    }
}
