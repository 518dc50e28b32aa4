// SPDX-License-Identifier: Apache-2.0

import GatewayModel

extension Provider {
    /// Judges the answer to a create or an amendment.
    ///
    /// - Parameter now: where a wait is given as a time and the answer bears no `Date`; nil: it is passed over then.
    public func judge(_ answer: HTTPAnswer, now: Instant? = nil) -> AnswerVerdict {
        AnswerJudge(description).judge(answer, now: now)
    }

    /// Judges the answer to an inquiry.
    ///
    /// - Parameter match: the inquiry's `RequestLoad.match`.
    public func judgeInquiry(_ answer: HTTPAnswer, match: [String: String]) -> InquiryVerdict {
        guard let inquiry = description.inquiry else { return .noAnswer("the provider cannot be asked") }
        return InquiryJudge(kind: description.answerKind, rule: inquiry.found).judge(answer, match: match)
    }
}
