// SPDX-License-Identifier: Apache-2.0
//
// Our side of the conversation: what is said next, and how a link ends.

import GatewayModel

extension SMTPConversation {
    /// Takes the next message and says as much of its envelope as the level allows.
    mutating func begin(_ next: () -> MailParcel?, _ output: inout SMTPOutput, _ actions: inout [Action]) {
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

    mutating func sendBody(_ next: () -> MailParcel?, _ actions: inout [Action]) {
        guard let parcel = transaction?.envelope.parcel else { preconditionFailure("a body without an envelope") }
        transaction = nil
        body = parcel
        awaited.append(.endOfData)
        var output = SMTPOutput()
        DotStuffing.write(parcel.load.content, into: &output.bytes)
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
    mutating func conclude(
        at stage: SMTPStage, _ reply: SMTPReply, _ next: () -> MailParcel?, _ actions: inout [Action]
    ) {
        guard let parcel = transaction?.envelope.parcel else { preconditionFailure("a verdict without an envelope") }
        transaction = nil
        owesReset = true
        served += 1
        report(parcel, .reply(reply, at: stage), &actions)
        goOn(next, &actions)
    }

    mutating func concludeWithLoneDot(
        at stage: SMTPStage, _ reply: SMTPReply, _ next: () -> MailParcel?, _ actions: inout [Action]
    ) {
        guard let parcel = transaction?.envelope.parcel else { preconditionFailure("a verdict without an envelope") }
        transaction = nil
        owesReset = true
        served += 1
        report(parcel, .reply(reply, at: stage), &actions)
        var output = SMTPOutput()
        output.bytes += ".\r\n".utf8
        awaited.append(.loneDot)
        if pipelining == .across { begin(next, &output, &actions) }
        actions.append(.send(output))
    }

    /// Everything asked is answered, or the next is under way already.
    mutating func goOn(_ next: () -> MailParcel?, _ actions: inout [Action]) {
        guard awaited.isEmpty else { return }
        var output = SMTPOutput()
        begin(next, &output, &actions)
        if awaited.isEmpty, phase == .retiring || taken >= rules.maxMessages { quit(&output) }
        if !output.isEmpty { actions.append(.send(output)) }
    }

    mutating func quit(_ output: inout SMTPOutput) {
        phase = .quitting
        write(.quit, into: &output)
    }

    mutating func say(_ command: Awaited, _ actions: inout [Action]) {
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

    func report(_ parcel: MailParcel, _ evidence: SMTPEvidence, _ actions: inout [Action]) {
        let (result, kept) = evidence.report
        actions.append(.report(AttemptReport(attempt: parcel.attempt, result: result, evidence: kept)))
    }
}

// MARK: Ends

extension SMTPConversation {
    /// Nothing that is still to come could be matched to a command.
    mutating func outOfStep(_ why: String, endUnsent: Bool, _ actions: inout [Action]) {
        if let lower = pipelining.lower { actions.append(.downgrade(to: lower, because: why)) }
        if pipelining != .none, let begun = transaction {
            transaction = nil
            actions.append(.giveBack(begun.envelope.parcel, .lost(at: SMTPStage(awaited.first), why)))
        }
        end(why, endUnsent: endUnsent, &actions)
    }

    /// The link ends here: what was under way gets its verdict, or goes back.
    mutating func end(_ why: String, endUnsent: Bool, _ actions: inout [Action]) {
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
