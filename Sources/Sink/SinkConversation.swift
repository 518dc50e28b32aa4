// SPDX-License-Identifier: Apache-2.0
//
// SinkConversation: one SMTP session seen from the server (RFC 5321), without a socket.
//
// A value. The shell feeds it bytes, sends what gathers in `output`, and does what `standing` asks for. Input that comes
// while the conversation stands still is kept and read later, in order.

import Glibc

struct SinkConversation {
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

    private(set) var standing = Standing.reading
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

    private let rules: Rules
    private var input: [UInt8] = []
    private var phase = Phase.commands
    private var isGreeted = false
    private var hasTLS: Bool
    private var isAuthenticated = false
    private var transaction: Transaction?
    private var lastSize = 0
    private static let longestLine = 16 << 10
    private static let longestDataLine = 1 << 20

    private enum Phase {
        case commands
        case authenticating(SASLExchange)
        case data(DataReader)
    }

    private struct Transaction {
        var sender: String
        var recipients: [String] = []
        var allowsUTF8: Bool
        var ending = Ending.answer(afterSeconds: 0)
    }

    /// What the recipients ask for at the end of data; the worst of them holds.
    private enum Ending {
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
            input.append(contentsOf: bytes)
            return proceed(&memory)
        }
        let used = run(bytes, &memory)
        if used < bytes.count { input.append(contentsOf: bytes[used...]) }
    }

    /// Reads on in what is kept.
    mutating func proceed(_ memory: inout SinkMemory) {
        guard standing == .reading, !input.isEmpty else { return }
        let held = input
        input.removeAll(keepingCapacity: true)
        let used = held.withUnsafeBufferPointer { run($0, &memory) }
        if used < held.count { input.insert(contentsOf: held[used...], at: 0) }
    }

    /// The message was taken, or could not be. Call `proceed` next.
    mutating func answer(_ answer: SinkReply) {
        reply(answer)
        standing = .reading
    }

    /// What came in the clear before is forgotten (RFC 3207 section 4.2).
    mutating func tlsIsUp() {
        input = []
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
                if isWhole, memchr(line.baseAddress ?? base, 0x0D, line.count) == nil { read(line, &memory) } else { reply(.bareLineFeed) }
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

    private mutating func reply(_ reply: SinkReply) {
        output.append(contentsOf: "\(reply)\r\n".utf8)
    }
}

// MARK: Commands

extension SinkConversation {
    private mutating func perform(_ command: SMTPCommand, _ memory: inout SinkMemory) {
        switch command {
        case .mail(let path): mail(path)
        case .rcpt(let path): recipient(path, &memory)
        case .data: beginData()
        case .ehlo: greet(extended: true)
        case .helo: greet(extended: false)
        case .rset:
            transaction = nil
            reply(.ok)
        case .noop: reply(.ok)
        case .vrfy: reply(SinkReply(252, "2.0.0", "Send it and see"))
        case .help: reply(SinkReply(214, "2.0.0", "See CONTRACT section 10 for the special recipients"))
        case .quit:
            reply(SinkReply(221, "2.0.0", "Bye"))
            standing = .closing
        case .startTLS: startTLS()
        case .auth(let mechanism, let initial): beginAuthentication(mechanism, initial)
        case .malformed: reply(.badSyntax)
        case .unknown: reply(SinkReply(500, "5.5.2", "Command not recognized"))
        }
    }

    private mutating func greet(extended: Bool) {
        (isGreeted, transaction) = (true, nil)
        let name = rules.configuration.hostName
        guard extended else { return reply(SinkReply(250, nil, name)) }
        var lines = [name]
        let extensions = rules.configuration.extensions
        if extensions.contains(.pipelining) { lines.append("PIPELINING") }
        if extensions.contains(.size) { lines.append("SIZE \(rules.configuration.maxMessageBytes)") }
        if rules.offersTLS, !hasTLS { lines.append("STARTTLS") }
        if offersAuthentication { lines.append("AUTH PLAIN LOGIN XOAUTH2") }
        if extensions.contains(.enhancedStatusCodes) { lines.append("ENHANCEDSTATUSCODES") }
        if extensions.contains(.eightBitMIME) { lines.append("8BITMIME") }
        if extensions.contains(.smtpUTF8) { lines.append("SMTPUTF8") }
        for (place, line) in lines.enumerated() {
            output.append(contentsOf: "250\(place + 1 < lines.count ? "-" : " ")\(line)\r\n".utf8)
        }
    }

    private mutating func mail(_ path: SMTPCommand.Path) {
        guard isGreeted, transaction == nil else { return reply(.badSequence) }
        if rules.configuration.requiresTLS, !hasTLS { return reply(SinkReply(530, "5.7.0", "Must issue a STARTTLS command first")) }
        if rules.configuration.requiresAuthentication, !isAuthenticated { return reply(SinkReply(530, "5.7.0", "Authentication required")) }
        var allowsUTF8 = false
        for parameter in path.parameters {
            if parameter == "SMTPUTF8", rules.configuration.extensions.contains(.smtpUTF8) {
                allowsUTF8 = true
            } else if let size = parameter.value(of: "SIZE"), rules.configuration.extensions.contains(.size) {
                guard let size = Int(size), size >= 0 else { return reply(.badSyntax) }
                guard size <= rules.configuration.maxMessageBytes else { return reply(.tooBig) }
                lastSize = size
            } else if let body = parameter.value(of: "BODY"), rules.configuration.extensions.contains(.eightBitMIME) {
                guard body == "7BIT" || body == "8BITMIME" else { return reply(.badSyntax) }
            } else if parameter.value(of: "AUTH") == nil || !offersAuthentication {
                return reply(SinkReply(555, "5.5.4", "Unsupported option: \(parameter.prefix(40))"))
            }
        }
        guard allowsUTF8 || path.isASCII else { return reply(.needsUTF8) }
        transaction = Transaction(sender: path.address, allowsUTF8: allowsUTF8)
        reply(SinkReply(250, "2.1.0", "Ok"))
    }

