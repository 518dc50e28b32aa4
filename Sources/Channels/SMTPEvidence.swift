// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Transport

/// Where a conversation stood. The words are the evidence's (`DeliveryEvidence.stage`).
enum SMTPStage: String, Hashable, Sendable, CaseIterable {
    case connecting
    case encrypting
    case authenticating
    case envelope
    case recipient
    case data
    case endOfData = "end_of_data"
}

/// What was seen of one SMTP attempt: all that its judgement looks at.
struct SMTPEvidence: Hashable, Sendable {
    enum Sight: Hashable, Sendable {
        case reply(SMTPReply)
        /// The conversation ended without the answer that was awaited.
        case noAnswer(endHandedOver: Bool, String)
        /// There was no link; with the last reply heard, if any.
        case noLink(LinkFailure.Kind, SMTPReply?, String)
        /// This server, as it describes itself, cannot carry the message: nothing was sent.
        case cannotCarry(Obstacle)
    }
    enum Obstacle: Hashable, Sendable {
        case tooLarge(size: Int, limit: Int)
        case recipientNeedsUTF8
        case senderNeedsUTF8
        case headersNeedUTF8
        case contentNeeds8Bit
    }

    var stage: SMTPStage
    var sight: Sight

    /// A server that wants a login says so only when asked for more than EHLO: that still is where the login stands.
    static func reply(_ reply: SMTPReply, at stage: SMTPStage) -> Self {
        let isEarly = stage == .envelope && Judgement.isAboutLogin(reply.code)
        return Self(stage: isEarly ? .authenticating : stage, sight: .reply(reply))
    }
    static func lost(at stage: SMTPStage, endHandedOver: Bool = false, _ why: String) -> Self {
        Self(stage: stage, sight: .noAnswer(endHandedOver: endHandedOver, why))
    }
    static func cannotCarry(_ obstacle: Obstacle) -> Self { Self(stage: .envelope, sight: .cannotCarry(obstacle)) }

    /// What is kept of it.
    var kept: DeliveryEvidence {
        switch sight {
        case .reply(let reply): Self.kept(reply, at: stage)
        case .noAnswer(_, let why): DeliveryEvidence(stage: stage.rawValue, text: why)
        case .noLink(_, let reply?, _) where reply.isNegative:
            DeliveryEvidence(
                stage: stage.rawValue, code: reply.code, enhanced: reply.enhanced?.description, text: reply.line)
        case .noLink(_, _, let why): DeliveryEvidence(stage: stage.rawValue, text: why)
        case .cannotCarry(let obstacle):
            DeliveryEvidence(stage: stage.rawValue, enhanced: obstacle.enhanced, text: obstacle.text)
        }
    }

    static func kept(_ reply: SMTPReply, at stage: SMTPStage) -> DeliveryEvidence {
        let accepted = stage == .endOfData && reply.isPositive
        return DeliveryEvidence(
            stage: stage.rawValue, code: reply.code, enhanced: reply.enhanced?.description, text: reply.line,
            remoteID: accepted ? reply.queueID : nil)
    }

    var report: (DeliveryResult, DeliveryEvidence) { (Judgement.judge(self), kept) }
}

extension SMTPEvidence.Obstacle {
    /// As a server would have said it (RFC 3463, RFC 6531 section 4.4).
    var enhanced: String {
        switch self {
        case .tooLarge: "5.3.4"
        case .recipientNeedsUTF8, .senderNeedsUTF8, .headersNeedUTF8: "5.6.7"
        case .contentNeeds8Bit: "5.6.3"
        }
    }

    var text: String {
        switch self {
        case .tooLarge(let size, let limit): "the message has \(size) octets, the relay takes \(limit)"
        case .recipientNeedsUTF8: "the recipient's local part needs SMTPUTF8, which the relay does not offer"
        case .senderNeedsUTF8: "the sender's local part needs SMTPUTF8, which the relay does not offer"
        case .headersNeedUTF8: "the message's headers need SMTPUTF8, which the relay does not offer"
        case .contentNeeds8Bit: "the message holds 8-bit octets, and the relay does not offer 8BITMIME"
        }
    }
}
