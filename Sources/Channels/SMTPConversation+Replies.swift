// SPDX-License-Identifier: Apache-2.0
//
// The server's side of the conversation: what each reply means where it comes.

import GatewayModel

extension SMTPConversation {
    mutating func heard(
        _ reply: SMTPReply, endUnsent: Bool, _ next: () -> MailParcel?, _ actions: inout [Action]
    ) {
        guard let first = awaited.first else { return unasked(reply, &actions) }
        if reply.code == 421, first != .quit { return serverLeaves(reply, at: first, &actions) }
        if first == .endOfData, reply.isPositive, !reply.isAcceptance {
            return end("\(reply.code) in answer to the end of data", endUnsent: endUnsent, &actions)
        }
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

    private mutating func heardMail(_ reply: SMTPReply, _ next: () -> MailParcel?, _ actions: inout [Action]) {
        transaction?.mail = reply
        guard pipelining == .none else { return }
        if reply.isNegative { conclude(at: .envelope, reply, next, &actions) } else { say(.recipient, &actions) }
    }

    private mutating func heardRecipient(_ reply: SMTPReply, _ next: () -> MailParcel?, _ actions: inout [Action]) {
        transaction?.recipient = reply
        guard pipelining == .none else { return }
        if reply.isNegative { conclude(at: .recipient, reply, next, &actions) } else { say(.data, &actions) }
    }

    private mutating func heardData(_ reply: SMTPReply, _ next: () -> MailParcel?, _ actions: inout [Action]) {
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
            report(transaction.envelope.parcel, .reply(mail, at: .envelope), &actions)
            self.transaction = nil
            outOfStep("a recipient taken without a sender", endUnsent: true, &actions)
        } else {
            sendBody(next, &actions)
        }
    }

    private mutating func heardEndOfData(
        _ reply: SMTPReply, endUnsent: Bool, _ next: () -> MailParcel?, _ actions: inout [Action]
    ) {
        guard let parcel = body else { preconditionFailure("the end of data answered without a body") }
        if endUnsent {
            guard reply.isNegative else {
                awaited.insert(.endOfData, at: 0)
                return outOfStep("accepted before the end was sent", endUnsent: true, &actions)
            }
            body = nil
            served += 1
            report(parcel, .reply(reply, at: .data), &actions)
            return end("refused before the end was sent", endUnsent: true, &actions)
        }
        body = nil
        served += 1
        actions.append(.noteAnswered(parcel.slot, reply))
        report(parcel, .reply(reply, at: .endOfData), &actions)
        goOn(next, &actions)
    }

    private mutating func heardReset(_ reply: SMTPReply, _ next: () -> MailParcel?, _ actions: inout [Action]) {
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
            report(parcel, .reply(reply, at: .endOfData), &actions)
        } else if let begun = transaction, begun.hasReply || served == 0 {
            transaction = nil
            report(begun.envelope.parcel, .reply(reply, at: SMTPStage(awaited)), &actions)
        }
        end("\(reply.code) \(reply.text)", endUnsent: true, &actions)
    }
}