    private mutating func recipient(_ path: SMTPCommand.Path, _ memory: inout SinkMemory) {
        guard var transaction else { return reply(.badSequence) }
        guard !path.address.isEmpty, path.parameters.isEmpty else { return reply(.badSyntax) }
        guard transaction.recipients.count < 1000 else { return reply(SinkReply(452, "4.5.3", "Too many recipients")) }
        if let refusal = refusal(of: path, transaction, &memory) {
            notes.append(Note(sender: transaction.sender, recipient: path.address, verdict: .refused(refusal), message: nil))
            return reply(refusal)
        }
        transaction.recipients.append(path.address)
        self.transaction = transaction
        reply(SinkReply(250, "2.1.5", "Ok"))
    }

    /// Why the recipient is not taken; nil where it is. What it asks for at the end of data is noted.
    private func refusal(of path: SMTPCommand.Path, _ transaction: inout Transaction, _ memory: inout SinkMemory) -> SinkReply? {
        guard transaction.allowsUTF8 || path.isASCII else { return .needsUTF8 }
        switch SinkBehaviour(localPart: path.localPart) {
        case .accept: break
        case .bounce: return SinkReply(550, "5.1.1", "No such user here")
        case .full: return SinkReply(452, "4.2.2", "Mailbox full")
        case .greylist: if memory.isNew(path.address) { return SinkReply(450, "4.2.0", "Greylisted, try again") }
        case .policy: return SinkReply(550, "5.7.1", "Refused by policy")
        case .stop: return SinkReply(550, "5.7.1", "Recipient has opted out")
        case .drop: transaction.ending = .drop
        case .silent: if case .answer = transaction.ending { transaction.ending = .silence }
        case .slow(let seconds):
            if case .answer(let other) = transaction.ending { transaction.ending = .answer(afterSeconds: max(other, seconds)) }
        }
        return nil
    }
}

// MARK: Data

extension SinkConversation {
    private mutating func beginData() {
        guard let transaction else { return reply(.badSequence) }
        guard !transaction.recipients.isEmpty else { return reply(SinkReply(554, "5.5.1", "No valid recipients")) }
        phase = .data(DataReader(maxBytes: rules.configuration.maxMessageBytes, expecting: lastSize))
        reply(SinkReply(354, nil, "End data with <CR><LF>.<CR><LF>"))
    }

    private mutating func endOfData(_ reader: consuming DataReader) {
        guard let transaction else { preconditionFailure("data without a transaction") }
        self.transaction = nil
        lastSize = reader.content.count
        let message = SinkMessage(sender: transaction.sender, recipients: transaction.recipients, content: reader.content)
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

// MARK: TLS and AUTH

extension SinkConversation {
    private var offersAuthentication: Bool {
        rules.configuration.credentials != nil && (hasTLS || rules.configuration.allowsPlaintextAuthentication)
    }

    private mutating func startTLS() {
        guard rules.offersTLS, !hasTLS else { return reply(SinkReply(502, "5.5.1", "STARTTLS is not offered")) }
        guard transaction == nil else { return reply(.badSequence) }
        reply(SinkReply(220, "2.0.0", "Ready to start TLS"))
        standing = .startingTLS
    }

    private mutating func beginAuthentication(_ mechanism: String, _ initial: String?) {
        guard let credentials = rules.configuration.credentials else {
            return reply(SinkReply(502, "5.5.1", "AUTH is not offered"))
        }
        guard isGreeted, !isAuthenticated, transaction == nil else { return reply(.badSequence) }
        guard offersAuthentication else { return reply(SinkReply(538, "5.7.11", "Encryption required for AUTH")) }
        settle(SASLExchange.begin(mechanism, initial: initial, credentials))
    }

    private mutating func authenticate(_ exchange: SASLExchange, _ line: String) {
        phase = .commands
        guard line != "*", let credentials = rules.configuration.credentials else {
            return reply(SinkReply(501, "5.7.0", "Authentication aborted"))
        }
        settle(exchange.next(line, credentials))
    }

    private mutating func settle(_ step: SASLExchange.Step) {
        switch step {
        case .challenge(let text, let next):
            phase = .authenticating(next)
            reply(SinkReply(334, nil, text))
        case .granted:
            isAuthenticated = true
            reply(SinkReply(235, "2.7.0", "Authentication successful"))
        case .refused: reply(SinkReply(535, "5.7.8", "Authentication credentials invalid"))
        case .malformed: reply(SinkReply(501, "5.5.2", "Cannot decode"))
        case .unknownMechanism: reply(SinkReply(504, "5.5.4", "Unrecognized authentication type"))
        }
    }
}

extension SMTPCommand.Path {
    fileprivate var isASCII: Bool { address.utf8.allSatisfy { $0 < 0x80 } }
}

extension String {
    /// Of `NAME=value`.
    fileprivate func value(of name: String) -> Substring? {
        hasPrefix(name + "=") ? dropFirst(name.count + 1) : nil
    }
}

/// What all conversations of a sink share: who was greylisted. Bounded: when it is full, all are new again.
struct SinkMemory {
    private var greylisted: Set<String> = []
    private let capacity = 100_000

    /// True the first time the address is asked for.
    mutating func isNew(_ address: String) -> Bool {
        if greylisted.count >= capacity { greylisted.removeAll() }
        return greylisted.insert(address.lowercased()).inserted
    }
}
