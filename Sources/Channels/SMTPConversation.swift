// SPDX-License-Identifier: Apache-2.0
//
// SMTPConversation: what to say next to an SMTP server, and what its answers mean (RFC 5321, RFC 2920).
//
// A value without I/O: it is told what happened and appends actions; a shell performs them in order. It begins where
// libcurl ends: connected, encrypted, authenticated, EHLO answered. One recipient a transaction.
//
// Pipelining, by level:
//   across   MAIL, RCPT, DATA in one piece, the next message's right behind a body's end. Never two bodies: what has
//            no verdict when a link breaks is at most one message.
//   within   MAIL, RCPT, DATA in one piece, nothing before the body is answered.
//   none     one command, one reply.
//
// Rules for what should not happen:
//   RCPT refused, DATA answered 354      a lone dot, its answer ignored, RSET; the recipient's refusal is the verdict.
//   MAIL refused, RCPT taken, 354        a lone dot would send an empty message: the link is dropped.
//   421 anywhere                         the server leaves. An envelope without any reply on a link that has worked
//                                        before is given back for another link; else the 421 is the verdict.
//   a reply nobody waits for, 3yz where none belongs, 503 amid pipelined commands, garbage
//                                        out of step: the link is dropped and the route pipelines one level less;
//                                        envelopes are given back, a body whose end has left is `unknown`.
//   a refusal while the body still goes  the verdict; the link is dropped, the body's end is not sent.

import GatewayModel
import Settings

struct SMTPConversation {
    struct Rules: Sendable {
        var pipelining: SMTPSettings.Pipelining
        var replyTimeout: Duration
        var endOfDataTimeout: Duration
        var idleTimeout: Duration
        var quitTimeout = Duration.seconds(5)
        var maxMessages: Int
    }

    enum Action {
        case send(SMTPOutput)
        /// The answer to the end of data has been read: goes to the wire log before the report goes anywhere.
        case noteAnswered(WireSlot, SMTPReply)
        case report(AttemptReport)
        /// Certainly not sent, and not for a reason of its own: another link may try. If it has been given back before,
        /// the evidence is its verdict.
        case giveBack(MailParcel, SMTPEvidence)
        /// The server did not keep step: the route's links to come pipeline no more than that.
        case downgrade(to: SMTPSettings.Pipelining, because: String)
        /// Drop the link; what is not written yet must not be.
        case drop(String)
    }

    enum Phase: Hashable { case serving, retiring, quitting, over }

    /// A reply that is owed to us, in the order of the commands.
    enum Awaited: Hashable { case mail, recipient, data, endOfData, loneDot, reset, quit }

    /// A message whose envelope is being talked over; its body has not left.
    struct Transaction {
        var envelope: SMTPEnvelope
        var mail: SMTPReply?
        var recipient: SMTPReply?
        var hasReply: Bool { mail != nil }
    }

    // Changed by the conversation's own parts only (+Replies, +Steps).
    let rules: Rules
    let capabilities: SMTPCapabilities
    let pipelining: SMTPSettings.Pipelining
    var phase = Phase.serving
    var awaited: [Awaited] = []
    /// The message whose body has been handed to the shell and that has no verdict yet.
    var body: MailParcel?
    var transaction: Transaction?
    var taken = 0
    /// Messages that have had their verdict, or a refusal, over this link.
    var served = 0
    /// An earlier transaction was left open: RSET goes before the next MAIL.
    var owesReset = false

    init(_ rules: Rules, _ capabilities: SMTPCapabilities) {
        (self.rules, self.capabilities) = (rules, capabilities)
        pipelining = capabilities.pipelining ? rules.pipelining : .none
    }

    /// Nothing under way: a message given now leaves at once.
    var isIdle: Bool { phase == .serving && awaited.isEmpty }

    /// How long the shell may wait for the next thing to happen before it calls `timedOut`.
    var patience: Duration {
        switch awaited.first {
        case .endOfData: rules.endOfDataTimeout
        case .quit: rules.quitTimeout
        case nil: rules.idleTimeout
        case .mail, .recipient, .data, .loneDot, .reset: rules.replyTimeout
        }
    }

    // MARK: What may happen

    /// There may be parcels. Takes one if idle. `next` is asked whenever there is room, and owes nothing.
    mutating func work(next: () -> MailParcel?, into actions: inout [Action]) {
        if isIdle { goOn(next, &actions) }
    }

    /// No message is begun any more; QUIT follows when the last has its verdict.
    mutating func retire(into actions: inout [Action]) {
        guard phase == .serving else { return }
        phase = .retiring
        guard awaited.isEmpty else { return }
        var output = SMTPOutput()
        quit(&output)
        actions.append(.send(output))
    }

    /// Replies that were read in one go, before anything that they cause is sent: none of them can answer a body that
    /// one of them calls for.
    ///
    /// - Parameter endUnsent: whether the end of the body under way has not been handed over.
    mutating func heard(
        _ findings: [SMTPReplyReader.Finding], endUnsent: Bool, next: () -> MailParcel?, into actions: inout [Action]
    ) {
        hear(findings, endUnsent, next, &actions)
    }

    /// The same, and the link has gone behind the last of them: a body that one of them called for has not left.
    mutating func heardLast(
        _ findings: [SMTPReplyReader.Finding], _ why: String, endUnsent: Bool, next: () -> MailParcel?,
        into actions: inout [Action]
    ) {
        let isUnsent = hear(findings, endUnsent, next, &actions)
        lost(why, endUnsent: isUnsent, into: &actions)
    }

    /// Returns whether the end of the body under way has not been handed over now.
    @discardableResult
    private mutating func hear(
        _ findings: [SMTPReplyReader.Finding], _ endUnsent: Bool, _ next: () -> MailParcel?, _ actions: inout [Action]
    ) -> Bool {
        var endUnsent = endUnsent
        for finding in findings where phase != .over {
            let before = body?.attempt
            switch finding {
            case .garbage(let garbage): outOfStep(garbage.rawValue, endUnsent: endUnsent, &actions)
            case .reply(let reply): heard(reply, endUnsent: endUnsent, next, &actions)
            }
            if let body, body.attempt != before { endUnsent = true }
        }
        return endUnsent
    }

    /// The link has gone.
    mutating func lost(_ why: String, endUnsent: Bool, into actions: inout [Action]) {
        guard phase != .over else { return }
        end(why, endUnsent: endUnsent, &actions)
    }

    /// `patience` has run out.
    mutating func timedOut(endUnsent: Bool, into actions: inout [Action]) {
        switch (phase, awaited.first) {
        case (.over, _): return
        case (_, nil): retire(into: &actions)
        case (_, .quit): end("no answer to QUIT", endUnsent: endUnsent, &actions)
        case (_, .mail) where pipelining == .across && served > 0:
            outOfStep("no answer to a pipelined MAIL", endUnsent: endUnsent, &actions)
        case (_, _): end("no answer in time", endUnsent: endUnsent, &actions)
        }
    }
}

extension SMTPSettings.Pipelining {
    /// One level less; nil below `none`.
    var lower: Self? {
        switch self {
        case .across: .within
        case .within: Self.none
        case .none: nil
        }
    }

    /// The more careful of the two.
    func atMost(_ other: Self) -> Self {
        switch (self, other) {
        case (.none, _), (_, .none): .none
        case (.within, _), (_, .within): .within
        case (.across, .across): .across
        }
    }
}
