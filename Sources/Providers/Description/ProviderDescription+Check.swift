// SPDX-License-Identifier: Apache-2.0
//
// What only trying shows.

import GatewayModel
import StrictTOML

extension ProviderDescription {
    /// Judges every recorded answer; a problem for each that is not what its example says, at the example's place.
    public func check() -> [TOMLProblem] { examples.flatMap(check) }

    /// What placeholders stand for while examples are judged.
    static let samples = [
        "to": "+15550100000", "id": "4711", "token": "aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "uuid": "00000000-0000-4000-8000-000000000000", "body": "Hello",
    ]

    private func check(_ example: ProviderExample) -> [TOMLProblem] {
        let answer = example.answer(filling: Self.samples)
        var words: [String] = []
        switch example.expects {
        case .nothing: break
        case .result(let expected):
            let verdict = AnswerJudge(self).judge(answer, now: nil)
            words = example.differences(from: verdict, expected)
        case .inquiry(let expected):
            guard let inquiry else { break }
            let match = example.match.mapValues { ProviderExample.fill($0, Self.samples) }
            let verdict = InquiryJudge(kind: answerKind, rule: inquiry.found).judge(answer, match: match)
            words = example.differences(from: verdict, expected)
        }
        return words.map { TOMLProblem(at: example.place, keyPath: "example", "\"\(example.name)\" \($0)") }
    }
}

extension ProviderExample {
    fileprivate func differences(from verdict: AnswerVerdict, _ expected: ResultWord) -> [String] {
        var words: [String] = []
        if verdict.result.word != expected {
            words.append("is judged \(verdict.result.word.rawValue), not \(expected.rawValue)")
        }
        words += difference("code", verdict.code, code) + difference("id", verdict.id, id.map(filled))
        guard let retryAfter else { return words }
        switch verdict.result {
        case .throttled(let after) where after == retryAfter, .quota(let after) where after == retryAfter: break
        case .throttled(let after), .quota(let after):
            words.append("asks for a wait of \(after.map(DurationText.print) ?? "nothing")")
        default: words.append("asks for no wait: it is not throttled")
        }
        return words
    }

    fileprivate func differences(from verdict: InquiryVerdict, _ expected: InquiryWord) -> [String] {
        switch (verdict, expected) {
        case (.found(let found), .found): difference("id", found, id.map(filled))
        case (.absent, .absent), (.noAnswer, .noAnswer): []
        case (.found, _): ["is judged found, not \(expected.rawValue)"]
        case (.absent, _): ["is judged absent, not \(expected.rawValue)"]
        case (.noAnswer(let why), _): ["is judged no_answer, not \(expected.rawValue): \(why)"]
        }
    }

    private func filled(_ text: String) -> String { Self.fill(text, ProviderDescription.samples) }

    /// What is not expected is not looked at.
    private func difference(_ what: String, _ found: String?, _ expected: String?) -> [String] {
        guard let expected, found != expected else { return [] }
        return ["has the \(what) \(found.map { "\"\($0)\"" } ?? "(none)"), not \"\(expected)\""]
    }
}
