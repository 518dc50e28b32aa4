// SPDX-License-Identifier: Apache-2.0

import GatewayModel
import Providers
import Transport

/// Where a request stood. The words are the evidence's (`DeliveryEvidence.stage`).
enum HTTPStage: String, Hashable, Sendable, CaseIterable {
    case connecting
    case encrypting
    /// A token, or our credentials.
    case authenticating
    case request
    case answer
}

/// What was seen of one attempt at a provider: all that its judgement looks at.
struct HTTPEvidence: Hashable, Sendable {
    enum Sight: Hashable, Sendable {
        case verdict(StoredVerdict, status: Int)
        /// What an inquiry was told of the attempt it asked about.
        case inquiry(InquiryVerdict, status: Int)
        /// No answer, or none that can be told from a broken connection.
        case failed(HTTPFailure)
        /// The request did not leave: no token was to be had.
        case noToken(TokenTrouble)
        /// The request did not leave: it could not be signed, for that reason.
        case unsigned(String)

        /// Whether anybody may have heard of the request.
        var hasLeft: Bool {
            switch self {
            case .verdict, .inquiry: true
            case .failed(let failure): failure.bodySent != .none
            case .noToken, .unsigned: false
            }
        }
    }
    enum TokenTrouble: Hashable, Sendable {
        /// The account is not let in.
        case refused(String)
        /// Another time, perhaps.
        case notNow(String)
        case failed(HTTPFailure)

        /// For people, one line.
        var words: String {
            switch self {
            case .refused(let words), .notNow(let words): words
            case .failed(let failure): failure.message
            }
        }
    }

    var purpose: RequestLoad.Purpose
    var sight: Sight

    /// What is kept of it.
    var kept: DeliveryEvidence {
        switch sight {
        case .verdict(let verdict, let status): Self.kept(verdict, status: status)
        case .inquiry(let verdict, let status): Self.kept(verdict, status: status)
        case .failed(let failure): Self.kept(stage(of: failure), failure.message)
        case .noToken(.failed(let failure)) where failure.isOurs:
            Self.kept(stage(of: failure), "no token: \(failure.message)")
        case .noToken(let trouble): Self.kept(.authenticating, "no token: \(trouble.words)")
        case .unsigned(let words): Self.kept(.authenticating, words)
        }
    }

    private static func kept(_ stage: HTTPStage, _ words: String) -> DeliveryEvidence {
        DeliveryEvidence(stage: stage.rawValue, text: oneLine(words))
    }

    /// As `400 21211: no valid phone number`.
    static func kept(_ verdict: StoredVerdict, status: Int) -> DeliveryEvidence {
        let head = [String(status), verdict.code].compactMap(\.self).joined(separator: " ")
        return DeliveryEvidence(
            stage: (verdict.result == .credentials ? HTTPStage.authenticating : .answer).rawValue, code: status,
            enhanced: verdict.code, text: oneLine(verdict.text.isEmpty ? head : "\(head): \(verdict.text)"),
            remoteID: verdict.id)
    }

    private static func kept(_ verdict: InquiryVerdict, status: Int) -> DeliveryEvidence {
        let (words, id): (String, String?) =
            switch verdict {
            case .found(let id): ("asked: it is there", id)
            case .absent: ("asked: nothing of it is there", nil)
            case .noAnswer(let words): ("asked: \(words)", nil)
            }
        return DeliveryEvidence(
            stage: HTTPStage.answer.rawValue, code: status, text: oneLine("\(status): \(words)"), remoteID: id)
    }

    private func stage(of failure: HTTPFailure) -> HTTPStage {
        switch (failure.bodySent, failure.kind) {
        case (.whole, _): .answer
        case (.part, _): .request
        case (.none, .untrusted): .encrypting
        case (.none, .timedOut), (.none, .brokeOff): .request
        case (.none, .unreachable), (.none, .setup), (.none, .forbiddenAddress): .connecting
        }
    }

    private static func oneLine(_ words: String) -> String { OneLine.of(Array(words.utf8), dropping: nil, limit: 512) }
}

extension HTTPFailure {
    /// Whether our own set-up is at fault: no waiting mends it.
    var isOurs: Bool {
        switch kind {
        case .untrusted, .setup, .forbiddenAddress: true
        case .unreachable, .brokeOff, .timedOut: false
        }
    }
}
