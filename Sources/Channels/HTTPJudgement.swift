// SPDX-License-Identifier: Apache-2.0
//
// HTTPJudgement: what was seen of a request, to the attempt's result (step 9; facts 2.0, DESIGN D8). Pure: the same
// evidence always gives the same result. What an answer says of the message the provider's rules have judged before
// (`Provider.judge`).
//
// What never is in doubt: a request whose last body byte did not leave was not sent. What always is: one whose last byte
// left and whose answer did not come. An inquiry sends nothing, so it can only settle the doubt or leave it; one that did
// not leave was not asked, which is told apart: an account that is down says nothing of its texts, and never will by being
// asked in vain a few times.

import GatewayModel
import Providers
import Transport

public enum HTTPJudgement {
    /// Judges an answer as the wire log kept it (DESIGN D12).
    public static func judgeStored(code: Int, text: String) -> DeliveryResult { judge(StoredVerdict(line: text)) }

    /// The evidence that goes with `judgeStored`.
    public static func evidenceStored(code: Int, text: String) -> DeliveryEvidence {
        HTTPEvidence.kept(StoredVerdict(line: text), status: code)
    }

    static func judge(_ evidence: HTTPEvidence) -> DeliveryResult {
        if case .inquiry(let verdict, _) = evidence.sight { return judge(verdict) }
        if evidence.purpose == .inquire, evidence.sight.hasLeft { return .unknown }
        return judgeSending(evidence.sight)
    }

    private static func judgeSending(_ sight: HTTPEvidence.Sight) -> DeliveryResult {
        switch sight {
        case .verdict(let verdict, _): judge(verdict)
        case .inquiry(let verdict, _): judge(verdict)
        case .failed(let failure): judge(failure)
        case .noToken(.refused), .unsigned: .configuration
        case .noToken(.notNow): .unreachable
        case .noToken(.failed(let failure)): failure.isOurs ? .configuration : .unreachable
        }
    }

    private static func judge(_ verdict: StoredVerdict) -> DeliveryResult {
        switch verdict.result {
        case .accepted: .accepted
        case .badAddress: .badAddress
        case .optedOut: .optedOut
        case .content: .content
        case .refused: .refused
        case .configuration, .credentials: .configuration
        case .throttled(let after), .quota(let after): .throttled(after: after)
        case .transient: .transient
        case .unavailable: .unreachable
        case .unknown: .unknown
        }
    }

    private static func judge(_ verdict: InquiryVerdict) -> DeliveryResult {
        switch verdict {
        case .found: .accepted
        case .absent: .absent
        case .noAnswer: .unknown
        }
    }

    private static func judge(_ failure: HTTPFailure) -> DeliveryResult {
        switch failure.bodySent {
        case .whole: .unknown
        case .part: .transient
        case .none: failure.isOurs ? .configuration : .unreachable
        }
    }

    /// Whether the provider certainly did nothing, for a reason that may lie in how the request was signed.
    static func isRefusal(_ sight: HTTPEvidence.Sight) -> Bool {
        switch sight {
        case .verdict(let verdict, _): [.credentials, .configuration, .refused].contains(verdict.result)
        case .inquiry(.noAnswer, _): true
        case .inquiry, .failed, .noToken, .unsigned: false
        }
    }

    static func isAboutCredentials(_ sight: HTTPEvidence.Sight) -> Bool {
        if case .verdict(let verdict, _) = sight { verdict.result == .credentials } else { isRefusal(sight) }
    }

    /// Whether a result tells of the account and not of the message: what waits would only be told the same.
    static func closesTheDoor(_ report: AttemptReport) -> Bool {
        switch report.result {
        case .unreachable: true
        case .throttled(let after): after != nil
        case .configuration:
            [HTTPStage.connecting, .encrypting, .authenticating].contains { $0.rawValue == report.evidence.stage }
        case .accepted, .badAddress, .optedOut, .content, .refused, .transient, .recalled, .unknown, .absent: false
        }
    }
}

extension HTTPEvidence {
    func report(of attempt: AttemptID) -> AttemptReport {
        AttemptReport(attempt: attempt, result: HTTPJudgement.judge(self), evidence: kept)
    }
}
