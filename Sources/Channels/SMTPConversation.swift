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
        case giveBack(Parcel, SMTPEvidence)
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

    let rules: Rules
    let capabilities: SMTPCapabilities
    let pipelining: SMTPSettings.Pipelining
    private(set) var phase = Phase.serving
    private(set) var awaited: [Awaited] = []
    /// The message whose body has been handed to the shell and that has no verdict yet.
    private(set) var body: Parcel?
    private(set) var transaction: Transaction?
    private(set) var taken = 0
    private var served = 0
    /// An earlier transaction was left open: RSET goes before the next MAIL.
    private var owesReset = false

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
    mutating func work(next: () -> Parcel?, into actions: inout [Action]) {
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

    /// - Parameter endUnsent: whether the end of the body under way has not been handed over.
    mutating func heard(
        _ finding: SMTPReplyReader.Finding, endUnsent: Bool, next: () -> Parcel?, into actions: inout [Action]
    ) {
        guard phase != .over else { return }
        switch finding {
        case .garbage(let garbage): outOfStep(garbage.rawValue, endUnsent: endUnsent, &actions)
        case .reply(let reply): heard(reply, endUnsent: endUnsent, next, &actions)
        }
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

    // MARK: Replies

    private mutating func heard(
        _ reply: SMTPReply, endUnsent: Bool, _ next: () -> Parcel?, _ actions: inout [Action]
    ) {
        guard let first = awaited.first else { return unasked(reply, &actions) }
        if reply.code == 421, first != .quit { return serverLeaves(reply, at: first, &actions) }
        if Self.isMisplaced(reply, as: first) {
            return outOfStep("\(reply.code) where it does not belong", endUnsent: endUnsent, &actions)
        }
        awaited.removeFirst()
        switch first {
        case .mail: heardMail(reply, next, &actions)
        case .recipient: heardRecipient(reply, next, &actions)
        case .data: heardData(reply, next, &actions)
        case .endOfData: heardEndOfData(reply, endUnsent: endUnsent, next, &actions)
        case .loneDot: goOn(next, &actions)
        case .reset: heardReset(reply, next, &actions)
        case .quit: end("closed", endUnsent: false, &actions)
        }
    }

    private static func isMisplaced(_ reply: SMTPReply, as awaited: Awaited) -> Bool {
        switch awaited {
        case .data: reply.isPositive || (reply.isIntermediate && reply.code != 354)
        case .mail, .recipient, .endOfData, .reset: reply.isIntermediate
        case .loneDot, .quit: false
        }
    }

    private mutating func heardMail(_ reply: SMTPReply, _ next: () -> Parcel?, _ actions: inout [Action]) {
        transaction?.mail = reply
        guard pipelining == .none else { return }
        if reply.isNegative { conclude(at: .envelope, reply, next, &actions) } else { say(.recipient, &actions) }
    }

    private mutating func heardRecipient(_ reply: SMTPReply, _ next: () -> Parcel?, _ actions: inout [Action]) {
        transaction?.recipient = reply
        guard pipelining == .none else { return }
        if reply.isNegative { conclude(at: .recipient, reply, next, &actions) } else { say(.data, &actions) }
    }

    private mutating func heardData(_ reply: SMTPReply, _ next: () -> Parcel?, _ actions: inout [Action]) {
        guard let transaction, let mail = transaction.mail, let recipient = transaction.recipient else {
            preconditionFailure("DATA answered before MAIL and RCPT")
        }
        let (stage, verdict): (SMTPStage, SMTPReply) =
            mail.isNegative ? (.envelope, mail) : recipient.isNegative ? (.recipient, recipient) : (.data, reply)
        if verdict.isNegative, pipelining != .none, verdict.code == 503 {
            outOfStep("503 amid pipelined commands", endUnsent: true, &actions)
        } else if reply.isNegative {
            conclude(at: stage, verdict, next, &actions)
        } else if recipient.isNegative {
            concludeWithLoneDot(at: stage, verdict, next, &actions)
        } else if mail.isNegative {
            report(transaction.envelope.parcel, .refused(at: .envelope, mail), &actions)
            self.transaction = nil
            outOfStep("a recipient taken without a sender", endUnsent: true, &actions)
        } else {
            sendBody(next, &actions)
        }
    }

    private mutating func heardEndOfData(
        _ reply: SMTPReply, endUnsent: Bool, _ next: () -> Parcel?, _ actions: inout [Action]
    ) {
        guard let parcel = body else { preconditionFailure("the end of data answered without a body") }
        if endUnsent {
            guard reply.isNegative else {
                awaited.insert(.endOfData, at: 0)
                return outOfStep("accepted before the end was sent", endUnsent: true, &actions)
            }
            body = nil
            served += 1
            report(parcel, .refused(at: .data, reply), &actions)
            return end("refused before the end was sent", endUnsent: true, &actions)
        }
        body = nil
        served += 1
        actions.append(.noteAnswered(parcel.slot, reply))
        report(parcel, .refused(at: .endOfData, reply), &actions)
        goOn(next, &actions)
    }

    private mutating func heardReset(_ reply: SMTPReply, _ next: () -> Parcel?, _ actions: inout [Action]) {
        if reply.isNegative { phase = phase == .serving ? .retiring : phase }
        if pipelining == .none, transaction != nil { say(.mail, &actions) } else { goOn(next, &actions) }
    }

    private mutating func unasked(_ reply: SMTPReply, _ actions: inout [Action]) {
        if reply.code == 421 {
            end("\(reply.code) \(reply.text)", endUnsent: false, &actions)
        } else {
            outOfStep("\(reply.code) that nobody asked for", endUnsent: false, &actions)
        }
    }

    private mutating func serverLeaves(_ reply: SMTPReply, at awaited: Awaited, _ actions: inout [Action]) {
        if let parcel = body {
            body = nil
            served += 1
            actions.append(.noteAnswered(parcel.slot, reply))
            report(parcel, .refused(at: .endOfData, reply), &actions)
        } else if let begun = transaction, begun.hasReply || served == 0 {
            transaction = nil
            report(begun.envelope.parcel, .refused(at: SMTPStage(awaited), reply), &actions)
        }
        end("\(reply.code) \(reply.text)", endUnsent: true, &actions)
    }
}

// MARK: Steps

extension SMTPConversation {
    /// Takes the next message and says as much of its envelope as the level allows.
    private mutating func begin(_ next: () -> Parcel?, _ output: inout SMTPOutput, _ actions: inout [Action]) {
        guard phase == .serving, taken < rules.maxMessages, transaction == nil else { return }
        while let parcel = next() {
            do throws(SMTPEnvelope.Unsendable) {
                transaction = Transaction(envelope: try SMTPEnvelope(parcel, for: capabilities))
            } catch {
                report(parcel, .cannotCarry(error.obstacle), &actions)
                continue
            }
            taken += 1
            if owesReset { write(.reset, into: &output) }
            owesReset = false
            if awaited.last == .reset, pipelining == .none { return }
            write(.mail, into: &output)
            if pipelining != .none {
                write(.recipient, into: &output)
                write(.data, into: &output)
            }
            return
        }
    }

    private mutating func sendBody(_ next: () -> Parcel?, _ actions: inout [Action]) {
        guard let parcel = transaction?.envelope.parcel else { preconditionFailure("a body without an envelope") }
        transaction = nil
        body = parcel
        awaited.append(.endOfData)
        var output = SMTPOutput()
        DotStuffing.write(parcel.content, into: &output.bytes)
        if output.bytes.count > SMTPOutput.splitsAbove {
            actions.append(.send(output))
            output = SMTPOutput()
        }
        output.bytes += ".\r\n".utf8
        output.end = SMTPOutput.End(slot: parcel.slot, offset: output.bytes.count)
        if pipelining == .across { begin(next, &output, &actions) }
        actions.append(.send(output))
    }

    /// The envelope failed and DATA was not taken: the link is good for the next.
    private mutating func conclude(
        at stage: SMTPStage, _ reply: SMTPReply, _ next: () -> Parcel?, _ actions: inout [Action]
    ) {
        guard let parcel = transaction?.envelope.parcel else { preconditionFailure("a verdict without an envelope") }
        transaction = nil
        owesReset = true
        served += 1
        report(parcel, .refused(at: stage, reply), &actions)
        goOn(next, &actions)
    }

    private mutating func concludeWithLoneDot(
        at stage: SMTPStage, _ reply: SMTPReply, _ next: () -> Parcel?, _ actions: inout [Action]
    ) {
        guard let parcel = transaction?.envelope.parcel else { preconditionFailure("a verdict without an envelope") }
        transaction = nil
        owesReset = true
        served += 1
        report(parcel, .refused(at: stage, reply), &actions)
        var output = SMTPOutput()
        output.bytes += ".\r\n".utf8
        awaited.append(.loneDot)
        if pipelining == .across { begin(next, &output, &actions) }
        actions.append(.send(output))
    }

    /// Everything asked is answered, or the next is under way already.
    private mutating func goOn(_ next: () -> Parcel?, _ actions: inout [Action]) {
        guard awaited.isEmpty else { return }
        var output = SMTPOutput()
        begin(next, &output, &actions)
        if awaited.isEmpty, phase == .retiring || taken >= rules.maxMessages { quit(&output) }
        if !output.isEmpty { actions.append(.send(output)) }
    }

    private mutating func quit(_ output: inout SMTPOutput) {
        phase = .quitting
        write(.quit, into: &output)
    }

    private mutating func say(_ command: Awaited, _ actions: inout [Action]) {
        var output = SMTPOutput()
        write(command, into: &output)
        actions.append(.send(output))
    }

    private mutating func write(_ command: Awaited, into output: inout SMTPOutput) {
        switch command {
        case .mail: transaction?.envelope.writeMail(into: &output.bytes)
        case .recipient: transaction?.envelope.writeRecipient(into: &output.bytes)
        case .data: SMTPEnvelope.writeData(into: &output.bytes)
        case .reset: output.bytes += "RSET\r\n".utf8
        case .quit: output.bytes += "QUIT\r\n".utf8
        case .endOfData, .loneDot: output.bytes += ".\r\n".utf8
        }
        awaited.append(command)
    }

    private func report(_ parcel: Parcel, _ evidence: SMTPEvidence, _ actions: inout [Action]) {
        let (result, kept) = evidence.report
        actions.append(.report(AttemptReport(attempt: parcel.attempt, result: result, evidence: kept)))
    }
}

// MARK: Ends

extension SMTPConversation {
    /// Nothing that is still to come could be matched to a command.
    private mutating func outOfStep(_ why: String, endUnsent: Bool, _ actions: inout [Action]) {
        if let lower = pipelining.lower { actions.append(.downgrade(to: lower, because: why)) }
        if pipelining != .none, let begun = transaction {
            transaction = nil
            actions.append(.giveBack(begun.envelope.parcel, .lost(at: SMTPStage(awaited.first), why)))
        }
        end(why, endUnsent: endUnsent, &actions)
    }

    /// The link ends here: what was under way gets its verdict, or goes back.
    private mutating func end(_ why: String, endUnsent: Bool, _ actions: inout [Action]) {
        let stage = SMTPStage(awaited.first)
        let isFirst = body == nil
        if let parcel = body {
            report(parcel, .lost(at: endUnsent ? .data : .endOfData, endHandedOver: !endUnsent, why), &actions)
        }
        if let begun = transaction {
            let evidence = SMTPEvidence.lost(at: isFirst ? stage : .envelope, why)
            if begun.hasReply || (served == 0 && isFirst) {
                report(begun.envelope.parcel, evidence, &actions)
            } else {
                actions.append(.giveBack(begun.envelope.parcel, evidence))
            }
        }
        (body, transaction, awaited, phase) = (nil, nil, [], .over)
        actions.append(.drop(why))
    }
}

extension SMTPStage {
    /// What a missing answer was to.
    init(_ awaited: SMTPConversation.Awaited?) {
        switch awaited {
        case .mail, .reset, .quit, .loneDot, nil: self = .envelope
        case .recipient: self = .recipient
        case .data: self = .data
        case .endOfData: self = .endOfData
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
