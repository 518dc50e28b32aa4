// SPDX-License-Identifier: Apache-2.0
//
// Judgement: evidence to result (step 9; facts B4, DESIGN D8). Pure: the same evidence always gives the same result.
//
// 5.x.x is about this message, not always about the address: only what speaks of the mailbox itself may end as
// `badAddress`, since that suppresses a person. Where a reply is plain, the doubt goes to `refused`, which suppresses
// nobody.

import GatewayModel
import Transport

public enum Judgement {
    /// Judges an answer to the end of data as the wire log kept it (DESIGN D12).
    public static func judgeStored(code: Int, text: String) -> DeliveryResult {
        judge(.reply(SMTPReply(code: code, text), at: .endOfData))
    }

    /// The evidence that goes with `judgeStored`.
    public static func evidenceStored(code: Int, text: String) -> DeliveryEvidence {
        SMTPEvidence.kept(SMTPReply(code: code, text), at: .endOfData)
    }

    static func judge(_ evidence: SMTPEvidence) -> DeliveryResult {
        switch evidence.sight {
        case .reply(let reply): judge(reply, at: evidence.stage)
        case .noAnswer(let endHandedOver, _): endHandedOver ? .unknown : .transient
        case .noLink(let kind, let reply, _): judge(noLink: kind, reply)
        case .cannotCarry(let obstacle): judge(obstacle)
        }
    }

    private static func judge(_ obstacle: SMTPEvidence.Obstacle) -> DeliveryResult {
        switch obstacle {
        case .recipientNeedsUTF8: .badAddress
        case .senderNeedsUTF8: .configuration
        case .tooLarge, .headersNeedUTF8, .contentNeeds8Bit: .content
        }
    }

    /// A refusal for now (4yz) never is our set-up's fault, whatever libcurl made of it.
    private static func judge(noLink kind: LinkFailure.Kind, _ reply: SMTPReply?) -> DeliveryResult {
        switch kind {
        case .unreachable: .unreachable
        case .untrusted, .setup: .configuration
        case .noEncryption, .loginRefused, .refused:
            reply.map(\.isTransientNegative) ?? false ? .unreachable : .configuration
        }
    }

    private static func judge(_ reply: SMTPReply, at stage: SMTPStage) -> DeliveryResult {
        switch reply.code / 100 {
        case 2 where stage == .endOfData && reply.isAcceptance: .accepted
        case 4: judge(transient: reply)
        case 5: reply.enhanced.flatMap { judge($0, reply, at: stage) } ?? judge(plain: reply, at: stage)
        // An answer that is none. Behind the end of data it leaves doubt, before it the message has not left.
        default: stage == .endOfData ? .unknown : .transient
        }
    }

    private static func judge(transient reply: SMTPReply) -> DeliveryResult {
        switch reply.enhanced.map({ ($0.subject, $0.detail) }) {
        case (7, _)?, (3, 2)?: .throttled(after: nil)
        default: .transient
        }
    }

    /// By the enhanced code; nil where it says no more than the basic code does.
    private static func judge(_ status: EnhancedStatus, _ reply: SMTPReply, at stage: SMTPStage) -> DeliveryResult? {
        switch (status.subject, status.detail) {
        case (0, _): nil
        case (1, 7), (1, 8): .configuration
        case (1, _) where stage == .envelope: .configuration  // said of MAIL: it is our sender that is bad
        case (1, 0): UnknownUser.isNamed(in: reply) ? .badAddress : .refused
        case (1, 1), (1, 2), (1, 3), (1, 6), (1, 10): .badAddress
        case (1, 9): .content
        case (2, 0), (2, 1): stage == .envelope ? .refused : .badAddress
        case (2, 3): .content
        case (3, 4): .content
        case (4, 6): .refused
        case (4, _): .transient
        case (5, _): .configuration
        case (6, _): .content
        case (7, 8), (7, 9), (7, 11): .configuration
        case (7, _) where isAboutLogin(reply.code): .configuration
        default: .refused
        }
    }

    private static func judge(plain reply: SMTPReply, at stage: SMTPStage) -> DeliveryResult {
        if isAboutLogin(reply.code) { return .configuration }
        switch (reply.code, stage) {
        case (552, .recipient): return .transient  // "too many recipients", or a full mailbox (RFC 5321 4.5.3.1.10)
        case (552, _): return .content
        case (500, _), (502, _), (503, _), (504, _), (555, _): return .configuration
        case (501, .envelope), (553, .envelope): return .configuration
        case (551, _), (553, _), (556, .recipient): return .badAddress
        case (550, .recipient), (550, .endOfData): return UnknownUser.isNamed(in: reply) ? .badAddress : .refused
        default: return .refused
        }
    }

    /// RFC 4954 section 6: authentication required, too weak, invalid, needs encryption.
    static func isAboutLogin(_ code: Int) -> Bool { [530, 534, 535, 538].contains(code) }
}

/// The words by which servers say without a code that nobody has that address.
enum UnknownUser {
    private static let phrases = [
        "user unknown", "unknown user", "unknown recipient", "recipient unknown", "unknown mailbox", "mailbox unknown",
        "no such user", "no such recipient", "no such mailbox", "no such address", "no mailbox here",
        "user not found", "recipient not found", "mailbox not found", "address not found", "address unknown",
        "unknown address", "does not exist", "doesn't exist", "unknown local part", "invalid mailbox",
        "not a valid mailbox", "no such person",
    ]

    static func isNamed(in reply: SMTPReply) -> Bool {
        let text = reply.text.lowercased()
        return phrases.contains { text.contains($0) }
    }
}
