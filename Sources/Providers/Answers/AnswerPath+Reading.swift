// SPDX-License-Identifier: Apache-2.0
//
// Paths into an answer: read from a file, followed in a body.

import GatewayModel

extension AnswerPath {
    /// Steps a path may have; JSON is read no deeper either.
    static let longest = 32

    /// Nil where it is no path.
    init?(_ text: String) {
        var steps: [Step] = []
        var rest = text[...]
        while !rest.isEmpty {
            if rest.first == "[" {
                guard let end = rest.firstIndex(of: "]") else { return nil }
                let inside = rest[rest.index(after: rest.startIndex)..<end]
                if inside == "*" {
                    steps.append(.all)
                } else {
                    guard let number = Int(inside), number >= 0, String(number) == inside else { return nil }
                    steps.append(.index(number))
                }
                rest = rest[rest.index(after: end)...]
            } else {
                if !steps.isEmpty {
                    guard rest.first == "." else { return nil }
                    rest = rest.dropFirst()
                }
                guard let key = Self.takeKey(&rest) else { return nil }
                steps.append(.key(key))
            }
        }
        guard !steps.isEmpty, steps.count <= Self.longest else { return nil }
        (self.steps, description) = (steps, text)
    }

    /// Bare up to a dot or bracket, or in double quotes.
    private static func takeKey(_ rest: inout Substring) -> String? {
        if rest.first == "\"" {
            rest = rest.dropFirst()
            guard let end = rest.firstIndex(of: "\"") else { return nil }
            defer { rest = rest[rest.index(after: end)...] }
            return String(rest[..<end])
        }
        let key = rest.prefix { !".[]\" |".contains($0) }
        rest = rest[key.endIndex...]
        return key.isEmpty ? nil : String(key)
    }

    /// Everything that stands there, in order; a `*` over what is no list finds nothing.
    func all(in tree: JSONValue) -> [JSONValue] {
        var found = [tree]
        for step in steps {
            switch step {
            case .key(let key): found = found.compactMap { $0.object?[key] }
            case .index(let number):
                found = found.compactMap { value in
                    guard let items = value.array, number < items.count else { return nil }
                    return items[number]
                }
            case .all: found = found.flatMap { $0.array ?? [] }
            }
            if found.isEmpty { return [] }
        }
        return found
    }

    /// The first that is something.
    func first(in tree: JSONValue) -> JSONValue? { all(in: tree).first(where: \.isSomething) }
}

extension JSONValue {
    /// Neither null nor empty.
    var isSomething: Bool {
        switch self {
        case .null: false
        case .bool, .number: true
        case .string(let text): !text.isEmpty
        case .array(let items): !items.isEmpty
        case .object(let object): !object.isEmpty
        }
    }

    /// Of what can be compared with a word; nil for lists, objects and null.
    var plainText: String? {
        switch self {
        case .string(let text): text
        case .number(let number): number.literal
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}

extension AnswerSource {
    /// `a.b`, `header:location | after /`, `a | between ( )`. Nil where it is none.
    init?(_ text: String) {
        let parts = text.split(separator: "|", maxSplits: 1).map { $0.split(separator: " ").map(String.init) }
        guard let place = parts.first, place.count == 1 else { return nil }
        if place[0].hasPrefix("header:") {
            let name = place[0].dropFirst("header:".count).lowercased()
            guard HeaderRules.isName(name) else { return nil }
            self.place = .header(name)
        } else {
            guard let path = AnswerPath(place[0]) else { return nil }
            self.place = .body(path)
        }
        guard parts.count > 1 else {
            extract = .whole
            return
        }
        let words = parts[1]
        switch words.first {
        case "between" where words.count == 3: extract = .between(words[1], words[2])
        case "after" where words.count == 2: extract = .after(words[1])
        default: return nil
        }
    }

    /// Nil: not there, or no text. Of a long one the beginning.
    func text(_ answer: HTTPAnswer, _ tree: JSONValue?) -> String? {
        let whole: String?
        switch place {
        case .header(let name): whole = answer.header(name)
        case .body(let path): whole = tree.flatMap { path.first(in: $0)?.plainText }
        }
        guard let whole, let cut = extract.apply(whole.beginning(String.searchedLength)), !cut.isEmpty else {
            return nil
        }
        return cut
    }
}

extension AnswerSource.Extract {
    func apply(_ text: String) -> String? {
        switch self {
        case .whole: text
        case .after(let mark): text.behindLast(mark)
        case .between(let open, let close): text.behindLast(open)?.before(close)
        }
    }
}
