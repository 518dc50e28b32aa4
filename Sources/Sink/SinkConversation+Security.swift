// SPDX-License-Identifier: Apache-2.0
//
// STARTTLS (RFC 3207) and AUTH (RFC 4954) in the sink's conversation.

extension SinkConversation {
    var offersAuthentication: Bool {
        rules.configuration.credentials != nil && (hasTLS || rules.configuration.allowsPlaintextAuthentication)
    }

    mutating func startTLS() {
        guard rules.offersTLS, !hasTLS else { return reply(SinkReply(502, "5.5.1", "STARTTLS is not offered")) }
        guard transaction == nil else { return reply(.badSequence) }
        reply(SinkReply(220, "2.0.0", "Ready to start TLS"))
        standing = .startingTLS
    }

    mutating func beginAuthentication(_ mechanism: String, _ initial: String?) {
        guard let credentials = rules.configuration.credentials else {
            return reply(SinkReply(502, "5.5.1", "AUTH is not offered"))
        }
        guard isGreeted, !isAuthenticated, transaction == nil else { return reply(.badSequence) }
        guard offersAuthentication else { return reply(SinkReply(538, "5.7.11", "Encryption required for AUTH")) }
        settle(SASLExchange.begin(mechanism, initial: initial, credentials))
    }

    mutating func authenticate(_ exchange: SASLExchange, _ line: String) {
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
