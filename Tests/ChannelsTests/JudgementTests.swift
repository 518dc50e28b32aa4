// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Testing
import Transport

@testable import Channels

@Suite("Judging one SMTP attempt")
struct JudgementTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let evidence: SMTPEvidence
        let expected: DeliveryResult

        init(_ sentence: String, _ evidence: SMTPEvidence, is expected: DeliveryResult) {
            (testDescription, self.evidence, self.expected) = (sentence, evidence, expected)
        }
        /// `"550 5.1.1 unknown"`.
        init(_ sentence: String, at stage: SMTPStage, _ reply: String, is expected: DeliveryResult) {
            let parsed = SMTPReply(code: Int(reply.prefix(3))!, String(reply.dropFirst(4)))
            self.init("\(sentence): \(reply) at \(stage)", .reply(parsed, at: stage), is: expected)
        }
        init(
            _ sentence: String, noLink kind: LinkFailure.Kind, after reply: SMTPReply? = nil,
            is expected: DeliveryResult
        ) {
            let evidence = SMTPEvidence(LinkFailure(kind, "why"), reply)
            self.init("\(sentence): \(kind)", evidence, is: expected)
        }
    }

    static let address = [
        Row("no such mailbox", at: .recipient, "550 5.1.1 unknown", is: .badAddress),
        Row("no such mailbox, said late", at: .endOfData, "550 5.1.1 unknown", is: .badAddress),
        Row("no such domain", at: .recipient, "550 5.1.2 bad domain", is: .badAddress),
        Row("bad syntax", at: .recipient, "501 5.1.3 bad address", is: .badAddress),
        Row("moved", at: .recipient, "551 5.1.6 moved", is: .badAddress),
        Row("null MX", at: .recipient, "556 5.1.10 null MX", is: .badAddress),
        Row("null MX, plain", at: .recipient, "556 no mail here", is: .badAddress),
        Row("5.1.0 that names the user", at: .recipient, "550 5.1.0 User unknown", is: .badAddress),
        Row("5.1.0 that does not", at: .recipient, "550 5.1.0 rejected", is: .refused),
        Row("moved, plain", at: .recipient, "551 user not local", is: .badAddress),
        Row("name not allowed, plain", at: .recipient, "553 not allowed", is: .badAddress),
        Row("plain 550 that names the user", at: .recipient, "550 No such user here", is: .badAddress),
        Row("plain 550 that does not", at: .recipient, "550 mailbox unavailable", is: .refused),
        Row("5.0.0 says no more than 550", at: .recipient, "550 5.0.0 no such user", is: .badAddress),
        Row("5.0.0 without words", at: .recipient, "550 5.0.0 no", is: .refused),
        Row("disabled", at: .recipient, "550 5.2.1 disabled", is: .badAddress),
        Row("mailbox, other", at: .recipient, "550 5.2.0 no", is: .badAddress),
        Row("ambiguous", at: .recipient, "550 5.1.4 ambiguous", is: .refused),
        Row("a class that contradicts the code is noise", at: .recipient, "550 4.1.1 no such user", is: .badAddress),
    ]

    static let byPlainCode = [
        Row(
            "a disabled mailbox said of MAIL is not about the recipient", at: .envelope, "550 5.2.1 disabled",
            is: .refused),
        Row("unknown command", at: .envelope, "500 what", is: .configuration),
        Row("not implemented", at: .envelope, "502 no", is: .configuration),
        Row("parameter not implemented", at: .envelope, "504 no", is: .configuration),
        Row("bad parameters for MAIL", at: .envelope, "501 syntax", is: .configuration),
        Row("bad parameters for RCPT", at: .recipient, "501 syntax", is: .refused),
        Row("mechanism too weak", at: .authenticating, "534 too weak", is: .configuration),
        Row("bad credentials", at: .authenticating, "535 no", is: .configuration),
        Row("encryption wanted", at: .authenticating, "538 TLS first", is: .configuration),
        Row("login wanted, at MAIL", at: .envelope, "530 login first", is: .configuration),
        Row(
            "a security code on a basic code of another kind", at: .recipient, "550 5.7.8 bad login", is: .configuration
        ),
        Row("plain 550 after the data that names the user", at: .endOfData, "550 no such user", is: .badAddress),
        Row("a yes that nobody asked for, before the end", at: .data, "250 fine", is: .transient),
        Row("go on, where nothing goes on", at: .envelope, "354 go", is: .transient),
    ]

    static let patience = [
        Row("full for now", at: .recipient, "452 4.2.2 full", is: .transient),
        Row("full for now, plain", at: .recipient, "452 full", is: .transient),
        Row("552 at RCPT is 452", at: .recipient, "552 too much", is: .transient),
        Row("full for good", at: .recipient, "552 5.2.2 full", is: .refused),
        Row("greylisted", at: .recipient, "450 4.2.0 greylisted", is: .transient),
        Row("greylisted, plain", at: .recipient, "450 try later", is: .transient),
        Row("local error", at: .endOfData, "451 4.3.0 later", is: .transient),
        Row("leaving", at: .envelope, "421 closing", is: .transient),
        Row("parting words are no acceptance", at: .endOfData, "221 2.0.0 bye", is: .unknown),
        Row("nor is a greeting", at: .endOfData, "220 relay", is: .unknown),
        Row("252 is one of mail", at: .endOfData, "252 taken", is: .accepted),
        Row("leaving, behind the end of data", at: .endOfData, "421 closing", is: .transient),
        Row("network", at: .recipient, "450 4.4.1 no answer", is: .transient),
        Row("network, said for good", at: .recipient, "550 5.4.4 unroutable", is: .transient),
        Row("loop", at: .endOfData, "554 5.4.6 loop", is: .refused),
        Row("too fast", at: .recipient, "450 4.7.1 slow down", is: .throttled(after: nil)),
        Row("too fast, leaving", at: .envelope, "421 4.7.0 slow down", is: .throttled(after: nil)),
        Row("not taking now", at: .envelope, "453 4.3.2 not now", is: .throttled(after: nil)),
        Row("too many connections", at: .envelope, "421 4.3.2 too many", is: .throttled(after: nil)),
        Row("DATA put off", at: .data, "451 later", is: .transient),
    ]

    static let policy = [
        Row("policy says no; the address is fine", at: .recipient, "550 5.7.1 denied", is: .refused),
        Row("authentication level", at: .endOfData, "550 5.7.515 denied", is: .refused),
        Row("policy, plain", at: .recipient, "554 no", is: .refused),
        Row("policy behind the end of data", at: .endOfData, "554 5.7.1 spam", is: .refused),
        Row("spam, plain", at: .endOfData, "550 spam", is: .refused),
        Row("transaction failed", at: .data, "554 failed", is: .refused),
        Row("sender refused by policy", at: .envelope, "550 5.7.1 sender denied", is: .refused),
        Row("571", at: .recipient, "571 blocked", is: .refused),
        Row("a full system says nothing of the address", at: .recipient, "550 5.3.0 no", is: .refused),
        Row("a plain 501 pauses no route", at: .recipient, "501 no", is: .refused),
    ]

    static let content = [
        Row("too big", at: .envelope, "552 5.3.4 too big", is: .content),
        Row("too big, plain", at: .envelope, "552 too big", is: .content),
        Row("too big for the mailbox", at: .recipient, "552 5.2.3 too big", is: .content),
        Row("552 behind DATA", at: .endOfData, "552 too big", is: .content),
        Row("media", at: .endOfData, "554 5.6.0 bad content", is: .content),
        Row("8 bit", at: .endOfData, "554 5.6.3 no conversion", is: .content),
        Row("not for that mailer", at: .recipient, "550 5.1.9 no", is: .content),
        Row("our own size check", .cannotCarry(.tooLarge(size: 2, limit: 1)), is: .content),
        Row("8 bit not offered", .cannotCarry(.contentNeeds8Bit), is: .content),
        Row("UTF-8 headers not offered", .cannotCarry(.headersNeedUTF8), is: .content),
        Row("recipient not expressible", .cannotCarry(.recipientNeedsUTF8), is: .badAddress),
        Row("sender not expressible", .cannotCarry(.senderNeedsUTF8), is: .configuration),
    ]

    static let ours = [
        Row("authentication required", at: .envelope, "530 5.7.0 log in", is: .configuration),
        Row("authentication required, plain", at: .envelope, "530 log in", is: .configuration),
        Row("wrong password", at: .authenticating, "535 5.7.8 bad", is: .configuration),
        Row("mechanism too weak", at: .authenticating, "534 5.7.9 weak", is: .configuration),
        Row("needs encryption", at: .authenticating, "538 5.7.11 tls", is: .configuration),
        Row("bad sender syntax", at: .envelope, "553 5.1.7 bad sender", is: .configuration),
        Row("bad sender domain", at: .recipient, "550 5.1.8 sender domain", is: .configuration),
        Row("sender unknown", at: .envelope, "550 5.1.0 sender rejected", is: .configuration),
        Row("sender not allowed, plain", at: .envelope, "553 no", is: .configuration),
        Row("bad sequence", at: .recipient, "503 5.5.1 sequence", is: .configuration),
        Row("bad sequence, plain", at: .data, "503 sequence", is: .configuration),
        Row("parameter not known", at: .envelope, "555 no", is: .configuration),
        Row("bare LF", at: .endOfData, "521 5.5.2 bare <LF>", is: .configuration),
        Row("certificate does not hold", noLink: .untrusted, is: .configuration),
        Row("STARTTLS required and not to be had", noLink: .noEncryption, is: .configuration),
        Row("login refused", noLink: .loginRefused, after: SMTPReply(code: 535, "5.7.8 no"), is: .configuration),
        Row("no common mechanism", noLink: .loginRefused, after: SMTPReply(code: 250, "ok"), is: .configuration),
        Row("greeted with a refusal", noLink: .refused, after: SMTPReply(code: 554, "no"), is: .configuration),
        Row("CA file unreadable", noLink: .setup, is: .configuration),
    ]

    static let links = [
        Row("accepted", at: .endOfData, "250 2.0.0 queued as Q1", is: .accepted),
        Row("accepted, plain", at: .endOfData, "250 ok", is: .accepted),
        Row("nobody there", noLink: .unreachable, is: .unreachable),
        Row("login put off", noLink: .loginRefused, after: SMTPReply(code: 454, "4.7.0 later"), is: .unreachable),
        Row("STARTTLS put off", noLink: .noEncryption, after: SMTPReply(code: 454, "later"), is: .unreachable),
        Row("greeted with 421", noLink: .refused, after: SMTPReply(code: 421, "busy"), is: .unreachable),
        Row("dropped before the end was handed over", .lost(at: .data, "gone"), is: .transient),
        Row("dropped amid the envelope", .lost(at: .recipient, "gone"), is: .transient),
        Row("dropped behind the end", .lost(at: .endOfData, endHandedOver: true, "gone"), is: .unknown),
        Row("354 for an answer to the end of data", at: .endOfData, "354 go on", is: .unknown),
    ]

    @Test(
        "each kind of evidence has one result",
        arguments: address + byPlainCode + patience + policy + content + ours + links)
    func judges(_ row: Row) {
        #expect(Judgement.judge(row.evidence) == row.expected)
    }

    @Test(
        "what the wire log kept is judged as it was on the wire",
        arguments: [
            "250 2.0.0 Ok: queued as 4F2A", "451 4.7.1 later", "554 5.7.1 spam", "550 5.1.1 unknown", "552 too big",
        ])
    func judgesStored(_ line: String) {
        let reply = SMTPReply(code: Int(line.prefix(3))!, String(line.dropFirst(4)))
        let evidence = SMTPEvidence.reply(reply, at: .endOfData)
        #expect(Judgement.judgeStored(code: reply.code, text: reply.wireText) == Judgement.judge(evidence))
        #expect(Judgement.evidenceStored(code: reply.code, text: reply.wireText) == evidence.kept)
    }

    @Test("what is kept is the whole reply; a login asked for at MAIL is kept as the login's stage")
    func kept() {
        let kept = SMTPEvidence.reply(SMTPReply(code: 530, "5.7.0 Must\n5.7.0 log in"), at: .envelope).kept
        let expected = DeliveryEvidence(
            stage: "authenticating", code: 530, enhanced: "5.7.0", text: "530 5.7.0 Must log in")
        #expect(kept == expected)
        let plain = SMTPEvidence.reply(SMTPReply(code: 250, ""), at: .endOfData).kept
        #expect(plain == DeliveryEvidence(stage: "end_of_data", code: 250, text: "250"))
    }

    @Test("only an acceptance has a remote id")
    func remoteID() {
        let reply = SMTPReply(code: 250, "2.0.0 queued as Q1")
        #expect(SMTPEvidence.reply(reply, at: .endOfData).kept.remoteID == "Q1")
        #expect(SMTPEvidence.reply(reply, at: .recipient).kept.remoteID == nil)
    }
}
