// SPDX-License-Identifier: Apache-2.0
//
// AnswerJudge: what an answer says of the message. Pure: the same answer always says the same.
//
// The provider's rules decide in their order; where none holds, the status does, and then never for `accepted`.
// A body that cannot be read proves nothing: behind a 2xx it leaves doubt.

import GatewayModel

struct AnswerJudge {
    let kind: AnswerKind
    let answers: AnswerDescription

    init(_ description: ProviderDescription) { (kind, answers) = (description.answerKind, description.answers) }

    func judge(_ answer: HTTPAnswer, now: Instant?) -> AnswerVerdict {
        let body = AnswerBody(answer, as: kind)
        let code = first(answers.code, answer, body)
        let word = result(answer, body, code)
        var after: Duration?
        if word == .throttled || word == .quota { after = RetryAfter.of(answer, headers: answers.retryAfter, now: now) }
        return AnswerVerdict(
            AnswerResult(word, after: after), code: code.map { OneLine.of($0, limit: 64) },
            id: first(answers.id, answer, body).map { OneLine.of($0, limit: 256) }, text: text(answer, body, word),
            segments: first(answers.segments, answer, body).flatMap { Int($0) }.flatMap {
                (1...1000).contains($0) ? $0 : nil
            })
    }

    private func result(_ answer: HTTPAnswer, _ body: AnswerBody, _ code: String?) -> ResultWord {
        if case .unreadable = body {
            if (200..<300).contains(answer.status) { return .unknown }
            return answers.rules.first { $0.needsNoBody && $0.holds(forStatus: answer.status) }?.result
                ?? DefaultResults.of(answer.status, isRead: false, asks: kind)
        }
        return answers.rules.first { $0.holds(answer, body.tree, code) }?.result
            ?? DefaultResults.of(answer.status, isRead: body.tree != nil, asks: kind)
    }

    private func first(_ sources: [AnswerSource], _ answer: HTTPAnswer, _ body: AnswerBody) -> String? {
        for source in sources {
            if let text = source.text(answer, body.tree) { return text }
        }
        return nil
    }

    private func text(_ answer: HTTPAnswer, _ body: AnswerBody, _ word: ResultWord) -> String {
        if (300..<400).contains(answer.status) { return "redirects are not followed" }
        if case .unreadable(let why) = body { return why }
        // A refusal to make it twice.
        if word == .accepted, answer.status >= 400 { return "it was there already" }
        let words = first(answers.text, answer, body) ?? ""
        // AWS quotes what was signed, a session's token in it.
        let mayGiveBack = word == .credentials || [401, 403, 407].contains(answer.status)
        return OneLine.of(mayGiveBack ? ForeignWords.tame(words) : words, limit: 400)
    }
}

extension AnswerRule {
    func holds(forStatus status: Int) -> Bool {
        statuses.isEmpty || statuses.contains { $0.range.contains(status) }
    }

    func holds(_ answer: HTTPAnswer, _ tree: JSONValue?, _ code: String?) -> Bool {
        guard holds(forStatus: answer.status) else { return false }
        if !codes.isEmpty {
            guard let code, codes.contains(code) else { return false }
        }
        guard !has.isEmpty || !every.isEmpty || !some.isEmpty || !contains.isEmpty else { return true }
        guard let tree else { return false }
        return has.allSatisfy { $0.first(in: tree) != nil }
            && every.allSatisfy { $0.holdsForAll(in: tree) } && some.allSatisfy { $0.holdsForAny(in: tree) }
            && contains.allSatisfy { $0.holdsWithin(tree) }
    }
}

extension AnswerRule.Match {
    /// And there is one.
    func holdsForAll(in tree: JSONValue) -> Bool {
        let found = path.all(in: tree)
        return !found.isEmpty && found.allSatisfy { $0.plainText.map(values.contains) ?? false }
    }

    func holdsForAny(in tree: JSONValue) -> Bool {
        path.all(in: tree).contains { $0.plainText.map(values.contains) ?? false }
    }

    /// Byte by byte, so that capitals count; in the beginning of each.
    func holdsWithin(_ tree: JSONValue) -> Bool {
        path.all(in: tree).contains { found in
            guard let text = found.plainText?.beginning(String.searchedLength) else { return false }
            return values.contains { text.hasWithin($0) }
        }
    }
}

/// What a status says where no rule of the provider's holds (facts 2.0): a 4xx from the provider itself was not sent; what
/// may come from something in between, or from a server that broke, settles nothing.
enum DefaultResults {
    /// - Parameters:
    ///   - isRead: the body was read, and is of the provider's own kind.
    ///   - kind: where it is `none`, a status needs no body to be the provider's.
    static func of(_ status: Int, isRead: Bool, asks kind: AnswerKind) -> ResultWord {
        switch status {
        case 300..<400: .configuration  // redirects are not followed
        case 401, 407: .credentials
        // A provider that explains itself mostly speaks of the request: a scope, a country, a firewall that dislikes it.
        case 403: isRead ? .configuration : .credentials
        case 402, 404, 405, 410, 411, 413, 414, 415, 421, 426, 431: .configuration
        case 408: .unknown  // nobody knows how much of the request it had
        case 425: .transient
        case 429: .throttled
        case 400..<500: isRead || kind == .none ? .refused : .unknown
        default: .unknown
        }
    }
}

/// A server's words as one line of ours.
enum OneLine {
    /// Controls become blanks; at most `limit` bytes, at a scalar's end.
    static func of(_ text: String, limit: Int) -> String {
        var line = String.UnicodeScalarView()
        var left = limit
        for scalar in text.unicodeScalars {
            let size = UTF8.width(scalar)
            guard size <= left else { break }
            left -= size
            let isControl =
                scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x2028...0x2029).contains(scalar.value)
            line.append(isControl ? " " : scalar)
        }
        return String(line)
    }
}
