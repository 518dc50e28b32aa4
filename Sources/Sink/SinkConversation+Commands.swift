// SPDX-License-Identifier: Apache-2.0
//
// What the sink answers to each command (RFC 5321 section 4.1.1), and to each recipient (CONTRACT 10).

extension SinkConversation {
    mutating func perform(_ command: SMTPCommand, _ memory: inout SinkMemory) {
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
        if rules.configuration.requiresTLS, !hasTLS {
            return reply(SinkReply(530, "5.7.0", "Must issue a STARTTLS command first"))
        }
        if rules.configuration.requiresAuthentication, !isAuthenticated {
            return reply(SinkReply(530, "5.7.0", "Authentication required"))
        }
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
        if let refusal = refusal(of: path, &transaction, &memory) {
            notes.append(
                Note(sender: transaction.sender, recipient: path.address, verdict: .refused(refusal), message: nil))
            return reply(refusal)
        }
        transaction.recipients.append(path.address)
        self.transaction = transaction
        reply(SinkReply(250, "2.1.5", "Ok"))
    }

    /// Why the recipient is not taken; nil where it is. What it asks for at the end of data is noted.
    private func refusal(of path: SMTPCommand.Path, _ transaction: inout Transaction, _ memory: inout SinkMemory)
        -> SinkReply?
    {
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
            if case .answer(let other) = transaction.ending {
                transaction.ending = .answer(afterSeconds: max(other, seconds))
            }
        }
        return nil
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
