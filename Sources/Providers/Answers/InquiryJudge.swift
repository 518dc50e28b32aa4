// SPDX-License-Identifier: Apache-2.0
//
// Whether an inquiry's answer shows the attempt asked about. `absent` means that it will be sent again, so it is said only
// of an answer that is whole and shows all there is.

import GatewayModel

struct InquiryJudge {
    let kind: AnswerKind
    let rule: FoundRule

    func judge(_ answer: HTTPAnswer, match: [String: String]) -> InquiryVerdict {
        if rule.absentStatuses.contains(answer.status) { return nothing }
        guard (200..<300).contains(answer.status) else { return .noAnswer("status \(answer.status)") }
        switch AnswerBody(answer, as: kind) {
        case .unreadable(let why): return .noAnswer(why)
        case .nothing: return .noAnswer("the answer is empty")
        case .tree(let tree): return judge(tree, match)
        }
    }

    private func judge(_ tree: JSONValue, _ match: [String: String]) -> InquiryVerdict {
        guard !match.isEmpty else { return .noAnswer("nothing says which one is meant") }
        let list = rule.list?.all(in: tree) ?? [tree]
        guard let first = list.first else {
            return .noAnswer("the answer has no \(rule.list?.description ?? "list")")
        }
        let candidates: [JSONValue]
        switch first {
        case .array(let items): candidates = items
        case .object: candidates = list
        // An XML list without elements is an element without content.
        case .string("") where kind == .xml: candidates = []
        default: return .noAnswer("\(rule.list?.description ?? "the answer") is no list")
        }
        if let ours = candidates.first(where: { holds(match, in: $0) }) {
            return .found(id: rule.id.flatMap { $0.first(in: ours)?.plainText }.map { OneLine.of($0, limit: 256) })
        }
        if let more = rule.more, let rest = more.first(in: tree), rest != .bool(false) {
            return .noAnswer("it is not among the first, and there are more")
        }
        return nothing
    }

    private var nothing: InquiryVerdict {
        rule.provesAbsence ? .absent : .noAnswer("it is not there, which proves nothing here")
    }

    /// By the rule's conditions, each against the text that travels under its path; what has none does not hold.
    private func holds(_ match: [String: String], in element: JSONValue) -> Bool {
        rule.conditions.allSatisfy { condition in
            guard let text = match[condition.path.description],
                let found = condition.path.first(in: element)?.plainText
            else { return false }
            switch condition.test {
            case .equals: return found == text
            // Over the whole: our mark is the last line of a task's text.
            case .contains: return found.hasWithin(text)
            }
        }
    }
}
