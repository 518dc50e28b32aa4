// SPDX-License-Identifier: Apache-2.0
//
// The body of an answer as a tree, or why it is none. Whatever a server sends: never traps, bounded in depth, and what is
// doubtful is unreadable.

import GatewayModel

enum AnswerBody {
    case tree(JSONValue)
    /// There is none, and there need be none.
    case nothing
    /// Why, for people.
    case unreadable(String)

    var tree: JSONValue? { if case .tree(let value) = self { value } else { nil } }

    init(_ answer: HTTPAnswer, as kind: AnswerKind) {
        switch kind {
        case .json: self = Self.json(answer)
        case .xml: self = Self.xml(answer)
        case .none:
            // Nothing depends on it: a body that cannot be read is passed over.
            if case .tree(let value) = Self.json(answer) { self = .tree(value) } else { self = .nothing }
        }
    }

    private static func json(_ answer: HTTPAnswer) -> AnswerBody {
        if let early = withoutReading(answer, word: "json", name: "JSON") { return early }
        do throws(JSONError) {
            return .tree(try JSONValue.parse(answer.body))
        } catch {
            return .unreadable("the answer is no JSON: \(error)")
        }
    }

    private static func xml(_ answer: HTTPAnswer) -> AnswerBody {
        if let early = withoutReading(answer, word: "xml", name: "XML") { return early }
        do throws(XMLError) {
            return .tree(try XMLTree.parse(answer.body))
        } catch {
            return .unreadable("the answer is no XML: \(error.words)")
        }
    }

    /// What can be said before the bytes are looked at. 204 and 205 have no body (RFC 9110 sections 15.3.5 and 15.3.6).
    private static func withoutReading(_ answer: HTTPAnswer, word: String, name: String) -> AnswerBody? {
        if answer.isCut { return .unreadable("the answer is too long, or broke off") }
        if answer.body.isEmpty {
            return [204, 205].contains(answer.status) ? .nothing : .unreadable("the answer is empty")
        }
        guard let type = answer.header("content-type") else { return nil }
        let media = type.prefix { $0 != ";" }.lowercased()
        return media.contains(word) ? nil : .unreadable("the answer is not \(name) by its Content-Type")
    }
}
